package api

import (
	"cmp"
	"context"
	"errors"
	"io"
	"mime"
	"net/http"
	"net/url"
	"time"

	"wherry/server/internal/fa"
	"wherry/server/internal/identity"
)

// RefreshTokens serves /api/jwt/refresh and the import of refresh tokens.
//
// Source: https://fusionauth.io/docs/apis/jwt#refresh-a-jwt
type RefreshTokens struct {
	Tokens   AccessTokens
	Sessions interface {
		Find(ctx context.Context, value string, application fa.ID) (*identity.Presented, error)
		Refresh(ctx context.Context, p *identity.Presented, address, token, original string) error
		Live(ctx context.Context, m fa.SessionMatch) ([]*fa.Session, error)
		ByValue(ctx context.Context, value string) (*fa.Session, error)
		End(ctx context.Context, m fa.SessionMatch) error
		Import(ctx context.Context, tenant fa.ID, tokens []fa.RefreshTokenImport, validate bool) error
	}
	Users        UserStore
	Applications Documents[fa.Application]

	mux *Mux
}

// importBytes is what an import may weigh: Cognito's refresh tokens have two
// kilobytes each.
const importBytes = 256 << 20

// Mount registers the endpoints.
func (h *RefreshTokens) Mount(m *Mux) {
	h.mux = m
	m.HandleOpen("POST /api/jwt/refresh", h.refresh)
	m.Handle("GET /api/jwt/refresh", h.list)
	m.Handle("GET /api/jwt/refresh/{tokenId}", h.get)
	m.HandleUser("DELETE /api/jwt/refresh", h.revoke)
	m.HandleUser("DELETE /api/jwt/refresh/{tokenId}", h.revokeByID)
	m.handleLarge("POST /api/user/refresh-token/import", importBytes, h.imported)
}

type refreshRequest struct {
	EventInfo           identity.EventInfo `json:"eventInfo"`
	RefreshToken        string             `json:"refreshToken"`
	TimeToLiveInSeconds int                `json:"timeToLiveInSeconds"`
	Token               string             `json:"token"` // the old one, which webhooks are told of
	Rest                fa.Rest            `json:",embed"`
}

// refresh exchanges a refresh token for an access token.
func (h *RefreshTokens) refresh(w http.ResponseWriter, r *http.Request) error {
	var q refreshRequest
	if r.ContentLength != 0 {
		if err := readInto(r, &q); err != nil {
			return err
		}
	}
	value := cookieOr(r, refreshCookie, q.RefreshToken)
	if value == "" {
		return fa.FieldError("refreshToken", "missing", "You must specify the [refreshToken] property, or send it in a cookie.")
	}
	p, err := h.Sessions.Find(r.Context(), value, "")
	if err == nil && (p.Application == nil || !p.Application.LoginConfiguration.AllowTokenRefresh) {
		err = errRefreshToken
	}
	if err == nil {
		err = checkShorter(p, q.TimeToLiveInSeconds)
	}
	if err != nil {
		return refusedRefresh(err)
	}
	g := p.Grant()
	g.Shorter = time.Duration(q.TimeToLiveInSeconds) * time.Second
	token, err := h.Tokens.Access(r.Context(), g)
	if err != nil {
		return err
	}
	err = h.Sessions.Refresh(r.Context(), p, cmp.Or(q.EventInfo.IPAddress, peer(r)), token.Compact, cookieOr(r, accessCookie, q.Token))
	if err != nil {
		return refusedRefresh(err)
	}
	http.SetCookie(w, cookie(r, accessCookie, token.Compact))
	http.SetCookie(w, refreshCookieOf(r, p.Value, p.Expires()))
	return respond(w, http.StatusOK, map[string]any{"token": token.Compact, "refreshToken": p.Value, "refreshTokenId": p.Session.ID})
}

// checkShorter refuses a time to live that is none, or longer than the
// application's.
func checkShorter(p *identity.Presented, seconds int) error {
	if seconds < 0 || seconds > p.Grant().Configuration().TimeToLiveInSeconds {
		return fa.FieldError("timeToLiveInSeconds", "invalid", "The [timeToLiveInSeconds] property must be greater than 0 and at most [%d].",
			p.Grant().Configuration().TimeToLiveInSeconds)
	}
	return nil
}

// refusedRefresh is what anybody may know about why a refresh token is of no use.
func refusedRefresh(err error) error {
	_, prevented := errors.AsType[*identity.Prevented](err)
	if prevented || isNotFound(err) || errors.Is(err, errRefreshToken) || errors.Is(err, identity.ErrLocked) || errors.Is(err, identity.ErrExpired) {
		return fa.FieldError("refreshToken", "invalid", "The refresh token is unknown, revoked or expired, or its application does not allow to refresh.")
	}
	return err
}

func refreshCookieOf(r *http.Request, value string, expires time.Time) *http.Cookie {
	c := cookie(r, refreshCookie, value)
	c.Expires = expires
	return c
}

func (h *RefreshTokens) list(w http.ResponseWriter, r *http.Request) error {
	var errs fa.Errors
	id := idIn(&errs, r.URL.Query(), "userId")
	if id == "" {
		errs.Field("userId", "missing", "You must specify the [userId] parameter.")
	}
	if err := errs.OrNil(); err != nil {
		return err
	}
	if _, err := userOf(r, h.Users, id); err != nil {
		return err
	}
	found, err := h.Sessions.Live(r.Context(), fa.SessionMatch{UserID: id})
	if err != nil {
		return err
	}
	shown := make([]fa.RefreshToken, len(found))
	for i, s := range found {
		shown[i] = s.RefreshToken
	}
	return respond(w, http.StatusOK, map[string]any{"refreshTokens": shown})
}

func (h *RefreshTokens) get(w http.ResponseWriter, r *http.Request) error {
	s, err := h.byID(r)
	if err != nil {
		return err
	}
	return respond(w, http.StatusOK, map[string]any{"refreshToken": s.RefreshToken})
}

func (h *RefreshTokens) byID(r *http.Request) (*fa.Session, error) {
	id, err := pathID(r, "tokenId")
	if err != nil {
		return nil, err
	}
	found, err := h.Sessions.Live(r.Context(), fa.SessionMatch{ID: id, TenantID: callerOf(r).tenant, UserID: callerOf(r).user})
	if err == nil && len(found) == 0 {
		err = fa.ErrNotFound
	}
	if err != nil {
		return nil, err
	}
	return found[0], nil
}

func (h *RefreshTokens) revokeByID(_ http.ResponseWriter, r *http.Request) error {
	s, err := h.byID(r)
	if err != nil {
		return err
	}
	return h.Sessions.End(r.Context(), fa.SessionMatch{ID: s.ID})
}

type revokeRequest struct {
	ApplicationID fa.ID              `json:"applicationId"`
	EventInfo     identity.EventInfo `json:"eventInfo"`
	Token         string             `json:"token"`
	UserID        fa.ID              `json:"userId"`
	Rest          fa.Rest            `json:",embed"`
}

// revoke ends what the parameters name, or a body in JSON or as a form: one
// token by its value; all of an application, of a user, or of one in the other.
// Whoever comes with an access token can end what is their own.
func (h *RefreshTokens) revoke(_ http.ResponseWriter, r *http.Request) error {
	q, err := readRevoke(r)
	if err != nil {
		return err
	}
	c := callerOf(r)
	if q.Token != "" {
		return h.revokeValue(r, q.Token)
	}
	if c.user != "" {
		q.UserID = c.user // nobody else's, whatever was asked for
	}
	if q.UserID == "" && q.ApplicationID == "" {
		return fa.FieldError("token", "missing", "You must specify the [token], the [userId] or the [applicationId] parameter.")
	}
	return h.Sessions.End(r.Context(), fa.SessionMatch{UserID: q.UserID, ApplicationID: q.ApplicationID, TenantID: c.tenant})
}

func (h *RefreshTokens) revokeValue(r *http.Request, value string) error {
	s, err := h.Sessions.ByValue(r.Context(), value)
	if isNotFound(err) { // what is not there needs no revoking
		return nil
	}
	if err != nil {
		return err
	}
	c := callerOf(r)
	if !c.sees(s.TenantID) || c.user != "" && c.user != s.UserID {
		return errUnauthorized
	}
	return h.Sessions.End(r.Context(), fa.SessionMatch{ID: s.ID})
}

func readRevoke(r *http.Request) (q revokeRequest, err error) {
	kind, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if r.ContentLength != 0 && kind == typeJSON {
		return q, readInto(r, &q)
	}
	values := r.URL.Query()
	if r.ContentLength != 0 && kind == "application/x-www-form-urlencoded" {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			return q, err
		}
		form, err := url.ParseQuery(string(body))
		if err != nil {
			return q, fa.GeneralError("invalid", "The body is no well-formed form.")
		}
		for name := range form {
			values.Set(name, form.Get(name))
		}
	}
	var errs fa.Errors
	q.ApplicationID, q.UserID, q.Token = idIn(&errs, values, "applicationId"), idIn(&errs, values, "userId"), values.Get("token")
	return q, errs.OrNil()
}

// imported brings refresh tokens in. With validateDbConstraints everything that
// is wrong is reported; without, what the database refuses is an empty 500.
//
// Source: https://fusionauth.io/docs/apis/users#import-refresh-tokens
func (h *RefreshTokens) imported(_ http.ResponseWriter, r *http.Request) error {
	var q struct {
		RefreshTokens         []fa.RefreshTokenImport `json:"refreshTokens"`
		ValidateDBConstraints bool                    `json:"validateDbConstraints"`
		Rest                  fa.Rest                 `json:",embed"`
	}
	if err := readInto(r, &q); err != nil {
		return err
	}
	var refused fa.Refusals
	if len(q.RefreshTokens) == 0 {
		refused.Field("refreshTokens", "empty", "You must specify the [refreshTokens] property.")
	}
	for i := range q.RefreshTokens {
		var errs fa.Errors
		q.RefreshTokens[i].Check(&errs, "refreshTokens")
		if err := refused.Add(q.RefreshTokens[i].Place(i), errs.OrNil()); err != nil {
			return err
		}
	}
	if err := refused.OrNil(); err != nil {
		return err
	}
	err := h.Sessions.Import(r.Context(), callerOf(r).tenant, q.RefreshTokens, q.ValidateDBConstraints)
	if errors.Is(err, fa.ErrConflict) {
		return errImport
	}
	return err
}

// errImport is what FusionAuth answers with an empty 500.
var errImport = errors.New("import refresh tokens: the database refused them; validateDbConstraints tells which")

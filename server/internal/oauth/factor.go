package oauth

import (
	"cmp"
	"context"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/go-json-experiment/json/jsontext"

	"wherry/server/internal/fa"
	"wherry/server/internal/identity"
)

// Steps are what may come after the password.
type Steps interface {
	SignInWithFactor(ctx context.Context, a identity.FactorAttempt) (*identity.FactorOutcome, error)
	PendingChallenge(ctx context.Context, id string) (*identity.Challenge, error)
	SendForChallenge(ctx context.Context, id, methodID string) error
	Start(ctx context.Context, r identity.StartTwoFactor) (*identity.Challenge, string, error)
	WhoMayChange(ctx context.Context, id string) (*fa.Account, error)
	ResetPassword(ctx context.Context, id string, next identity.NewPassword) (oneTimePassword string, state jsontext.Value, err error)
}

// FactorPage is what the page for a second factor shows.
type FactorPage struct {
	Frame
	Authenticator bool // an app shows the code
	Methods       []FactorMethod
	Sent          string // where a code was just sent to
	Problem       string
	OfferTrust    bool
}

// FactorMethod is where a code can be sent to, not spelled out.
type FactorMethod struct{ ID, To string }

// The fields that the forms of the steps have beside the authorize request.
const (
	fieldChallenge  = "twoFactorId"
	fieldChangeID   = "changePasswordId"
	fieldTrustToken = "trustToken"
	trustCookie     = "fusionauth.trust"
)

// askFactor shows the page for a second factor. What can only be sent to one
// place is sent.
func (s *Server) askFactor(w http.ResponseWriter, r *http.Request, a *authorizeRequest, c *identity.Challenge, hidden ...Field) error {
	page := factorPage(a, c, hidden)
	if len(page.Methods) == 1 && !page.Authenticator {
		page.Problem = problemOf(s.Steps.SendForChallenge(r.Context(), c.ID, page.Methods[0].ID))
		if page.Problem == "" {
			page.Sent = page.Methods[0].To
		}
	}
	s.Pages.Factor(w, r, http.StatusOK, page)
	return nil
}

func factorPage(a *authorizeRequest, c *identity.Challenge, hidden []Field) FactorPage {
	page := FactorPage{Frame: a.frame(append([]Field{{fieldChallenge, c.ID}}, hidden...)...), OfferTrust: a != nil}
	for _, m := range c.Methods {
		if m.Method == fa.MethodAuthenticator {
			page.Authenticator = true
		} else {
			page.Methods = append(page.Methods, FactorMethod{m.ID, masked(m.To())})
		}
	}
	return page
}

// masked leaves of an address or a number as much as its owner knows it by.
func masked(to string) string {
	name, domain, isEmail := strings.Cut(to, "@")
	if isEmail {
		_, size := utf8.DecodeRuneInString(name)
		return name[:size] + "•••@" + domain
	}
	return "•••" + to[max(0, len(to)-4):]
}

// factor serves the form for a second factor: it has a code sent, or takes one.
func (s *Server) factor(w http.ResponseWriter, r *http.Request) error {
	values, err := form(r)
	if err != nil {
		return err
	}
	a, err := s.flow(r.Context(), values)
	if err != nil {
		return err
	}
	change := values.Get(fieldChangeID)
	if a == nil && change == "" {
		return invalidParameter("client_id")
	}
	c, err := s.Steps.PendingChallenge(r.Context(), values.Get(fieldChallenge))
	if errors.Is(err, fa.ErrNotFound) {
		return s.startOver(w, r, a, "[TwoFactorTimeout]")
	}
	if err != nil {
		return err
	}
	page := factorPage(a, c, keep(values, fieldChangeID))
	if method := values.Get("methodId"); method == "recoveryCode" || shownByApp(c, method) {
		s.Pages.Factor(w, r, http.StatusOK, page)
		return nil
	} else if method != "" {
		return s.sendCode(w, r, c, method, page)
	}
	attempt := identity.FactorAttempt{
		ID: c.ID, Code: values.Get("code"), TrustComputer: values.Get("trustComputer") == "true", Address: peer(r), EventInfo: eventOf(r),
	}
	if a != nil {
		attempt.Application = a.application
	}
	out, err := s.Steps.SignInWithFactor(r.Context(), attempt)
	switch {
	case errors.Is(err, identity.ErrCode):
		page.Problem = "[invalid]code"
		s.Pages.Factor(w, r, http.StatusUnauthorized, page)
		return nil
	case errors.Is(err, fa.ErrNotFound):
		return s.startOver(w, r, a, "[TwoFactorTimeout]")
	case err != nil:
		return s.refuse(w, r, a, values.Get("loginId"), err)
	}
	setTrust(w, r, out)
	if change != "" {
		return s.showChange(w, r, a, change, append(keep(values, fieldReason), Field{fieldTrustToken, out.TrustToken}))
	}
	return s.proceed(w, r, a, out.Outcome, "")
}

// shownByApp tells whether a method needs no code to be sent.
func shownByApp(c *identity.Challenge, methodID string) bool {
	return slices.ContainsFunc(c.Methods, func(m fa.TwoFactorMethod) bool { return m.ID == methodID && m.Method == fa.MethodAuthenticator })
}

func (s *Server) sendCode(w http.ResponseWriter, r *http.Request, c *identity.Challenge, method string, page FactorPage) error {
	page.Problem = problemOf(s.Steps.SendForChallenge(r.Context(), c.ID, method))
	for _, m := range page.Methods {
		if m.ID == method && page.Problem == "" {
			page.Sent = m.To
		}
	}
	s.Pages.Factor(w, r, http.StatusOK, page)
	return nil
}

// problemOf is what people are told when a code could not be sent.
func problemOf(err error) string {
	switch {
	case err == nil:
		return ""
	case errors.Is(err, identity.ErrRateLimited):
		return "[RateLimitedException]"
	}
	return "[MessengerError]"
}

// keep takes fields of a form along.
func keep(values url.Values, names ...string) (fields []Field) {
	for _, name := range names {
		if value := values.Get(name); value != "" {
			fields = append(fields, Field{name, value})
		}
	}
	return fields
}

// setTrust remembers the device, if it is to be trusted.
func setTrust(w http.ResponseWriter, r *http.Request, out *identity.FactorOutcome) {
	if out.TrustID == "" {
		return
	}
	seconds := out.Tenant.ExternalIdentifierConfiguration.TwoFactorTrustIDTTL
	if out.Application != nil {
		seconds = cmp.Or(out.Application.ExternalIdentifierConfiguration.TwoFactorTrustIDTTL, seconds)
	}
	http.SetCookie(w, &http.Cookie{
		Name: trustCookie, Value: out.TrustID, Path: "/", MaxAge: seconds, HttpOnly: true, SameSite: http.SameSiteLaxMode,
		Secure: strings.HasPrefix(baseURL(r), "https:"),
	})
}

func trustOf(r *http.Request) string {
	c, err := r.Cookie(trustCookie)
	if err != nil {
		return ""
	}
	return c.Value
}

// flow is the authorize request that a form or a link carries along; nil for
// somebody who came by a link of a mail.
func (s *Server) flow(ctx context.Context, values url.Values) (*authorizeRequest, error) {
	a, err := s.authorizeRequest(ctx, values)
	if problem, refused := errors.AsType[*Error](err); refused && problem != errAddress {
		return nil, nil //nolint:nilnil // documented above
	}
	return a, err
}

// startOver shows the login page with what went wrong.
func (s *Server) startOver(w http.ResponseWriter, r *http.Request, a *authorizeRequest, problem string) error {
	if a == nil {
		return &Error{status: http.StatusNotFound, Code: "invalid_request", Reason: "unknown", Description: "The link has expired or was used already."}
	}
	s.showLoginPage(w, r, http.StatusUnauthorized, a, "", problem)
	return nil
}

func eventOf(r *http.Request) identity.EventInfo {
	return identity.EventInfo{IPAddress: peer(r), UserAgent: r.UserAgent(), DeviceType: "BROWSER"}
}

package api

import (
	"cmp"
	"net/http"

	"wherry/server/internal/fa"
	"wherry/server/internal/identity"
)

// TwoFactor serves /api/two-factor and /api/user/two-factor.
//
// Source: https://fusionauth.io/docs/apis/two-factor
type TwoFactor struct {
	Service      *identity.Service
	Users        UserStore
	Tokens       AccessTokens
	Applications Documents[fa.Application]

	mux *Mux
}

// Mount registers the endpoints.
func (h *TwoFactor) Mount(m *Mux) {
	h.mux = m
	m.HandleOpen("POST /api/two-factor/login", h.login)
	m.HandleOpen("POST /api/two-factor/send/{twoFactorId}", h.sendForChallenge)
	m.HandleUser("POST /api/two-factor/send", h.send)
	m.HandleUser("GET /api/two-factor/secret", h.secret)
	m.Handle("POST /api/two-factor/start", h.start)
	m.Handle("GET /api/two-factor/status", h.status)
	m.Handle("GET /api/two-factor/status/{twoFactorTrustId}", h.status)
	m.Handle("POST /api/two-factor/status", h.postStatus)
	m.HandleUser("POST /api/user/two-factor", h.enable)
	m.HandleUser("POST /api/user/two-factor/{userId}", h.enable)
	m.Handle("PUT /api/user/two-factor/{userId}", h.rename)
	m.HandleUser("DELETE /api/user/two-factor", h.disable)
	m.HandleUser("DELETE /api/user/two-factor/{userId}", h.disable)
	m.Handle("GET /api/user/two-factor/recovery-code/{userId}", h.recoveryCodes)
	m.Handle("POST /api/user/two-factor/recovery-code/{userId}", h.renewRecoveryCodes)
}

// twoFactorRequest is the body of all of them; each takes part of it.
type twoFactorRequest struct {
	loginRequest
	AccessToken         string  `json:"accessToken"`
	Action              string  `json:"action"`
	Code                string  `json:"code"`
	Email               string  `json:"email"`
	Method              string  `json:"method"`
	MethodID            string  `json:"methodId"`
	MobilePhone         string  `json:"mobilePhone"`
	Name                string  `json:"name"`
	Secret              string  `json:"secret"`
	SecretBase32Encoded string  `json:"secretBase32Encoded"`
	State               fa.Data `json:"state"`
	TrustChallenge      string  `json:"trustChallenge"`
	TrustComputer       bool    `json:"trustComputer"`
	TwoFactorID         string  `json:"twoFactorId"`
}

func (q *twoFactorRequest) method() fa.TwoFactorMethod {
	return fa.TwoFactorMethod{Method: q.Method, Email: q.Email, MobilePhone: q.MobilePhone, Name: q.Name, Secret: q.Secret}
}

func (h *TwoFactor) login(w http.ResponseWriter, r *http.Request) error {
	var q twoFactorRequest
	if err := readInto(r, &q); err != nil {
		return err
	}
	var errs fa.Errors
	errs.Require(q.TwoFactorID, "twoFactorId")
	errs.Require(q.Code, "code")
	if err := errs.OrNil(); err != nil {
		return err
	}
	application, err := activeApplication(r.Context(), h.Applications, caller{}, q.ApplicationID)
	if err != nil {
		return err
	}
	out, err := h.Service.SignInWithFactor(r.Context(), identity.FactorAttempt{
		ID: q.TwoFactorID, Code: q.Code, Application: application, TrustComputer: q.TrustComputer, Address: peer(r), EventInfo: q.event(r),
	})
	if err != nil {
		return err
	}
	return signedIn{
		Outcome: out.Outcome, tenant: out.Tenant, application: out.Application, noJWT: q.NoJWT,
		trustID: out.TrustID, trustToken: out.TrustToken, state: out.State,
	}.respond(w, r, h.Tokens)
}

func (h *TwoFactor) sendForChallenge(w http.ResponseWriter, r *http.Request) error {
	var q twoFactorRequest
	if err := readInto(r, &q); err != nil {
		return err
	}
	if err := h.Service.SendForChallenge(r.Context(), r.PathValue("twoFactorId"), q.MethodID); err != nil {
		return err
	}
	w.WriteHeader(http.StatusOK)
	return nil
}

// send sends a code that sets a method up or, where the method is there, takes
// it away.
func (h *TwoFactor) send(w http.ResponseWriter, r *http.Request) error {
	q, user, application, err := h.readFor(r)
	if err != nil {
		return err
	}
	if q.MethodID != "" {
		err = h.Service.SendToDisable(r.Context(), user, application, q.MethodID)
	} else {
		err = h.Service.SendToEnable(r.Context(), user, application, q.method())
	}
	if err != nil {
		return err
	}
	w.WriteHeader(http.StatusOK)
	return nil
}

// readFor reads a body about a user: of the token, the path or the body.
func (h *TwoFactor) readFor(r *http.Request) (q twoFactorRequest, user *fa.Account, application *fa.Application, err error) {
	if err := readInto(r, &q); err != nil {
		return q, nil, nil, err
	}
	inPath, err := pathID(r, "userId")
	if err != nil {
		return q, nil, nil, err
	}
	if user, err = userOf(r, h.Users, cmp.Or(inPath, q.UserID)); err != nil {
		return q, nil, nil, err
	}
	application, err = activeApplication(r.Context(), h.Applications, callerOf(r), q.ApplicationID)
	return q, user, application, err
}

func (h *TwoFactor) secret(w http.ResponseWriter, _ *http.Request) error {
	return respond(w, http.StatusOK, identity.NewTwoFactorSecret())
}

func (h *TwoFactor) start(w http.ResponseWriter, r *http.Request) error {
	var q twoFactorRequest
	if err := readInto(r, &q); err != nil {
		return err
	}
	user, err := h.named(r, &q)
	if err != nil {
		return err
	}
	application, err := activeApplication(r.Context(), h.Applications, callerOf(r), q.ApplicationID)
	if err != nil {
		return err
	}
	challenge, code, err := h.Service.Start(r.Context(), identity.StartTwoFactor{
		User: user, Application: application, LoginID: q.LoginID, Code: q.Code, State: q.State, TrustChallenge: q.TrustChallenge,
	})
	if err != nil {
		return err
	}
	return respond(w, http.StatusOK, map[string]any{"code": code, "methods": challenge.Methods, "twoFactorId": challenge.ID})
}

// named is the user that a body names, by id or login id.
func (h *TwoFactor) named(r *http.Request, q *twoFactorRequest) (*fa.Account, error) {
	if q.UserID != "" {
		return userOf(r, h.Users, q.UserID)
	}
	return h.mux.userByLogin(r, h.Users, q.LoginID, q.LoginIDTypes)
}

func (h *TwoFactor) status(w http.ResponseWriter, r *http.Request) error {
	var q twoFactorRequest
	q.TwoFactorTrustID = r.PathValue("twoFactorTrustId")
	var err error
	if q.UserID, err = queryID(r, "userId"); err != nil {
		return err
	}
	if q.ApplicationID, err = queryID(r, "applicationId"); err != nil {
		return err
	}
	return h.respondStatus(w, r, &q)
}

func (h *TwoFactor) postStatus(w http.ResponseWriter, r *http.Request) error {
	var q twoFactorRequest
	if err := readInto(r, &q); err != nil {
		return err
	}
	if q.Action != "" {
		var errs fa.Errors
		errs.OneOf(q.Action, "action", "changePassword", "login", "stepUp")
		if err := errs.OrNil(); err != nil {
			return err
		}
	}
	return h.respondStatus(w, r, &q)
}

func (h *TwoFactor) respondStatus(w http.ResponseWriter, r *http.Request, q *twoFactorRequest) error {
	user, err := userOf(r, h.Users, q.UserID)
	if err != nil {
		return err
	}
	application, err := activeApplication(r.Context(), h.Applications, callerOf(r), q.ApplicationID)
	if err != nil {
		return err
	}
	needed, trusts, err := h.Service.FactorStatus(r.Context(), user, application, q.TwoFactorTrustID)
	if err != nil {
		return err
	}
	body := map[string]any{"trusts": trusts}
	if len(trusts) > 0 {
		body["twoFactorTrustId"] = q.TwoFactorTrustID
	}
	if needed {
		return respond(w, statusTwoFactor, body)
	}
	return respond(w, http.StatusOK, body)
}

func (h *TwoFactor) enable(w http.ResponseWriter, r *http.Request) error {
	q, user, application, err := h.readFor(r)
	if err != nil {
		return err
	}
	var errs fa.Errors
	errs.Require(q.Code, "code")
	if err := errs.OrNil(); err != nil {
		return err
	}
	enabled, err := h.Service.EnableMethod(identity.Within(r.Context(), application), user, identity.NewMethod{
		Method: q.method(), SecretBase32Encoded: q.SecretBase32Encoded, Code: q.Code, ChallengeID: q.TwoFactorID,
	})
	if err != nil {
		return err
	}
	return respond(w, http.StatusOK, enabled)
}

func (h *TwoFactor) rename(w http.ResponseWriter, r *http.Request) error {
	q, user, _, err := h.readFor(r)
	if err != nil {
		return err
	}
	if err := h.Service.RenameMethod(r.Context(), user, q.MethodID, q.Name); err != nil {
		return err
	}
	w.WriteHeader(http.StatusOK)
	return nil
}

// disable takes a method away. What it needs may stand in the query or in a body.
func (h *TwoFactor) disable(w http.ResponseWriter, r *http.Request) error {
	var q twoFactorRequest
	if r.ContentLength != 0 {
		if err := readInto(r, &q); err != nil {
			return err
		}
	}
	inPath, err := pathID(r, "userId")
	if err != nil {
		return err
	}
	user, err := userOf(r, h.Users, cmp.Or(inPath, q.UserID))
	if err != nil {
		return err
	}
	inQuery, err := queryID(r, "applicationId")
	if err != nil {
		return err
	}
	if r, err = within(r, h.Applications, cmp.Or(inQuery, q.ApplicationID)); err != nil {
		return err
	}
	query := r.URL.Query()
	methodID, code := cmp.Or(query.Get("methodId"), q.MethodID), cmp.Or(query.Get("code"), q.Code)
	var errs fa.Errors
	errs.Require(code, "code")
	errs.Require(methodID, "methodId")
	if err := errs.OrNil(); err != nil {
		return err
	}
	if err := h.Service.DisableMethod(r.Context(), user, methodID, code); err != nil {
		return err
	}
	w.WriteHeader(http.StatusOK)
	return nil
}

func (h *TwoFactor) recoveryCodes(w http.ResponseWriter, r *http.Request) error {
	user, err := h.addressed(r)
	if err != nil {
		return err
	}
	return respondCodes(w, user.TwoFactor.RecoveryCodes)
}

func (h *TwoFactor) renewRecoveryCodes(w http.ResponseWriter, r *http.Request) error {
	user, err := h.addressed(r)
	if err != nil {
		return err
	}
	codes, err := h.Service.RenewRecoveryCodes(r.Context(), user)
	if err != nil {
		return err
	}
	return respondCodes(w, codes)
}

func (h *TwoFactor) addressed(r *http.Request) (*fa.Account, error) {
	id, err := pathID(r, "userId")
	if err != nil {
		return nil, err
	}
	return userOf(r, h.Users, id)
}

func respondCodes(w http.ResponseWriter, codes []string) error {
	if codes == nil {
		codes = []string{}
	}
	return respond(w, http.StatusOK, map[string]any{"recoveryCodes": codes})
}

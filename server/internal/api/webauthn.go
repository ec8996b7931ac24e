package api

import (
	"cmp"
	"context"
	"net"
	"net/http"

	"wherry/server/internal/fa"
	"wherry/server/internal/identity"
)

// WebAuthn serves /api/webauthn.
//
// Source: https://fusionauth.io/docs/apis/webauthn
type WebAuthn struct {
	Passkeys *identity.Passkeys
	Store    interface {
		WebAuthnCredential(ctx context.Context, id fa.ID) (*fa.WebAuthnCredential, error)
		WebAuthnCredentials(ctx context.Context, user fa.ID) ([]*fa.WebAuthnCredential, error)
		DeleteWebAuthnCredential(ctx context.Context, id fa.ID) error
		DeleteWebAuthnCredentials(ctx context.Context, user fa.ID) error
	}
	Users        UserStore
	Tokens       AccessTokens
	Applications Documents[fa.Application]

	mux *Mux
}

// Mount registers the endpoints.
func (h *WebAuthn) Mount(m *Mux) {
	h.mux = m
	m.HandleUser("POST /api/webauthn/register/start", h.startRegistration)
	m.HandleUser("POST /api/webauthn/register/complete", h.completeRegistration)
	m.Handle("POST /api/webauthn/start", h.start)
	m.HandleOpen("POST /api/webauthn/login", h.login)
	m.HandleOpen("POST /api/webauthn/assert", h.assert)
	m.Handle("POST /api/webauthn/import", h.importKeys)
	m.HandleUser("GET /api/webauthn", h.list)
	m.HandleUser("GET /api/webauthn/{id}", h.get)
	m.HandleUser("DELETE /api/webauthn", h.deleteAll)
	m.HandleUser("DELETE /api/webauthn/{id}", h.delete)
}

// webAuthnStart is the body with which a ceremony begins.
type webAuthnStart struct {
	ApplicationID fa.ID    `json:"applicationId"`
	CredentialID  fa.ID    `json:"credentialId"`
	DisplayName   string   `json:"displayName"`
	LoginID       string   `json:"loginId"`
	LoginIDTypes  []string `json:"loginIdTypes"`
	Name          string   `json:"name"`
	State         fa.Data  `json:"state"`
	UserAgent     string   `json:"userAgent"`
	UserID        fa.ID    `json:"userId"`
	Workflow      string   `json:"workflow"`
	Rest          fa.Rest  `json:",embed"`
}

func (h *WebAuthn) startRegistration(w http.ResponseWriter, r *http.Request) error {
	var q webAuthnStart
	if err := readInto(r, &q); err != nil {
		return err
	}
	user, err := userOf(r, h.Users, q.UserID)
	if err != nil {
		return err
	}
	options, err := h.Passkeys.StartRegistration(r.Context(), user, identity.NewPasskey{
		Name: q.Name, DisplayName: q.DisplayName, UserAgent: cmp.Or(q.UserAgent, r.UserAgent()), Workflow: cmp.Or(q.Workflow, fa.WorkflowGeneral), Host: host(r),
	})
	if err != nil {
		return err
	}
	return respond(w, http.StatusOK, map[string]any{"options": options})
}

// host is the one by which the server was reached, without the port.
func host(r *http.Request) string {
	name, _, err := net.SplitHostPort(r.Host)
	if err != nil {
		return r.Host
	}
	return name
}

func (h *WebAuthn) completeRegistration(w http.ResponseWriter, r *http.Request) error {
	var q struct {
		Credential identity.PasskeyCreation `json:"credential"`
		Origin     string                   `json:"origin"`
		UserID     fa.ID                    `json:"userId"`
		Rest       fa.Rest                  `json:",embed"`
	}
	if err := readInto(r, &q); err != nil {
		return err
	}
	user, err := userOf(r, h.Users, q.UserID)
	if err != nil {
		return err
	}
	credential, err := h.Passkeys.CompleteRegistration(r.Context(), user, q.Origin, q.Credential)
	if err != nil {
		return err
	}
	return respond(w, http.StatusOK, map[string]any{"credential": credential})
}

func (h *WebAuthn) start(w http.ResponseWriter, r *http.Request) error {
	var q webAuthnStart
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
	options, err := h.Passkeys.StartLogin(r.Context(), identity.AskPasskey{
		User: user, Application: application, CredentialID: q.CredentialID, Workflow: cmp.Or(q.Workflow, fa.WorkflowGeneral), Host: host(r), State: q.State,
	})
	if err != nil {
		return err
	}
	return respond(w, http.StatusOK, map[string]any{"options": options})
}

// named is the user of the credential, the id or the login id in a body.
func (h *WebAuthn) named(r *http.Request, q *webAuthnStart) (*fa.Account, error) {
	if q.CredentialID != "" {
		c, err := h.Store.WebAuthnCredential(r.Context(), q.CredentialID)
		if err != nil {
			return nil, err
		}
		q.UserID = c.UserID
	}
	if q.UserID != "" {
		return userOf(r, h.Users, q.UserID)
	}
	return h.mux.userByLogin(r, h.Users, q.LoginID, q.LoginIDTypes)
}

// webAuthnLogin is the body with which a sign-in ends.
type webAuthnLogin struct {
	loginRequest
	Credential identity.PasskeyAssertion `json:"credential"`
	Origin     string                    `json:"origin"`
}

func (h *WebAuthn) attempt(r *http.Request) (q webAuthnLogin, a identity.PasskeyAttempt, err error) {
	if err := readInto(r, &q); err != nil {
		return q, a, err
	}
	a = identity.PasskeyAttempt{
		Origin: q.Origin, Answer: q.Credential, TwoFactorTrustID: trustID(r, q.TwoFactorTrustID), Address: peer(r), EventInfo: q.event(r),
	}
	a.Application, err = activeApplication(r.Context(), h.Applications, caller{}, q.ApplicationID)
	return q, a, err
}

func (h *WebAuthn) login(w http.ResponseWriter, r *http.Request) error {
	q, a, err := h.attempt(r)
	if err != nil {
		return err
	}
	out, err := h.Passkeys.SignIn(r.Context(), a)
	if err != nil {
		return err
	}
	return signedIn{Outcome: out.Outcome, tenant: out.Tenant, application: out.Application, noJWT: q.NoJWT, state: out.State}.respond(w, r, h.Tokens)
}

func (h *WebAuthn) assert(w http.ResponseWriter, r *http.Request) error {
	_, a, err := h.attempt(r)
	if err != nil {
		return err
	}
	credential, _, _, err := h.Passkeys.Assert(r.Context(), a)
	if err != nil {
		return err
	}
	return respond(w, http.StatusOK, map[string]any{"credential": credential})
}

func (h *WebAuthn) importKeys(w http.ResponseWriter, r *http.Request) error {
	body, err := read(r)
	if err != nil {
		return err
	}
	var raw []fa.WebAuthnCredential
	if err := body.decode("credentials", &raw); err != nil {
		return err
	}
	for i := range raw {
		sees := func(u *fa.Account) bool { return callerOf(r).sees(u.TenantID) }
		if err := h.Passkeys.Import(r.Context(), &raw[i], sees); err != nil {
			return err
		}
	}
	w.WriteHeader(http.StatusOK)
	return nil
}

func (h *WebAuthn) list(w http.ResponseWriter, r *http.Request) error {
	user, err := h.queried(r)
	if err != nil {
		return err
	}
	all, err := h.Store.WebAuthnCredentials(r.Context(), user.ID)
	if err != nil {
		return err
	}
	return respond(w, http.StatusOK, map[string]any{"credentials": all})
}

// queried is the user of the token, or of the parameter userId.
func (h *WebAuthn) queried(r *http.Request) (*fa.Account, error) {
	named, err := queryID(r, "userId")
	if err != nil {
		return nil, err
	}
	return userOf(r, h.Users, named)
}

func (h *WebAuthn) get(w http.ResponseWriter, r *http.Request) error {
	c, err := h.addressed(r)
	if err != nil {
		return err
	}
	return respond(w, http.StatusOK, map[string]any{"credential": c})
}

// addressed is the passkey that the path names, if the caller may see it.
func (h *WebAuthn) addressed(r *http.Request) (*fa.WebAuthnCredential, error) {
	id, err := pathID(r, "id")
	if err != nil {
		return nil, err
	}
	c, err := h.Store.WebAuthnCredential(r.Context(), id)
	if err != nil {
		return nil, err
	}
	if who := callerOf(r); !who.sees(c.TenantID) || who.user != "" && who.user != c.UserID {
		return nil, fa.ErrNotFound
	}
	return c, nil
}

func (h *WebAuthn) deleteAll(w http.ResponseWriter, r *http.Request) error {
	user, err := h.queried(r)
	if err != nil {
		return err
	}
	if err := h.Store.DeleteWebAuthnCredentials(r.Context(), user.ID); err != nil {
		return err
	}
	w.WriteHeader(http.StatusOK)
	return nil
}

func (h *WebAuthn) delete(w http.ResponseWriter, r *http.Request) error {
	c, err := h.addressed(r)
	if err != nil {
		return err
	}
	if err := h.Store.DeleteWebAuthnCredential(r.Context(), c.ID); err != nil {
		return err
	}
	w.WriteHeader(http.StatusOK)
	return nil
}

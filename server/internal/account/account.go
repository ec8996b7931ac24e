// Package account is the pages on which people look after their accounts:
// /account. Somebody signs in to them as to an application, by OAuth, and has a
// session of this package's from then on.
//
// Source: https://fusionauth.io/docs/lifecycle/manage-users/account-management/
package account

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"net/http"
	"time"

	"wherry/server/internal/fa"
	"wherry/server/internal/forms"
	"wherry/server/internal/identity"
)

// Server serves the pages. All fields are required.
type Server struct {
	Tenants      Documents[fa.Tenant]
	Applications Documents[fa.Application]
	Users        interface {
		User(ctx context.Context, id fa.ID) (*fa.Account, error)
	}
	Access identity.AccessLists
	// SignedIn takes a code with which somebody comes back from the login.
	SignedIn    func(ctx context.Context, code string) (user, application fa.ID, err error)
	Identifiers Identifiers
	Service     Service
	Passkeys    Passkeys
	Keys        PasskeyStore
	Sessions    Sessions
	Forms       forms.Shelf
	Pages       Pages
	Log         *slog.Logger
}

// Documents finds objects.
type Documents[T any] interface {
	Get(ctx context.Context, id fa.ID) (*T, error)
}

// Identifiers keeps what codes stand for; see identity.Identifiers.
type Identifiers interface {
	KeepIdentifier(ctx context.Context, kind, code string, ttl time.Duration, value any) error
	TakeIdentifier(ctx context.Context, kind, code string, value any) error
	Identifier(ctx context.Context, kind, code string, value any) error
	ReplaceIdentifier(ctx context.Context, kind, code string, value any) error
}

// Service applies the rules.
type Service interface {
	Complete(ctx context.Context, a identity.Attempt, user *fa.Account, said identity.Said) error
	ChangePassword(ctx context.Context, user *fa.Account, next identity.NewPassword) (oneTimePassword string, err error)
	StartPasswordChange(ctx context.Context, tenant *fa.Tenant, user *fa.Account) (string, error)
	ContinueSetUp(ctx context.Context, user *fa.Account, application *fa.Application, step identity.SetUp) (*identity.SettingUp, error)
	SendToDisable(ctx context.Context, user *fa.Account, application *fa.Application, methodID string) error
	DisableMethod(ctx context.Context, user *fa.Account, methodID, code string) error
	RenewOwnRecoveryCodes(ctx context.Context, user *fa.Account, methodID, code string) ([]string, error)
}

// Passkeys makes passkeys, and knows their users by them.
type Passkeys interface {
	StartRegistration(ctx context.Context, user *fa.Account, wish identity.NewPasskey) (json.RawMessage, error)
	CompleteRegistration(ctx context.Context, user *fa.Account, origin string, answer identity.PasskeyCreation) (*fa.WebAuthnCredential, error)
	StartLogin(ctx context.Context, ask identity.AskPasskey) (json.RawMessage, error)
	CanReauthenticate(ctx context.Context, user *fa.Account, a *fa.Application, host string) (bool, error)
	Confirm(ctx context.Context, user *fa.Account, a identity.PasskeyAttempt) error
}

// PasskeyStore keeps them.
type PasskeyStore interface {
	WebAuthnCredentials(ctx context.Context, user fa.ID) ([]*fa.WebAuthnCredential, error)
	DeleteWebAuthnCredential(ctx context.Context, id fa.ID) error
}

// Sessions are where somebody is signed in.
type Sessions interface {
	Live(ctx context.Context, m fa.SessionMatch) ([]*fa.Session, error)
	End(ctx context.Context, m fa.SessionMatch) error
}

// Mount registers the pages.
func (s *Server) Mount(mux *http.ServeMux) {
	protection := http.NewCrossOriginProtection()
	mux.Handle("GET /account", s.page(s.arrive))
	for pattern, h := range map[string]handler{
		"GET /account/edit":                s.edit,
		"POST /account/edit":               s.postEdit,
		"GET /account/password":            s.password,
		"POST /account/password":           s.postPassword,
		"GET /account/password/webauthn":   s.askPasskey,
		"POST /account/password/webauthn":  s.takeOwnPasskey,
		"GET /account/two-factor":          s.factors,
		"GET /account/two-factor/enable":   s.enable,
		"POST /account/two-factor/enable":  s.enable,
		"GET /account/two-factor/disable":  s.askCode(false),
		"POST /account/two-factor/disable": s.postDisable,
		"GET /account/two-factor/renew":    s.askCode(true),
		"POST /account/two-factor/renew":   s.postRenew,
		"GET /account/webauthn":            s.passkeys,
		"GET /account/webauthn/add":        s.addPasskey,
		"POST /account/webauthn/add":       s.postPasskey,
		"POST /account/webauthn/delete":    s.deletePasskey,
		"GET /account/sessions":            s.sessions,
		"POST /account/sessions":           s.endSession,
		"GET /account/logout":              s.logout,
		"POST /account/logout":             s.logout,
	} {
		mux.Handle(pattern, protection.Handler(s.page(s.withVisit(h))))
	}
}

type handler func(w http.ResponseWriter, r *http.Request, v *visit) error

// maxForm is what a form may weigh, in bytes.
const maxForm = 256 << 10

// page answers for what goes wrong.
func (s *Server) page(h func(w http.ResponseWriter, r *http.Request) error) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		r.Body = http.MaxBytesReader(w, r.Body, maxForm)
		err := r.ParseForm()
		if err != nil { // no browser sends that
			w.WriteHeader(http.StatusBadRequest)
			return
		}
		err = h(w, r)
		switch {
		case errors.Is(err, identity.ErrAddress):
			s.Pages.Unauthorized(w, r)
		case errors.Is(err, fa.ErrNotFound):
			s.Pages.NotFound(w, r)
		case err != nil && r.Context().Err() == nil:
			s.Log.ErrorContext(r.Context(), "page failed", "route", r.Pattern, "error", err)
			w.WriteHeader(http.StatusInternalServerError)
		}
	})
}

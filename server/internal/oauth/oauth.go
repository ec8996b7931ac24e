// Package oauth is OAuth 2.0 and OpenID Connect: /oauth2/* and discovery. It
// speaks their error language, never FusionAuth's.
//
// A sign-in moves through it so: authorize (GET) checks the client and shows
// the login page, which carries the whole request in hidden fields; authorize
// (POST) checks everything again, signs in, and sends the browser to the
// redirect URL with a code; token turns the code into tokens. In between there
// may be pages for a new password and for a second factor, which carry the
// request along too. Nobody is ever sent to a URL that the application has not
// registered.
package oauth

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"strings"
	"sync"
	"time"

	"wherry/server/internal/fa"
	"wherry/server/internal/forms"
	"wherry/server/internal/identity"
)

// Server serves the endpoints. All fields are required.
type Server struct {
	Tenants      Documents[fa.Tenant]
	Applications Documents[fa.Application]
	Default      fa.ID // the tenant of the discovery document at the root
	Users        interface {
		User(ctx context.Context, id fa.ID) (*fa.Account, error)
	}
	SignIn interface {
		SignIn(ctx context.Context, a identity.Attempt) (*identity.Outcome, error)
		Continue(ctx context.Context, p *identity.Presented, a identity.Attempt) (*identity.Outcome, error)
	}
	Steps       Steps
	Interrupted Interrupted
	Verifying   Verifying
	SettingUp   SettingUp
	ByMessage   ByMessage
	Passkeys    Passkeys
	SelfService SelfService
	Proving     Proving
	Forms       forms.Shelf
	Providers   Providers
	Upstream    Upstream
	Federation  Federation
	Identifiers Identifiers
	Counters    Counters
	Clients     identity.Clients
	Entities    interface {
		Documents[fa.Entity]
		Client(ctx context.Context, clientID string) (*fa.Entity, error)
	}
	EntityTypes  Documents[fa.EntityType]
	EntityGrants interface {
		Grants(ctx context.Context, m fa.GrantMatch) ([]*fa.EntityGrant, error)
	}
	Access   identity.AccessLists
	Tokens   *identity.Tokens
	Sessions *identity.Sessions
	Lambdas  UserInfoPopulator
	Keys     Keys
	Pages    Pages
	Now      func() time.Time
	Log      *slog.Logger

	descriptions sync.Map // the discovery documents, by tenant
	sayings      sayings
}

// Documents finds objects.
type Documents[T any] interface {
	Get(ctx context.Context, id fa.ID) (*T, error)
	All(ctx context.Context) ([]*T, error)
}

// Identifiers keeps what codes stand for; see identity.Identifiers.
type Identifiers interface {
	KeepIdentifier(ctx context.Context, kind, code string, ttl time.Duration, value any) error
	TakeIdentifier(ctx context.Context, kind, code string, value any) error
	// SpendIdentifier is TakeIdentifier that leaves the code behind as one of the
	// kind spent.
	SpendIdentifier(ctx context.Context, kind, spent, code string, ttl time.Duration, value any) error
	Identifier(ctx context.Context, kind, code string, value any) error
	ReplaceIdentifier(ctx context.Context, kind, code string, value any) error
}

// Counters counts what may happen only so often.
type Counters interface {
	Count(ctx context.Context, kind, key string, window time.Duration) (int, error)
}

// Keys publishes the keys that tokens are verified with.
type Keys interface {
	JWKS(ctx context.Context) ([]byte, error)
}

// Mount registers the endpoints.
func (s *Server) Mount(mux *http.ServeMux) {
	preflights := map[string]bool{}
	protection := http.NewCrossOriginProtection()
	protection.SetDenyHandler(s.page(func(http.ResponseWriter, *http.Request) error { return errOrigin }))
	mux.HandleFunc("GET /oauth2/authorize", s.page(s.showLogin))
	mux.HandleFunc("POST /oauth2/authorize", s.page(s.postAuthorize(protection)))
	mux.Handle("POST /oauth2/consent", protection.Handler(s.page(s.consent)))
	mux.HandleFunc("GET /oauth2/device", s.page(s.devicePage))
	mux.HandleFunc("GET /oauth2/device-complete", s.page(s.deviceComplete))
	mux.HandleFunc("GET /oauth2/logout", s.page(s.logout))
	mux.HandleFunc("POST /oauth2/logout", s.page(s.logout))
	mux.Handle("POST /oauth2/two-factor", protection.Handler(s.page(s.factor)))
	mux.HandleFunc("GET /password/change/{changePasswordId}", s.page(s.openChange))
	mux.Handle("POST /password/change/{changePasswordId}", protection.Handler(s.page(s.changePassword)))
	s.mountSteps(mux, protection)
	for pattern, h := range map[string]func(http.ResponseWriter, *http.Request) error{
		"POST /oauth2/device/approve": s.deviceApprove, "POST /oauth2/device_authorize": s.deviceAuthorize,
		"GET /oauth2/device/user-code": s.userCode, "POST /oauth2/device/user-code": s.userCode, "GET /oauth2/device/validate": s.deviceValidate,
		"POST /oauth2/introspect": s.introspect, "POST /oauth2/revoke": s.revoke, "POST /oauth2/token": s.token,
		"GET /oauth2/userinfo": s.userInfo, "POST /oauth2/userinfo": s.userInfo,
	} {
		mux.HandleFunc(pattern, s.json(h))
		_, path, _ := strings.Cut(pattern, " ")
		preflights[path] = true
	}
	for path := range preflights {
		mux.HandleFunc("OPTIONS "+path, s.json(s.preflight))
	}
	mux.HandleFunc("GET /.well-known/openid-configuration", s.json(s.discovery))
	mux.HandleFunc("GET /.well-known/openid-configuration/{tenant}", s.json(s.discovery))
	mux.HandleFunc("GET /{tenant}/.well-known/openid-configuration", s.json(s.discovery))
	mux.HandleFunc("GET /.well-known/jwks.json", s.json(s.jwks))
}

// errOrigin is for a login form on another site's page.
var errOrigin = &Error{
	status: http.StatusForbidden, Code: "access_denied", Reason: "invalid_origin", Description: "The form was not sent by the login page.",
}

// maxForm is what a form may weigh, in bytes.
const maxForm = 256 << 10

// page answers errors with a page, or by a redirect when the redirect URL is
// known to be good.
func (s *Server) page(h func(w http.ResponseWriter, r *http.Request) error) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		r.Body = http.MaxBytesReader(w, r.Body, maxForm)
		err := h(w, r)
		if err == nil {
			return
		}
		problem := s.explain(r, err)
		if problem.reply != nil {
			s.send(w, r, problem.reply)
			return
		}
		s.Pages.Error(w, r, problem.status, problem)
	}
}

// json answers errors with the JSON of RFC 6749, section 5.2.
func (s *Server) json(h func(w http.ResponseWriter, r *http.Request) error) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		r.Body = http.MaxBytesReader(w, r.Body, maxForm)
		w.Header().Set("X-Content-Type-Options", "nosniff")
		if err := h(w, r); err != nil {
			problem := s.explain(r, err)
			if problem.status == http.StatusUnauthorized && w.Header().Get("WWW-Authenticate") == "" { // RFC 6749 section 5.2: MUST
				w.Header().Set("WWW-Authenticate", `Basic realm="oauth2"`)
			}
			if problem.status == http.StatusServiceUnavailable {
				w.Header().Set("Retry-After", "1")
			}
			respond(w, problem.status, problem)
		}
	}
}

// explain turns any error into one that may be shown, and logs what nobody
// expected.
func (s *Server) explain(r *http.Request, err error) *Error {
	var problem *Error
	var tooLarge *http.MaxBytesError
	switch {
	case errors.As(err, &problem):
		return problem
	case errors.As(err, &tooLarge):
		return &Error{status: http.StatusRequestEntityTooLarge, Code: "invalid_request", Description: "The request is too large."}
	case errors.Is(err, fa.ErrTransaction):
		return &Error{status: http.StatusGatewayTimeout, Code: "server_error", Reason: "unknown", Description: "A webhook did not agree, or could not be reached."}
	case errors.Is(err, fa.ErrNotFound):
		return &Error{status: http.StatusNotFound, Code: "invalid_request", Reason: "invalid_tenant_id", Description: "There is no such tenant."}
	}
	if r.Context().Err() == nil { // else nobody is listening any more
		s.Log.ErrorContext(r.Context(), "request failed", "method", r.Method, "route", r.Pattern, "error", err)
	}
	return &Error{status: http.StatusInternalServerError, Code: "server_error", Reason: "unknown", Description: "The server could not do this. Try again."}
}

func respond(w http.ResponseWriter, status int, v any) {
	body, err := fa.Encode(v)
	if err != nil {
		status, body = http.StatusInternalServerError, []byte(`{"error":"server_error"}`)
	}
	respondWith(w, status, body)
}

func respondWith(w http.ResponseWriter, status int, body []byte) {
	w.Header().Set("Content-Type", "application/json;charset=UTF-8")
	w.Header().Set("Cache-Control", "no-store") // RFC 6749 section 5.1: MUST, both of them
	w.Header().Set("Pragma", "no-cache")
	w.WriteHeader(status)
	_, _ = w.Write(body) // the client may have left
}

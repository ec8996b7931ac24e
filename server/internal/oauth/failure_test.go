package oauth_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"wherry/server/internal/fa"
	"wherry/server/internal/identity"
	"wherry/server/internal/oauth"
)

// These tests are about what a whole server cannot be brought to do: the rest
// is tried through its door.

const (
	clientID = "85a03867-dccf-4882-adde-1a79aeec50df"
	callback = "https://app.example.com/callback"
)

// house has one object of each kind.
type house[T any] struct{ object *T }

func (h house[T]) Get(context.Context, fa.ID) (*T, error) { return h.object, nil }

func (h house[T]) All(context.Context) ([]*T, error) { return []*T{h.object}, nil }

func (h house[T]) Client(context.Context, string) (*T, error) { return h.object, nil }

// broken fails at everything.
type broken struct{ err error }

func (b broken) SignIn(context.Context, identity.Attempt) (*identity.Outcome, error) {
	return nil, b.err
}

func (b broken) Continue(context.Context, *identity.Presented, identity.Attempt) (*identity.Outcome, error) {
	return nil, b.err
}

func (b broken) ReplaceIdentifier(context.Context, string, string, any) error { return b.err }

func (b broken) KeepIdentifier(context.Context, string, string, time.Duration, any) error {
	return b.err
}

func (b broken) TakeIdentifier(context.Context, string, string, any) error { return b.err }

func (b broken) SpendIdentifier(context.Context, string, string, string, time.Duration, any) error {
	return b.err
}

func (b broken) Identifier(context.Context, string, string, any) error { return b.err }

func (b broken) JWKS(context.Context) ([]byte, error) { return nil, b.err }

// site shows its pages as one line.
type site struct{ oauth.Pages } // the pages that no test looks at are nil

func (site) Login(w http.ResponseWriter, _ *http.Request, status int, page oauth.LoginPage) {
	w.WriteHeader(status)
	_, _ = io.WriteString(w, page.Problem)
}

func (site) Factor(w http.ResponseWriter, _ *http.Request, status int, page oauth.FactorPage) {
	w.WriteHeader(status)
	_, _ = io.WriteString(w, page.Problem)
}

func (site) ChangePassword(w http.ResponseWriter, _ *http.Request, status int, page oauth.ChangePasswordPage) {
	w.WriteHeader(status)
	_, _ = io.WriteString(w, strings.Join(page.Problems, " "))
}

func (site) Consent(w http.ResponseWriter, _ *http.Request, status int, _ oauth.ConsentPage) {
	w.WriteHeader(status)
}

func (site) Device(w http.ResponseWriter, _ *http.Request, status int, _ oauth.DevicePage) {
	w.WriteHeader(status)
}

func (site) Logout(http.ResponseWriter, *http.Request, oauth.LogoutPage) {}

func (site) Post(http.ResponseWriter, *http.Request, oauth.PostPage) {}

func (site) Error(w http.ResponseWriter, _ *http.Request, status int, err *oauth.Error) {
	w.WriteHeader(status)
	_, _ = io.WriteString(w, err.Code+" "+err.Reason+" "+err.Description)
}

func (site) Locale(*http.Request) string { return "en" }

func TestFailures(t *testing.T) {
	t.Parallel()
	errDown := errors.New("made-up failure of jane@example.com's database")
	form := url.Values{
		"client_id": {clientID}, "client_secret": {"made-up"}, "redirect_uri": {callback}, "response_type": {"code"},
		"loginId": {"jane"}, "password": {"made-up"}, "grant_type": {"authorization_code"}, "code": {"some code"},
	}.Encode()
	for _, tt := range []struct {
		name      string
		err       error
		do        string
		cancelled bool
		status    int
		want      string
		logged    bool
	}{
		{name: "too many sign-ins", err: identity.ErrBusy, do: "POST /oauth2/authorize", status: 503, want: "[RateLimitedException]"},
		{name: "sign-in fails", err: errDown, do: "POST /oauth2/authorize", status: 500, want: "server_error", logged: true},
		{name: "code cannot be looked up", err: errDown, do: "POST /oauth2/token", status: 500, want: `"error":"server_error"`, logged: true},
		{name: "keys cannot be read", err: errDown, do: "GET /.well-known/jwks.json", status: 500, want: `"error":"server_error"`, logged: true},
		{name: "client has left", err: context.Canceled, cancelled: true, do: "POST /oauth2/token", status: 500, want: "server_error"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			tenant, application := fa.NewTenant(), fa.NewApplication()
			application.ID, application.OAuthConfiguration.ClientSecret = clientID, "made-up"
			application.OAuthConfiguration.AuthorizedRedirectURLs = []string{callback}
			application.OAuthConfiguration.EnabledGrants = []string{fa.GrantAuthorizationCode}
			var log bytes.Buffer
			mux := http.NewServeMux()
			(&oauth.Server{
				Tenants: house[fa.Tenant]{&tenant}, Applications: house[fa.Application]{&application}, Clients: house[fa.Application]{&application},
				SignIn: broken{tt.err}, Identifiers: broken{tt.err}, Keys: broken{tt.err}, Pages: site{}, Providers: house[fa.IdentityProvider]{&fa.IdentityProvider{}},
				Now: time.Now, Log: slog.New(slog.NewTextHandler(&log, nil)),
			}).Mount(mux)
			method, path, _ := strings.Cut(tt.do, " ")
			r := httptest.NewRequest(method, path, strings.NewReader(form))
			r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
			if tt.cancelled {
				ctx, cancel := context.WithCancel(t.Context())
				cancel()
				r = r.WithContext(ctx)
			}
			w := httptest.NewRecorder()
			mux.ServeHTTP(w, r)
			if w.Code != tt.status || !strings.Contains(w.Body.String(), tt.want) || strings.Contains(w.Body.String(), "example.com") {
				t.Errorf("status %d, body %q; want %d, %q", w.Code, w.Body, tt.status, tt.want)
			}
			if logged := strings.Count(log.String(), "request failed"); logged > 1 || (logged == 1) != tt.logged {
				t.Errorf("logged %d times: %s", logged, &log)
			}
		})
	}
}

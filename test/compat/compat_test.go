package compat

import (
	"net/http"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/uuid"
)

// TestAPI calls every endpoint that the documentation offers.
func TestAPI(t *testing.T) {
	t.Parallel()
	onEach(t, "api", func(t *testing.T, r runner, j *journal) {
		t.Helper()
		t.Run("endpoints", j.complete)
		t.Run("keys", r.refusals)
	})
}

// keyless are the endpoints that take no API key, or one or none.
var keyless = []string{
	"GET /api/status", "GET /api/health", "POST /api/login", "POST /api/webauthn/login", "POST /api/webauthn/assert", "GET /api/identity-provider/lookup",
	"GET /api/application/{applicationId}/oauth-configuration", "POST /api/logout", "POST /api/two-factor/login", "POST /api/two-factor/send/{twoFactorId}",
	"GET /api/user/change-password/{changePasswordId}", "POST /api/user/change-password/{changePasswordId}", "POST /api/user/change-password", "POST /api/user/forgot-password",
	"POST /api/user/verify-email", "POST /api/user/verify-email/{verificationId}", "POST /api/user/verify-registration", "POST /api/user/verify-registration/{verificationId}",
	"PUT /api/user/verify-email", "PUT /api/user/verify-registration", "POST /api/passwordless/send", "POST /api/passwordless/login",
	"GET /api/jwt/issue", "GET /api/jwt/public-key", "GET /api/jwt/validate", "POST /api/jwt/refresh", "POST /api/jwt/reconcile", "POST /api/identity-provider/login", "GET /api/tenant/password-validation-rules", "GET /api/tenant/password-validation-rules/{tenantId}",
}

var parameter = regexp.MustCompile(`\{\w+\}`)

// refusals makes sure that a key that may do nothing is told so everywhere, and
// nothing else.
func (r runner) refusals(t *testing.T) {
	nobody, anywhere := uuid.NewString(), ""
	for _, endpoint := range documented(t) {
		method, path, _ := strings.Cut(endpoint, " ")
		if !strings.HasPrefix(path, "/api/") || path == "/api/system/version" || slices.Contains(keyless, endpoint) {
			continue
		}
		r.step(t, 1, step{
			Do: []any{"request", method, parameter.ReplaceAllString(path, nobody), map[string]any{}},
			As: "nothing-key", Tenant: &anywhere, Status: http.StatusUnauthorized,
		}, variables{})
	}
}

// TestKickstart reads back what kickstart files in the style of FusionAuth's
// quickstarts have made at the first start.
func TestKickstart(t *testing.T) {
	t.Parallel()
	for _, instance := range []string{"quickstart", "organisation"} {
		t.Run(instance, func(t *testing.T) {
			t.Parallel()
			onEach(t, instance, nil)
		})
	}
}

// onEach starts an instance, runs its scenarios with each client on each
// database, and then what comes after them, unless that is nil.
func onEach(t *testing.T, instance string, after func(*testing.T, runner, *journal)) {
	t.Helper()
	dir := filepath.Join("testdata", instance)
	for database, fresh := range databases {
		for language, start := range clients {
			t.Run(database+"/"+language, func(t *testing.T) {
				t.Parallel()
				server := serve(t, append(fresh(t), "--kickstart", filepath.Join(dir, "kickstart.json"), "--allow-private-connectors")...)
				j := keep(t, server)
				r := runner{client: start(t), url: j.url, lean: language == "go", inbox: openInbox(t), passkey: newPasskey(t)}
				r.files(t, dir)
				if after != nil {
					after(t, r, j)
				}
			})
		}
	}
}

package connector_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"wherry/toolkit/config"
	"wherry/toolkit/connector"
	"wherry/toolkit/internal/cognitotest"
)

func (b *bench) admin(path string) *httptest.ResponseRecorder {
	w := httptest.NewRecorder()
	b.Admin().ServeHTTP(w, httptest.NewRequest(http.MethodGet, path, nil))
	return w
}

func TestMetrics(t *testing.T) {
	t.Parallel()
	u := jane()
	u.Challenge = "SOFTWARE_TOKEN_MFA"
	john := cognitotest.User{Username: "john", Password: password, Attributes: map[string]string{"sub": "3f1c9a2e-8b1d-70c4-9a55-0d2f6b7e1c12", "email": "john@example.com", "email_verified": "true"}}
	b := start(t, &cognitotest.Cognito{Users: []cognitotest.User{u, john}})
	b.signIn("john@example.com", password)
	b.signIn("john@example.com", "wrong")
	b.signIn("jane@example.com", password)
	b.send(httptest.NewRequest(http.MethodPost, "/", nil))
	text := b.admin("/metrics").Body.String()
	for _, want := range []string{
		`wherry_connector_sign_ins_total{answer="carried",outcome="tokens",pool="customers"} 1`,
		`wherry_connector_sign_ins_total{answer="refused",outcome="wrong-credentials",pool="customers"} 1`,
		`wherry_connector_turned_away_total{outcome="totp-factor",pool="customers"} 1`,
		`wherry_connector_requests_rejected_total{status="401"} 1`,
		`wherry_connector_cognito_calls_total{operation="GetUser",outcome="answered",pool="customers"} 1`,
		`wherry_connector_revocations_total{pool="customers",result="revoked"} 1`,
		`wherry_connector_breaker_state{pool="customers"} 0`,
		`wherry_connector_own_seconds_count{pool="customers"} 3`,
		`wherry_connector_cognito_seconds_count{pool="customers"} 3`,
	} {
		if !strings.Contains(text, want) {
			t.Errorf("no %s in:\n%s", want, text)
		}
	}
	if strings.Contains(text, "example.com") || strings.Contains(text, "jane") {
		t.Error("metrics name people")
	}
}

func TestReadyTurnsRedOnConfigurationFaults(t *testing.T) {
	t.Parallel()
	b := start(t, &cognitotest.Cognito{Users: []cognitotest.User{jane()}})
	ready := func(want bool, why string) {
		t.Helper()
		w := b.admin("/readyz")
		var answer struct {
			Ready bool
			Pools map[string]struct{ Faults []string }
		}
		if err := json.Unmarshal(w.Body.Bytes(), &answer); err != nil || answer.Ready != want || (w.Code == http.StatusOK) != want {
			t.Errorf("%s: got %d %s", why, w.Code, w.Body)
		}
	}
	ready(true, "at the start")
	b.fake.Say("InitiateAuth", cognitotest.Answer{Type: "InternalErrorException", Status: 500, Once: true})
	b.signIn("jane@example.com", password)
	ready(true, "an outage is no fault of ours")
	b.fake.Say("InitiateAuth", cognitotest.Answer{Type: "ResourceNotFoundException", Once: true})
	b.signIn("jane@example.com", password)
	ready(false, "no such client")
	b.signIn("jane@example.com", "wrong")
	ready(true, "the client is back")
	b.fake.Say("GetUser", cognitotest.Answer{Type: "NotAuthorizedException", Message: "Access Token does not have required scopes", Once: true})
	b.signIn("jane@example.com", password)
	ready(false, "no scope")
	b.signIn("jane@example.com", "wrong")
	ready(false, "a wrong password says nothing about the scope")
	b.signIn("jane@example.com", password)
	ready(true, "the scope is back")

	u := jane()
	u.Challenge = "SMS_MFA"
	b.fake.Users[0] = u
	b.fake.Say("AdminGetUser", cognitotest.Answer{Type: "AccessDeniedException"})
	if w := b.signIn("jane@example.com", password); w.Code != http.StatusNotFound || b.said(t)["outcome"] != "misconfigured" {
		t.Errorf("got %d, %v", w.Code, b.said(t))
	}
	ready(true, "one user's factor must not take everybody's connector away")
	if w := b.admin("/healthz"); w.Code != http.StatusOK {
		t.Errorf("healthz: %d", w.Code)
	}
}

// TestNothingSecretIsWritten runs through every kind of answer and looks for
// what must not be in the log, the metrics and the list of those turned away.
func TestNothingSecretIsWritten(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "turned-away.jsonl")
	b := start(t, &cognitotest.Cognito{Users: []cognitotest.User{jane()}}, func(c *config.Config) {
		c.Pools[0].ClientSecret = "9c1example5secret7value3aaaaaaaaaaaaaaaaaaaaaaaaaaa"
		c.Connector.TurnedAwayLog, c.Connector.PerLogin = file, &config.Limit{}
	})
	writing, err := connector.New(t.Context(), connector.Config{Settings: b.settings, Log: b.logger, Credentials: someone})
	if err != nil {
		t.Fatal(err)
	}
	b.Connector = writing
	answers := []cognitotest.Answer{
		{Status: 200},
		{Type: "NotAuthorizedException", Message: "User jane@example.com is odd."},
		{Type: "BrandNewException", Message: password},
		{Type: "InvalidParameterException", Message: "1 validation error detected: Value '" + password + "'"},
		{Type: "UserLambdaValidationException", Message: "PreAuthentication failed with error jane@example.com."},
		{Status: 500},
		{Break: true},
		{Type: "ResourceNotFoundException", Message: "User pool client 1example23456789 does not exist."},
		{Body: map[string]any{"ChallengeName": "SOFTWARE_TOKEN_MFA"}},
		{Body: "jane@example.com"},
	}
	for _, operation := range []string{"InitiateAuth", "GetUser", "RevokeToken"} {
		for _, a := range answers {
			a.Once = true
			b.fake.Say(operation, a)
			b.signIn("jane@example.com", password)
		}
	}
	lines, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	written := b.log.String() + string(lines) + b.admin("/metrics").Body.String()
	for _, secret := range []string{headerSecret, password, "jane", "refresh-token", "9c1example5secret7value3", "14325551212", sub} {
		if strings.Contains(written, secret) {
			t.Errorf("%q was written:\n%s", secret, written)
		}
	}
	if token := regexp.MustCompile(`ey[A-Za-z0-9_-]{10,}`).FindString(written); token != "" {
		t.Errorf("a token was written: %s", token)
	}
	if n := strings.Count(string(lines), "\n"); n < 10 || !strings.Contains(string(lines), `"outcome":"refused-by-trigger"`) {
		t.Errorf("turned away, %d lines:\n%s", n, lines)
	}
}

// TestLoginsHaveOneName lets support find somebody's lines, whatever the
// spelling, and nobody without the key.
func TestLoginsHaveOneName(t *testing.T) {
	t.Parallel()
	name := func(login string, changes ...change) any {
		b := start(t, &cognitotest.Cognito{}, changes...)
		b.signIn(login, "x")
		return b.said(t)["login"]
	}
	first := name("jane@example.com")
	if name("JANE@example.com") != first {
		t.Error("another spelling has another name")
	}
	if name("john@example.com") == first {
		t.Error("two users have one name")
	}
	if name("jane@example.com", func(c *config.Config) { c.Connector.LogKey = "another key" }) == first {
		t.Error("the name does not depend on the key")
	}
}

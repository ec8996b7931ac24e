package deploy

import (
	"bytes"
	"encoding/json"
	"log/slog"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"wherry/toolkit/config"
	"wherry/toolkit/connector"
	"wherry/toolkit/internal/cognitotest"
)

// TestAlarmsKnowTheLog makes a connector write the lines that alarms wait for.
func TestAlarmsKnowTheLog(t *testing.T) {
	t.Parallel()
	cognito := &cognitotest.Cognito{}
	server := httptest.NewServer(cognito)
	t.Cleanup(server.Close)
	var log bytes.Buffer
	k, err := connector.New(t.Context(), connector.Config{
		Log: slog.New(slog.NewJSONHandler(&log, nil)),
		Settings: &config.Config{
			Connector: config.Connector{Secret: "a secret only for tests", PerLogin: &config.Limit{}},
			Pools: []config.Pool{{ID: "eu-west-1_a", ClientID: "c", Endpoint: server.URL, Connector: config.SignIn{
				Breaker: config.Breaker{SignIns: 3, OpenFor: time.Hour},
			}}},
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	signIn := func(a cognitotest.Answer) map[string]any {
		log.Reset()
		cognito.Say("InitiateAuth", a)
		r := httptest.NewRequest("POST", "/", strings.NewReader(`{"loginId":"jane@example.com","password":"Correct-Horse-1"}`))
		r.Header.Set("Authorization", "a secret only for tests")
		k.Handler().ServeHTTP(httptest.NewRecorder(), r)
		var line map[string]any
		if err := json.Unmarshal(log.Bytes(), &line); err != nil {
			t.Fatalf("%v in %s", err, &log)
		}
		return line
	}
	for _, tt := range []struct {
		name   string
		answer cognitotest.Answer
		want   string
	}{
		{"wrong password", cognitotest.Answer{Type: "NotAuthorizedException", Message: "Incorrect username or password."}, ""},
		{"reset required", cognitotest.Answer{Type: "PasswordResetRequiredException"}, "turned-away"},
		{"misconfigured", cognitotest.Answer{Type: "ResourceNotFoundException", Message: "User pool client c does not exist."}, "turned-away fault"},
		{"throttled", cognitotest.Answer{Type: "TooManyRequestsException"}, "outage turned-away"},
		{"down", cognitotest.Answer{Status: 503}, "outage turned-away"},
		{"down still", cognitotest.Answer{Status: 503}, "outage turned-away"},
		{"given up", cognitotest.Answer{Status: 503}, "outage turned-away"},
		{"not even asked", cognitotest.Answer{Status: 503}, "outage turned-away"},
	} {
		line := signIn(tt.answer)
		var hit []string
		for _, a := range alarms {
			if a.Pattern != "" && matches(t, a.Pattern, line) {
				hit = append(hit, a.Name)
			}
		}
		if got := strings.Join(hit, " "); got != tt.want {
			t.Errorf("%s: alarms %q, want %q, at %v", tt.name, got, tt.want, line)
		}
	}
	if line := signIn(cognitotest.Answer{}); line["outcome"] != "breaker-open" {
		t.Errorf("the breaker is not open: %v", line)
	}
}

// matches is as much of CloudWatch's filter patterns as ours use: comparisons
// joined by && and, in parentheses, by ||.
func matches(t *testing.T, pattern string, line map[string]any) bool {
	t.Helper()
	for part := range strings.SplitSeq(strings.Trim(pattern, "{ }"), " && ") {
		any := false
		for term := range strings.SplitSeq(strings.Trim(part, "()"), " || ") {
			f := strings.Fields(term)
			if len(f) != 3 {
				t.Fatalf("%s is no comparison", term)
			}
			equal := line[strings.TrimPrefix(f[0], "$.")] == strings.Trim(f[2], `"`)
			any = any || equal == (f[1] == "=")
		}
		if !any {
			return false
		}
	}
	return true
}

package connector_test

import (
	"bytes"
	"encoding/json"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"wherry/toolkit/config"
	"wherry/toolkit/connector"
	"wherry/toolkit/internal/cognitotest"
)

const (
	headerSecret = "a secret only for tests"
	password     = "Correct-Horse-1"
	sub          = "3f1c9a2e-8b1d-70c4-9a55-0d2f6b7e1c11"
)

// jane is a user whose SMS factor goes to a verified number.
func jane() cognitotest.User {
	return cognitotest.User{
		Username: "jane", Password: password, Groups: []string{"staff"}, Factors: []string{"SMS_MFA"},
		Attributes: map[string]string{
			"sub": sub, "email": "jane@example.com", "email_verified": "true",
			"phone_number": "+14325551212", "phone_number_verified": "true", "custom:plan": "gold",
		},
	}
}

// bench is a connector on a fake Cognito, with everything it writes.
type bench struct {
	*connector.Connector
	settings *config.Config
	fake     *cognitotest.Cognito
	log      *journal
	logger   *slog.Logger
	ledger   *ledger
}

// journal is a log that several goroutines write.
type journal struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (j *journal) Write(p []byte) (int, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.text.Write(p)
}

func (j *journal) String() string {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.text.String()
}

type ledger struct {
	mu      sync.Mutex
	entries []connector.TurnedAway
}

func (l *ledger) TurnedAway(t connector.TurnedAway) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.entries = append(l.entries, t)
	return nil
}

type change func(*config.Config)

// onPool changes the settings of the pool.
func onPool(f func(*config.SignIn)) change {
	return func(c *config.Config) { f(&c.Pools[0].Connector) }
}

func start(t *testing.T, fake *cognitotest.Cognito, changes ...change) *bench {
	t.Helper()
	server := httptest.NewServer(fake)
	t.Cleanup(server.Close)
	settings := &config.Config{
		Connector: config.Connector{Secret: headerSecret},
		Pools:     []config.Pool{{ID: "eu-west-1_ExamplePool", Name: "customers", ClientID: "1example23456789", Endpoint: server.URL}},
	}
	for _, change := range changes {
		change(settings)
	}
	b := &bench{settings: settings, fake: fake, log: &journal{}, ledger: &ledger{}}
	b.logger = slog.New(slog.NewJSONHandler(b.log, nil))
	var err error
	b.Connector, err = connector.New(t.Context(), connector.Config{
		Settings: settings, Ledger: b.ledger, Credentials: someone, Log: b.logger,
	})
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// request is a sign-in as FusionAuth sends it.
func request(login, password string) *http.Request {
	body, _ := json.Marshal(map[string]any{
		"applicationId": "10000000-0000-0002-0000-000000000001", "loginId": login, "password": password,
		"loginIdTypes": []string{}, "eventInfo": map[string]string{"ipAddress": "192.0.2.1"}, "newDevice": false, "noJWT": false,
	})
	r := httptest.NewRequest(http.MethodPost, "/", bytes.NewReader(body))
	r.Header.Set("Authorization", headerSecret)
	return r
}

// send hands a request to the connector and waits for everything it causes.
func (b *bench) send(r *http.Request) *httptest.ResponseRecorder {
	w := httptest.NewRecorder()
	b.Handler().ServeHTTP(w, r)
	b.Wait()
	return w
}

func (b *bench) signIn(login, password string) *httptest.ResponseRecorder {
	return b.send(request(login, password))
}

func operations(b *bench) string { return strings.Join(b.fake.Operations(), " ") }

// said is the last line of the log.
func (b *bench) said(t *testing.T) map[string]any {
	t.Helper()
	lines := strings.Split(strings.TrimSpace(b.log.String()), "\n")
	var line map[string]any
	if err := json.Unmarshal([]byte(lines[len(lines)-1]), &line); err != nil {
		t.Fatalf("%v in %q", err, b.log)
	}
	return line
}

func TestSignIn(t *testing.T) {
	t.Parallel()
	b := start(t, &cognitotest.Cognito{Users: []cognitotest.User{jane()}})
	w := b.signIn("Jane@example.com", password)
	var answer struct {
		User struct {
			ID, Email string
			Active    bool
			Data      map[string]any
		}
	}
	if err := json.Unmarshal(w.Body.Bytes(), &answer); w.Code != http.StatusOK || err != nil {
		t.Fatalf("got %d %s", w.Code, w.Body)
	}
	if u := answer.User; u.ID != sub || u.Email != "jane@example.com" || !u.Active || u.Data["plan"] != "gold" {
		t.Errorf("user: %+v", u)
	}
	if got, want := operations(b), "InitiateAuth GetUser RevokeToken"; got != want {
		t.Errorf("asked of Cognito: %s, want %s", got, want)
	}
	if token := b.fake.Asked()[2].Input["Token"]; token != "refresh-token-of-jane" {
		t.Errorf("revoked: %v", token)
	}
	if len(b.ledger.entries) > 0 {
		t.Errorf("turned away: %v", b.ledger.entries)
	}
	line := b.said(t)
	if line["outcome"] != "tokens" || line["answer"] != "carried" || line["level"] != "INFO" || line["pool"] != "customers" {
		t.Errorf("log: %v", line)
	}
}

func TestWrongPassword(t *testing.T) {
	t.Parallel()
	b := start(t, &cognitotest.Cognito{Users: []cognitotest.User{jane()}})
	for _, r := range []*http.Request{request("jane@example.com", "wrong"), request("nobody@example.com", password), request("jane doe", password)} {
		if w := b.send(r); w.Code != http.StatusNotFound || w.Body.Len() > 0 {
			t.Errorf("got %d %q", w.Code, w.Body)
		}
	}
	if len(b.ledger.entries) > 0 {
		t.Errorf("a wrong password turns nobody away: %v", b.ledger.entries)
	}
}

// TestTheDoor holds what is not a sign-in against the guide's statuses. None of
// it reaches Cognito, and none of it gets a body.
func TestTheDoor(t *testing.T) {
	t.Parallel()
	b := start(t, &cognitotest.Cognito{Users: []cognitotest.User{jane()}}, func(c *config.Config) { c.Connector.MaxBody = 200 })
	good := `{"loginId":"jane@example.com","password":"x"}`
	for _, tt := range []struct {
		name, method, path, secret, body string
		want                             int
	}{
		{"no secret", "POST", "/", "", good, 401},
		{"wrong secret", "POST", "/", "another secret, as long", good, 401},
		{"no secret, wrong everything", "GET", "/nowhere", "", "", 401},
		{"other path", "POST", "/api/login", headerSecret, good, 404},
		{"other pool", "POST", "/pools/staff", headerSecret, good, 404},
		{"other method", "GET", "/", headerSecret, "", 405},
		{"too large", "POST", "/", headerSecret, `{"loginId":"` + strings.Repeat("j", 200) + `"}`, 413},
		{"empty", "POST", "/", headerSecret, "", 400},
		{"no JSON", "POST", "/", headerSecret, "loginId=jane", 400},
		{"a list", "POST", "/", headerSecret, `[]`, 400},
		{"something after it", "POST", "/", headerSecret, good + "x", 400},
		{"no login id", "POST", "/", headerSecret, `{"password":"x"}`, 400},
		{"no password", "POST", "/", headerSecret, `{"loginId":"jane"}`, 400},
		{"a number", "POST", "/", headerSecret, `{"loginId":7,"password":"x"}`, 400},
	} {
		r := httptest.NewRequest(tt.method, tt.path, strings.NewReader(tt.body))
		r.Header.Set("Authorization", tt.secret)
		if w := b.send(r); w.Code != tt.want || w.Body.Len() > 0 {
			t.Errorf("%s: got %d %q, want %d", tt.name, w.Code, w.Body, tt.want)
		}
	}
	if asked := b.fake.Operations(); len(asked) > 0 {
		t.Errorf("Cognito was asked: %v", asked)
	}
}

func TestPaths(t *testing.T) {
	t.Parallel()
	two := func(c *config.Config) {
		other := c.Pools[0]
		other.Name = "staff"
		c.Pools, c.Connector.BasePath = append(c.Pools, other), "/call"
	}
	b := start(t, &cognitotest.Cognito{Users: []cognitotest.User{jane()}}, two)
	for path, want := range map[string]int{
		"/call/pools/customers": 200, "/call/pools/staff": 200, "/call/pools/staff/": 200,
		"/pools/staff": 404, "/call": 404, "/call/": 404, "/call/pools/": 404,
	} {
		r := request("jane@example.com", password)
		r.URL.Path = path
		if w := b.send(r); w.Code != want {
			t.Errorf("%s: got %d, want %d", path, w.Code, want)
		}
	}
}

func TestNewNamesWhatIsMissing(t *testing.T) {
	t.Parallel()
	pool := config.Pool{ID: "eu-west-1_a", ClientID: "c"}
	for name, tt := range map[string]struct {
		settings config.Config
		want     string
	}{
		"no secret": {config.Config{Pools: []config.Pool{pool}}, "connector.secret: "},
		"no pool":   {config.Config{Connector: config.Connector{Secret: headerSecret}}, "pools: name at least one"},
		"a reference": {
			config.Config{Connector: config.Connector{SecretRef: "ssm:/wherry"}, Pools: []config.Pool{pool}},
			"connector.secret_ref: only the Lambda",
		},
	} {
		_, err := connector.New(t.Context(), connector.Config{Settings: &tt.settings})
		if err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: got %v, want %s", name, err, tt.want)
		}
	}
}

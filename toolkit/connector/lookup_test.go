package connector_test

import (
	"bytes"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"testing"

	"wherry/toolkit/config"
	"wherry/toolkit/connector"
	"wherry/toolkit/internal/cognitotest"
)

// lookUp asks whether somebody is known.
func (b *bench) lookUp(login string, more map[string]any) *httptest.ResponseRecorder {
	in := map[string]any{"loginId": login, "loginIdTypes": []string{}}
	for name, value := range more {
		in[name] = value
	}
	body, _ := json.Marshal(in)
	r := httptest.NewRequest(http.MethodPost, "/", bytes.NewReader(body))
	r.Header.Set("Authorization", headerSecret)
	r.Header.Set(connector.RequestHeader, "look-up")
	return b.send(r)
}

func TestLookUp(t *testing.T) {
	t.Parallel()
	allow := onPool(func(s *config.SignIn) { s.ForgotPassword = true })
	changed := func(change func(u *cognitotest.User)) func(*cognitotest.User) { return change }
	for _, tt := range []struct {
		name    string
		user    func(*cognitotest.User)
		login   string
		policy  change
		outcome string
		status  int
		listed  bool
	}{
		{name: "by address", outcome: "known", status: 200},
		{name: "by address in another case", login: "JANE@Example.com", outcome: "known", status: 200},
		{name: "by a phone number, which is no login id across", login: "+14325551212", outcome: "mapping-fault", status: 404, listed: true},
		{name: "by user name", login: "jane", outcome: "known", status: 200},
		{name: "nobody", login: "nobody@example.com", outcome: "unknown", status: 404},
		{name: "a login id that is a filter", login: `" or username = "jane`, outcome: "unknown", status: 404},
		{name: "not allowed", policy: onPool(func(*config.SignIn) {}), outcome: "look-up-off", status: 404, listed: true},
		{name: "unverified address", user: changed(func(u *cognitotest.User) { u.Attributes["email_verified"] = "false" }), outcome: "address-unverified", status: 404, listed: true},
		{name: "unconfirmed", user: changed(func(u *cognitotest.User) { u.Status = "UNCONFIRMED" }), outcome: "unconfirmed", status: 404, listed: true},
		{name: "federated", user: changed(func(u *cognitotest.User) { u.Status = "EXTERNAL_PROVIDER" }), outcome: "unconfirmed", status: 404, listed: true},
		{name: "password to be reset", user: changed(func(u *cognitotest.User) { u.Status = "RESET_REQUIRED" }), outcome: "known", status: 200},
		{name: "a factor that cannot be carried", user: changed(func(u *cognitotest.User) { u.Factors = []string{"SOFTWARE_TOKEN_MFA"} }), outcome: "totp-factor", status: 404, listed: true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			u := jane()
			if tt.user != nil {
				tt.user(&u)
			}
			if tt.login == "" {
				tt.login = "jane@example.com"
			}
			if tt.policy == nil {
				tt.policy = allow
			}
			b := start(t, &cognitotest.Cognito{Users: []cognitotest.User{u}}, tt.policy)
			w := b.lookUp(tt.login, nil)
			if w.Code != tt.status || w.Header().Get(connector.OutcomeHeader) != tt.outcome {
				t.Fatalf("status %d, outcome %s: %s", w.Code, w.Header().Get(connector.OutcomeHeader), w.Body)
			}
			if tt.listed != (len(b.ledger.entries) == 1) {
				t.Errorf("listed: %v", b.ledger.entries)
			}
			var answer struct {
				User struct {
					ID, Email string
					Verified  bool
				}
			}
			if tt.status == http.StatusOK {
				if err := json.Unmarshal(w.Body.Bytes(), &answer); err != nil || answer.User.ID != sub || answer.User.Email != "jane@example.com" || !answer.User.Verified {
					t.Errorf("answer %s: %v", w.Body, err)
				}
			} else if w.Body.Len() > 0 {
				t.Errorf("nobody, and a body: %s", w.Body)
			}
		})
	}
}

// TestNoLookUpIsASignIn: neither passes for the other.
func TestNoLookUpIsASignIn(t *testing.T) {
	t.Parallel()
	b := start(t, &cognitotest.Cognito{Users: []cognitotest.User{jane()}}, onPool(func(s *config.SignIn) { s.ForgotPassword = true }))
	if w := b.lookUp("jane@example.com", map[string]any{"password": password}); w.Code != http.StatusBadRequest {
		t.Errorf("a look-up with a password: status %d", w.Code)
	}
	if w := b.signIn("jane@example.com", ""); w.Code != http.StatusBadRequest {
		t.Errorf("a sign-in without a password: status %d", w.Code)
	}
	if asked := operations(b); asked != "" {
		t.Errorf("Cognito was asked: %s", asked)
	}
	r := request("jane@example.com", password)
	r.Header.Del("Authorization")
	r.Header.Set(connector.RequestHeader, "look-up")
	if w := b.send(r); w.Code != http.StatusUnauthorized {
		t.Errorf("without the secret: status %d", w.Code)
	}
}

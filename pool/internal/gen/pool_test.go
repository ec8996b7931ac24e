package gen_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"wherry/pool"
	"wherry/pool/internal/gen"
	"wherry/pool/internal/model"
)

// standIn answers for a generated pool.
type standIn struct {
	*gen.Pool
	http.Handler
}

func serve(t *testing.T, p *gen.Pool) standIn {
	t.Helper()
	running, err := pool.New(pool.Config{Directories: []pool.Directory{p.Directory()}})
	if err != nil {
		t.Fatal(err)
	}
	return standIn{p, running.Handler()}
}

// call calls an operation, whose refusal ends up in out too.
func (s standIn) call(t *testing.T, operation string, in, out any) {
	t.Helper()
	body, err := json.Marshal(in)
	if err != nil {
		t.Fatal(err)
	}
	r := httptest.NewRequest(http.MethodPost, "/", strings.NewReader(string(body)))
	r.Header.Set("Content-Type", "application/x-amz-json-1.1")
	r.Header.Set("X-Amz-Target", "AWSCognitoIdentityProviderService."+operation)
	r.Header.Set("Authorization", "AWS4-HMAC-SHA256 Credential=any/20260101/us-east-1/cognito-idp/aws4_request, SignedHeaders=host, Signature=00")
	w := httptest.NewRecorder()
	s.ServeHTTP(w, r)
	if err := json.Unmarshal(w.Body.Bytes(), out); err != nil {
		t.Fatalf("%s answered %d, %q", operation, w.Code, w.Body)
	}
}

// outcome is how a sign-in ended: with tokens, a challenge or a refusal.
type outcome struct {
	AuthenticationResult struct{ AccessToken string }
	ChallengeName        string
	Type                 string `json:"__type"`
	Message              string `json:"message"`
}

func (o outcome) String() string {
	if o.AuthenticationResult.AccessToken != "" {
		return "tokens"
	}
	return o.ChallengeName + strings.TrimSuffix(o.Type, "Exception") + " " + o.Message
}

func (s standIn) signIn(t *testing.T, username, password string) (o outcome) {
	t.Helper()
	s.call(t, "InitiateAuth", map[string]any{
		"AuthFlow": "USER_PASSWORD_AUTH", "ClientId": s.ClientID,
		"AuthParameters": map[string]string{"USERNAME": username, "PASSWORD": password},
	}, &o)
	return o
}

// TestThePoolAnswersAsExpected signs everybody in and compares with what a
// migration is expected to make of the answer.
func TestThePoolAnswersAsExpected(t *testing.T) {
	t.Parallel()
	s := serve(t, gen.New(1500, 11))
	for n := range s.Len() {
		u, want := s.User(n), answersTo(s.Expected(n))
		secret := s.Password(n)
		if secret == "" {
			secret = "anything-1-A"
		}
		got := s.signIn(t, u.Username, secret)
		if !slices.ContainsFunc(want, func(w string) bool { return strings.HasPrefix(got.String(), w) }) {
			t.Errorf("user %d, %s: got %q, want one of %q", n, u.Status, got, want)
		}
		if token := got.AuthenticationResult.AccessToken; token != "" {
			s.compareProfile(t, n, token)
		}
	}
}

// answersTo is what the pool may say when such an account signs in.
func answersTo(a gen.Account) []string {
	switch a.SignIn.Reason {
	case gen.Disabled:
		return []string{"NotAuthorized User is disabled."}
	case gen.Unconfirmed:
		return []string{"UserNotConfirmed "}
	case gen.ResetRequired:
		return []string{"PasswordResetRequired "}
	case gen.NoPassword, gen.Unusable:
		return []string{"NotAuthorized Incorrect username or password."}
	case gen.Expired:
		return []string{"NotAuthorized Temporary password has expired"}
	case gen.NeedsFactor:
		return []string{"SOFTWARE_TOKEN_MFA", "SELECT_MFA_TYPE"}
	case gen.FactorUncertain:
		return []string{"SMS_MFA"}
	}
	switch {
	case a.User.PasswordChangeRequired:
		return []string{"NEW_PASSWORD_REQUIRED"}
	case a.User.TwoFactor == nil:
		return []string{"tokens"}
	case a.User.TwoFactor.Methods[0].Method == "sms":
		return []string{"SMS_MFA"}
	default:
		return []string{"EMAIL_OTP"}
	}
}

// compareProfile checks that a user sees every attribute, identities perhaps
// aside.
func (s standIn) compareProfile(t *testing.T, n int, token string) {
	t.Helper()
	var profile struct{ UserAttributes []model.Attribute }
	s.call(t, "GetUser", map[string]string{"AccessToken": token}, &profile)
	for _, a := range s.User(n).Attributes {
		if a.Name != "identities" && !slices.Contains(profile.UserAttributes, a) {
			t.Errorf("user %d does not see %s", n, a.Name)
		}
	}
}

func TestThePoolListsEverybodyOnce(t *testing.T) {
	t.Parallel()
	s := serve(t, gen.New(1000, 12))
	var seen []string
	for _, digit := range "0123456789abcdef" {
		in := map[string]any{"UserPoolId": s.ID, "Filter": `sub ^= "` + string(digit) + `"`}
		for {
			var page struct {
				Users           []struct{ Username string }
				PaginationToken string
			}
			s.call(t, "ListUsers", in, &page)
			for _, u := range page.Users {
				seen = append(seen, u.Username)
			}
			if page.PaginationToken == "" {
				break
			}
			in["PaginationToken"] = page.PaginationToken
		}
	}
	slices.Sort(seen)
	if seen = slices.Compact(seen); len(seen) != s.Len() {
		t.Errorf("%d of %d users were listed", len(seen), s.Len())
	}
}

func TestThePoolFindsAliases(t *testing.T) {
	t.Parallel()
	s := serve(t, gen.New(500, 13))
	for n := range s.Len() {
		u := s.User(n)
		for _, name := range []string{"email", "phone_number"} {
			alias, _ := u.Attribute(name)
			if !u.Verified(name) {
				continue
			}
			var found struct{ Username string }
			s.call(t, "AdminGetUser", map[string]string{"UserPoolId": s.ID, "Username": alias}, &found)
			if found.Username != u.Username {
				t.Errorf("%s leads to %q, want %q", name, found.Username, u.Username)
			}
		}
	}
}

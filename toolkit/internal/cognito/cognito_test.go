package cognito

import (
	"context"
	"errors"
	"net/http/httptest"
	"reflect"
	"slices"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"wherry/toolkit/internal/cognitotest"
)

const (
	testPool   = "eu-west-1_ExamplePool"
	testClient = "1example23456789"
	testSecret = "9c1example5secret7value3aaaaaaaaaaaaaaaaaaaaaaaaaaa"
)

var jane = cognitotest.User{
	Username:   "3f1c9a2e-8b1d-70c4-9a55-0d2f6b7e1c11",
	Password:   "Correct-Horse-1",
	Attributes: map[string]string{"sub": "3f1c9a2e-8b1d-70c4-9a55-0d2f6b7e1c11", "email": "jane@example.com", "email_verified": "true", "custom:plan": "gold"},
	Groups:     []string{"admins", "staff"},
	Factors:    []string{"EMAIL_OTP"},
}

type credentials struct{ err error }

func (c credentials) Retrieve(context.Context) (aws.Credentials, error) {
	return aws.Credentials{AccessKeyID: "AKIDEXAMPLE", SecretAccessKey: "example"}, c.err
}

// start serves a fake and returns a client for it.
func start(t *testing.T, fake *cognitotest.Cognito, change func(*Options)) *Client {
	t.Helper()
	server := httptest.NewServer(fake)
	t.Cleanup(server.Close)
	o := Options{PoolID: testPool, Region: "eu-west-1", Endpoint: server.URL, ClientID: testClient, Connections: 4, Credentials: credentials{}}
	if change != nil {
		change(&o)
	}
	c, err := New(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestSignIn(t *testing.T) {
	t.Parallel()
	for _, flow := range []string{"USER_PASSWORD_AUTH", "ADMIN_USER_PASSWORD_AUTH"} {
		t.Run(flow, func(t *testing.T) {
			t.Parallel()
			fake := &cognitotest.Cognito{Users: []cognitotest.User{jane}}
			c := start(t, fake, func(o *Options) { o.Flow, o.ClientSecret = flow, testSecret })
			got, err := c.SignIn(t.Context(), "jane@example.com", "Correct-Horse-1")
			if err != nil || got.Outcome != Tokens || got.RefreshToken.Reveal() != "refresh-token-of-"+jane.Username {
				t.Fatalf("got %+v, %v", got, err)
			}
			asked := fake.Asked()[0]
			if want := flow == "ADMIN_USER_PASSWORD_AUTH"; asked.Signed != want {
				t.Errorf("signed: %v, want %v", asked.Signed, want)
			}
			parameters, _ := asked.Input["AuthParameters"].(map[string]any)
			if got, want := parameters["SECRET_HASH"], "Cqo4WZDI4zr1mRg8a3lRsY6Q3wvfZiKG/q/L4cn4TiA="; got != want {
				t.Errorf("SECRET_HASH: got %v, want %s", got, want)
			}
			wantOutcome(t, fail(c.SignIn(t.Context(), "jane@example.com", "wrong")), WrongCredentials)
		})
	}
}

func TestChallenges(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]Outcome{
		"SMS_MFA": SMSFactor, "EMAIL_OTP": EmailFactor, "SOFTWARE_TOKEN_MFA": TOTPFactor, "SELECT_MFA_TYPE": FactorChoice,
		"MFA_SETUP": FactorSetup, "NEW_PASSWORD_REQUIRED": TemporaryPassword,
		"CUSTOM_CHALLENGE": UnprovenChallenge, "SELECT_CHALLENGE": UnprovenChallenge, "PASSWORD": UnprovenChallenge,
		"PASSWORD_SRP": UnprovenChallenge, "PASSWORD_VERIFIER": UnprovenChallenge, "WEB_AUTHN": UnprovenChallenge,
		"SMS_OTP": UnprovenChallenge, "DEVICE_SRP_AUTH": UnknownChallenge, "DEVICE_PASSWORD_VERIFIER": UnknownChallenge,
		"ADMIN_NO_SRP_AUTH": UnknownChallenge, "RETINA_SCAN": UnknownChallenge,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			u := jane
			u.Challenge = name
			c := start(t, &cognitotest.Cognito{Users: []cognitotest.User{u}}, nil)
			got, err := c.SignIn(t.Context(), "jane@example.com", "Correct-Horse-1")
			if !want.ProvesPassword() {
				wantOutcome(t, err, want)
				return
			}
			if err != nil || got.Outcome != want || got.Username != jane.Username || got.AccessToken != "" {
				t.Errorf("got %+v, %v, want %s", got, err, want)
			}
			if !slices.Equal(got.Factors, []string{"SMS_MFA", "SOFTWARE_TOKEN_MFA"}) {
				t.Errorf("factors: %v", got.Factors)
			}
		})
	}
}

func TestImpossibleLoginsAreNotSent(t *testing.T) {
	t.Parallel()
	fake := &cognitotest.Cognito{}
	c := start(t, fake, nil)
	for _, login := range []string{"", "jane doe", "jane\n", "jane\x00", string([]byte{'j', 0xff}), string(make([]byte, 3000))} {
		wantOutcome(t, fail(c.SignIn(t.Context(), login, "x")), WrongCredentials)
	}
	wantOutcome(t, fail(c.SignIn(t.Context(), "jane", "")), WrongCredentials)
	if asked := fake.Operations(); len(asked) > 0 {
		t.Errorf("Cognito was asked: %v", asked)
	}
}

func TestAnswersWithoutAnswer(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name   string
		answer cognitotest.Answer
		want   Outcome
		calls  int
	}{
		{"throttled twice", cognitotest.Answer{Type: "TooManyRequestsException"}, Throttled, 2},
		{"server error", cognitotest.Answer{Type: "InternalErrorException", Status: 500}, Unavailable, 2},
		{"a proxy's 502", cognitotest.Answer{Status: 502}, Unavailable, 2},
		{"a proxy's 429", cognitotest.Answer{Status: 429}, Throttled, 2},
		{"connection cut", cognitotest.Answer{Break: true}, Unavailable, 2},
		{"hangs", cognitotest.Answer{Hang: true}, TimedOut, 1},
		{"locked out", cognitotest.Answer{Type: "NotAuthorizedException", Message: "Password attempts exceeded"}, LockedOut, 1},
		{"limit", cognitotest.Answer{Type: "LimitExceededException"}, LockedOut, 1},
		{"unknown error", cognitotest.Answer{Type: "com.example#NewException", Message: "?"}, Unclassified, 1},
		{"unknown error with 500", cognitotest.Answer{Type: "NewException", Status: 500}, Unavailable, 2},
		{"neither", cognitotest.Answer{Body: map[string]any{}}, Unclassified, 1},
		{"not even JSON", cognitotest.Answer{Status: 403}, Unclassified, 1},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			fake := &cognitotest.Cognito{}
			fake.Say("InitiateAuth", tt.answer)
			c := start(t, fake, nil)
			ctx, cancel := context.WithTimeout(t.Context(), 500*time.Millisecond)
			defer cancel()
			wantOutcome(t, fail(c.SignIn(ctx, "jane", "x")), tt.want)
			if n := len(fake.Operations()); n != tt.calls {
				t.Errorf("%d calls, want %d", n, tt.calls)
			}
		})
	}
}

func TestThrottledOnceIsTriedAgain(t *testing.T) {
	t.Parallel()
	fake := &cognitotest.Cognito{Users: []cognitotest.User{jane}}
	fake.Say("InitiateAuth", cognitotest.Answer{Type: "TooManyRequestsException", Once: true})
	c := start(t, fake, nil)
	var trace Trace
	if _, err := c.SignIn(WithTrace(t.Context(), &trace), "jane@example.com", "Correct-Horse-1"); err != nil {
		t.Fatal(err)
	}
	if len(trace.Calls) != 1 || trace.Calls[0].Attempts != 2 || trace.Calls[0].Outcome != Tokens || trace.Waiting <= 0 {
		t.Errorf("trace: %+v", trace)
	}
}

func TestNoConnection(t *testing.T) {
	t.Parallel()
	server := httptest.NewServer(nil)
	server.Close()
	c, err := New(t.Context(), Options{PoolID: testPool, Region: "eu-west-1", Endpoint: server.URL, ClientID: testClient})
	if err != nil {
		t.Fatal(err)
	}
	wantOutcome(t, fail(c.SignIn(t.Context(), "jane", "x")), Unavailable)
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	wantOutcome(t, fail(c.SignIn(gone, "jane", "x")), CallerGone)
}

func TestNoCredentials(t *testing.T) {
	t.Parallel()
	fake := &cognitotest.Cognito{}
	c := start(t, fake, func(o *Options) { o.Credentials = credentials{errors.New("no role")} })
	_, err := c.AdminUser(t.Context(), "jane")
	wantOutcome(t, err, Misconfigured)
	if len(fake.Operations()) > 0 {
		t.Error("Cognito was asked without credentials")
	}
}

func TestReadingUsers(t *testing.T) {
	t.Parallel()
	fake := &cognitotest.Cognito{Users: []cognitotest.User{jane}}
	c := start(t, fake, nil)
	signIn, err := c.SignIn(t.Context(), "jane@example.com", "Correct-Horse-1")
	if err != nil {
		t.Fatal(err)
	}
	u, err := c.User(t.Context(), signIn.AccessToken)
	if err != nil || u.Username != jane.Username || !reflect.DeepEqual(map[string]string(u.Attributes), jane.Attributes) || !slices.Equal(u.UserMFASettingList, jane.Factors) {
		t.Errorf("GetUser: %+v, %v", u, err)
	}
	u, err = c.AdminUser(t.Context(), jane.Username)
	if err != nil || u.Status != "CONFIRMED" || u.Enabled == nil || !*u.Enabled || u.Created.UnixMilli() != 1637108867442 {
		t.Errorf("AdminGetUser: %+v, %v", u, err)
	}
	u, err = c.IDTokenUser(signIn.IDToken)
	if err != nil || u.Username != jane.Username || !reflect.DeepEqual(map[string]string(u.Attributes), jane.Attributes) || !slices.Equal(u.Groups, jane.Groups) {
		t.Errorf("ID token: %+v, %v", u, err)
	}
	groups, err := Groups(signIn.AccessToken)
	if err != nil || !slices.Equal(groups, jane.Groups) {
		t.Errorf("groups in the token: %v, %v", groups, err)
	}
	groups, err = c.AdminGroups(t.Context(), jane.Username)
	if err != nil || !slices.Equal(groups, jane.Groups) {
		t.Errorf("AdminListGroupsForUser, two pages: %v, %v", groups, err)
	}
	if err := c.Revoke(t.Context(), signIn.RefreshToken); err != nil {
		t.Error(err)
	}
	_, err = c.AdminUser(t.Context(), "nobody")
	wantOutcome(t, err, Unclassified)
}

func fail(_ *SignIn, err error) error { return err }

func wantOutcome(t *testing.T, err error, want Outcome) {
	t.Helper()
	var f *Failure
	if !errors.As(err, &f) || f.Outcome != want {
		t.Errorf("got %v, want %s", err, want)
	}
}

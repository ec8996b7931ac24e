package connector

import (
	"net/http"
	"testing"
	"time"

	"wherry/pool"
)

// Who does not know the secret learns nothing, and the pool hears nothing.
func TestNoQuestionWithoutTheSecret(t *testing.T) {
	t.Parallel()
	b := start(t, guarded(`previous_secret: "the secret of last month"`))
	for _, tt := range []struct {
		secret string
		want   int
	}{
		{"", http.StatusUnauthorized},
		{"Bearer " + headerSecret, http.StatusUnauthorized},
		{"another secret, as long!", http.StatusUnauthorized},
		{"the secret of last month", http.StatusOK},
		{headerSecret, http.StatusOK},
	} {
		b.pool.ResetCounters()
		got := b.ask(t.Context(), tt.secret, "jane", password)
		if got.status != tt.want || tt.want != http.StatusOK && got.body != "" {
			t.Errorf("%q: got %d %s, want %d", tt.secret, got.status, got.body, tt.want)
		}
		if asked := b.asked(); (asked == "") != (tt.want != http.StatusOK) {
			t.Errorf("%q: the pool was asked %s", tt.secret, asked)
		}
	}
	if got := b.metric(`requests_rejected_total{status="401"}`); got != "3" {
		t.Errorf("requests rejected: %q", got)
	}
	if lines := b.signIns(); len(lines) != 2 {
		t.Errorf("the log has %d sign-ins, want 2", len(lines))
	}
}

// What is wrong with the configuration shows in /readyz, until it is mended.
// What is wrong with Cognito, or with one user, does not.
func TestReadiness(t *testing.T) {
	t.Parallel()
	scope := pool.Outcome{Operation: "GetUser", Type: "NotAuthorizedException", Message: "Access Token does not have required scopes"}
	for _, tt := range []struct {
		name  string
		who   string
		given []given
		fault string // "": stays ready
	}{
		{"all is well", "jane", nil, ""},
		{"no such client", "jane", []given{client("5nobody", "")}, "InitiateAuth: ResourceNotFoundException"},
		{"secret missing", "jane", []given{client(secretID, "")}, "InitiateAuth: NotAuthorizedException"},
		{"secret wrong", "jane", []given{client(secretID, "wrong")}, "InitiateAuth: NotAuthorizedException"},
		{"flow off", "jane", []given{client(bareID, "")}, "InitiateAuth: InvalidParameterException"},
		{"SRP off", "jane", []given{client(bareID, ""), settings("flow: USER_SRP_AUTH")}, "InitiateAuth: InvalidParameterException"},
		{"key may not", "jane", []given{settings("flow: ADMIN_USER_PASSWORD_AUTH"), may("cognito-idp:ListUsers")}, "AdminInitiateAuth: AccessDeniedException"},
		{"no key", "jane", []given{settings("flow: ADMIN_USER_PASSWORD_AUTH"), signedWith("", "")}, "AdminInitiateAuth: "},
		{"groups by a key that may not", "jane", []given{settings("groups: admin_list_groups_for_user"), may("cognito-idp:AdminGetUser")}, "AdminListGroupsForUser: AccessDeniedException"},
		{"tokens without scope", "jane", []given{says(scope)}, "GetUser: NotAuthorizedException"},

		{"key may not read those with a factor", "sam", []given{may("cognito-idp:ListUsers")}, ""},
		{"wrong password", "nobody", nil, ""},
		{"outage", "jane", []given{faults(pool.Faults{InternalErrors: 1})}, ""},
		{"broken connections", "jane", []given{faults(pool.Faults{Resets: 1})}, ""},
		{"unknown error", "jane", []given{says(pool.Outcome{Type: "BrandNewException"})}, ""},
		{"unknown challenge", "jane", []given{says(pool.Outcome{Challenge: "RETINA_SCAN"})}, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			b := start(t, tt.given...)
			if got := b.get("/readyz"); got.status != http.StatusOK {
				t.Errorf("before the first sign-in: %+v", got)
			}
			b.signIn(tt.who, password)
			want := answer{http.StatusOK, `{"pools":{"customers":{"ready":true,"breaker":"closed"}},"ready":true}` + "\n"}
			if tt.fault != "" {
				want = answer{
					http.StatusServiceUnavailable,
					`{"pools":{"customers":{"ready":false,"breaker":"closed","faults":["` + tt.fault + `"]}},"ready":false}` + "\n",
				}
			}
			if got := b.get("/readyz"); got != want {
				t.Errorf("got %+v, want %+v", got, want)
			}
			if got := b.get("/healthz"); got.status != http.StatusOK {
				t.Errorf("healthz: %+v", got)
			}
		})
	}
}

func TestReadyAgain(t *testing.T) {
	t.Parallel()
	b := start(t, says(pool.Outcome{Operation: "InitiateAuth", Times: 1, Type: "ResourceNotFoundException", Message: "User pool client 1open does not exist."}))
	for _, want := range []int{http.StatusServiceUnavailable, http.StatusOK} {
		b.signIn("jane", password)
		if got := b.get("/readyz"); got.status != want {
			t.Errorf("got %+v, want %d", got, want)
		}
	}
}

// A clock that is wrong makes signatures wrong. The SDK learns the right time
// from the first refusal, so it costs one sign-in.
func TestClockThatIsWrong(t *testing.T) {
	t.Parallel()
	b := start(t, settings("flow: ADMIN_USER_PASSWORD_AUTH"), faults(pool.Faults{ClockSkew: 10 * time.Minute}))
	for _, want := range []struct {
		outcome string
		ready   int
	}{{"misconfigured", http.StatusServiceUnavailable}, {"tokens", http.StatusOK}} {
		b.signIn("jane", password)
		if l, ready := b.last(), b.get("/readyz"); l.Outcome != want.outcome || ready.status != want.ready {
			t.Errorf("got %+v, %+v, want %+v", l, ready, want)
		}
	}
}

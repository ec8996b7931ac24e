package connector

import (
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"testing"

	"wherry/pool"
)

// way is one way of putting the password before Cognito, with what the pool
// is asked on it.
type way struct {
	name   string
	given  []given
	proves []string // the password
	reads  []string // the user
}

// ways is every combination of flow, client secret, profile and groups.
func ways() (all []way) {
	for flow, proves := range map[string][]string{
		"USER_PASSWORD_AUTH":       {"InitiateAuth"},
		"ADMIN_USER_PASSWORD_AUTH": {"AdminInitiateAuth"},
		"USER_SRP_AUTH":            {"InitiateAuth", "RespondToAuthChallenge"},
	} {
		for id, secret := range map[string]string{openID: "", secretID: clientSecret} {
			for profile, reads := range map[string][]string{"get_user": {"GetUser"}, "id_token": nil} {
				for groups, asks := range map[string][]string{"token": nil, "admin_list_groups_for_user": {"AdminListGroupsForUser"}} {
					all = append(all, way{
						name:   strings.Join([]string{flow, id, profile, groups}, " "),
						given:  []given{client(id, secret), settings("flow: " + flow), settings("profile: " + profile), settings("groups: " + groups)},
						proves: proves, reads: slices.Concat(reads, asks),
					})
				}
			}
		}
	}
	return all
}

func sorted(lists ...[]string) string {
	return strings.Join(slices.Sorted(slices.Values(slices.Concat(lists...))), " ")
}

func TestEveryWay(t *testing.T) {
	t.Parallel()
	for _, w := range ways() {
		t.Run(w.name, func(t *testing.T) {
			t.Parallel()
			b := start(t, w.given...)
			for _, tt := range []struct {
				login, password, outcome, asked string
			}{
				{"jane@example.com", password, "tokens", sorted(w.proves, w.reads, []string{"RevokeToken"})},
				{"jane@example.com", wrong, "wrong-credentials", sorted(w.proves)},
				{"sam@example.com", password, "sms-factor", sorted(w.proves, []string{"AdminGetUser", "AdminListGroupsForUser"})},
				{"tom", password, "temporary-password", sorted(w.proves, []string{"AdminGetUser", "AdminListGroupsForUser"})},
				{"tom", wrong, "wrong-credentials", sorted(w.proves)},
				{"rita", password, "reset-required", w.proves[0]}, // before any proof
			} {
				b.pool.ResetCounters()
				got := b.signIn(tt.login, tt.password)
				if l := b.last(); l.Outcome != tt.outcome {
					t.Errorf("%s: %+v, want %s", tt.login, l, tt.outcome)
				}
				if asked := b.asked(); asked != tt.asked {
					t.Errorf("%s: the pool was asked %s, want %s", tt.login, asked, tt.asked)
				}
				if tt.outcome == "tokens" {
					b.isJane(got)
				}
			}
			b.sessionsEnded()
		})
	}
}

// isJane wants the same user whichever way she came.
func (b *bench) isJane(got answer) {
	b.Helper()
	var user struct {
		User struct {
			ID, Email, Username string
			Verified            bool
			Data                struct {
				Plan    string
				Cognito struct{ Groups []string }
			}
		}
	}
	if err := json.Unmarshal([]byte(got.body), &user); err != nil || got.status != http.StatusOK {
		b.Fatalf("got %d %s", got.status, got.body)
	}
	u := user.User
	slices.Sort(u.Data.Cognito.Groups)
	if u.ID != known("jane") || u.Email != "jane@example.com" || u.Username != "jane" || !u.Verified || u.Data.Plan != "gold" ||
		!slices.Equal(u.Data.Cognito.Groups, []string{"editors", "staff"}) {
		b.Errorf("got %+v", u)
	}
}

// By SRP, Cognito hides unknown users behind a challenge that nobody can
// answer.
func TestUnknownUserBySRP(t *testing.T) {
	t.Parallel()
	b := start(t, client(hidingID, ""), settings("flow: USER_SRP_AUTH"))
	if got := b.signIn("nobody", password); got.status != http.StatusNotFound {
		t.Errorf("got %d", got.status)
	}
	if l, asked := b.last(), b.asked(); l.Outcome != "wrong-credentials" || asked != "InitiateAuth RespondToAuthChallenge" {
		t.Errorf("asked %s: %+v", asked, l)
	}
}

// Without a key in its settings the connector finds the one that the AWS SDK
// finds.
func TestKeyFromTheSurroundings(t *testing.T) {
	t.Setenv("AWS_ACCESS_KEY_ID", accessKey.AccessKeyID)
	t.Setenv("AWS_SECRET_ACCESS_KEY", accessKey.SecretAccessKey)
	b := start(t, func(s *setting) { s.key = nil }, settings("flow: ADMIN_USER_PASSWORD_AUTH"))
	b.isJane(b.signIn("jane", password))
}

// A session that cannot be ended keeps nobody out, and is not forgotten.
func TestSessionThatCannotBeEnded(t *testing.T) {
	t.Parallel()
	b := start(t, says(pool.Outcome{Operation: "RevokeToken", Type: "UnsupportedTokenTypeException", Message: "Unsupported token type"}))
	b.isJane(b.signIn("jane", password))
	if got := b.metric(`revocations_total{pool="customers",result="failed"}`); got != "1" {
		t.Errorf("revocations that failed: %q", got)
	}
	if log := b.log.String(); !strings.Contains(log, "could not be revoked") {
		t.Errorf("the log says nothing of it: %s", log)
	}
}

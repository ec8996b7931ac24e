package connector

import (
	"cmp"
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"wherry/pool"
)

// row is one thing that Cognito can answer, and what must become of the user.
type row struct {
	name     string
	who      string // the login id; default: jane
	password string // default: the right one
	given    []given
	before   func(*bench)

	outcome string
	carried string // how: "plain", "sms", "email", "change", "change sms", "without factor"; "" is refused
	asked   string // of the pool; default: once, and for tokens all that follows
	why     string // in the record of those turned away: code and hint
}

// once is what the pool is asked when its answer ends the matter.
const once = "InitiateAuth"

// What is asked to carry somebody across: with tokens, and without.
const (
	byTokens = "GetUser InitiateAuth RevokeToken"
	byIAM    = "AdminGetUser AdminListGroupsForUser InitiateAuth"
)

func TestOutcomes(t *testing.T) {
	t.Parallel()
	for _, r := range table() {
		t.Run(r.name, func(t *testing.T) {
			t.Parallel()
			b := start(t, r.given...)
			if r.before != nil {
				r.before(b)
				b.pool.ResetCounters()
			}
			r.who = cmp.Or(r.who, "jane")
			got := b.signIn(r.who, cmp.Or(r.password, password))
			r.checkAnswer(b, got)
			r.checkLog(b)
			r.checkMetrics(b)
			r.checkRecord(b)
			if asked := b.asked(); asked != strings.TrimSpace(cmp.Or(r.asked, once)) {
				b.Errorf("the pool was asked: %s", asked)
			}
			b.sessionsEnded()
		})
	}
}

// checkAnswer wants the user of that name, or 404 and nothing else.
func (r *row) checkAnswer(b *bench, got answer) {
	b.Helper()
	if r.carried == "" {
		if got.status != http.StatusNotFound || got.body != "" {
			b.Errorf("want 404 with nothing in it, got %d %s", got.status, got.body)
		}
		return
	}
	var user struct {
		User struct {
			ID, Username           string
			Active                 bool
			PasswordChangeRequired bool
			TwoFactor              struct{ Methods []struct{ Method string } }
		}
	}
	if err := json.Unmarshal([]byte(got.body), &user); err != nil || got.status != http.StatusOK {
		b.Fatalf("got %d %s", got.status, got.body)
	}
	u := user.User
	if want := known(r.who); u.ID != want || !u.Active || u.Username == "" {
		b.Errorf("got %+v, want the id %s", u, want)
	}
	var how []string
	if u.PasswordChangeRequired {
		how = append(how, "change")
	}
	for _, m := range u.TwoFactor.Methods {
		how = append(how, m.Method)
	}
	if b.last().WithoutFactor {
		how = append(how, "without factor")
	}
	if got := cmp.Or(strings.Join(how, " "), "plain"); got != r.carried {
		b.Errorf("carried: %s, want %s", got, r.carried)
	}
}

// known is the sub of somebody in the pool, by any spelling of a login id.
func known(login string) string {
	name, _, _ := strings.Cut(strings.ToLower(login), "@")
	for _, u := range directory().Users {
		if u.Username == name {
			sub, _ := u.Attribute("sub")
			return sub
		}
	}
	return ""
}

func (r *row) checkLog(b *bench) {
	b.Helper()
	l := b.last()
	if l.Outcome != r.outcome || l.Pool != "customers" || l.Login == "" {
		b.Errorf("log: %+v, want %s", l, r.outcome)
	}
	if want := map[bool]string{true: "carried", false: "refused"}[r.carried != ""]; l.Answer != want {
		b.Errorf("log: answer %s, want %s", l.Answer, want)
	}
	if want := r.level(); l.Level != want {
		b.Errorf("log: level %s, want %s", l.Level, want)
	}
}

// level is at which an operator should hear of it: what he has to mend, what
// he has to know, what is as it should be.
func (r *row) level() string {
	switch r.outcome {
	case "misconfigured", "mapping-fault", "unclassified", "unknown-challenge":
		return "ERROR"
	}
	if r.listed() || r.carried == "without factor" || r.carried == "change without factor" {
		return "WARN"
	}
	return "INFO"
}

// listed tells whether support must be able to find the user.
func (r *row) listed() bool { return r.carried == "" && r.outcome != "wrong-credentials" }

func (r *row) checkMetrics(b *bench) {
	b.Helper()
	said := b.last().Answer
	one := map[bool]string{true: "1"}
	for series, want := range map[string]string{
		`sign_ins_total{answer="` + said + `",outcome="` + r.outcome + `",pool="customers"}`: "1",
		`turned_away_total{outcome="` + r.outcome + `",pool="customers"}`:                    one[r.listed()],
		`carried_without_factor_total{outcome="` + r.outcome + `",pool="customers"}`:         one[strings.HasSuffix(r.carried, "without factor")],
		`breaker_state{pool="customers"}`:                                                    "0",
	} {
		if got := b.metric(series); got != want {
			b.Errorf("metrics: %s is %q, want %q", series, got, want)
		}
	}
}

func (r *row) checkRecord(b *bench) {
	b.Helper()
	records := b.why(r.who)
	if !r.listed() {
		if len(records) > 0 {
			b.Errorf("recorded as turned away: %+v", records)
		}
		return
	}
	if len(records) != 1 {
		b.Fatalf("records of those turned away: %+v", records)
	}
	said := records[0]
	if said.Outcome != r.outcome || said.Pool != "customers" || said.Time.IsZero() || said.Login != b.last().Login {
		b.Errorf("recorded: %+v", said)
	}
	if text := said.Code + " " + said.Hint; !strings.Contains(text, r.why) || r.why == "" {
		b.Errorf("recorded: %q, want %q in it", text, r.why)
	}
}

// sessionsEnded tries every refresh token that the pool gave away.
func (b *bench) sessionsEnded() {
	b.Helper()
	b.pool.SetFaults(pool.Faults{})
	b.pool.SetOutcomes()
	_, tokens := b.wire.seen()
	for _, token := range tokens {
		if err := b.refresh(token); err == nil || !strings.Contains(err.Error(), "Refresh Token has been revoked") {
			b.Errorf("a session was left behind: %v", err)
		}
	}
}

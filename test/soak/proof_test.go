package soak

import (
	"database/sql"
	"net/http"
	"net/url"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	_ "modernc.org/sqlite" // the driver called sqlite
)

// reasons is what the record has to say of those whom the pool lets nobody be
// carried for, by the reason that the generator gives.
var reasons = map[string][]string{
	"disabled":                                {"disabled"},
	"unconfirmed":                             {"unconfirmed"},
	"reset required":                          {"reset-required"},
	"temporary password expired":              {"temporary-password-expired"},
	"second factor that cannot be carried":    {"totp-factor", "factor-choice"},
	"second factor with an unverified number": {"factor-unverified"},
}

// tally counts what became of people.
type tally struct {
	mu sync.Mutex
	of map[string]int
}

func (c *tally) add(what string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.of == nil {
		c.of = map[string]int{}
	}
	c.of[what]++
}

// prove asks the server about everybody.
func (c *crowd) prove() map[string]int {
	c.line.setCut(true) // whoever gets in now is across
	var count tally
	c.each(c.order(), func(number int) {
		count.add(c.fate(c.person(number, c.seed)))
	})
	return count.of
}

// accounts is how many the server has, read where it keeps them: its API shows
// those that one asks for.
func (p *parts) accounts(t *testing.T) (count int) {
	t.Helper()
	db, err := sql.Open("sqlite", "file:"+filepath.Join(p.serverData, "wherry-server.db")+"?mode=ro&_pragma=busy_timeout(60000)")
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if err := db.QueryRowContext(t.Context(), "select count(*) from users").Scan(&count); err != nil {
		t.Fatal(err)
	}
	return count
}

// fate is what became of somebody, which must be what should have.
func (c *crowd) fate(who *person) string {
	var answer struct{ User account }
	status := c.api(c.t, http.MethodGet, "/api/user/"+who.expected.User.ID, nil, &answer)
	across := status == http.StatusOK
	switch {
	case !across && status != http.StatusNotFound:
		c.t.Errorf("user %d: the server answered %d", who.number, status)
		return "unknown"
	case who.habit == guessed || !who.right:
		if across {
			c.t.Errorf("user %d is across, and nobody knew the password", who.number)
		}
		return "nobody typed a password that Cognito takes"
	case across:
		c.checkAccount(who, answer.User)
		c.checkPassword(who)
		return "across"
	default:
		return c.outside(who)
	}
}

// outside is why somebody with the right password is not across.
func (c *crowd) outside(who *person) string {
	recorded := c.record.of(who.login)
	wanted, never := reasons[who.expected.SignIn.Reason]
	switch {
	case never && len(recorded) == 1 && slices.Contains(wanted, recorded[0]):
		return "turned away: " + recorded[0]
	case len(recorded) == 0 && c.heldByAnother(who):
		if who.expected.SignIn.Carried {
			return "turned away: another user, whose claim is worse, came first with the name"
		}
		return "turned away: another user has the name"
	}
	c.t.Errorf("user %d (%s) is not across: recorded %q, expected %+v", who.number, who.habit, recorded, who.expected.SignIn)
	return "lost"
}

// heldByAnother tells whether the username leads to the account of somebody who
// has it in Cognito too, in another case.
func (c *crowd) heldByAnother(who *person) bool {
	name := who.expected.User.Username
	id := c.holder(c.t, "username", name)
	if id == "" || id == who.expected.User.ID {
		return false
	}
	if other := c.population.Expected(c.numbers[id]); !strings.EqualFold(other.User.Username, name) {
		c.t.Errorf("user %d: %s leads to %s, who has no claim to it", who.number, name, id)
	}
	return true
}

// holder is the account that an identity leads to.
func (p *parts) holder(t *testing.T, kind, value string) string {
	var answer struct{ User account }
	if value == "" || p.api(t, http.MethodGet, "/api/user?"+kind+"="+url.QueryEscape(value), nil, &answer) != http.StatusOK {
		return ""
	}
	return answer.User.ID
}

// checkPassword signs in at the server alone.
func (c *crowd) checkPassword(who *person) {
	if in, _ := c.signIn(c.t, who, who.password); !in {
		c.t.Errorf("user %d is across, and the right password does not let in", who.number)
	}
	c.mistype(who)
}

package bulk

import (
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/http"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"
)

// TestImportAndLinksSurviveBeingKilled kills imports and links at random
// moments, against a target that answers 500 and 504 and cuts connections. What
// is in the target at the end equals, user for user, what an undisturbed run
// brings there. WHERRY_KILLS says how often each is killed (10 by default), by
// crossing again and again; WHERRY_KILL_USERS how large the pool is, in tens.
func TestImportAndLinksSurviveBeingKilled(t *testing.T) {
	t.Parallel()
	kills, users := number(t, "WHERRY_KILLS", 10), number(t, "WHERRY_KILL_USERS", 20_000)/10
	quiet := newSite(t)
	q := beginAt(t, quiet, users)
	q.must(t, 0, "export", "--rate", "2000", "--quiet")
	exported, err := os.ReadFile(filepath.Join(q.dir, "wherry.db"))
	if err != nil {
		t.Fatal(err)
	}
	q.must(t, 3, carrying...) // some want the same name
	q.must(t, 3, "links")     // Facebook and others are not there
	want, tally := quiet.accounts(t, q), q.tally(t)
	if expected := q.carried(); len(want) != expected {
		t.Fatalf("%d accounts, %d were to be carried", len(want), expected)
	}
	crossings, imports, links := 0, 0, 0
	for ; imports < kills || links < kills; crossings++ {
		rough := newSite(t)
		c := beginAt(t, rough, users)
		c.write(t, "wherry.db", string(exported))
		rough.weather.set(0.05)
		imports += c.killed(t, carrying...)
		links += c.killed(t, "links", "--parallel", "2")
		rough.weather.set(0)
		got := rough.accounts(t, c)
		for id := range want {
			if !reflect.DeepEqual(want[id], got[id]) {
				t.Fatalf("%s:\n%v, want\n%v", id, got[id], want[id])
			}
		}
		if now := c.tally(t); len(got) != len(want) || !reflect.DeepEqual(now, tally) {
			t.Fatalf("%d accounts, want %d: %v, want %v", len(got), len(want), now, tally)
		}
	}
	t.Logf("%d users, %d across, %d crossings: imports were killed %d times, links %d times", users, len(want), crossings, imports, links)
}

// carrying is an import of many requests.
var carrying = []string{"import", "--collisions", "verified", "--stop-after", "0", "--at-most", "100"}

// carried is how many users are to be carried.
func (c *crossing) carried() (n int) {
	for i := range c.generated.Len() {
		if c.generated.Expected(i).Bulk.Carried {
			n++
		}
	}
	return n
}

// killed runs a command again and again, and kills it, until it comes to its
// end. It tells how often that took.
func (c *crossing) killed(t *testing.T, args ...string) (killed int) {
	t.Helper()
	for {
		ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond+rand.N(700*time.Millisecond))
		cmd, output := c.command(ctx, append(slices.Clone(args), "--quiet")...) // a context that ends is SIGKILL
		err := cmd.Run()
		late := ctx.Err() != nil
		cancel()
		switch code := cmd.ProcessState.ExitCode(); {
		case late && code == -1:
			killed++
		case code == 0 || code == 3 || code == 5:
			return killed
		default:
			t.Fatalf("%v: %v\n%s", args, err, output)
		}
	}
}

// accounts are the users of a pool as the target shows them, by their ids,
// without what differs from one day to the next, and with their links.
func (s *site) accounts(t *testing.T, c *crossing) map[string]doc {
	t.Helper()
	var ids []string
	for n := range c.generated.Len() {
		ids = append(ids, c.generated.Expected(n).User.ID)
	}
	all := map[string]doc{}
	for some := range slices.Chunk(ids, 500) {
		var found struct{ Users []doc }
		s.must(t, http.MethodPost, "/api/user/search", doc{"search": doc{"ids": some}}, &found)
		for _, u := range found.Users {
			created := u["insertInstant"]
			all[u["id"].(string)] = stripped(anyOf(t, u)).(map[string]any)
			all[u["id"].(string)]["created"] = created
		}
	}
	for n := range c.generated.Len() {
		e := c.generated.Expected(n)
		if len(e.Links) == 0 || all[e.User.ID] == nil {
			continue
		}
		var links struct{ IdentityProviderLinks []doc }
		s.must(t, http.MethodGet, "/api/identity-provider/link?userId="+e.User.ID, nil, &links)
		all[e.User.ID]["links"] = stripped(anyOf(t, links.IdentityProviderLinks))
	}
	return all
}

func anyOf(t *testing.T, v any) (plain any) {
	t.Helper()
	text, err := json.Marshal(v)
	if err == nil {
		err = json.Unmarshal(text, &plain)
	}
	if err != nil {
		t.Fatal(err)
	}
	return plain
}

// stripped leaves out instants and ids that the target makes up.
func stripped(v any) any {
	switch v := v.(type) {
	case map[string]any:
		for name, inner := range v {
			switch name {
			case "lastUpdateInstant", "passwordLastUpdateInstant", "verifiedInstant", "insertInstant", "lastLoginInstant":
				delete(v, name)
			case "registrations", "memberships":
				for _, r := range inner.([]any) {
					delete(r.(map[string]any), "id")
				}
			case "methods":
				for _, m := range inner.([]any) {
					delete(m.(map[string]any), "id")
				}
			}
			if kept, ok := v[name]; ok {
				v[name] = stripped(kept)
			}
		}
	case []any:
		for i := range v {
			v[i] = stripped(v[i])
		}
		slices.SortFunc(v, func(a, b any) int { return strings.Compare(fmt.Sprint(a), fmt.Sprint(b)) }) // their order says nothing
	}
	return v
}

// tally counts the users of the workspace by state and reason.
func (c *crossing) tally(t *testing.T) (counts any) {
	t.Helper()
	var status struct {
		Pools []struct {
			Users struct {
				Total   int
				States  map[string]int
				Reasons []doc
			}
		}
	}
	if err := json.Unmarshal([]byte(c.must(t, 0, "status", "--json")), &status); err != nil {
		t.Fatal(err)
	}
	return status.Pools[0].Users
}

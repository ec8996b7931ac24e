package bulk

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"
)

// undone is what undo says with --json.
type undone struct {
	Undone, Gone int
	Kept         map[string]int
}

func (c *crossing) undo(t *testing.T, want int, args ...string) (u undone) {
	t.Helper()
	output := c.must(t, want, append([]string{"undo", "--json", "--quiet"}, args...)...)
	first, _, _ := strings.Cut(output, "\n")
	if err := json.Unmarshal([]byte(first), &u); err != nil {
		t.Fatalf("%v\n%s", err, output)
	}
	return u
}

func TestRunsAreTakenBack(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	c := across(t, s, 1000) // runs 1 and 2
	c.must(t, 3, "links")   // run 3
	before := s.accounts(t, c)
	links := 0
	for _, a := range before {
		list, _ := a["links"].([]any)
		links += len(list)
	}
	if u := c.undo(t, 0, "3", "--yes"); u.Undone != links || links == 0 {
		t.Errorf("%+v, want %d links", u, links)
	}
	if u := c.undo(t, 0, "3", "--dry-run"); u.Gone != links || u.Undone != 0 {
		t.Errorf("once more: %+v", u)
	}
	c.must(t, 3, "links")

	time.Sleep(2500 * time.Millisecond) // clocks are compared to two seconds
	changed := ""
	for id := range before {
		changed = id
		break
	}
	s.must(t, http.MethodPatch, "/api/user/"+changed, doc{"user": doc{"firstName": "Changed"}}, nil)
	all := len(before)
	c.must(t, 2, "undo", "2")
	if u := c.undo(t, 3, "2", "--dry-run"); u.Undone != all-1 || u.Kept["changed since"] != 1 {
		t.Errorf("to be taken back: %+v", u)
	}
	if now := len(s.accounts(t, c)); now != all {
		t.Fatalf("a dry run left %d accounts of %d", now, all)
	}
	s.weather.set(0.05)
	if u := c.undo(t, 3, "2", "--yes"); u.Undone+u.Gone != all-1 {
		t.Errorf("taken back: %+v", u)
	}
	s.weather.set(0)
	if now := s.accounts(t, c); len(now) != 1 || now[changed] == nil {
		t.Errorf("%d accounts are left", len(now))
	}
	if u := c.undo(t, 0, "2", "--yes", "--force"); u.Undone != 1 {
		t.Errorf("by force: %+v", u)
	}
	c.must(t, 5, "undo", "2", "--yes")
	c.must(t, 2, "undo", "1", "--yes") // an export
	c.must(t, 2, "undo", "99", "--yes")
	if output := c.must(t, 0, "import"); !strings.Contains(output, fmt.Sprintf("%d imported", all)) {
		t.Errorf("and again: %s", output)
	}
}

package bulk

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"math/rand/v2"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// across carries generated users to a site, as far as they can be.
func across(t *testing.T, s *site, users int) *crossing {
	t.Helper()
	c := beginAt(t, s, users)
	c.must(t, 0, "export", "--rate", "2000", "--quiet")
	if code, output := c.run(t, "import", "--collisions", "verified", "--stop-after", "0", "--quiet"); code != 0 && code != 3 {
		t.Fatalf("exit code %d\n%s", code, output)
	}
	return c
}

// must runs the program, which must end with this exit code.
func (c *crossing) must(t *testing.T, want int, args ...string) string {
	t.Helper()
	code, output := c.run(t, args...)
	if code != want {
		t.Fatalf("%v: exit code %d, want %d\n%s", args, code, want, output)
	}
	return output
}

// report is what a verification says with --json.
type report struct {
	Checked, Found, InTarget, Strangers int
	Outcomes                            map[string]int
	Differences                         []struct {
		Field, Class, Why string
		Unexplained       bool
		Users             int
	}
	Reasons []struct {
		Class, Why string
		Users      int
	}
	Runs []int64
}

// verify verifies to the end, with this exit code.
func (c *crossing) verify(t *testing.T, want int, flags ...string) (r report) {
	t.Helper()
	output := c.must(t, want, append([]string{"verify", "--json", "--quiet"}, flags...)...)
	line, _, _ := strings.Cut(output[strings.Index(output, `{"pool"`):], "\n")
	if err := json.Unmarshal([]byte(line), &r); err != nil {
		t.Fatalf("%v\n%s", err, output)
	}
	return r
}

// difference is a line of --list.
type difference struct {
	User, Field, Class string
	Unexplained        bool
}

// differences are the lines of a list.
func (c *crossing) differences(t *testing.T, name string) (all []difference) {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(c.dir, name))
	if err != nil {
		t.Fatal(err)
	}
	for in := json.NewDecoder(bytes.NewReader(text)); in.More(); {
		var d difference
		if err := in.Decode(&d); err != nil {
			t.Fatal(err)
		}
		all = append(all, d)
	}
	return all
}

// TestPlantedLossesAreFound takes things from the target behind the crossing's
// back. Each is found, with its user and field, and nothing else is.
// WHERRY_VERIFY_USERS says how many users there are.
func TestPlantedLossesAreFound(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	c := across(t, s, number(t, "WHERRY_VERIFY_USERS", 3000))
	if code, output := c.run(t, "links", "--quiet"); code != 3 { // Google is there, others are not
		t.Fatalf("exit code %d\n%s", code, output)
	}
	before := c.verify(t, 0)
	if before.Outcomes["lost"]+before.Outcomes["unexplained"]+before.Outcomes["waiting"]+before.Strangers != 0 || before.Outcomes["same"] < before.Checked/2 {
		t.Fatalf("%+v", before)
	}
	planted := plant(t, s, c)
	after := c.verify(t, 4, "--list", "list.jsonl", "--strict", "--html", "report.html")
	got := map[difference]bool{}
	for _, d := range c.differences(t, "list.jsonl") {
		if d.Unexplained {
			got[difference{User: d.User, Field: d.Field}] = true
		}
	}
	if !maps.Equal(got, planted) {
		for d := range planted {
			if !got[d] {
				t.Errorf("not found: %+v", d)
			}
		}
		for d := range got {
			if !planted[d] {
				t.Errorf("found, and not planted: %+v", d)
			}
		}
	}
	if after.Checked != before.Checked || after.Strangers != 1 {
		t.Errorf("%+v", after)
	}
	t.Logf("%d users, %d things planted, %d found", after.Checked, len(planted), len(got))
}

// plant changes the target in every way that loses something, and tells what a
// verification must find.
func plant(t *testing.T, s *site, c *crossing) map[difference]bool {
	t.Helper()
	planted := map[difference]bool{}
	victims := s.everybody(t)
	random := rand.New(rand.NewPCG(1, 1)) //nolint:gosec // a test
	random.Shuffle(len(victims), func(i, j int) { victims[i], victims[j] = victims[j], victims[i] })
	take := func(field string, n int, fit func(u user) bool, do func(u user)) {
		for i := 0; i < len(victims) && n > 0; {
			if u := victims[i]; fit(u) {
				do(u)
				planted[difference{User: u.ID, Field: field}] = true
				victims = slices.Delete(victims, i, i+1)
				n--
				continue
			}
			i++
		}
		if n > 0 {
			t.Fatalf("%d users are missing to plant a loss of %q", n, field)
		}
	}
	patch := func(u user, change doc) {
		s.must(t, http.MethodPatch, "/api/user/"+u.ID, doc{"user": change}, nil)
	}
	anybody := func(user) bool { return true }
	take("", 20, anybody, func(u user) { s.must(t, http.MethodDelete, "/api/user/"+u.ID+"?hardDelete=true", nil, nil) })
	take("active", 10, func(u user) bool { return u.Active }, func(u user) { s.must(t, http.MethodDelete, "/api/user/"+u.ID, nil, nil) })
	take("memberships", 10, func(u user) bool { return len(u.Memberships) == 1 }, func(u user) {
		s.must(t, http.MethodDelete, "/api/group/member/"+u.Memberships[0].ID, nil, nil)
	})
	take("registrations", 10, anybody, func(u user) {
		s.must(t, http.MethodDelete, "/api/user/registration/"+u.ID+"/"+siteApp, nil, nil)
	})
	take("links", 5, func(u user) bool { return s.linked(t, u.ID) }, func(u user) { s.unlink(t, u.ID) })
	take("links", 3, func(u user) bool { return s.linked(t, u.ID) }, func(u user) { s.link(t, u.ID) })
	take("links", 5, func(u user) bool { return !s.linked(t, u.ID) }, func(u user) { s.link(t, u.ID) })
	take("lastName", 10, func(u user) bool { return u.LastName != "" }, func(u user) { patch(u, doc{"lastName": "Planted"}) })
	take("imageUrl", 5, func(u user) bool { return u.ImageURL == "" }, func(u user) { patch(u, doc{"imageUrl": "https://example.com/planted.png"}) })
	take("data.importSource", 10, anybody, func(u user) { patch(u, doc{"data": doc{"importSource": nil}}) })
	take("data.planted", 5, anybody, func(u user) { patch(u, doc{"data": doc{"planted": 1}}) })
	s.must(t, http.MethodPost, "/api/user", doc{"user": doc{"email": "stranger@example.com", "password": "made-up-1"}, "skipVerification": true}, nil)
	return planted
}

// user is an account as the tests look at it.
type user struct {
	ID, LastName, ImageURL string
	Active                 bool
	Memberships            []struct{ ID string }
}

// everybody lists the accounts of the site.
func (s *site) everybody(t *testing.T) (all []user) {
	t.Helper()
	search := doc{"queryString": "*", "numberOfResults": 500, "sortFields": []doc{{"name": "id"}}}
	for {
		var page struct {
			Users       []user
			NextResults string
		}
		s.must(t, http.MethodPost, "/api/user/search", doc{"search": search}, &page)
		if all = append(all, page.Users...); len(page.Users) < 500 {
			return all
		}
		search = doc{"nextResults": page.NextResults, "numberOfResults": 500}
	}
}

type link struct{ IdentityProviderID, IdentityProviderUserID string }

func (s *site) links(t *testing.T, id string) []link {
	t.Helper()
	var found struct{ IdentityProviderLinks []link }
	s.must(t, http.MethodGet, "/api/identity-provider/link?userId="+id, nil, &found)
	return found.IdentityProviderLinks
}

func (s *site) linked(t *testing.T, id string) bool { return len(s.links(t, id)) == 1 }

// link makes a link that nobody planned.
func (s *site) link(t *testing.T, id string) {
	t.Helper()
	s.must(t, http.MethodPost, "/api/identity-provider/link", doc{"identityProviderLink": doc{
		"identityProviderId": siteProvider, "identityProviderUserId": "planted " + id, "userId": id,
	}}, nil)
}

func (s *site) unlink(t *testing.T, id string) {
	t.Helper()
	for _, l := range s.links(t, id) {
		s.must(t, http.MethodDelete, fmt.Sprintf("/api/identity-provider/link?userId=%s&identityProviderId=%s&identityProviderUserId=%s",
			id, l.IdentityProviderID, l.IdentityProviderUserID), nil, nil)
	}
}

// TestVerifySurvivesBeingKilled kills verifications at random moments, in bad
// weather. What they find in the end is what an undisturbed one finds.
// WHERRY_KILLS says how often (5 by default), WHERRY_KILL_USERS of how many users.
func TestVerifySurvivesBeingKilled(t *testing.T) {
	t.Parallel()
	kills := number(t, "WHERRY_KILLS", 5)
	s := newSite(t)
	c := across(t, s, number(t, "WHERRY_KILL_USERS", 6000))
	victims := s.everybody(t)
	for i := 0; i < len(victims); i += 50 {
		s.must(t, http.MethodDelete, "/api/user/"+victims[i].ID+"?hardDelete=true", nil, nil)
	}
	want := c.verify(t, 4, "--list", "want.jsonl", "--again", "--links", "planned")
	s.weather.set(0.1)
	killed := 0
	for killed < kills {
		if !c.verifyFor(t, 200*time.Millisecond+rand.N(3*time.Second)) {
			killed++
		}
	}
	s.weather.set(0)
	got := c.verify(t, 4, "--list", "got.jsonl", "--links", "planned")
	if !maps.Equal(want.Outcomes, got.Outcomes) || want.Checked != got.Checked || want.Found != got.Found {
		t.Errorf("the undisturbed run: %+v\nthe killed one: %+v", want, got)
	}
	order := func(list []difference) []difference {
		slices.SortFunc(list, func(a, b difference) int { return strings.Compare(a.User+a.Field, b.User+b.Field) })
		return list
	}
	if a, b := order(c.differences(t, "want.jsonl")), order(c.differences(t, "got.jsonl")); !slices.Equal(a, b) || len(a) == 0 {
		t.Errorf("the undisturbed run lists %d differences, the killed one %d", len(a), len(b))
	}
	t.Logf("%d users, killed %d times, the last one took %d runs", want.Checked, killed, len(got.Runs))
}

// verifyFor verifies for a while, and tells whether it came to its end.
func (c *crossing) verifyFor(t *testing.T, d time.Duration) (ended bool) {
	t.Helper()
	cmd, output := c.command(t.Context(), "verify", "--quiet", "--rate", "60", "--parallel", "2", "--links", "planned")
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	timer := time.AfterFunc(d, func() { _ = cmd.Process.Kill() })
	_ = cmd.Wait() // how it ended is looked at
	timer.Stop()
	switch code := cmd.ProcessState.ExitCode(); code {
	case -1: // killed
		return false
	case 4:
		return true
	default:
		t.Fatalf("exit code %d\n%s", code, output)
		return false
	}
}

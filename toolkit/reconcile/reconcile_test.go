package reconcile_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"wherry/internal/exit"
	"wherry/toolkit/internal/fusionauth"
	"wherry/toolkit/internal/plan"
	"wherry/toolkit/internal/workspace"
	"wherry/toolkit/linker"
	"wherry/toolkit/reconcile"
)

// outcomes are the counts of a report, by what they are of.
type outcomes = map[reconcile.Outcome]int

// TestDifferences plants one thing at a time among three users who came across,
// and finds it and nothing else.
func TestDifferences(t *testing.T) {
	t.Parallel()
	late, early := true, false
	for name, tt := range map[string]struct {
		do   func(s *scene)
		want string // the differences, in order
		out  outcomes
	}{
		"nothing": {func(*scene) {}, "", outcomes{reconcile.Same: 3}},
		"an account is gone": {
			func(s *scene) { delete(s.users, sub(1)) }, "00000001  missing!", outcomes{reconcile.Same: 2, reconcile.Lost: 1},
		},
		"a name is gone": {
			func(s *scene) { s.change(sub(1), early, func(u doc) { delete(u, "firstName") }) },
			"00000001 firstName missing!",
			outcomes{reconcile.Same: 2, reconcile.Unexplained: 1},
		},
		"another e-mail address": {
			func(s *scene) { s.change(sub(1), early, func(u doc) { u["email"] = "x@example.com" }) },
			"00000001 email differs!",
			outcomes{reconcile.Same: 2, reconcile.Unexplained: 1},
		},
		"changed afterwards": {
			func(s *scene) { s.change(sub(1), late, func(u doc) { u["email"] = "x@example.com" }) },
			"00000001 email in target",
			outcomes{reconcile.Same: 2, reconcile.Explained: 1},
		},
		"disabled": {
			func(s *scene) { s.change(sub(1), early, func(u doc) { u["active"] = false }) },
			"00000001 active differs!",
			outcomes{reconcile.Same: 2, reconcile.Unexplained: 1},
		},
		"no membership": {
			func(s *scene) { s.change(sub(2), early, func(u doc) { u["memberships"] = []any{} }) },
			"00000002 memberships missing!",
			outcomes{reconcile.Same: 2, reconcile.Unexplained: 1},
		},
		"a membership that nobody sent": {
			func(s *scene) {
				s.change(sub(2), early, func(u doc) { u["memberships"] = append(u["memberships"].([]any), doc{"groupId": appID}) })
			},
			"00000002 memberships added!",
			outcomes{reconcile.Same: 2, reconcile.Unexplained: 1},
		},
		"a membership that came later": {
			func(s *scene) {
				s.change(sub(2), early, func(u doc) {
					u["memberships"] = append(u["memberships"].([]any), doc{"groupId": appID, "insertInstant": time.Now().UnixMilli()})
				})
			},
			"00000002 memberships in target",
			outcomes{reconcile.Same: 2, reconcile.Explained: 1},
		},
		"no registration": {
			func(s *scene) { s.change(sub(2), early, func(u doc) { delete(u, "registrations") }) },
			"00000002 registrations missing!",
			outcomes{reconcile.Same: 2, reconcile.Unexplained: 1},
		},
		"another role": {
			func(s *scene) {
				s.change(sub(2), early, func(u doc) { u["registrations"] = []any{doc{"applicationId": appID, "roles": []any{"admin"}}} })
			},
			"00000002 registrations.roles differs!",
			outcomes{reconcile.Same: 2, reconcile.Unexplained: 1},
		},
		"data written in another way": {
			func(s *scene) {
				s.change(sub(3), early, func(u doc) { u["data"].(doc)["points"] = json.Number("1e2") })
			},
			"",
			outcomes{reconcile.Same: 3},
		},
		"data lost, changed and added": {
			func(s *scene) {
				s.change(sub(3), early, func(u doc) {
					data := u["data"].(doc)
					delete(data, "importSource")
					data["extra"] = 99
					data["cognito"].(doc)["groups"] = []any{}
				})
			},
			"00000003 data.cognito.groups differs!, 00000003 data.extra added!, 00000003 data.importSource missing!",
			outcomes{reconcile.Same: 2, reconcile.Unexplained: 1},
		},
		"a password of their own": {
			func(s *scene) {
				s.change(sub(3), early, func(u doc) {
					u["passwordChangeRequired"], u["passwordLastUpdateInstant"] = true, time.Now().UnixMilli()
				})
			},
			"00000003 passwordChangeRequired in target",
			outcomes{reconcile.Same: 2, reconcile.Explained: 1},
		},
		"somebody else has the login id": {
			func(s *scene) {
				s.users[appID] = s.users[sub(1)]
				delete(s.users, sub(1))
			},
			"00000001  missing!",
			outcomes{reconcile.Same: 2, reconcile.Lost: 1},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := begin(t)
			s.export(people(3)...)
			s.carry()
			tt.do(s)
			report, differences := s.verify()
			if got := strings.Join(differences, ", "); got != tt.want {
				t.Errorf("got  %s\nwant %s", got, tt.want)
			}
			if d := cmp.Diff(tt.out, report.Outcomes); d != "" || report.Checked != 3 || report.Bad() != tt.out[reconcile.Unexplained]+tt.out[reconcile.Lost] {
				t.Error(d)
			}
			if tally, err := s.part.Tally(t.Context()); err != nil || tally.States[workspace.Verified] != 3-report.Bad() {
				t.Errorf("%+v, %v", tally, err)
			}
		})
	}
}

// TestWhoIsNotAcross: there are good reasons, too.
func TestWhoIsNotAcross(t *testing.T) {
	t.Parallel()
	s := begin(t)
	archived, nameless := person(2), person(3)
	archived.Status, nameless.Username = "ARCHIVED", ""
	s.export(person(1), archived, nameless)
	s.carry()
	s.past = -30 * time.Minute
	changed := person(1)
	changed.Attributes["given_name"] = "Joan"
	s.export(changed, archived, nameless, person(4)) // and 4 is new
	report, differences := s.verify()
	want := outcomes{reconcile.Explained: 1, reconcile.Skipped: 1, reconcile.Refused: 1, reconcile.Waiting: 1}
	if d := cmp.Diff(want, report.Outcomes); d != "" || strings.Join(differences, ", ") != "00000001 firstName in pool" {
		t.Errorf("%s%v", d, differences)
	}
	if len(report.Reasons) != 2 || *report.Strangers != 0 || report.InTarget != 1 {
		t.Errorf("%+v", report)
	}
	s.past = -20 * time.Minute
	s.export(archived, nameless)
	s.users[group1] = doc{"id": group1}
	report, differences = s.verify()
	want = outcomes{reconcile.Gone: 1, reconcile.Skipped: 1, reconcile.Refused: 1}
	if d := cmp.Diff(want, report.Outcomes); d != "" || strings.Join(differences, ", ") != "00000001  in pool" || *report.Strangers != 1 {
		t.Errorf("%s%v, %+v", d, differences, report)
	}
}

// TestTheSlowRoad: what a sign-in made is compared with what a sign-in makes.
func TestTheSlowRoad(t *testing.T) {
	t.Parallel()
	s := begin(t)
	unverified := person(2, "email_verified", "false")
	s.export(person(1), unverified)
	for i, u := range []plan.CognitoUser{person(1), unverified} {
		asked := u
		asked.Status, asked.Enabled = "", nil // GetUser does not tell
		r, err := s.mapper.Map(t.Context(), asked, plan.Trip{Road: plan.SlowRoad})
		s.must(err)
		text, err := json.Marshal(r.User)
		s.must(err)
		s.users[sub(i+1)] = s.imported(text)
	}
	report, differences := s.verify()
	if report.Outcomes[reconcile.Explained] != 2 || report.Slow != 2 {
		t.Errorf("%+v, %v", report.Outcomes, differences)
	}
	s.change(sub(1), false, func(u doc) { u["firstName"] = "Joan" })
	s.change(sub(2), false, func(u doc) { u["data"].(doc)["migratedFrom"] = nil })
	if _, differences = s.verify(); !strings.Contains(strings.Join(differences, ", "), "00000001 firstName differs!") {
		t.Errorf("%v", differences)
	}
}

func TestLinks(t *testing.T) {
	t.Parallel()
	s := begin(t)
	for n := 1; n <= 3; n++ {
		s.links[sub(n)] = []fusionauth.UserLink{{ProviderID: appID, ProviderUserID: fmt.Sprint(n)}}
	}
	federated := func(n int) plan.CognitoUser {
		return person(n, "identities", fmt.Sprintf(`[{"providerName":"Google","providerType":"Google","userId":"%d","primary":true}]`, n))
	}
	s.export(federated(1), federated(2), federated(3), federated(4), federated(5), person(6), person(7))
	s.carry()
	s.during(workspace.Links, func(r *workspace.Run) {
		s.must(r.Move(t.Context(), workspace.Move{User: 1, To: workspace.Linked}, workspace.Move{User: 2, To: workspace.Linked}, workspace.Move{User: 3, To: workspace.Linked}))
		detail, err := json.Marshal(linker.Conflict{UserLink: fusionauth.UserLink{ProviderUserID: "5"}, Why: "there is none"})
		s.must(err, r.Note(t.Context(), workspace.Event{Kind: linker.ConflictEvent, User: 5, Detail: detail}))
	})
	s.links[sub(2)] = nil
	s.links[sub(3)][0].ProviderID = group1
	s.links[sub(1)] = append(s.links[sub(1)], fusionauth.UserLink{ProviderID: group1, ProviderUserID: "8", ProviderName: "Facebook"})
	s.links[sub(6)] = []fusionauth.UserLink{{ProviderID: appID, ProviderUserID: "6"}}
	s.links[sub(7)] = []fusionauth.UserLink{{ProviderID: appID, ProviderUserID: "7", InsertInstant: time.Now().UnixMilli()}}
	const planned = "00000001 links added!, 00000002 links missing!, 00000003 links added!, 00000003 links missing!, 00000004 links purpose, 00000005 links purpose"
	for name, tt := range map[string]struct {
		change func(c *reconcile.Config)
		want   string
	}{
		"of everybody":                {func(*reconcile.Config) {}, planned + ", 00000006 links added!, 00000007 links in target"},
		"of those who should have":    {func(c *reconcile.Config) { c.PlannedLinks = true }, planned},
		"of nobody else, as can't be": {func(c *reconcile.Config) { c.NoProviders = true }, planned},
		"strictly": {
			func(c *reconcile.Config) { c.Strict = true },
			planned + ", 00000006 links added!, 00000007 links in target!",
		},
	} {
		report, differences := s.verify(tt.change, func(c *reconcile.Config) { c.Provider = func(plan.Link) string { return appID } })
		if got := strings.Join(differences, ", "); got != tt.want || report.Links != 4 {
			t.Errorf("%s:\n%s, %d, want\n%s", name, got, report.Links, tt.want)
		}
	}
}

func TestStrictly(t *testing.T) {
	t.Parallel()
	s := begin(t)
	s.export(person(1))
	s.carry()
	s.change(sub(1), true, func(u doc) { u["email"] = "x@example.com" })
	report, differences := s.verify(func(c *reconcile.Config) { c.Strict = true })
	if report.Bad() != 1 || strings.Join(differences, ", ") != "00000001 email in target!" {
		t.Errorf("%+v, %v", report, differences)
	}
}

// TestInterrupted: a verification goes on where it was, counts nobody twice and
// forgets nobody.
func TestInterrupted(t *testing.T) {
	t.Parallel()
	s := begin(t)
	s.export(people(1500)...)
	s.carry()
	for n := 1; n <= 1500; n += 100 {
		delete(s.users, sub(n))
	}
	ctx, cancel := context.WithCancel(t.Context())
	s.fail = func(*http.Request) int {
		if s.asked == 4 {
			cancel()
		}
		return 0
	}
	r, err := s.part.Start(t.Context(), workspace.Verify)
	s.must(err)
	c := s.config(r)
	c.Parallel = 1
	if _, err := reconcile.Verify(ctx, c); exit.Code(err) != exit.Interrupted {
		t.Fatalf("got %v", err)
	}
	s.must(r.End(t.Context(), "interrupted"))
	s.asked, s.fail = 0, nil
	report, differences := s.verify()
	if len(differences) != 15 || report.Outcomes[reconcile.Lost] != 15 || report.Outcomes[reconcile.Same] != 1485 || report.Checked != 1500 || !report.Resumed {
		t.Errorf("%d differences, %+v", len(differences), report)
	}
	if report, _ := s.verify(); report.Resumed || report.Checked != 1500 {
		t.Errorf("one that came to its end is gone on with: %+v", report)
	}
}

// TestBadWeather: the target fails now and then, and nothing comes of it.
func TestBadWeather(t *testing.T) {
	t.Parallel()
	s := begin(t)
	s.export(people(600)...)
	s.carry()
	s.fail = func(*http.Request) int {
		switch s.asked % 3 {
		case 0:
			return http.StatusInternalServerError
		case 1:
			panic(http.ErrAbortHandler)
		default:
			return 0
		}
	}
	if report, _ := s.verify(); report.Outcomes[reconcile.Same] != 600 {
		t.Errorf("%+v", report)
	}
}

func TestAKeyWithoutPermission(t *testing.T) {
	t.Parallel()
	s := begin(t)
	s.export(person(1))
	s.fail = func(r *http.Request) int {
		if r.URL.Path == "/api/user/search" {
			return http.StatusUnauthorized
		}
		return 0
	}
	s.during(workspace.Verify, func(r *workspace.Run) {
		_, err := reconcile.Verify(t.Context(), s.config(r))
		if err == nil || !strings.Contains(exit.Hint(err), "POST on /api/user/search") {
			t.Errorf("got %v, hint %q", err, exit.Hint(err))
		}
	})
}

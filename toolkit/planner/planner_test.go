package planner_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"wherry/internal/exit"
	"wherry/toolkit/internal/plan"
	"wherry/toolkit/internal/workspace"
	"wherry/toolkit/planner"
)

const poolID = "eu-west-1_ExamplePool"

// scene is a pool's part of a workspace, with users who were exported.
type scene struct {
	*testing.T
	part *workspace.Pool
	run  *workspace.Run
	path string
}

func begin(t *testing.T, users ...plan.CognitoUser) *scene {
	t.Helper()
	w, err := workspace.Open(t.Context(), filepath.Join(t.TempDir(), "wherry.db"), workspace.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = w.Close() })
	part, err := w.Pool(t.Context(), poolID)
	if err != nil {
		t.Fatal(err)
	}
	s := &scene{T: t, part: part, path: filepath.Join(t.TempDir(), "collisions.json")}
	s.export(users...)
	if s.run, err = part.Start(t.Context(), workspace.Import); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.run.End(t.Context(), "done") })
	return s
}

// export reads the users as the whole pool.
func (s *scene) export(users ...plan.CognitoUser) {
	s.Helper()
	ctx := s.Context()
	r, err := s.part.Start(ctx, workspace.Export)
	s.must(err)
	scan, err := r.Scan(ctx)
	s.must(err)
	s.must(scan.Divide(ctx, workspace.PartUsers, []string{""}))
	h, err := scan.Next(ctx, workspace.PartUsers)
	s.must(err)
	var page workspace.Page
	for _, u := range users {
		doc, err := json.Marshal(u)
		s.must(err)
		page.Users = append(page.Users, workspace.Source{ID: plan.SourceID(u), Document: doc, Enabled: true, Names: workspace.Names{Username: u.Username}})
	}
	page.Last = true
	_, err = h.Save(ctx, page)
	s.must(err, scan.Finish(ctx, true, nil), r.End(ctx, "done"))
}

func (s *scene) must(errs ...error) {
	s.Helper()
	if err := errors.Join(errs...); err != nil {
		s.Fatal(err)
	}
}

func (s *scene) planner(rules ...plan.Rule) *planner.Planner {
	s.Helper()
	m, err := plan.New(plan.Settings{Mapping: plan.Mapping{Email: "username", Rules: rules}}, plan.Schema{ID: poolID, MfaConfiguration: "OFF"})
	s.must(err)
	return &planner.Planner{Run: s.run, Mapper: m, Mapping: fmt.Sprint(rules), Skip: []string{"UNCONFIRMED"}, Workers: 2}
}

func (s *scene) user(id string) workspace.User {
	s.Helper()
	u, err := s.part.User(s.Context(), id)
	s.must(err)
	return u
}

func sub(n int) string { return fmt.Sprintf("%08x-0000-4000-8000-000000000000", n) }

// person signed up on the nth day of 2020.
func person(n int, attributes ...string) plan.CognitoUser {
	u := plan.CognitoUser{
		PoolID: poolID, Username: fmt.Sprintf("user%d", n), Status: "CONFIRMED", Created: time.Date(2020, 1, n, 0, 0, 0, 0, time.UTC),
		Attributes: plan.Attributes{"sub": sub(n)},
	}
	for i := 0; i < len(attributes); i += 2 {
		u.Attributes[attributes[i]] = attributes[i+1]
	}
	return u
}

func TestUsersArePlanned(t *testing.T) {
	t.Parallel()
	unconfirmed := person(3)
	unconfirmed.Status = "UNCONFIRMED"
	s := begin(t, person(1, "email", "Jane@Example.com", "email_verified", "true", "birthdate", "yesterday"), person(2, "custom:age", "x"), unconfirmed)
	p := s.planner(plan.Rule{Compute: "data.age", As: `int(attributes["custom:age"])`, When: `"custom:age" in attributes`})
	r, err := p.Plan(t.Context())
	if err != nil || r.Planned != 1 || r.Refused != 1 || r.Skipped != 1 {
		t.Fatalf("%+v, %v", r, err)
	}
	jane := s.user(sub(1))
	var got plan.User
	if err := json.Unmarshal(jane.Target, &got); err != nil || got.Email != "jane@example.com" || got.InsertInstant == 0 || got.Data["importSource"] != "cognito" {
		t.Errorf("%s, %v", jane.Target, err)
	}
	if !strings.Contains(string(jane.Remarks), "is not a date") || jane.State != workspace.Planned {
		t.Errorf("%s %s", jane.State, jane.Remarks)
	}
	if u := s.user(sub(2)); u.State != workspace.Refused || u.Reason != "mapping: mapping.rules[0]: mapping.rules[0].as: the expression failed for this user" {
		t.Errorf("%s: %s", u.State, u.Reason)
	}
	if u := s.user(sub(3)); u.State != workspace.Skipped || u.Reason != "the status is UNCONFIRMED" {
		t.Errorf("%s: %s", u.State, u.Reason)
	}
}

func TestOnlyWhatHasChangedIsPlannedAgain(t *testing.T) {
	t.Parallel()
	s := begin(t, person(1), person(2), person(3, "custom:age", "x"))
	bad := plan.Rule{Compute: "data.age", As: `int(attributes["custom:age"])`, When: `"custom:age" in attributes`}
	_, err := s.planner(bad).Plan(t.Context())
	s.must(err)
	for _, step := range []struct {
		name           string
		prepare        func()
		rules          []plan.Rule
		planned, again int
	}{
		{"nothing has changed", func() {}, []plan.Rule{bad}, 0, 0},
		{"a user has changed", func() { s.export(person(1, "name", "Jane"), person(2), person(3, "custom:age", "x")) }, []plan.Rule{bad}, 1, 0},
		{"the mapping has changed", func() {}, nil, 3, 3},
	} {
		step.prepare()
		r, err := s.planner(step.rules...).Plan(t.Context())
		if err != nil || r.Planned != step.planned || r.Anew != step.again {
			t.Errorf("%s: %+v, %v", step.name, r, err)
		}
	}
}

func TestCollisions(t *testing.T) {
	t.Parallel()
	same := func(n int, verified string) plan.CognitoUser {
		return person(n, "email", "jane@example.com", "email_verified", verified)
	}
	third := person(3, "email", "JANE@example.com", "email_verified", "true")
	other := person(4, "email", "other@example.com", "email_verified", "true")
	for policy, want := range map[planner.Policy]string{planner.First: sub(1), planner.Newest: sub(3), planner.Verified: sub(2)} {
		t.Run(string(policy), func(t *testing.T) {
			t.Parallel()
			s := begin(t, same(2, "true"), same(1, "false"), third, other)
			_, err := s.planner().Plan(t.Context())
			s.must(err)
			if _, err := s.planner().Settle(t.Context(), planner.Undecided, ""); exit.Code(err) != exit.Usage {
				t.Fatalf("undecided: %v", err)
			}
			settled, err := s.planner().Settle(t.Context(), policy, "")
			if err != nil || settled.Collisions != 1 || settled.Refused != 2 {
				t.Fatalf("%+v, %v", settled, err)
			}
			for _, id := range []string{sub(1), sub(2), sub(3), sub(4)} {
				u := s.user(id)
				if planned := id == want || id == sub(4); (u.State == workspace.Planned) != planned {
					t.Errorf("%s is %s: %s", id, u.State, u.Reason)
				}
			}
			if again, err := s.planner().Settle(t.Context(), policy, ""); err != nil || again.Collisions != 0 {
				t.Errorf("once more: %+v, %v", again, err)
			}
		})
	}
}

func TestWhoIsAcrossKeepsTheLoginID(t *testing.T) {
	t.Parallel()
	s := begin(t, person(1, "email", "a@example.com", "email_verified", "true"), person(2, "email", "a@example.com", "email_verified", "true"))
	_, err := s.planner().Plan(t.Context())
	s.must(err, s.run.Move(t.Context(), workspace.Move{User: s.user(sub(2)).N, To: workspace.Imported}))
	settled, err := s.planner().Settle(t.Context(), planner.First, "")
	if u := s.user(sub(1)); err != nil || settled.Refused != 1 || u.State != workspace.Refused {
		t.Errorf("%+v, %v, %s", settled, err, u.State)
	}
}

func TestTheOperatorIsAsked(t *testing.T) {
	t.Parallel()
	s := begin(t, person(1, "email", "a@example.com", "email_verified", "true"), person(2, "email", "a@example.com", "email_verified", "true"))
	_, err := s.planner().Plan(t.Context())
	s.must(err)
	if _, err := s.planner().Settle(t.Context(), planner.Ask, s.path); exit.Code(err) != exit.Usage || !strings.Contains(exit.Hint(err), s.path) {
		t.Fatalf("nothing was decided: %v", err)
	}
	text, err := os.ReadFile(s.path)
	s.must(err)
	wrong := strings.Replace(string(text), `"keep": ""`, `"keep": "somebody"`, 1)
	s.must(os.WriteFile(s.path, []byte(wrong), 0o600))
	if _, err := s.planner().Settle(t.Context(), planner.Ask, s.path); exit.Code(err) != exit.Usage {
		t.Errorf("a decision for nobody who asked: %v", err)
	}
	s.must(os.WriteFile(s.path, []byte(strings.Replace(string(text), `"keep": ""`, `"keep": "`+sub(2)+`"`, 1)), 0o600))
	settled, err := s.planner().Settle(t.Context(), planner.Ask, s.path)
	if err != nil || settled.Refused != 1 || s.user(sub(2)).State != workspace.Planned {
		t.Errorf("%+v, %v", settled, err)
	}
}

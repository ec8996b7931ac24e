package reconcile_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"time"

	"wherry/toolkit/internal/fusionauth"
	"wherry/toolkit/internal/plan"
	"wherry/toolkit/internal/workspace"
	"wherry/toolkit/planner"
	"wherry/toolkit/reconcile"
)

const (
	poolID = "eu-west-1_ExamplePool"
	appID  = "22222222-2222-4222-8222-222222222222"
	group1 = "33333333-3333-4333-8333-333333333333"
)

// doc is a user as JSON has it.
type doc = map[string]any

// target is as much of FusionAuth as a verification asks.
type target struct {
	mu    sync.Mutex
	users map[string]doc
	links map[string][]fusionauth.UserLink
	fail  func(r *http.Request) int // a status to answer with instead, 0 for none
	asked int
}

func (t *target) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.asked++
	if t.fail != nil {
		if status := t.fail(r); status != 0 {
			w.WriteHeader(status)
			return
		}
	}
	answer := func(v any) { _ = json.NewEncoder(w).Encode(v) }
	switch r.Method + " " + r.URL.Path {
	case "GET /api/status":
	case "POST /api/user/search":
		var in struct {
			Search struct{ IDs []string }
		}
		_ = json.NewDecoder(r.Body).Decode(&in)
		found := []doc{}
		for _, id := range in.Search.IDs {
			if u, ok := t.users[id]; ok {
				found = append(found, u)
			}
		}
		answer(doc{"users": found, "total": len(t.users)})
	case "GET /api/user":
		for _, u := range t.users {
			if u["email"] == r.URL.Query().Get("loginId") {
				answer(doc{"user": u})
				return
			}
		}
		w.WriteHeader(http.StatusNotFound)
	case "GET /api/identity-provider/link":
		answer(doc{"identityProviderLinks": t.links[r.URL.Query().Get("userId")]})
	default:
		w.WriteHeader(http.StatusTeapot)
	}
}

// scene is a crossing an hour ago: a workspace and the target.
type scene struct {
	*testing.T
	*target
	part   *workspace.Pool
	api    *fusionauth.Client
	mapper *plan.Mapper
	past   time.Duration
}

func begin(t *testing.T) *scene {
	t.Helper()
	s := &scene{T: t, target: &target{users: map[string]doc{}, links: map[string][]fusionauth.UserLink{}}, past: -time.Hour}
	w, err := workspace.Open(t.Context(), filepath.Join(t.TempDir(), "wherry.db"), workspace.Options{
		Now: func() time.Time { return time.Now().Add(s.past) },
	})
	s.must(err)
	t.Cleanup(func() { _ = w.Close() })
	s.part, err = w.Pool(t.Context(), poolID)
	s.must(err)
	server := httptest.NewServer(s.target)
	t.Cleanup(server.Close)
	s.api, err = fusionauth.New(fusionauth.Options{URL: server.URL, APIKey: "key", Backoff: time.Millisecond})
	s.must(err)
	s.mapper, err = plan.New(plan.Settings{
		Mapping:      plan.Mapping{Types: map[string]string{"custom:points": "Number"}},
		Applications: []plan.Application{{ID: appID, Roles: plan.Roles{From: "groups"}}}, Groups: map[string]string{"staff": group1},
	}, plan.Schema{ID: poolID, MfaConfiguration: "OPTIONAL", AliasAttributes: []string{"email"}})
	s.must(err)
	return s
}

func (s *scene) must(errs ...error) {
	s.Helper()
	if err := errors.Join(errs...); err != nil {
		s.Fatal(err)
	}
}

// during does something as one run of a kind.
func (s *scene) during(kind workspace.Kind, do func(r *workspace.Run)) {
	s.Helper()
	r, err := s.part.Start(s.Context(), kind)
	s.must(err)
	do(r)
	s.must(r.End(s.Context(), "done"))
}

// export reads the users as the whole pool.
func (s *scene) export(users ...plan.CognitoUser) {
	s.Helper()
	s.during(workspace.Export, func(r *workspace.Run) {
		scan, err := r.Scan(s.Context())
		s.must(err, scan.Divide(s.Context(), workspace.PartUsers, []string{""}))
		h, err := scan.Next(s.Context(), workspace.PartUsers)
		s.must(err)
		page := workspace.Page{Last: true}
		for _, u := range users {
			text, err := json.Marshal(u)
			s.must(err)
			page.Users = append(page.Users, workspace.Source{ID: u.Sub(), Document: text, Enabled: *u.Enabled})
		}
		_, err = h.Save(s.Context(), page)
		s.must(err, scan.Finish(s.Context(), true, nil))
	})
}

// carry plans everybody and imports them, as the target shows them afterwards.
func (s *scene) carry() {
	s.Helper()
	s.during(workspace.Import, func(r *workspace.Run) {
		_, err := (&planner.Planner{Run: r, Mapper: s.mapper, Mapping: "one", Skip: []string{"ARCHIVED"}}).Plan(s.Context())
		s.must(err)
		var moves []workspace.Move
		for u, err := range s.part.Users(s.Context(), workspace.Query{States: []workspace.State{workspace.Planned}, Target: true}) {
			s.must(err)
			s.users[u.ID] = s.imported(u.Target)
			moves = append(moves, workspace.Move{User: u.N, To: workspace.Imported})
		}
		s.must(r.Move(s.Context(), moves...))
	})
}

// imported is what FusionAuth shows of what was sent.
func (s *scene) imported(sent []byte) doc {
	var u doc
	s.must(json.Unmarshal(sent, &u))
	u["lastUpdateInstant"] = time.Now().Add(s.past).UnixMilli()
	u["tenantId"], u["identities"] = group1, []any{}
	return u
}

// change changes an account now, or an hour ago.
func (s *scene) change(id string, late bool, change func(u doc)) {
	u := s.users[id]
	if change(u); late {
		u["lastUpdateInstant"] = time.Now().UnixMilli()
	}
}

func (s *scene) config(r *workspace.Run) reconcile.Config {
	return reconcile.Config{Run: r, Client: s.api, Mapper: s.mapper, Rate: 1000, Note: func(string, ...any) {}}
}

// verify verifies, and tells each difference on one line, sorted.
func (s *scene) verify(change ...func(*reconcile.Config)) (r *reconcile.Report, differences []string) {
	s.Helper()
	s.during(workspace.Verify, func(run *workspace.Run) {
		c := s.config(run)
		for _, f := range change {
			f(&c)
		}
		var err error
		r, err = reconcile.Verify(s.Context(), c)
		s.must(err)
	})
	for d, err := range r.Differences(s.Context()) {
		s.must(err)
		line := fmt.Sprintf("%s %s %s", d.User[:8], d.Field, d.Class)
		if d.Bad {
			line += "!"
		}
		differences = append(differences, line)
	}
	slices.Sort(differences)
	return r, differences
}

func sub(n int) string { return fmt.Sprintf("%08d-0000-4000-8000-000000000000", n) }

// person is the nth made-up user.
func person(n int, attributes ...string) plan.CognitoUser {
	enabled := true
	u := plan.CognitoUser{
		PoolID: poolID, Username: fmt.Sprintf("user%d", n), Status: "CONFIRMED", Created: time.Date(2020, 1, 1, n, 0, 0, 0, time.UTC), Enabled: &enabled,
		Attributes: plan.Attributes{
			"sub": sub(n), "email": fmt.Sprintf("user%d@example.com", n), "email_verified": "true", "given_name": "Jane", "custom:points": "100",
		},
		Groups: []string{"staff"},
	}
	for i := 0; i < len(attributes); i += 2 {
		u.Attributes[attributes[i]] = attributes[i+1]
	}
	return u
}

func people(n int) (list []plan.CognitoUser) {
	for i := range n {
		list = append(list, person(i+1))
	}
	return list
}

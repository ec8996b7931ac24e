package importer_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"wherry/internal/exit"
	"wherry/toolkit/importer"
	"wherry/toolkit/internal/fusionauth"
	"wherry/toolkit/internal/workspace"
)

// scene is a pool's part of a workspace with planned users, and a target.
type scene struct {
	*testing.T
	target *target
	part   *workspace.Pool
	dir    string
}

func begin(t *testing.T, users ...map[string]any) *scene {
	t.Helper()
	s := &scene{T: t, target: &target{}, dir: t.TempDir()}
	w, err := workspace.Open(t.Context(), filepath.Join(s.dir, "wherry.db"), workspace.Options{})
	s.must(err)
	t.Cleanup(func() { _ = w.Close() })
	s.part, err = w.Pool(t.Context(), "eu-west-1_ExamplePool")
	s.must(err)
	s.export(len(users), `{"Username":"x"}`)
	r := s.start(workspace.Transform)
	var moves []workspace.Move
	for n, u := range users {
		doc, err := json.Marshal(u)
		s.must(err)
		moves = append(moves, workspace.Move{User: int64(n + 1), To: workspace.Planned, Plan: &workspace.Plan{Document: doc}})
	}
	s.must(r.Move(t.Context(), moves...), r.End(t.Context(), "done"))
	return s
}

// export reads the whole pool, whose users all look like this.
func (s *scene) export(users int, doc string) {
	s.Helper()
	r := s.start(workspace.Export)
	scan, err := r.Scan(s.Context())
	s.must(err)
	s.must(scan.Divide(s.Context(), workspace.PartUsers, []string{""}))
	h, err := scan.Next(s.Context(), workspace.PartUsers)
	s.must(err)
	page := workspace.Page{Last: true}
	for n := range users {
		page.Users = append(page.Users, workspace.Source{ID: id(n), Document: []byte(doc), Enabled: true})
	}
	_, err = h.Save(s.Context(), page)
	s.must(err, scan.Finish(s.Context(), true, nil), r.End(s.Context(), "done"))
}

func (s *scene) start(kind workspace.Kind) *workspace.Run {
	s.Helper()
	r, err := s.part.Start(s.Context(), kind)
	s.must(err)
	return r
}

func (s *scene) must(errs ...error) {
	s.Helper()
	if err := errors.Join(errs...); err != nil {
		s.Fatal(err)
	}
}

// carry is one run of the import.
func (s *scene) carry(change ...func(*importer.Config)) (importer.Result, error) {
	s.Helper()
	r := s.start(workspace.Import)
	defer func() { s.must(r.End(s.Context(), "done")) }()
	c := importer.Config{Run: r, Target: s.target, Pause: time.Microsecond}
	for _, f := range change {
		f(&c)
	}
	return importer.New(c).Import(s.Context())
}

// states are those of the users with their reasons, by their numbers from 0.
func (s *scene) states() (all []string) {
	s.Helper()
	for u, err := range s.part.Users(s.Context(), workspace.Query{}) {
		s.must(err)
		all = append(all, strings.TrimSuffix(u.State.String()+": "+u.Reason, ": "))
	}
	return all
}

func id(n int) string { return fmt.Sprintf("%08x-0000-4000-8000-000000000000", n) }

func person(n int) map[string]any {
	return map[string]any{"id": id(n), "email": fmt.Sprintf("user%d@example.com", n), "insertInstant": 1_600_000_000_000 + n, "firstName": "Jane"}
}

func people(n int) (all []map[string]any) {
	for i := range n {
		all = append(all, person(i))
	}
	return all
}

// The users whom the target refuses are found among the others, each with what
// the target says, and whatever it does to the requests meanwhile.
func TestTheBadOnesAreFound(t *testing.T) {
	t.Parallel()
	users := people(300)
	want := make([]string, len(users))
	for n := range want {
		want[n] = "imported"
	}
	bad := func(n int, name string, value any, reason string) {
		users[n][name], want[n] = value, "refused: "+reason
	}
	bad(0, "firstName", strings.Repeat("x", 192), "[tooLong]user.firstName")
	bad(17, "firstName", strings.Repeat("x", 192), "[tooLong]user.firstName")
	bad(18, "memberships", []any{map[string]any{"groupId": id(1)}}, "[ImportRequestFailed]")
	bad(100, "email", "taken@example.com", "[duplicate]user.email")
	bad(200, "poison", true, "500 Internal Server Error")
	bad(299, "firstName", strings.Repeat("x", 192), "[tooLong]user.firstName")

	random := rand.New(rand.NewPCG(1, 2))
	for name, disturb := range map[string]func(int, []account) (error, error){
		"nothing": nil,
		"timeouts": func(request int, _ []account) (error, error) {
			return nil, nth(request, 3, &fusionauth.Error{Status: 504})
		},
		"lost": func(request int, _ []account) (error, error) { return nth(request, 3, errCut), nil },
		"busy": func(request int, _ []account) (error, error) {
			return nth(request, 4, &fusionauth.Error{Status: 429}), nil
		},
		"any": func(int, []account) (error, error) {
			faults := []error{&fusionauth.Error{Status: 500}, &fusionauth.Error{Status: 504}, errCut, fusionauth.ErrNoAnswer}
			fault := faults[random.IntN(len(faults))]
			switch random.IntN(8) {
			case 0:
				return fault, nil
			case 1:
				return nil, fault
			}
			return nil, nil
		},
	} {
		for _, database := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s, database %v", name, database), func(t *testing.T) {
				if name != "any" {
					t.Parallel() // random numbers are one after the other
				}
				s := begin(t, users...)
				s.target.disturb, s.target.database = disturb, database
				s.target.accounts = map[string]account{id(5000): {Account: fusionauth.Account{ID: id(5000), Email: "taken@example.com"}}}
				r, err := s.carry()
				if err != nil || r.Imported != 294 || r.Refused != 6 || len(s.target.accounts) != 295 {
					t.Fatalf("%+v, %v, %d accounts", r, err, len(s.target.accounts))
				}
				if got := s.states(); !slices.Equal(got, want) {
					for n := range got {
						if got[n] != want[n] {
							t.Errorf("%d: %s, want %s", n, got[n], want[n])
						}
					}
				}
				if again, err := s.carry(); err != nil || again.Requests != 0 {
					t.Errorf("once more: %+v, %v", again, err)
				}
			})
		}
	}
}

// nth is the error for every nth request.
func nth(request, n int, err error) error {
	if request%n == 0 {
		return err
	}
	return nil
}

func TestPasswordsAreRandomAndHashed(t *testing.T) {
	t.Parallel()
	s := begin(t, people(3)...)
	_, err := s.carry()
	s.must(err)
	seen := map[string]bool{}
	for _, a := range s.target.accounts {
		seen[a.Password] = true
		if len(a.Password) != 44 {
			t.Errorf("no hash: %q", a.Password)
		}
	}
	if len(seen) != 3 {
		t.Error("passwords repeat")
	}
}

func TestRequestsAreAsLargeAsTheTargetBears(t *testing.T) {
	t.Parallel()
	s := begin(t, people(2000)...)
	s.target.most = 150
	r, err := s.carry()
	if err != nil || r.Imported != 2000 || r.Largest > 150 || r.Requests > 40 {
		t.Errorf("%+v, %v, %v", r, err, s.target.sizes)
	}
}

func TestWhoIsAcrossIsLeftAlone(t *testing.T) {
	t.Parallel()
	s := begin(t, people(4)...)
	s.target.accounts = map[string]account{id(2): {Account: fusionauth.Account{ID: id(2), Email: "user2@example.com", InsertInstant: 5}}}
	r, err := s.carry()
	if err != nil || r.Imported != 3 || r.Skipped != 1 || s.states()[2] != "skipped: across already" {
		t.Errorf("%+v, %v, %v", r, err, s.states())
	}
}

// A run that was killed while its request was under way cannot tell what became
// of it. The next one can, and knows whose doing it was.
func TestAnInterruptedBatchIsResolved(t *testing.T) {
	t.Parallel()
	for name, arrived := range map[string]bool{"it arrived": true, "it did not": false} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := begin(t, people(10)...)
			killed := s.start(workspace.Import)
			b, err := killed.Next(t.Context(), &workspace.Query{States: []workspace.State{workspace.Planned}}, 5)
			s.must(err)
			s.must(b.Note(t.Context(), "sent"), killed.End(t.Context(), "killed"))
			if arrived {
				s.target.accounts = map[string]account{}
				for n := range 5 {
					s.target.accounts[id(n)] = account{Account: fusionauth.Account{ID: id(n), Email: fmt.Sprintf("user%d@example.com", n), InsertInstant: int64(1_600_000_000_000 + n)}}
				}
				slow := s.target.accounts[id(1)]
				slow.InsertInstant = 99 // signed in meanwhile, by the slow road
				s.target.accounts[id(1)] = slow
			}
			r, err := s.carry()
			want := importer.Result{Imported: 10, Requests: 2, Largest: 5}
			if arrived {
				want = importer.Result{Imported: 9, Skipped: 1, Requests: 1, Largest: 5}
			}
			r.Seconds = 0
			if err != nil || r != want || len(s.target.accounts) != 10 {
				t.Errorf("%+v, %v, want %+v", r, err, want)
			}
		})
	}
}

// Users who have changed in the pool since their batch was sent are not sent
// again as they were planned; but who has arrived is across.
func TestAnInterruptedBatchOfUsersWhoHaveChanged(t *testing.T) {
	t.Parallel()
	s := begin(t, people(6)...)
	killed := s.start(workspace.Import)
	b, err := killed.Next(t.Context(), &workspace.Query{States: []workspace.State{workspace.Planned}}, 4)
	s.must(err)
	s.must(b.Note(t.Context(), "sent"), killed.End(t.Context(), "killed"))
	s.target.accounts = map[string]account{id(2): {Account: fusionauth.Account{ID: id(2), InsertInstant: 1_600_000_000_002}}}
	s.export(6, `{"Username":"changed"}`)
	r, err := s.carry()
	if err != nil || r.Imported != 1 || r.Requests != 0 {
		t.Errorf("%+v, %v", r, err)
	}
	if got, want := s.states(), []string{"exported", "exported", "imported", "exported", "exported", "exported"}; !slices.Equal(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
}

func TestItStopsWhenTooManyAreRefused(t *testing.T) {
	t.Parallel()
	users := people(50)
	for n := range 30 {
		users[n]["firstName"] = strings.Repeat("x", 192)
	}
	s := begin(t, users...)
	r, err := s.carry(func(c *importer.Config) { c.Stop.Users = 3; c.AtMost = 10 })
	if err != nil || !r.Stopped || r.Refused != 3 {
		t.Fatalf("%+v, %v", r, err)
	}
	r, err = s.carry()
	if err != nil || r.Imported+r.Refused != 47 || len(s.target.accounts) != 20 {
		t.Errorf("and goes on: %+v, %v", r, err)
	}
}

func TestATargetThatIsDownRefusesNobody(t *testing.T) {
	t.Parallel()
	s := begin(t, people(8)...)
	s.target.disturb = func(int, []account) (error, error) { return &fusionauth.Error{Status: 500}, nil }
	r, err := s.carry()
	if exit.Code(err) != exit.Failed || r.Refused != 0 || slices.ContainsFunc(s.states(), func(state string) bool { return state != "planned" }) {
		t.Errorf("%+v, %v, %v", r, err, s.states())
	}
	s.target.disturb = nil
	if r, err := s.carry(); err != nil || r.Imported != 8 {
		t.Errorf("and goes on: %+v, %v", r, err)
	}
}

func TestTheConnectorIsKeptOrNobodyIsSent(t *testing.T) {
	t.Parallel()
	for _, forgets := range []bool{false, true} {
		s := begin(t, people(8)...)
		s.target.forgets = forgets
		_, err := s.carry(func(c *importer.Config) { c.Sealer.Connector = id(77) })
		switch a := s.target.accounts[id(0)]; {
		case forgets:
			if exit.Code(err) != exit.Usage || len(s.target.accounts) != 1 {
				t.Errorf("%v, %d accounts", err, len(s.target.accounts))
			}
		case err != nil || len(s.target.accounts) != 8 || a.Password != "" || a.ConnectorID != id(77):
			t.Errorf("%v, %+v", err, a)
		}
	}
}

package workspace

import (
	"context"
	"errors"
	"io"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func ignoreEnd(err error) error {
	if errors.Is(err, io.EOF) {
		return nil
	}
	return err
}

// number is the workspace's number of a person.
func number(t *testing.T, p *Pool, n int) int64 {
	t.Helper()
	u, err := p.User(t.Context(), person(n).ID)
	must(t, err)
	return u.N
}

func TestStatesMoveForward(t *testing.T) {
	for _, tt := range []struct {
		name  string
		moves []State
		want  State
		err   error
	}{
		{"the whole way", []State{Planned, Imported, Linked, Reset, Verified}, Verified, nil},
		{"twice", []State{Planned, Planned, Imported, Imported}, Imported, nil},
		{"a step is left out", []State{Planned, Imported, Verified}, Verified, nil},
		{"a step is made up for", []State{Planned, Imported, Verified, Reset}, Verified, nil},
		{"refused", []State{Planned, Refused}, Refused, nil},
		{"refused twice", []State{Refused, Refused}, Refused, nil},
		{"skipped", []State{Skipped}, Skipped, nil},
		{"refused, then imported", []State{Refused, Imported}, Refused, ErrBackwards},
		{"imported, then refused", []State{Planned, Imported, Refused}, Imported, ErrBackwards},
		{"imported, then planned again", []State{Planned, Imported, Planned}, Imported, nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			onEach(t, func(t *testing.T, place string) {
				p := openPool(t, open(t, place, Options{}))
				fill(t, p, person(1))
				r := begin(t, p, Import)
				var err error
				for _, to := range tt.moves {
					err = errors.Join(err, r.Move(t.Context(), Move{User: number(t, p, 1), To: to}))
				}
				if !errors.Is(err, tt.err) || tt.err == nil && err != nil {
					t.Errorf("error: %v, want %v", err, tt.err)
				}
				if u, err := p.User(t.Context(), person(1).ID); err != nil || u.State != tt.want {
					t.Errorf("state: %v, want %s", u.State, tt.want)
				}
			})
		})
	}
}

func TestMovesKeepPlansInstantsAndReasons(t *testing.T) {
	onEach(t, func(t *testing.T, place string) {
		ctx, c := t.Context(), new(clock)
		p := openPool(t, open(t, place, Options{Now: c.now}))
		fill(t, p, people(1, 3)...)
		r := begin(t, p, Import)
		c.advance(time.Hour)
		must(t, r.Move(ctx,
			Move{User: number(t, p, 1), To: Planned, Plan: &Plan{Document: []byte(`{"id":"1"}`), Names: Names{Email: "a@example.com"}}},
			Move{User: number(t, p, 2), To: Refused, Reason: "no e-mail address"}))
		c.advance(time.Hour)
		must(t, r.Move(ctx, Move{User: number(t, p, 1), To: Imported}))
		u, err := p.User(ctx, person(1).ID)
		must(t, err)
		if !u.Planned.Equal(start.Add(time.Hour)) || !u.Imported.Equal(start.Add(2*time.Hour)) || !u.Linked.IsZero() ||
			u.ImportedBy != r.N || string(u.Target) != `{"id":"1"}` {
			t.Errorf("%+v", u)
		}
		tally, err := p.Tally(ctx)
		must(t, err)
		if diff := cmp.Diff(Tally{Total: 2, States: map[State]int{Imported: 1, Refused: 1}, Reasons: []Reason{{Refused, "no e-mail address", 1}}}, tally); diff != "" {
			t.Error(diff)
		}
		history, err := p.History(ctx, Imported, time.Hour)
		if diff := cmp.Diff([]Done{{start.Add(2 * time.Hour), 1}}, history); err != nil || diff != "" {
			t.Error(diff, err)
		}
		if mine := collect(t, p.Users(ctx, Query{ImportedBy: r.N})); len(mine) != 1 {
			t.Errorf("%+v", mine)
		}
		must(t, r.Reopen(ctx, u.N, Planned, "undone"))
		if u, err := p.Numbered(ctx, u.N); err != nil || u.State != Planned || !u.Imported.IsZero() || u.Planned.IsZero() || u.Reason != "undone" {
			t.Errorf("%+v, %v", u, err)
		}
		if events := collect(t, p.EventsOf(ctx, u.N)); len(events) != 1 || events[0].Kind != "reopened" || events[0].Run != r.N {
			t.Errorf("%+v", events)
		}
	})
}

func TestUsersArePaged(t *testing.T) {
	onEach(t, func(t *testing.T, place string) {
		p := openPool(t, open(t, place, Options{}))
		fill(t, p, people(0, 2*page+7)...)
		users := collect(t, p.Users(t.Context(), Query{States: []State{Exported, Planned}, Lacking: Imported, Source: true}))
		if len(users) != 2*page+7 || !slices.IsSortedFunc(users, func(a, b User) int { return int(a.N - b.N) }) || users[0].Source == nil || users[0].Target != nil {
			t.Errorf("%d users", len(users))
		}
	})
}

func TestFind(t *testing.T) {
	onEach(t, func(t *testing.T, place string) {
		p := openPool(t, open(t, place, Options{}))
		u := person(1)
		u.Names = Names{Username: "Jane", Email: "jane@example.com", Phone: "+12025550123", Preferred: "JJ"}
		fill(t, p, u, person(2))
		for _, name := range []string{"jane", "JANE@example.com", "+12025550123", "jj", u.ID} {
			if found, err := p.Find(t.Context(), name); err != nil || len(found) != 1 || found[0].ID != u.ID {
				t.Errorf("%s: %+v, %v", name, found, err)
			}
		}
		for _, name := range []string{"", "nobody"} {
			if found, err := p.Find(t.Context(), name); err != nil || len(found) != 0 {
				t.Errorf("%q: %+v, %v", name, found, err)
			}
		}
	})
}

func TestCollisions(t *testing.T) {
	onEach(t, func(t *testing.T, place string) {
		ctx := t.Context()
		p := openPool(t, open(t, place, Options{}))
		fill(t, p, people(1, 6)...)
		r := begin(t, p, Import)
		for n, names := range map[int]Names{
			1: {Email: "a@example.com"}, 2: {Email: "A@example.com", Username: "x"}, 3: {Email: "b@example.com", Username: "X"},
			4: {Email: "a@example.com"}, 5: {},
		} {
			must(t, r.Move(ctx, Move{User: number(t, p, n), To: Planned, Plan: &Plan{Document: []byte(`{}`), Names: names}}))
		}
		must(t, r.Move(ctx, Move{User: number(t, p, 4), To: Skipped, Reason: "collision"}))
		want := map[string][][]int64{"email": {{number(t, p, 1), number(t, p, 2)}}, "username": {{number(t, p, 2), number(t, p, 3)}}, "phone": nil}
		for _, kind := range LoginIDs {
			if diff := cmp.Diff(want[kind], collect(t, p.Collisions(ctx, kind))); diff != "" {
				t.Error(kind, diff)
			}
		}
	})
}

func TestPurge(t *testing.T) {
	onEach(t, func(t *testing.T, place string) {
		ctx := t.Context()
		w := open(t, place, Options{})
		p := openPool(t, w)
		fill(t, p, people(1, 4)...)
		r, err := p.Start(ctx, Import)
		must(t, err)
		must(t, r.Move(ctx, Move{User: 1, To: Planned, Plan: &Plan{Document: []byte(`{"email":"user0001@example.com"}`)}}),
			r.Note(ctx, Event{Kind: "made", User: 1, Detail: []byte(`{"email":"user0001@example.com"}`)}))
		if _, err := w.Purge(ctx); err == nil {
			t.Error("purged under a run")
		}
		must(t, r.End(context.WithoutCancel(ctx), "done"))
		receipt, err := w.Purge(ctx)
		must(t, err)
		want := map[string]int{"source documents": 3, "target documents": 1, "memberships": 0, "details of events": 1, "names": 3, "notes of batches": 0}
		if diff := cmp.Diff(want, receipt.Erased); diff != "" {
			t.Error(diff)
		}
		if tally, err := p.Tally(ctx); err != nil || tally.Total != 3 || tally.States[Planned] != 1 {
			t.Errorf("%+v, %v", tally, err)
		}
		must(t, w.Close())
		if !IsURL(place) {
			wantNowhere(t, place, "user0001")
		}
	})
}

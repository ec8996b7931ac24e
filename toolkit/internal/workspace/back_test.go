package workspace

import (
	"encoding/json"
	"errors"
	"testing"
)

func TestUsersAreTakenBackToBePlannedAnew(t *testing.T) {
	onEach(t, func(t *testing.T, place string) {
		ctx := t.Context()
		p := openPool(t, open(t, place, Options{}))
		fill(t, p, people(0, 6)...)
		r := begin(t, p, Import)
		users := collect(t, p.Users(ctx, Query{}))
		must(t, r.Move(ctx, Move{User: users[0].N, To: Planned}, Move{User: users[1].N, To: Planned}, Move{User: users[2].N, To: Imported},
			Move{User: users[3].N, To: Refused, Reason: "a"}, Move{User: users[4].N, To: Skipped, Reason: AlreadyAcross}))
		n, err := r.Again(ctx, Planned, Refused)
		must(t, err)
		tally, err := p.Tally(ctx)
		must(t, err)
		if n != 3 || tally.States[Exported] != 4 || tally.States[Imported] != 1 || tally.States[Skipped] != 1 {
			t.Errorf("%d, %+v", n, tally)
		}
		if events := collect(t, p.Events(ctx, r.N, "reopened")); len(events) != 1 || string(events[0].Detail) != `{"states":["planned","refused"],"users":3}` {
			t.Errorf("%+v", events)
		}
	})
}

func TestWhoIsAcrossAlreadyGoesOn(t *testing.T) {
	onEach(t, func(t *testing.T, place string) {
		ctx := t.Context()
		p := openPool(t, open(t, place, Options{}))
		fill(t, p, people(0, 2)...)
		r := begin(t, p, Links)
		users := collect(t, p.Users(ctx, Query{}))
		must(t, r.Move(ctx, Move{User: users[0].N, To: Skipped, Reason: AlreadyAcross}, Move{User: users[1].N, To: Skipped, Reason: "not wanted"}))
		must(t, r.Move(ctx, Move{User: users[0].N, To: Linked}))
		if err := r.Move(ctx, Move{User: users[1].N, To: Linked}); !errors.Is(err, ErrBackwards) {
			t.Errorf("somebody who shall not go across was linked: %v", err)
		}
		u, err := p.Numbered(ctx, users[0].N)
		must(t, err)
		if u.State != Skipped || u.Reason != AlreadyAcross || u.Linked.IsZero() {
			t.Errorf("%+v", u)
		}
		must(t, r.Unlink(ctx, u.N, nil))
		if u, err = p.Numbered(ctx, u.N); err != nil || !u.Linked.IsZero() || u.State != Skipped {
			t.Errorf("%+v, %v", u, err)
		}
	})
}

func TestPlansComeWithRemarks(t *testing.T) {
	onEach(t, func(t *testing.T, place string) {
		ctx := t.Context()
		p := openPool(t, open(t, place, Options{Lock: Lock{Passphrase: "correct horse"}}))
		fill(t, p, people(0, 3)...)
		r := begin(t, p, Import)
		var moves []Move
		for u, err := range p.Users(ctx, Query{}) {
			must(t, err)
			moves = append(moves, Move{User: u.N, To: Planned, Plan: &Plan{
				Document: json.RawMessage(`{"id":"` + u.ID + `"}`), Remarks: []byte(`["kept"]`), Names: Names{Email: "same@example.com"},
			}})
		}
		moves[1].Plan.Remarks = nil
		must(t, r.Move(ctx, moves...))
		for i, u := range collect(t, p.Users(ctx, Query{Remarks: true, Target: true})) {
			if want := i != 1; (string(u.Remarks) == `["kept"]`) != want || string(u.Target) != `{"id":"`+u.ID+`"}` {
				t.Errorf("%d: %s %s", i, u.Remarks, u.Target)
			}
		}
		if found := collect(t, p.Collisions(ctx, "email")); len(found) != 1 || len(found[0]) != 3 {
			t.Errorf("%+v", found)
		}
	})
}

func TestReleasedUsersAreFree(t *testing.T) {
	onEach(t, func(t *testing.T, place string) {
		ctx := t.Context()
		p := openPool(t, open(t, place, Options{}))
		fill(t, p, people(0, 5)...)
		r := begin(t, p, Import)
		b, err := r.Next(ctx, &Query{}, 10)
		must(t, err)
		all := collect(t, b.All(ctx))
		must(t, b.Release(ctx, all[0].N, all[1].N), b.Done(ctx, Imported, nil))
		tally, err := p.Tally(ctx)
		if err != nil || tally.States[Imported] != 3 || tally.States[Exported] != 2 {
			t.Errorf("%+v, %v", tally, err)
		}
		if b, err := r.Next(ctx, &Query{Lacking: Imported}, 10); err != nil || b.Users != 2 {
			t.Errorf("%+v, %v", b, err)
		}
	})
}

func TestFactsMayChange(t *testing.T) {
	onEach(t, func(t *testing.T, place string) {
		ctx := t.Context()
		p := openPool(t, open(t, place, Options{}))
		r := begin(t, p, Export)
		for _, want := range []string{"", "one", "two"} {
			if want != "" {
				must(t, r.SetFact(ctx, "schema", want))
			}
			if got, err := p.Fact(ctx, "schema"); err != nil || got != want {
				t.Errorf("%q, %v, want %q", got, err, want)
			}
		}
	})
}

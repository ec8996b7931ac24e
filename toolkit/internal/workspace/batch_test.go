package workspace

import (
	"errors"
	"testing"
	"time"

	"wherry/internal/exit"
)

func TestBatches(t *testing.T) {
	onEach(t, func(t *testing.T, place string) {
		ctx := t.Context()
		p := openPool(t, open(t, place, Options{}))
		fill(t, p, people(0, 25)...)
		r := begin(t, p, Import)
		q := Query{States: []State{Exported}}
		sizes, imported := []int{}, 0
		for {
			b, err := r.Next(ctx, &q, 10)
			if err != nil {
				wantEOF(t, err)
				break
			}
			users := collect(t, b.All(ctx))
			sizes = append(sizes, len(users))
			must(t, b.Done(ctx, Imported, []Move{{User: users[0].N, To: Refused, Reason: "no"}}, Event{Kind: "sent"}))
			imported += len(users) - 1
		}
		tally, err := p.Tally(ctx)
		must(t, err)
		if len(sizes) != 3 || sizes[2] != 5 || tally.States[Imported] != imported || tally.States[Refused] != 3 {
			t.Errorf("%v, %+v", sizes, tally)
		}
		if events := collect(t, p.Events(ctx, r.N, "sent")); len(events) != 3 {
			t.Errorf("%+v", events)
		}
	})
}

func TestABatchOfAKilledRunIsTakenUpAgain(t *testing.T) {
	onEach(t, func(t *testing.T, place string) {
		ctx, c := t.Context(), new(clock)
		p := openPool(t, open(t, place, Options{Now: c.now}))
		fill(t, p, people(0, 25)...)
		first, err := p.Start(ctx, Import)
		must(t, err)
		lost, err := first.Next(ctx, &Query{}, 10)
		must(t, err, lost.Note(ctx, "sent once"), first.release())
		first.stop()
		c.advance(2 * patience)

		second := begin(t, p, Import)
		q := Query{}
		b, err := second.Next(ctx, &q, 10)
		must(t, err)
		note, err := b.Noted(ctx)
		if !b.Resumed || b.N != lost.N || b.Users != 10 || note != "sent once" || err != nil || !b.Started.Equal(start) {
			t.Fatalf("%+v, %q, %v", b, note, err)
		}
		if err := lost.Done(ctx, Imported, nil); !errors.Is(err, ErrLost) {
			t.Errorf("the run that was given up ended its batch: %v", err)
		}
		if err := lost.Announce(ctx, Event{Kind: "about"}); !errors.Is(err, ErrLost) {
			t.Errorf("the run that was given up goes on: %v", err)
		}
		if err := lost.Release(ctx, 1); !errors.Is(err, ErrLost) {
			t.Errorf("the run that was given up sets users free: %v", err)
		}
		must(t, lost.GiveBack(ctx))
		if users := collect(t, b.All(ctx)); len(users) != 10 {
			t.Errorf("the run that was given up gave %d users back", 10-len(users))
		}
		must(t, b.Announce(ctx, Event{Kind: "about"}))
		must(t, b.GiveBack(ctx))
		all := 0
		for {
			b, err := second.Next(ctx, &q, 100)
			if err != nil {
				wantEOF(t, err)
				break
			}
			all += b.Users
			must(t, b.Done(ctx, Imported, nil))
		}
		if all != 25 {
			t.Errorf("%d users", all)
		}
	})
}

func TestARunAtWorkKeepsItsBatch(t *testing.T) {
	t.Parallel()
	c := new(clock)
	p := openPool(t, open(t, schema(t), Options{Now: c.now}))
	fill(t, p, people(0, 15)...)
	one, two := begin(t, p, Import), begin(t, p, Import)
	b, err := one.Next(t.Context(), &Query{}, 10)
	must(t, err)
	c.advance(2 * patience)
	must(t, one.Report(t.Context(), Progress{Step: "users", Done: 10}))
	b2, err := two.Next(t.Context(), &Query{}, 10)
	must(t, err)
	if b2.Resumed || b2.N == b.N || b2.Users != 5 {
		t.Errorf("%+v", b2)
	}
}

func TestRunsOfAKindDoNotOverlapOnSQLite(t *testing.T) {
	onEach(t, func(t *testing.T, place string) {
		ctx := t.Context()
		w := open(t, place, Options{})
		p := openPool(t, w)
		one := begin(t, p, Export)
		begin(t, p, Verify)
		switch two, err := p.Start(ctx, Export); {
		case w.Shared():
			must(t, err, two.End(ctx, "done"))
		default:
			wantRefusal(t, err, exit.Failed, "another wherry export works on the pool")
			must(t, one.Report(ctx, Progress{Step: "users", Done: 5, Of: 10, PerSecond: 1}), one.End(ctx, "interrupted"))
			begin(t, p, Export)
		}
		runs, err := w.Runs(ctx, 10)
		must(t, err)
		if len(runs) != 3 || runs[0].Kind != Export || runs[0].Started.IsZero() || !w.Shared() && runs[2].Progress.Left() != 5*time.Second {
			t.Errorf("%+v", runs)
		}
	})
}

func TestAKilledRunIsShownSo(t *testing.T) {
	onEach(t, func(t *testing.T, place string) {
		c := new(clock)
		w := open(t, place, Options{Now: c.now})
		p := openPool(t, w)
		r, err := p.Start(t.Context(), Export)
		must(t, err, r.release())
		r.stop()
		c.advance(time.Hour)
		runs, err := w.Runs(t.Context(), 1)
		if err != nil || runs[0].Outcome != "dead" {
			t.Errorf("%+v, %v", runs, err)
		}
		begin(t, p, Export)
		if runs, err = w.Runs(t.Context(), 2); err != nil || runs[0].Outcome != "running" || runs[1].Outcome != "killed" {
			t.Errorf("%+v, %v", runs, err)
		}
	})
}

package workspace

import (
	"context"
	"testing"
	"time"

	"wherry/internal/exit"
)

func unheard(string, ...any) {}

func TestWorkThatCannotBeSharedKeepsOthersOut(t *testing.T) {
	onEach(t, func(t *testing.T, place string) {
		ctx, c := t.Context(), new(clock)
		p := openPool(t, open(t, place, Options{Now: c.now}))
		for _, kind := range []Kind{Verify, Transform, Undo} {
			r, err := p.Start(ctx, kind)
			must(t, err)
			_, err = p.Start(ctx, kind)
			wantRefusal(t, err, exit.Failed, "another wherry "+string(kind)+" works on the pool")
			wantRefusal(t, err, exit.Failed, "since "+start.Local().Format(time.DateTime))
			must(t, r.End(ctx, "done"))
			begin(t, p, kind)
		}
	})
}

func TestAKilledVerificationKeepsNobodyOutForLong(t *testing.T) {
	t.Parallel()
	c := new(clock)
	p := openPool(t, open(t, schema(t), Options{Now: c.now}))
	r, err := p.Start(t.Context(), Verify)
	must(t, err)
	r.stop()
	c.advance(patience / 2)
	_, err = p.Start(t.Context(), Verify)
	wantRefusal(t, err, exit.Failed, "another wherry verify works")
	c.advance(patience)
	begin(t, p, Verify)
}

func TestPlanning(t *testing.T) {
	onEach(t, func(t *testing.T, place string) {
		ctx := t.Context()
		w := open(t, place, Options{})
		p := openPool(t, w)
		fill(t, p, people(0, 10)...)
		one, two := begin(t, p, Transform), begin(t, p, Import)
		release, err := one.Planning(ctx, "a mapping", unheard)
		must(t, err)
		if _, err := two.Next(ctx, &Query{}, 10); err == nil {
			t.Error("users are taken to be imported while others plan")
		} else {
			wantEOF(t, err)
		}
		_, err = p.Start(ctx, Export)
		wantRefusal(t, err, exit.Failed, "")
		if !w.Shared() {
			_, err := two.Planning(ctx, "a mapping", unheard)
			wantRefusal(t, err, exit.Failed, "are being planned")
		}
		must(t, release())
		b, err := two.Next(ctx, &Query{}, 10)
		must(t, err, b.GiveBack(ctx))

		export := begin(t, p, Export)
		_, err = two.Planning(ctx, "a mapping", unheard)
		wantRefusal(t, err, exit.Failed, "another wherry export works")
		must(t, export.End(ctx, "done"))
		release, err = two.Planning(ctx, "a mapping", unheard)
		must(t, err, release())
	})
}

func TestOneMachinePlansAfterTheOther(t *testing.T) {
	t.Parallel()
	ctx, c := t.Context(), new(clock)
	p := openPool(t, open(t, schema(t), Options{Now: c.now}))
	one, two := begin(t, p, Import), begin(t, p, Import)
	release, err := one.Planning(ctx, "a mapping", unheard)
	must(t, err)
	waits := make(chan struct{})
	planned := make(chan error)
	go func() {
		release, err := two.Planning(ctx, "a mapping", func(string, ...any) { close(waits) })
		if err == nil {
			err = release()
		}
		planned <- err
	}()
	<-waits
	must(t, release(), <-planned)

	_, err = one.Planning(ctx, "a mapping", unheard) // and is killed
	must(t, err)
	one.stop()
	c.advance(2 * patience)
	must(t, two.Report(ctx, Progress{}))
	release, err = two.Planning(ctx, "a mapping", unheard)
	must(t, err, release())
}

// TestPlanningByAnotherMapping: nobody's users are planned anew while they are
// being carried, and nobody is kept out by a run that has ended or was killed.
func TestPlanningByAnotherMapping(t *testing.T) {
	onEach(t, func(t *testing.T, place string) {
		ctx, c := t.Context(), new(clock)
		w := open(t, place, Options{Now: c.now})
		p := openPool(t, w)
		plan := func(r *Run, mapping string) {
			t.Helper()
			release, err := r.Planning(ctx, mapping, unheard)
			must(t, err)
			must(t, release())
		}
		one, two := begin(t, p, Transform), begin(t, p, Import)
		plan(one, "first")
		plan(two, "first")
		plan(two, "first") // as often as it likes
		must(t, one.End(ctx, "done"))
		plan(two, "second") // by what it has planned itself it is not bound
		one = begin(t, p, Transform)
		plan(one, "second")
		_, err := two.Planning(ctx, "third", unheard)
		wantRefusal(t, err, exit.Failed, "planned with another mapping by a run that is still at work: run 3, a wherry transform")
		if !w.Shared() {
			return
		}
		one.stop() // killed
		c.advance(2 * patience)
		must(t, two.Report(ctx, Progress{}))
		plan(two, "third")
	})
}

// TestPlanningByAnotherMappingDoesNotWait: not even for the other run to have
// planned.
func TestPlanningByAnotherMappingDoesNotWait(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	p := openPool(t, open(t, schema(t), Options{}))
	one, two := begin(t, p, Import), begin(t, p, Import)
	release, err := one.Planning(ctx, "first", unheard)
	must(t, err)
	_, err = two.Planning(ctx, "second", func(string, ...any) { t.Error("it waits") })
	wantRefusal(t, err, exit.Failed, "another mapping")
	must(t, release())
}

func TestAMachineWaitsForTheUsersOfAnother(t *testing.T) {
	t.Parallel()
	ctx, c := t.Context(), new(clock)
	p := openPool(t, open(t, schema(t), Options{Now: c.now}))
	fill(t, p, people(0, 30)...)
	one, two := begin(t, p, Links), begin(t, p, Links)
	var q1, q2 Query
	lost, err := one.Next(ctx, &q1, 10)
	must(t, err)
	done, err := one.Next(ctx, &q1, 10)
	must(t, err)
	b, err := two.Await(ctx, &q2, 10)
	must(t, err, b.Done(ctx, Linked, nil))
	waiting, stop := context.WithTimeout(ctx, 3*look)
	defer stop()
	if _, err := two.Await(waiting, &q2, 10); waiting.Err() == nil {
		t.Fatalf("it did not wait: %v", err)
	}
	must(t, done.Done(ctx, Linked, nil))
	one.stop() // killed
	c.advance(2 * patience)
	must(t, two.Report(ctx, Progress{}))
	b, err = two.Await(ctx, &q2, 10)
	must(t, err)
	if !b.Resumed || b.N != lost.N {
		t.Fatalf("%+v, want that of the killed run", b)
	}
	must(t, b.Done(ctx, Linked, nil))
	_, err = two.Await(ctx, &q2, 10)
	wantEOF(t, err)
}

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
		release, err := one.Planning(ctx, unheard)
		must(t, err)
		if _, err := two.Next(ctx, &Query{}, 10); err == nil {
			t.Error("users are taken to be imported while others plan")
		} else {
			wantEOF(t, err)
		}
		_, err = p.Start(ctx, Export)
		wantRefusal(t, err, exit.Failed, "")
		if !w.Shared() {
			_, err := two.Planning(ctx, unheard)
			wantRefusal(t, err, exit.Failed, "are being planned")
		}
		must(t, release())
		b, err := two.Next(ctx, &Query{}, 10)
		must(t, err, b.GiveBack(ctx))

		export := begin(t, p, Export)
		_, err = two.Planning(ctx, unheard)
		wantRefusal(t, err, exit.Failed, "another wherry export works")
		must(t, export.End(ctx, "done"))
		release, err = two.Planning(ctx, unheard)
		must(t, err, release())
	})
}

func TestOneMachinePlansAfterTheOther(t *testing.T) {
	t.Parallel()
	ctx, c := t.Context(), new(clock)
	p := openPool(t, open(t, schema(t), Options{Now: c.now}))
	one, two := begin(t, p, Import), begin(t, p, Import)
	release, err := one.Planning(ctx, unheard)
	must(t, err)
	waits := make(chan struct{})
	planned := make(chan error)
	go func() {
		release, err := two.Planning(ctx, func(string, ...any) { close(waits) })
		if err == nil {
			err = release()
		}
		planned <- err
	}()
	<-waits
	must(t, release(), <-planned)

	_, err = one.Planning(ctx, unheard) // and is killed
	must(t, err)
	one.stop()
	c.advance(2 * patience)
	must(t, two.Report(ctx, Progress{}))
	release, err = two.Planning(ctx, unheard)
	must(t, err, release())
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

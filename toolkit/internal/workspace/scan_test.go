package workspace

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"wherry/internal/exit"
)

func TestAScanGoesOnWhereItWasKilled(t *testing.T) {
	onEach(t, func(t *testing.T, place string) {
		ctx, c := t.Context(), new(clock)
		w := open(t, place, Options{Now: c.now})
		p := openPool(t, w)
		r, err := p.Start(ctx, Export)
		must(t, err)
		s, err := r.Scan(ctx)
		must(t, err)
		h := shard(t, s, "0", "1")
		_, err = h.Save(ctx, Page{Users: people(1, 61), Token: "second page"})
		must(t, err, r.release()) // what the system does when a process dies
		r.stop()
		c.advance(2 * patience)

		r = begin(t, p, Export)
		again, err := r.Scan(ctx)
		must(t, err)
		if again.N != s.N || !again.Resumed || again.Delta {
			t.Fatalf("%+v", again)
		}
		must(t, again.Divide(ctx, PartUsers, []string{"something else"}))
		h2, err := again.Next(ctx, PartUsers)
		must(t, err)
		if h2.Name != "0" || h2.Token != "second page" || h2.Pages != 1 || h2.Users != 60 {
			t.Fatalf("%+v", h2)
		}
		if _, err := h.Save(ctx, Page{Users: people(61, 62)}); !errors.Is(err, ErrLost) {
			t.Errorf("the run that was given up saved a page: %v", err)
		}
		must(t, h2.Restart(ctx))
		seen, err := h2.Save(ctx, Page{Users: people(1, 100), Last: true})
		if err != nil || seen[New] != 39 || h2.Users != 99 {
			t.Errorf("%v, %v, %+v", seen, err, h2)
		}
		if err := again.Finish(ctx, true, nil); !errors.Is(err, ErrUnfinished) {
			t.Errorf("finished with an open shard: %v", err)
		}
		last, err := again.Next(ctx, PartUsers)
		must(t, err)
		_, err = again.Next(ctx, PartUsers)
		wantEOF(t, err)
		_, err = last.Save(ctx, Page{Last: true})
		must(t, err, again.Finish(ctx, true, map[string]int{"estimate": 99}), again.Finish(ctx, true, nil))
		if next, err := r.Scan(ctx); err != nil || next.N == s.N || !next.Delta || next.Resumed {
			t.Errorf("%+v, %v", next, err)
		}
	})
}

func TestADelta(t *testing.T) {
	onEach(t, func(t *testing.T, place string) {
		ctx := t.Context()
		p := openPool(t, open(t, place, Options{}))
		fill(t, p, people(0, 10)...)

		r := begin(t, p, Import)
		must(t, r.Move(ctx, Move{User: number(t, p, 2), To: Planned, Plan: &Plan{Document: []byte(`{}`)}},
			Move{User: number(t, p, 3), To: Planned}, Move{User: number(t, p, 3), To: Imported}))

		second := people(0, 11)
		second[1].Enabled = false
		second[1].Document = []byte(`{"Username":"user0001","Enabled":false}`)
		second[2].Document = []byte(`{"Username":"user0002","changed":true}`)
		second[3].Document = []byte(`{"Username":"user0003","changed":true}`)
		s := fill(t, p, append(second[:9], second[10])...)

		changes, err := p.Changes(ctx, s.N)
		must(t, err)
		if diff := cmp.Diff(map[Change]int{New: 1, Changed: 2, Disabled: 1, Deleted: 1}, changes); diff != "" {
			t.Error(diff)
		}
		for n, want := range map[int]State{2: Exported, 3: Imported} {
			if u, err := p.User(ctx, person(n).ID); err != nil || u.State != want || u.Change != Changed || !strings.Contains(string(u.Source), "changed") {
				t.Errorf("user %d: %+v, %v", n, u, err)
			}
		}
		if n := len(collect(t, p.Users(ctx, Query{}))); n != 10 {
			t.Errorf("%d users are there", n)
		}
		if gone := collect(t, p.Users(ctx, Query{Changes: []Change{Deleted}})); len(gone) != 1 || gone[0].ID != person(9).ID {
			t.Errorf("gone: %+v", gone)
		}
		s = fill(t, p, people(0, 11)...)
		changes, err = p.Changes(ctx, s.N)
		must(t, err)
		if diff := cmp.Diff(map[Change]int{New: 1, Changed: 2, Enabled: 1}, changes); diff != "" {
			t.Errorf("who had gone comes back, who was disabled is enabled: %s", diff)
		}
	})
}

func TestDetailsSurviveADelta(t *testing.T) {
	onEach(t, func(t *testing.T, place string) {
		ctx := t.Context()
		p := openPool(t, open(t, place, Options{}))
		fill(t, p, people(1, 3)...)
		r := begin(t, p, Export)
		s, err := r.Scan(ctx)
		must(t, err)
		todo := collect(t, p.Users(ctx, Query{UnlessIn: s.N, Source: true}))
		if len(todo) != 2 {
			t.Fatalf("%+v", todo)
		}
		must(t, s.Detail(ctx, Detail{User: todo[0].N, Document: []byte(`{"factors":["SMS_MFA"]}`), Changed: true}, Detail{User: todo[1].N}))
		if todo := collect(t, p.Users(ctx, Query{UnlessIn: s.N})); len(todo) != 0 {
			t.Errorf("%+v", todo)
		}
		keep := func(old, fresh []byte) ([]byte, error) { return append(old, fresh...), nil }
		changed := person(1)
		changed.Document = []byte(`{"changed":true}`)
		h := shard(t, s, "")
		_, err = h.Save(ctx, Page{Users: []Source{changed}, Last: true, Keep: keep})
		must(t, err)
		if u, err := p.User(ctx, person(1).ID); err != nil || string(u.Source) != `{"factors":["SMS_MFA"]}{"changed":true}` {
			t.Errorf("%s, %v", u.Source, err)
		}
	})
}

func TestMemberships(t *testing.T) {
	onEach(t, func(t *testing.T, place string) {
		ctx := t.Context()
		s, err := begin(t, openPool(t, open(t, place, Options{})), Export).Scan(ctx)
		must(t, err, s.Divide(ctx, PartGroups, []string{"staff", "admins"}))
		for range 2 {
			h, err := s.Next(ctx, PartGroups)
			must(t, err, h.SaveMembers(ctx, []string{"a", "b"}, "more", false), h.SaveMembers(ctx, []string{"b", h.Name}, "", true))
		}
		got, err := s.Memberships(ctx, []string{"b", "staff", "nobody"})
		must(t, err)
		if diff := cmp.Diff(map[string][]string{"b": {"admins", "staff"}, "staff": {"staff"}}, got); diff != "" {
			t.Error(diff)
		}
	})
}

func TestRecount(t *testing.T) {
	onEach(t, func(t *testing.T, place string) {
		s := fill(t, openPool(t, open(t, place, Options{})), Source{ID: "0a", Document: []byte("{}")}, Source{ID: "0b", Document: []byte("{}")}, Source{ID: "10", Document: []byte("{}")})
		got, err := s.Recount(t.Context(), 1)
		must(t, err)
		if diff := cmp.Diff(map[string]int{"0": 2, "1": 1}, got); diff != "" {
			t.Error(diff)
		}
	})
}

// TestMachinesShareAScan lets several runs read shards at once. On SQLite there
// is one run, with several goroutines.
func TestMachinesShareAScan(t *testing.T) {
	onEach(t, func(t *testing.T, place string) {
		ctx := t.Context()
		w := open(t, place, Options{Now: time.Now})
		p := openPool(t, w)
		runs := []*Run{begin(t, p, Export)}
		if w.Shared() {
			runs = append(runs, begin(t, p, Export), begin(t, p, Export))
		}
		const shards = 24
		results := make(chan error)
		for i := range 3 {
			go func() { results <- readAll(ctx, runs[i%len(runs)], shards) }()
		}
		for range 3 {
			must(t, <-results)
		}
		s, err := runs[0].Scan(ctx)
		must(t, err, s.Finish(ctx, true, nil))
		if users := collect(t, p.Users(ctx, Query{})); len(users) != shards*10 {
			t.Errorf("%d users", len(users))
		}
	})
}

func readAll(ctx context.Context, r *Run, shards int) error {
	s, err := r.Scan(ctx)
	if err != nil {
		return err
	}
	names := make([]string, shards)
	for i := range names {
		names[i] = fmt.Sprint(i)
	}
	if err := s.Divide(ctx, PartUsers, names); err != nil {
		return err
	}
	for {
		h, err := s.Next(ctx, PartUsers)
		if err != nil {
			return ignoreEnd(err)
		}
		n := 10 * slices.Index(names, h.Name)
		if _, err := h.Save(ctx, Page{Users: people(n, n+5), Token: "x"}); err != nil {
			return err
		}
		if _, err := h.Save(ctx, Page{Users: people(n+5, n+10), Last: true}); err != nil {
			return err
		}
	}
}

func TestAFullDisk(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	w := open(t, filepath.Join(t.TempDir(), "wherry.db"), Options{})
	p := openPool(t, w)
	r := begin(t, p, Export)
	s, err := r.Scan(ctx)
	must(t, err)
	h := shard(t, s, "")
	_, err = h.Save(ctx, Page{Users: people(0, 10), Token: "more"})
	must(t, err)
	limit := func(pages int) {
		_, err := w.writer.ExecContext(ctx, fmt.Sprintf("pragma max_page_count = %d", pages))
		must(t, err)
	}
	limit(1) // which SQLite takes for as many as there are
	_, err = h.Save(ctx, Page{Users: people(10, 5000), Token: "even more"})
	wantRefusal(t, err, exit.Failed, "there is no room for the workspace")
	if users := collect(t, p.Users(ctx, Query{})); len(users) != 10 || h.Token != "more" {
		t.Errorf("%d users, %+v", len(users), h)
	}
	limit(1 << 30)
	if _, err = h.Save(ctx, Page{Users: people(10, 5000), Last: true}); err != nil || h.Users != 5000 {
		t.Errorf("%v, %+v", err, h)
	}
}

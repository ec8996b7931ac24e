package store

import (
	"errors"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"wherry/server/internal/fa"
)

type grant struct {
	UserID fa.ID    `json:"userId"`
	Scopes []string `json:"scopes"`
}

func TestIdentifiersWorkOnce(t *testing.T) {
	onEach(t, func(t *testing.T, db *DB) {
		ctx, want := t.Context(), grant{UserID: id(1), Scopes: []string{"openid"}}
		must(t, db.KeepIdentifier(ctx, "code", "made-up", time.Minute, want))
		for _, other := range [][2]string{{"other", "made-up"}, {"code", "Made-up"}, {"code", ""}, {"", "code:made-up"}} {
			if err := db.TakeIdentifier(ctx, other[0], other[1], new(grant)); !errors.Is(err, fa.ErrNotFound) {
				t.Errorf("%v: %v", other, err)
			}
		}
		var got grant
		must(t, db.TakeIdentifier(ctx, "code", "made-up", &got))
		if diff := cmp.Diff(want, got); diff != "" {
			t.Error(diff)
		}
		if err := db.TakeIdentifier(ctx, "code", "made-up", &got); !errors.Is(err, fa.ErrNotFound) {
			t.Errorf("the second time: %v", err)
		}
	})
}

func TestOneOfManyTakesTheIdentifier(t *testing.T) {
	onEach(t, func(t *testing.T, db *DB) {
		must(t, db.KeepIdentifier(t.Context(), "code", "made-up", time.Minute, grant{}))
		taken := together(50, func(int) error {
			err := db.TakeIdentifier(t.Context(), "code", "made-up", new(grant))
			if errors.Is(err, fa.ErrNotFound) {
				return fa.FieldError("code", "late", "")
			}
			return err
		})
		if diff := cmp.Diff(map[string]int{"done": 1, "[late]code": 49}, taken); diff != "" {
			t.Error(diff)
		}
	})
}

func TestSpentIdentifiers(t *testing.T) {
	onEachAt(t, func(t *testing.T, url, path string) {
		ctx, c := t.Context(), new(clock)
		db := open(t, url, path, c)
		want := grant{UserID: id(1), Scopes: []string{"openid"}}
		var got grant
		must(t, db.KeepIdentifier(ctx, "code", "made-up", time.Minute, want), db.SpendIdentifier(ctx, "code", "spent", "made-up", time.Hour, &got))
		if diff := cmp.Diff(want, got); diff != "" {
			t.Error(diff)
		}
		for name, err := range map[string]error{
			"spent twice": db.SpendIdentifier(ctx, "code", "spent", "made-up", time.Hour, new(grant)),
			"taken":       db.TakeIdentifier(ctx, "code", "made-up", new(grant)),
		} {
			if !errors.Is(err, fa.ErrNotFound) {
				t.Errorf("%s: %v", name, err)
			}
		}
		c.advance(59 * time.Minute)
		must(t, db.Identifier(ctx, "spent", "made-up", new(grant)))
		c.advance(time.Minute)
		if err := db.TakeIdentifier(ctx, "spent", "made-up", new(grant)); !errors.Is(err, fa.ErrNotFound) {
			t.Errorf("after an hour: %v", err)
		}
	})
}

func TestIdentifiersExpire(t *testing.T) {
	onEachAt(t, func(t *testing.T, url, path string) {
		ctx, c := t.Context(), new(clock)
		db := open(t, url, path, c)
		must(t, db.KeepIdentifier(ctx, "code", "short", time.Minute, grant{}), db.KeepIdentifier(ctx, "code", "long", time.Hour, grant{}))
		c.advance(time.Minute - time.Millisecond)
		must(t, db.TakeIdentifier(ctx, "code", "short", new(grant)))
		must(t, db.KeepIdentifier(ctx, "code", "next", time.Minute, grant{}))
		c.advance(time.Minute)
		if err := db.TakeIdentifier(ctx, "code", "next", new(grant)); !errors.Is(err, fa.ErrNotFound) {
			t.Errorf("at its end: %v", err)
		}
		must(t, db.KeepIdentifier(ctx, "code", "last", time.Minute, grant{}))
		if n := count(t, db, "external_identifiers"); n != 2 {
			t.Errorf("%d are kept, want the long and the last one", n)
		}
		must(t, db.TakeIdentifier(ctx, "code", "long", new(grant)))
	})
}

func TestIdentifiersAreKeptAsHashes(t *testing.T) {
	onEach(t, func(t *testing.T, db *DB) {
		must(t, db.KeepIdentifier(t.Context(), "code", "made-up-code", time.Minute, grant{}))
		var hash, doc string
		must(t, db.reader.QueryRowContext(t.Context(), "select hash, doc from external_identifiers").Scan(&hash, &doc))
		if strings.Contains(hash+doc, "made-up-code") || len(hash) != 64 {
			t.Errorf("stored: %s %s", hash, doc)
		}
	})
}

func TestIdentifiersOutliveTheServer(t *testing.T) {
	t.Parallel()
	path, c := filepath.Join(t.TempDir(), "test.db"), new(clock)
	db, err := Open(t.Context(), "", path, c.now)
	must(t, err)
	must(t, db.KeepIdentifier(t.Context(), "code", "made-up", time.Minute, grant{UserID: id(1)}), db.Close())
	var got grant
	if err := open(t, "", path, c).TakeIdentifier(t.Context(), "code", "made-up", &got); err != nil || got.UserID != id(1) {
		t.Errorf("after a restart: %v, %v", got, err)
	}
}

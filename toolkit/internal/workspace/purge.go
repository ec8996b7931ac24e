package workspace

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"time"

	"wherry/internal/exit"
)

// Receipt says what was erased, and what is left.
type Receipt struct {
	Workspace string         `json:"workspace"`
	Pools     []string       `json:"pools"`
	At        time.Time      `json:"at"`
	Erased    map[string]int `json:"erased"` // documents, names and details, by what they were
	Left      string         `json:"left"`
}

const left = "of each user the id, the state with its reason and its instants; of each run its numbers"

// Purge erases the personal data of all pools: documents, the digests of
// names, group memberships and the details of events. States and numbers stay,
// so that status and reports still add up. On SQLite the file is rewritten, so
// that nothing of it is left in free pages; on PostgreSQL the server's vacuum
// does that in its own time.
func (w *Workspace) Purge(ctx context.Context) (Receipt, error) {
	receipt := Receipt{Workspace: w.place, At: w.now().UTC(), Erased: map[string]int{}, Left: left}
	pools, err := w.Pools(ctx)
	if err != nil {
		return receipt, err
	}
	for _, p := range pools {
		receipt.Pools = append(receipt.Pools, p.ID)
		unlock, err := p.alone(ctx)
		defer unlock()
		if err != nil {
			return receipt, err
		}
	}
	err = w.tx(ctx, func(tx *sql.Tx) error { return erase(ctx, tx, receipt.Erased) })
	if err == nil && !w.postgres {
		err = w.rewrite(ctx)
	}
	if err != nil {
		return receipt, fmt.Errorf("erase personal data: %w", err)
	}
	return receipt, nil
}

// alone makes sure that no run is at work, and on SQLite that none begins.
func (p *Pool) alone(ctx context.Context) (unlock func(), err error) {
	var held []func() error
	unlock = func() {
		for _, release := range held {
			_ = release() // a lock is as good as the file that it is on
		}
	}
	for _, kind := range kinds {
		release, err := p.lock(kind)
		if err != nil {
			return unlock, err
		}
		held = append(held, release)
	}
	if !p.w.postgres {
		return unlock, nil
	}
	var kind string
	err = p.w.reader.QueryRowContext(ctx, "select kind from runs where pool = $1 and ended is null and beat >= $2 limit 1", p.n, p.w.alive()).Scan(&kind)
	switch {
	case errors.Is(err, sql.ErrNoRows):
		return unlock, nil
	case err != nil:
		return unlock, fmt.Errorf("look for runs: %w", err)
	}
	return unlock, exit.With(exit.Failed, fmt.Errorf("a wherry %s works on the pool %s", kind, p.ID), "wait until it has finished")
}

var erasures = []struct{ what, statement string }{
	{"source documents", "delete from sources"},
	{"target documents", "delete from targets"},
	{"memberships", "delete from memberships"},
	{"details of events", "update events set detail = $1 where length(detail) > 0"},
	{"names", `update users set username_key = null, email_key = null, phone_key = null, preferred_key = null, digest = ''
		where digest <> ''`},
	{"notes of batches", "update batches set note = '' where note <> ''"},
}

func erase(ctx context.Context, tx *sql.Tx, erased map[string]int) error {
	for _, e := range erasures {
		var args []any
		if e.what == "details of events" {
			args = append(args, []byte{})
		}
		n, err := affected(ctx, tx, e.statement, args...)
		if err != nil {
			return fmt.Errorf("%s: %w", e.what, err)
		}
		erased[e.what] = n
	}
	return nil
}

// rewrite leaves nothing of what was deleted in the file or its log.
func (w *Workspace) rewrite(ctx context.Context) error {
	for _, statement := range []string{"vacuum", "pragma wal_checkpoint(truncate)"} {
		if _, err := w.exec(ctx, statement); err != nil {
			return fmt.Errorf("%s: %w", statement, err)
		}
	}
	return nil
}

// Print writes the receipt for people.
func (r Receipt) Print(w io.Writer) {
	fmt.Fprintf(w, "erased from %s on %s:\n", r.Workspace, r.At.Format(time.RFC3339))
	for _, what := range slices.Sorted(maps.Keys(r.Erased)) {
		fmt.Fprintf(w, "%10d %s\n", r.Erased[what], what)
	}
	fmt.Fprintf(w, "left: %s\n", r.Left)
}

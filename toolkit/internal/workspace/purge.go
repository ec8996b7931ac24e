package workspace

import (
	"context"
	"database/sql"
	"fmt"
	"io"
	"maps"
	"slices"
	"time"
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
		if err != nil {
			return receipt, err
		}
		defer unlock() //nolint:errcheck // a lock is as good as the file that it is on
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
func (p *Pool) alone(ctx context.Context) (unlock func() error, err error) {
	if !p.w.postgres {
		return p.lockAll(ctx, kinds...)
	}
	runs, err := p.w.runs(ctx, p.w.reader, "where r.pool = $1 and r.ended is null and r.beat >= $2 order by r.n limit 1", p.n, p.w.alive())
	if err == nil && len(runs) > 0 {
		err = p.busy(runs[0].Kind, runs[0])
	}
	return func() error { return nil }, err
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

package workspace

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"time"
)

// Change is what a scan found about a user, compared with the scan before.
type Change string

// The changes. The latest one is kept with the user.
const (
	New      Change = "new"
	Changed  Change = "changed"
	Disabled Change = "disabled"
	Enabled  Change = "enabled"
	Deleted  Change = "deleted"
)

// Parts of a scan.
const (
	PartGroups = "groups" // a shard is a group
	PartUsers  = "users"  // a shard is a prefix of the sub
	PartFiles  = "files"  // a shard is a file
)

// Scan is one reading of a whole pool. It may take several runs; the next scan
// begins when it has been finished, and finds what has changed since.
type Scan struct {
	N       int64
	Resumed bool // an earlier run began it
	Delta   bool // there was a finished scan before it
	Started time.Time
	run     *Run
}

// Scan goes on with the scan that the runs before have not finished, or begins
// one.
func (r *Run) Scan(ctx context.Context) (*Scan, error) {
	s := &Scan{run: r}
	err := r.w.tx(ctx, func(tx *sql.Tx) error {
		if err := r.turn(ctx, tx); err != nil { // two machines that begin together find the same scan
			return err
		}
		var ms int64
		err := tx.QueryRowContext(ctx, "select n, started from scans where pool = $1 and ended is null", r.n).Scan(&s.N, &ms)
		s.Resumed = err == nil
		if errors.Is(err, sql.ErrNoRows) {
			ms = r.w.instant()
			err = tx.QueryRowContext(ctx, "insert into scans (pool, started) values ($1, $2) returning n", r.n, ms).Scan(&s.N)
		}
		if err != nil {
			return err
		}
		s.Started = at(ms)
		return tx.QueryRowContext(ctx, "select exists (select 1 from scans where pool = $1 and ended is not null)", r.n).Scan(&s.Delta)
	})
	if err != nil {
		return nil, fmt.Errorf("begin to read the pool: %w", err)
	}
	return s, nil
}

// Divide says which shards a part has, unless it has been said before.
func (s *Scan) Divide(ctx context.Context, part string, names []string) error {
	err := s.run.w.tx(ctx, func(tx *sql.Tx) error {
		// One machine divides; the others find it done.
		if _, err := tx.ExecContext(ctx, "update scans set started = started where n = $1", s.N); err != nil {
			return err
		}
		var done bool
		err := tx.QueryRowContext(ctx, "select exists (select 1 from shards where scan = $1 and part = $2)", s.N, part).Scan(&done)
		if err != nil || done {
			return err
		}
		for _, name := range names {
			if _, err := tx.ExecContext(ctx, "insert into shards (scan, part, name) values ($1, $2, $3)", s.N, part, name); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("divide the pool into shards: %w", err)
	}
	return nil
}

// Next takes a shard that nobody reads and that is not read to its end. The
// error is io.EOF when there is none; others may still be at work on theirs.
func (s *Scan) Next(ctx context.Context, part string) (*Shard, error) {
	h := &Shard{scan: s, Part: part}
	var ms int64
	err := s.run.w.tx(ctx, func(tx *sql.Tx) error {
		return tx.QueryRowContext(ctx, `update shards set run = $1 where scan = $2 and part = $3 and name = (
			select name from shards where scan = $2 and part = $3 and done = 0 and `+dead("shards.run", 4)+` order by pages desc, name limit 1`+
			s.run.w.skipLocked+`) returning name, token, issued, pages, users`,
			s.run.N, s.N, part, s.run.w.alive()).Scan(&h.Name, &h.Token, &ms, &h.Pages, &h.Users)
	})
	if errors.Is(err, sql.ErrNoRows) {
		return nil, io.EOF
	}
	if err != nil {
		return nil, fmt.Errorf("take a shard: %w", err)
	}
	h.Issued = at(ms)
	return h, nil
}

// ShardInfo is how far a shard has been read.
type ShardInfo struct {
	Part  string `json:"part"`
	Name  string `json:"name"`
	Pages int    `json:"pages"`
	Users int    `json:"users"`
	Done  bool   `json:"done"`
}

// Shards lists the shards of the scan.
func (s *Scan) Shards(ctx context.Context) ([]ShardInfo, error) { return s.run.shards(ctx, s.N) }

func (p *Pool) shards(ctx context.Context, scan int64) ([]ShardInfo, error) {
	shards, err := list(ctx, p.w.reader, func(rows *sql.Rows) (h ShardInfo, err error) {
		return h, rows.Scan(&h.Part, &h.Name, &h.Pages, &h.Users, &h.Done)
	}, "select part, name, pages, users, done from shards where scan = $1 order by part, name", scan)
	if err != nil {
		return nil, fmt.Errorf("list the shards: %w", err)
	}
	return shards, nil
}

// Recount counts the users that the scan has seen by the first characters of
// their ids: what is really in the workspace, whatever the shards say.
//
// It reads one user after the other: to let the database group them would take
// memory by their number.
func (s *Scan) Recount(ctx context.Context, characters int) (map[string]int, error) {
	counts := map[string]int{}
	for after, full := int64(0), true; full; {
		n := 0
		_, err := list(ctx, s.run.w.reader, func(rows *sql.Rows) (none struct{}, err error) {
			var prefix string
			err = rows.Scan(&after, &prefix)
			counts[prefix]++
			n++
			return none, err
		}, fmt.Sprintf("select n, substr(id, 1, %d) from users where +pool = $1 and seen_scan = $2 and n > $3 order by n limit %d", characters, recountPage),
			s.run.n, s.N, after)
		if err != nil {
			return nil, fmt.Errorf("count the users again: %w", err)
		}
		full = n == recountPage
	}
	return counts, nil
}

const recountPage = 5000

// ErrUnfinished says that a scan has shards that are not read to their end.
var ErrUnfinished = errors.New("the pool has not been read to its end")

// Finish ends the scan. If it saw the whole pool, whoever it has not seen is
// gone. The facts are kept as JSON for Scans; they must hold no personal data.
// To finish again changes nothing.
func (s *Scan) Finish(ctx context.Context, whole bool, facts any) error {
	doc, err := json.Marshal(facts)
	if err != nil {
		return fmt.Errorf("finish reading the pool: %w", err)
	}
	err = s.run.w.tx(ctx, func(tx *sql.Tx) error {
		var open bool
		err := tx.QueryRowContext(ctx, "select exists (select 1 from shards where scan = $1 and done = 0)", s.N).Scan(&open)
		if err == nil && open {
			err = ErrUnfinished
		}
		if err != nil {
			return err
		}
		n, err := affected(ctx, tx, "update scans set ended = $1, facts = $2 where n = $3 and ended is null", s.run.w.instant(), string(doc), s.N)
		if err != nil || n == 0 {
			return err
		}
		if whole {
			err = s.bury(ctx, tx)
		}
		if err != nil {
			return err
		}
		_, err = tx.ExecContext(ctx, "delete from memberships where scan = $1", s.N)
		return err
	})
	if err != nil {
		return fmt.Errorf("finish reading the pool: %w", err)
	}
	return nil
}

func (s *Scan) bury(ctx context.Context, tx *sql.Tx) error {
	_, err := tx.ExecContext(ctx, "update users set change = $1, changed_scan = $2 where pool = $3 and seen_scan < $2 and change <> $1", Deleted, s.N, s.run.n)
	return err
}

// ScanInfo is what there is to know of a scan.
type ScanInfo struct {
	N       int64           `json:"scan"`
	Started time.Time       `json:"started"`
	Ended   time.Time       `json:"ended,omitzero"`
	Facts   json.RawMessage `json:"facts"`
	Shards  []ShardInfo     `json:"shards,omitempty"` // of a scan that is not finished
	Changes map[Change]int  `json:"changes"`
}

// Scans lists the latest scans of the pool, the latest first.
func (p *Pool) Scans(ctx context.Context, limit int) ([]ScanInfo, error) {
	scans, err := list(ctx, p.w.reader, func(rows *sql.Rows) (s ScanInfo, err error) {
		var started, ended int64
		var facts string
		err = rows.Scan(&s.N, &started, &ended, &facts)
		s.Started, s.Ended, s.Facts = at(started), at(ended), json.RawMessage(facts)
		return s, err
	}, "select n, started, coalesce(ended, 0), facts from scans where pool = $1 order by n desc limit $2", p.n, limit)
	for i := range scans {
		if err == nil && scans[i].Ended.IsZero() {
			scans[i].Shards, err = p.shards(ctx, scans[i].N)
		}
		if err == nil {
			scans[i].Changes, err = p.Changes(ctx, scans[i].N)
		}
	}
	if err != nil {
		return nil, fmt.Errorf("list what was read of the pool: %w", err)
	}
	return scans, nil
}

// Changes counts the users whose latest change a scan found. A change that a
// later scan has overtaken is counted there.
func (p *Pool) Changes(ctx context.Context, scan int64) (map[Change]int, error) {
	counts := map[Change]int{}
	_, err := list(ctx, p.w.reader, func(rows *sql.Rows) (none struct{}, err error) {
		var c Change
		var n int
		err = rows.Scan(&c, &n)
		counts[c] = n
		return none, err
	}, "select change, count(*) from users where pool = $1 and changed_scan = $2 group by change", p.n, scan)
	if err != nil {
		return nil, fmt.Errorf("count the changes: %w", err)
	}
	return counts, nil
}

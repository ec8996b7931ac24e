package workspace

import (
	"context"
	"database/sql"
	"fmt"
	"time"
)

// Shard is a part of a scan that is read as one chain of pages. It belongs to
// one goroutine.
type Shard struct {
	Part, Name string
	Token      string    // where the next page begins; "" is the beginning
	Issued     time.Time // when the pool gave the token
	Pages      int       // how many were saved
	Users      int       // how many users the scan first saw here
	scan       *Scan
}

// Source is a user as the pool shows them.
type Source struct {
	ID       string // the sub, or what stands for it: a key of the user in the pool
	Document []byte // JSON; the same user must give the same bytes
	Names    Names
	Enabled  bool
}

// Page is what a shard has to save at a time.
type Page struct {
	Users []Source
	Token string // of the next page
	Last  bool   // there is none

	// Keep makes the document of a user who has changed from the one in the
	// workspace and the fresh one, where details were read that a page does not
	// tell.
	Keep func(old, fresh []byte) ([]byte, error)
}

// Seen is what a page told that was not known: how many users of it had which
// change. Users that the scan has seen before are not counted again.
type Seen map[Change]int

// Save keeps a page and the checkpoint behind it, both or neither. It fails
// with ErrLost when another machine has taken the shard over.
func (h *Shard) Save(ctx context.Context, p Page) (Seen, error) {
	var seen Seen
	var fresh int
	err := h.scan.run.w.tx(ctx, func(tx *sql.Tx) error {
		s := saver{Scan: h.scan, tx: tx, keep: p.Keep, seen: Seen{}}
		if err := s.save(ctx, p.Users); err != nil {
			return err
		}
		seen, fresh = s.seen, s.fresh
		return h.checkpoint(ctx, tx, p.Token, p.Last, fresh)
	})
	if err != nil {
		return nil, fmt.Errorf("save a page of users: %w", err)
	}
	h.saved(p.Token, fresh)
	return seen, nil
}

// SaveMembers keeps that these users, by their ids, are in the group that the
// shard is named after.
func (h *Shard) SaveMembers(ctx context.Context, ids []string, token string, last bool) error {
	err := h.scan.run.w.tx(ctx, func(tx *sql.Tx) error {
		for _, id := range ids {
			_, err := tx.ExecContext(ctx, "insert into memberships (scan, user_id, name) values ($1, $2, $3) on conflict (scan, user_id, name) do nothing", h.scan.N, id, h.Name)
			if err != nil {
				return err
			}
		}
		return h.checkpoint(ctx, tx, token, last, len(ids))
	})
	if err != nil {
		return fmt.Errorf("save a page of a group: %w", err)
	}
	h.saved(token, len(ids))
	return nil
}

func (h *Shard) checkpoint(ctx context.Context, tx *sql.Tx, token string, last bool, users int) error {
	done, run := 0, any(h.scan.run.N)
	if last {
		done, run = 1, nil
	}
	n, err := affected(ctx, tx, `update shards set token = $1, issued = $2, pages = pages + 1, users = users + $3, done = $4, run = $5
		where scan = $6 and part = $7 and name = $8 and run = $9`,
		token, h.scan.run.w.instant(), users, done, run, h.scan.N, h.Part, h.Name, h.scan.run.N)
	if err == nil && n == 0 {
		err = ErrLost
	}
	return err
}

func (h *Shard) saved(token string, users int) {
	h.Token, h.Issued, h.Pages, h.Users = token, at(h.scan.run.w.instant()), h.Pages+1, h.Users+users
}

// Restart begins the shard again, because its token is good no more. Users
// that were saved are known, and stay.
func (h *Shard) Restart(ctx context.Context) error {
	n, err := h.scan.run.w.exec(ctx, "update shards set token = '', issued = 0 where scan = $1 and part = $2 and name = $3 and run = $4",
		h.scan.N, h.Part, h.Name, h.scan.run.N)
	if err == nil && n == 0 {
		err = ErrLost
	}
	if err != nil {
		return fmt.Errorf("begin a shard again: %w", err)
	}
	h.Token, h.Issued = "", time.Time{}
	return nil
}

// Leave gives the shard back where it stands, for another run to go on.
func (h *Shard) Leave(ctx context.Context) error {
	_, err := h.scan.run.w.exec(context.WithoutCancel(ctx), "update shards set run = null where scan = $1 and part = $2 and name = $3 and run = $4",
		h.scan.N, h.Part, h.Name, h.scan.run.N)
	if err != nil && !h.scan.run.w.isFull(err) { // else it is left when the run has ended
		return fmt.Errorf("leave a shard: %w", err)
	}
	return nil
}

// Memberships tells which groups users are in, by their ids, as far as the
// part PartGroups has been read. The groups come sorted.
func (s *Scan) Memberships(ctx context.Context, ids []string) (map[string][]string, error) {
	groups := map[string][]string{}
	if len(ids) == 0 {
		return groups, nil
	}
	args := []any{s.N}
	for _, id := range ids {
		args = append(args, id)
	}
	_, err := list(ctx, s.run.w.reader, func(rows *sql.Rows) (none struct{}, err error) {
		var id, name string
		err = rows.Scan(&id, &name)
		groups[id] = append(groups[id], name)
		return none, err
	}, "select user_id, name from memberships where scan = $1 and user_id in "+tuple(2, len(ids))+" order by user_id, name", args...)
	if err != nil {
		return nil, fmt.Errorf("read the groups of users: %w", err)
	}
	return groups, nil
}

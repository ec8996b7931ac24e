package workspace

import (
	"context"
	"database/sql"
	"fmt"
)

// saver saves the users of a page in one transaction.
type saver struct {
	*Scan
	tx    *sql.Tx
	keep  func(old, fresh []byte) ([]byte, error)
	seen  Seen
	fresh int // users whom the scan had not seen before
}

// known is a user whom the workspace has already.
type known struct {
	n       int64
	digest  string
	enabled bool
	change  Change
	seen    int64
	details bool
}

// rows bounds the users of one statement.
const rows = 100

func (s *saver) save(ctx context.Context, users []Source) error {
	for len(users) > 0 {
		some := users[:min(len(users), rows)]
		users = users[len(some):]
		if err := s.saveSome(ctx, once(some)); err != nil {
			return err
		}
	}
	return nil
}

// once leaves out whoever comes a second time.
func once(users []Source) []Source {
	ids := make(map[string]bool, len(users))
	var all []Source
	for _, u := range users {
		if !ids[u.ID] {
			ids[u.ID] = true
			all = append(all, u)
		}
	}
	return all
}

func (s *saver) saveSome(ctx context.Context, users []Source) error {
	have, err := s.known(ctx, users)
	if err != nil {
		return err
	}
	var strangers []Source
	var same []int64
	for _, u := range users {
		k, ok := have[u.ID]
		switch {
		case !ok:
			strangers = append(strangers, u)
		case k.seen == s.N: // an earlier page had them
		default:
			s.fresh++
			if k.digest == s.run.w.seal.digest(u.Document) && k.change != Deleted {
				same = append(same, k.n)
				continue
			}
			if err := s.update(ctx, k, u); err != nil {
				return err
			}
		}
	}
	if err := s.touch(ctx, same); err != nil {
		return err
	}
	return s.insert(ctx, strangers)
}

func (s *saver) known(ctx context.Context, users []Source) (map[string]known, error) {
	args := []any{s.run.n}
	for _, u := range users {
		args = append(args, u.ID)
	}
	have := map[string]known{}
	_, err := list(ctx, s.tx, func(rows *sql.Rows) (none struct{}, err error) {
		var id string
		var k known
		err = rows.Scan(&k.n, &id, &k.digest, &k.enabled, &k.change, &k.seen, &k.details)
		have[id] = k
		return none, err
	}, "select n, id, digest, enabled, change, seen_scan, case when detail_scan > 0 then 1 else 0 end from users where pool = $1 and id in "+tuple(2, len(users)), args...)
	return have, err
}

// touch notes that users are as they were.
func (s *saver) touch(ctx context.Context, numbers []int64) error {
	if len(numbers) == 0 {
		return nil
	}
	_, err := s.tx.ExecContext(ctx, "update users set seen_scan = $1 where n in "+literal(numbers), s.N)
	return err
}

// update keeps a user who has changed. Who is not across yet begins the way
// anew, as the target document is out of date.
func (s *saver) update(ctx context.Context, k known, u Source) error {
	seal, now := s.run.w.seal, s.run.w.instant()
	change := changeOf(k, u)
	s.seen[change]++
	_, err := s.tx.ExecContext(ctx, `update users set digest = $1, enabled = $2, username_key = $3, email_key = $4, phone_key = $5, preferred_key = $6,
			seen_scan = $7, changed_scan = $7, change = $8, exported = $9,
			state = case when imported is null then $10 else state end, reason = case when imported is null then '' else reason end,
			planned = case when imported is null then null else planned end, moved = case when imported is null then $9 else moved end
		where n = $11`,
		seal.digest(u.Document), flag(u.Enabled), orNull(seal.name(u.Names.Username)), orNull(seal.name(u.Names.Email)),
		orNull(seal.name(u.Names.Phone)), orNull(seal.name(u.Names.Preferred)), s.N, change, now, Exported, k.n)
	if err != nil {
		return err
	}
	doc := u.Document
	if k.details && s.keep != nil {
		if doc, err = s.merged(ctx, k, u); err != nil {
			return err
		}
	}
	return s.run.w.replaceSource(ctx, s.tx, k.n, u.ID, doc)
}

func changeOf(k known, u Source) Change {
	switch {
	case k.change == Deleted:
		return New
	case k.enabled && !u.Enabled:
		return Disabled
	case !k.enabled && u.Enabled:
		return Enabled
	default:
		return Changed
	}
}

func (s *saver) merged(ctx context.Context, k known, u Source) ([]byte, error) {
	var old []byte
	if err := s.tx.QueryRowContext(ctx, "select doc from sources where n = $1", k.n).Scan(&old); err != nil {
		return nil, err
	}
	old, err := s.run.w.seal.open(old, "source "+u.ID)
	if err != nil {
		return nil, err
	}
	return s.keep(old, u.Document)
}

func (w *Workspace) replaceSource(ctx context.Context, tx *sql.Tx, n int64, id string, doc []byte) error {
	sealed, err := w.seal.close(doc, "source "+id)
	if err != nil {
		return err
	}
	_, err = tx.ExecContext(ctx, "insert into sources (n, doc) values ($1, $2) on conflict (n) do update set doc = excluded.doc", n, sealed)
	return err
}

const newColumns = "(pool, id, state, moved, exported, enabled, digest, username_key, email_key, phone_key, preferred_key, first_scan, seen_scan, changed_scan, change)"

func (s *saver) insert(ctx context.Context, users []Source) error {
	if len(users) == 0 {
		return nil
	}
	s.fresh += len(users)
	s.seen[New] += len(users)
	seal, now := s.run.w.seal, s.run.w.instant()
	const columns = 15
	args := make([]any, 0, columns*len(users))
	docs := make(map[string][]byte, len(users))
	for _, u := range users {
		args = append(args, s.run.n, u.ID, int(Exported), now, now, flag(u.Enabled), seal.digest(u.Document),
			orNull(seal.name(u.Names.Username)), orNull(seal.name(u.Names.Email)), orNull(seal.name(u.Names.Phone)), orNull(seal.name(u.Names.Preferred)),
			s.N, s.N, s.N, string(New))
		docs[u.ID] = u.Document
	}
	sources := make([]any, 0, 2*len(users))
	_, err := list(ctx, s.tx, func(rows *sql.Rows) (none struct{}, err error) {
		var n int64
		var id string
		if err := rows.Scan(&n, &id); err != nil {
			return none, err
		}
		doc, err := seal.close(docs[id], "source "+id)
		sources = append(sources, n, doc)
		return none, err
	}, "insert into users "+newColumns+" values "+s.run.w.rows(len(users), columns)+" returning n, id", args...)
	if err != nil {
		return err
	}
	_, err = s.tx.ExecContext(ctx, "insert into sources (n, doc) values "+s.run.w.rows(len(users), 2), sources...)
	return err
}

// Detail is what was read about one user beside the pages.
type Detail struct {
	User     int64
	Document []byte // the whole source document, with the details in it
	Changed  bool   // the details are not what they were
}

// Detail keeps what was read about users one by one, and that it was. It takes
// them out of their batch.
func (s *Scan) Detail(ctx context.Context, details ...Detail) error {
	err := s.run.w.tx(ctx, func(tx *sql.Tx) error {
		for _, d := range details {
			if err := s.detail(ctx, tx, d); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("keep what was read about users: %w", err)
	}
	return nil
}

func (s *Scan) detail(ctx context.Context, tx *sql.Tx, d Detail) error {
	var id string
	err := tx.QueryRowContext(ctx, "update users set detail_scan = $1, batch = null where n = $2 returning id", s.N, d.User).Scan(&id)
	if err != nil || !d.Changed {
		return err
	}
	_, err = tx.ExecContext(ctx, `update users set changed_scan = $1, change = case when changed_scan = $1 then change else $2 end,
			state = case when imported is null then $3 else state end, planned = case when imported is null then null else planned end
		where n = $4`, s.N, Changed, Exported, d.User)
	if err != nil {
		return err
	}
	return s.run.w.replaceSource(ctx, tx, d.User, id, d.Document)
}

func flag(b bool) int {
	if b {
		return 1
	}
	return 0
}

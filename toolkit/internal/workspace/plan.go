package workspace

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
)

// storedPlan is a Plan in the form in which it is stored.
type storedPlan struct {
	user                   int64
	doc, remarks           []byte
	username, email, phone any
}

// store encrypts the plans of moves, by their users. It is done before the
// transaction, in which everybody else would have to wait for it.
func (r *Run) store(ctx context.Context, moves []Move) (map[int64]storedPlan, error) {
	var users []int64
	for _, m := range moves {
		if m.Plan != nil {
			users = append(users, m.User)
		}
	}
	ids, err := r.ids(ctx, users)
	if err != nil {
		return nil, err
	}
	plans := make(map[int64]storedPlan, len(users))
	for _, m := range moves {
		if m.Plan == nil {
			continue
		}
		if plans[m.User], err = r.w.seal.plan(m, ids[m.User]); err != nil {
			return nil, err
		}
	}
	return plans, nil
}

// ids are the ids of users, to which their documents are bound if they are
// encrypted.
func (r *Run) ids(ctx context.Context, users []int64) (map[int64]string, error) {
	if r.w.seal.aead == nil || len(users) == 0 {
		return nil, nil
	}
	ids := make(map[int64]string, len(users))
	_, err := list(ctx, r.w.reader, func(rows *sql.Rows) (n int64, err error) {
		var id string
		err = rows.Scan(&n, &id)
		ids[n] = id
		return n, err
	}, "select n, id from users where pool = $1 and n in "+literal(users), r.n)
	return ids, err
}

func (s *seal) plan(m Move, id string) (p storedPlan, err error) {
	p.user = m.User
	if p.doc, err = s.close(m.Plan.Document, "target "+id); err != nil {
		return p, err
	}
	p.remarks, err = s.close(m.Plan.Remarks, "remarks "+id)
	names := m.Plan.Names
	p.username, p.email, p.phone = orNull(s.name(names.Username)), orNull(s.name(names.Email)), orNull(s.name(names.Phone))
	return p, err
}

// plansAtATime keeps a statement small.
const plansAtATime = 100

func (r *Run) keepPlans(ctx context.Context, tx *sql.Tx, plans []storedPlan) error {
	for some := range slices.Chunk(plans, plansAtATime) {
		args := make([]any, 0, 6*len(some))
		for _, p := range some {
			args = append(args, p.user, p.doc, p.remarks, p.username, p.email, p.phone)
		}
		_, err := tx.ExecContext(ctx, "insert into targets (n, doc, remarks, username_key, email_key, phone_key) values "+r.w.rows(len(some), 6)+`
			on conflict (n) do update set doc = excluded.doc, remarks = excluded.remarks,
				username_key = excluded.username_key, email_key = excluded.email_key, phone_key = excluded.phone_key`, args...)
		if err != nil {
			return fmt.Errorf("keep what users become: %w", err)
		}
	}
	return nil
}

package store

import (
	"context"
	"database/sql"
	"fmt"
	"slices"

	"wherry/server/internal/fa"
)

// A membership is one row of group_members, whether it is written through the
// user or through the group.

const memberColumns = "id, group_id, user_id, insert_instant, doc"

func scanMember(row scanner) (m fa.GroupMember, err error) {
	var doc string
	var id, group fa.ID
	var instant int64
	if err := row.Scan(&id, &group, &m.UserID, &instant, &doc); err != nil {
		return m, err
	}
	err = fa.Decode([]byte(doc), &m.Membership)
	m.ID, m.GroupID, m.InsertInstant = id, group, instant
	return m, err
}

// changeMemberships writes what is new among the memberships of u, and removes
// what is not there any more. Those that stay are not touched, so that a
// sign-in does not bring back what somebody else removes meanwhile.
func (db *DB) changeMemberships(ctx context.Context, tx *sql.Tx, u *fa.Account, before []fa.Membership) error {
	was, err := memberRows(u.ID, before)
	if err != nil {
		return err
	}
	is, err := memberRows(u.ID, u.Memberships)
	if err != nil {
		return err
	}
	for _, row := range was {
		if slices.Contains(is, row) {
			continue
		}
		if _, err := tx.ExecContext(ctx, "delete from group_members where id = $1", row.id); err != nil {
			return err
		}
	}
	for _, row := range is {
		if slices.Contains(was, row) {
			continue
		}
		_, err := tx.ExecContext(ctx, "insert into group_members ("+memberColumns+") values ("+parameters(5)+")", row.values()...)
		if db.isUnique(err) {
			return fa.FieldError("user.memberships", "duplicate", "A membership with id = [%s] already exists.", row.id)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// memberRow is a row of group_members.
type memberRow struct {
	id, group, user fa.ID
	instant         int64
	doc             string
}

func (r memberRow) values() []any { return []any{r.id, r.group, r.user, r.instant, r.doc} }

func memberRows(user fa.ID, memberships []fa.Membership) ([]memberRow, error) {
	rows := make([]memberRow, len(memberships))
	for i, m := range memberships {
		doc, err := fa.EncodeWhole(m)
		if err != nil {
			return nil, fmt.Errorf("encode membership: %w", err)
		}
		rows[i] = memberRow{m.ID, m.GroupID, user, m.InsertInstant, string(doc)}
	}
	return rows, nil
}

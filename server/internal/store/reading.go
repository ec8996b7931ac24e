package store

import (
	"context"
	"errors"
	"fmt"

	"wherry/server/internal/fa"
)

// part is a row of what is read in one go of an account and what hangs on it:
// the way to the database and back costs more than what is done there.
type part struct {
	kind   int
	doc    []byte
	texts  [4]string
	number int64
}

const (
	partSession = iota
	partUser
	partRegistration
	partMembership
	partAction
)

// accountParts reads the account of the user u.
const accountParts = `select 1, doc, encryption_scheme, salt, password_hash, previous_passwords, factor from u
	union all select 2, r.doc, r.application_id, '', '', '', 0 from registrations r join u on r.user_id = u.id
	union all select 3, m.doc, m.id, m.group_id, '', '', m.insert_instant from group_members m join u on m.user_id = u.id`

// inParts is the order of the parts: registrations by application, memberships
// by age.
const inParts = " order by 1, 7, 3"

func scanPart(row scanner) (p part, err error) {
	err = row.Scan(&p.kind, &p.doc, &p.texts[0], &p.texts[1], &p.texts[2], &p.texts[3], &p.number)
	return p, err
}

// account reads an account. With lock, db.forUpdate, neither the user nor the
// registrations can go away before the transaction ends.
func (db *DB) account(ctx context.Context, q querier, lock, condition string, args ...any) (*fa.Account, error) {
	q = db.often(q)
	if lock != "" {
		for _, rows := range []string{
			"select 1 from users where " + condition,
			"select 1 from registrations where user_id in (select id from users where " + condition + ")",
		} {
			if _, err := q.ExecContext(ctx, rows+lock, args...); err != nil {
				return nil, err
			}
		}
	}
	parts, err := list(ctx, q, scanPart, "with u as materialized (select id, "+accountColumns+" from users where "+condition+") "+accountParts+inParts, args...)
	if err != nil {
		return nil, err
	}
	return db.assemble(parts)
}

// assemble makes an account of its parts. Without any it is fa.ErrNotFound.
func (db *DB) assemble(parts []part) (*fa.Account, error) {
	u := &fa.Account{User: fa.NewUser()}
	there, registrations, memberships := false, []fa.Registration{}, []fa.Membership{}
	for _, p := range parts {
		var err error
		switch p.kind {
		case partUser:
			there, err = true, db.assembleUser(u, p)
		case partRegistration:
			var r fa.Registration
			err = db.decode("registrations", p.doc, &r)
			registrations = append(registrations, r)
		case partMembership:
			var m fa.Membership
			err = db.decode("group_members", p.doc, &m)
			m.ID, m.GroupID, m.InsertInstant = fa.ID(p.texts[0]), fa.ID(p.texts[1]), p.number
			memberships = append(memberships, m)
		}
		if err != nil {
			return nil, err
		}
	}
	if !there {
		return nil, fa.ErrNotFound
	}
	u.Registrations, u.Memberships = registrations, memberships
	return u, nil
}

func (db *DB) assembleUser(u *fa.Account, p part) error {
	u.Scheme, u.Salt, u.Hash, u.Factor = p.texts[0], p.texts[1], p.texts[2], int(p.number)
	err := db.decode("users", p.doc, &u.User)
	if previous := p.texts[3]; err == nil && previous != "" {
		err = db.decode("previous_passwords", []byte(previous), &u.Previous)
	}
	return err
}

const sessionParts = `with s as materialized (select ` + sessionColumns + `, user_id from refresh_tokens where hash = $1),
	u as materialized (select id, ` + accountColumns + ` from users where id in (select user_id from s))
	select 0, doc, tenant_id, hash, '', '', 0 from s union all ` + accountParts + `
	union all select 4, '', '', '', '', '', 0 from user_action_logs where user_id in (select user_id from s) and expires_instant > $2` + inParts

// SessionUser is Session with the user, and whether an action on him is in effect
// at the instant now, in milliseconds.
func (db *DB) SessionUser(ctx context.Context, hash string, now int64) (s *fa.Session, u *fa.Account, acted bool, err error) {
	parts, err := list(ctx, db.often(db.reader), scanPart, sessionParts, hash, now)
	if err == nil && len(parts) == 0 {
		err = fa.ErrNotFound
	}
	if err != nil {
		return nil, nil, false, wrapSession("read", err)
	}
	found, first := fa.NewSession(), parts[0]
	if err := db.decode("refresh_tokens", first.doc, &found); err != nil {
		return nil, nil, false, wrapSession("read", err)
	}
	found.TenantID, found.Hash = fa.ID(first.texts[0]), first.texts[1]
	u, err = db.assemble(parts[1:])
	if errors.Is(err, fa.ErrNotFound) {
		err = fmt.Errorf("the user %s is not there", found.UserID) // the rows go together
	}
	return &found, u, parts[len(parts)-1].kind == partAction, wrapSession("read the user of a", err)
}

package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"wherry/server/internal/fa"
)

// A session is a row of refresh_tokens. Its columns are not repeated in the
// document, but for what SQL does not look at.
const sessionColumns = "doc, tenant_id, hash"

func (db *DB) scanSession(row scanner) (*fa.Session, error) {
	s, tenant, hash := fa.NewSession(), fa.ID(""), ""
	err := db.scan(row, "refresh_tokens", &s, &tenant, &hash)
	s.TenantID, s.Hash = tenant, hash
	return &s, err
}

const insertSession = `insert into refresh_tokens (id, tenant_id, user_id, application_id, hash, start_instant, insert_instant, doc)`

func (db *DB) sessionRow(s *fa.Session) ([]any, error) {
	doc, err := db.encode("refresh_tokens", s)
	return []any{s.ID, s.TenantID, s.UserID, orNull(string(s.ApplicationID)), s.Hash, s.StartInstant, s.InsertInstant, doc}, err
}

// CreateSession stores a new session. A value that is taken is fa.ErrConflict,
// and so is a user or an application that is gone.
func (db *DB) CreateSession(ctx context.Context, s *fa.Session) error {
	row, err := db.sessionRow(s)
	if err != nil {
		return err
	}
	_, err = db.exec(ctx, insertSession+" values ("+parameters(len(row))+")", row...)
	if db.isConstraint(err) {
		err = fa.ErrConflict
	}
	return wrapSession("create", err)
}

// Session returns the session with that hash, or fa.ErrNotFound.
func (db *DB) Session(ctx context.Context, hash string) (*fa.Session, error) {
	s, err := db.scanSession(db.often(db.reader).QueryRowContext(ctx, "select "+sessionColumns+" from refresh_tokens where hash = $1", hash))
	return s, wrapSession("read", err)
}

// Sessions returns the sessions that match, oldest first.
func (db *DB) Sessions(ctx context.Context, m fa.SessionMatch) ([]*fa.Session, error) {
	where := whereSession(m)
	all, err := list(ctx, db.reader, db.scanSession,
		"select "+sessionColumns+" from refresh_tokens where "+where.String()+" order by insert_instant, id", where.args...)
	return all, wrapSession("list", err)
}

// EndSessions removes the sessions that match. There may be none.
func (db *DB) EndSessions(ctx context.Context, m fa.SessionMatch) error {
	where := whereSession(m)
	if len(where.terms) == 0 {
		return fmt.Errorf("end sessions: nothing says which")
	}
	_, err := db.exec(ctx, "delete from refresh_tokens where "+where.String(), where.args...)
	return wrapSession("end", err)
}

func whereSession(m fa.SessionMatch) (c conditions) {
	c.id("id", m.ID)
	c.id("user_id", m.UserID)
	c.id("application_id", m.ApplicationID)
	c.id("tenant_id", m.TenantID)
	c.id("hash", fa.ID(m.Hash))
	return c
}

// UseSession hands the session with that hash to change, and stores what change
// made of it. If that has another hash, the old one is remembered as used, with
// the next that change returns. Of two who come with a value that changes, one
// gets fa.ErrNotFound.
func (db *DB) UseSession(ctx context.Context, hash string, change func(*fa.Session) (next []byte, err error)) error {
	return wrapSession("use", db.tx(ctx, func(tx *sql.Tx) error {
		s, err := db.scanSession(tx.QueryRowContext(ctx, "select "+sessionColumns+" from refresh_tokens where hash = $1"+db.forUpdate, hash))
		if err != nil {
			return err
		}
		next, err := change(s)
		if err != nil {
			return err
		}
		row, err := db.sessionRow(s)
		if err != nil {
			return err
		}
		if _, err := tx.ExecContext(ctx, "update refresh_tokens set hash = $2, start_instant = $3, doc = $4 where id = $1", row[0], row[4], row[5], row[7]); err != nil {
			return err
		}
		if s.Hash == hash {
			return nil
		}
		_, err = tx.ExecContext(ctx, "insert into used_refresh_tokens (hash, refresh_token_id, used_instant, next) values ($1, $2, $3, $4)",
			hash, s.ID, db.now().UnixMilli(), next)
		return err
	}))
}

// UsedSession returns whose value it was that has been used, when, and what the
// use led to; or fa.ErrNotFound.
func (db *DB) UsedSession(ctx context.Context, hash string) (id fa.ID, used time.Time, next []byte, err error) {
	var instant int64
	err = missing(db.reader.QueryRowContext(ctx, "select refresh_token_id, used_instant, next from used_refresh_tokens where hash = $1", hash).
		Scan(&id, &instant, &next))
	return id, time.UnixMilli(instant), next, wrapSession("read a used", err)
}

// ImportSessions stores sessions, all or none. One whose user is not registered
// for its application, or belongs to another tenant than the one that is named,
// goes to refuse with its number; if refuse returns nil, the next ones are
// looked at, and nothing is stored. What the database refuses is fa.ErrConflict.
func (db *DB) ImportSessions(ctx context.Context, sessions []*fa.Session, refuse func(i int) error) error {
	refused := false
	err := db.tx(ctx, func(tx *sql.Tx) error {
		refused = false
		insert, err := tx.PrepareContext(ctx, insertSession+` select $1, u.tenant_id, u.id, r.application_id, $5, $6, $7, $8
			from users u join registrations r on r.user_id = u.id and r.application_id = $4 where u.id = $3 and ($2 = '' or u.tenant_id = $2)`)
		if err != nil {
			return err
		}
		defer insert.Close()
		for i, s := range sessions {
			row, err := db.sessionRow(s)
			if err != nil {
				return err
			}
			result, err := insert.ExecContext(ctx, row...)
			if err != nil {
				return err
			}
			if n, err := result.RowsAffected(); err != nil || n == 1 {
				continue
			}
			refused = true
			if err := refuse(i); err != nil {
				return err
			}
		}
		if refused {
			return errRefused
		}
		return nil
	})
	if errors.Is(err, errRefused) {
		return nil
	}
	if db.isConstraint(err) {
		err = fa.ErrConflict
	}
	return wrapSession("import", err)
}

// errRefused takes an import back.
var errRefused = errors.New("refused")

// Hashes returns which of these hashes are taken.
func (db *DB) Hashes(ctx context.Context, hashes []string) (map[string]bool, error) {
	taken := map[string]bool{}
	for len(hashes) > 0 {
		n := min(len(hashes), 500)
		var where conditions
		where.in("hash", hashes[:n])
		found, err := list(ctx, db.reader, func(row scanner) (hash string, err error) { err = row.Scan(&hash); return hash, err },
			"select hash from refresh_tokens where "+where.String(), where.args...)
		if err != nil {
			return nil, wrapSession("look for", err)
		}
		for _, hash := range found {
			taken[hash] = true
		}
		hashes = hashes[n:]
	}
	return taken, nil
}

// PruneSessions removes the sessions of an application, or of single sign-on
// where none is named, that began before an instant.
func (db *DB) PruneSessions(ctx context.Context, tenant, application fa.ID, before time.Time) error {
	if application == "" {
		return db.deleteAll(ctx, "refresh_tokens", "application_id is null and start_instant < "+fmt.Sprint(before.UnixMilli())+" and tenant_id = $2", tenant)
	}
	return db.deleteAll(ctx, "refresh_tokens", "start_instant < "+fmt.Sprint(before.UnixMilli())+" and application_id = $2", application)
}

func wrapSession(doing string, err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("%s refresh token: %w", doing, err)
}

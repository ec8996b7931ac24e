package store

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"

	"wherry/server/internal/fa"
)

// NoteLogin keeps a sign-in, and makes the change of instants that it brings, of
// the user who was read for it and of what is stored. As a rule nobody else has
// changed the user meanwhile, and the user need not be read again. During an
// import it stores a little later, and never if the server stops before.
func (db *DB) NoteLogin(ctx context.Context, r fa.LoginRecord, read *fa.Account, change func(*fa.Account)) error {
	before, err := db.storedDocs(read)
	if err != nil {
		return wrapUser("update", err)
	}
	change(read)
	after, err := db.storedDocs(read)
	if err != nil {
		return wrapUser("update", err)
	}
	changed, err := db.replacements(r.UserID, before, after)
	if err != nil {
		return wrapUser("update", err)
	}
	return db.note(ctx, func(ctx context.Context) error {
		err := db.noteLogin(ctx, db, changed, r)
		if !errors.Is(err, errChanged) {
			return wrapUser("update", err)
		}
		_, err = db.changeUser(ctx, r.UserID, func(u *fa.Account) error { change(u); return nil },
			func(tx *sql.Tx) error { return insertLogin(ctx, db.often(tx), r) })
		return err
	})
}

// errChanged says that a document is not what it was when it was read. One that
// holds secrets never is: they are sealed anew each time.
var errChanged = errors.New("the user has changed meanwhile")

func unlessChanged(err error) error {
	if errors.Is(err, fa.ErrNotFound) {
		return errChanged
	}
	return err
}

// replacement is a document of an account that becomes another: the user's, or
// that of the registration with an application.
type replacement struct {
	table, key    string
	user          fa.ID
	application   fa.ID
	before, after string
}

func (db *DB) replacements(user fa.ID, before, after storedAccount) ([]replacement, error) {
	list := []replacement{{"users", "id", user, "", before.user, after.user}}
	for application, doc := range after.registrations {
		was := before.registrations[application]
		if bytes.Equal(doc, was) {
			continue
		}
		stored, err := db.seal("registrations", was)
		if err != nil {
			return nil, err
		}
		next, err := db.seal("registrations", doc)
		if err != nil {
			return nil, err
		}
		list = append(list, replacement{"registrations", "user_id", user, application, stored, next})
	}
	return list, nil
}

// named adds the conditions that name the row.
func (r replacement) named(where *conditions, prefix string) {
	where.id(prefix+r.key, r.user)
	where.id(prefix+"application_id", r.application)
}

// unchanged adds the conditions under which it is made.
func (r replacement) unchanged(where *conditions, prefix string) {
	r.named(where, prefix)
	where.also(prefix+"doc = $%d", r.before)
}

// noteInTurn is one statement for each replacement, and one for the sign-in.
func noteInTurn(ctx context.Context, db *DB, changed []replacement, r fa.LoginRecord) error {
	return db.tx(ctx, func(tx *sql.Tx) error {
		for _, c := range changed {
			where := &conditions{args: []any{c.after}}
			c.unchanged(where, "")
			statement := "update " + c.table + " set doc = $1 where " + where.String()
			if err := unlessChanged(affectsOne(db.often(tx).ExecContext(ctx, statement, where.args...))); err != nil {
				return err
			}
		}
		return insertLogin(ctx, db.often(tx), r)
	})
}

// noteAtOnce is one statement for everything: to PostgreSQL and back is further
// than what is done there.
func noteAtOnce(ctx context.Context, db *DB, changed []replacement, r fa.LoginRecord) error {
	login, err := loginRow(r)
	if err != nil {
		return err
	}
	where, from := &conditions{}, make([]string, len(changed))
	for i, c := range changed {
		name := fmt.Sprintf("t%d", i)
		from[i] = c.table + " " + name
		c.unchanged(where, name+".")
	}
	with := []string{"same as (select 1 from " + strings.Join(from, ", ") + " where " + where.String() + db.forUpdate + ")"}
	for i, c := range changed {
		row := &conditions{args: append(where.args, c.after)}
		doc := len(row.args)
		c.named(row, "")
		with = append(with, fmt.Sprintf("c%d as (update %s set doc = $%d from same where %s)", i, c.table, doc, row))
		where.args = row.args
	}
	n := len(where.args)
	statement := fmt.Sprintf("with %s insert into login_records (%s) select $%d, $%d, $%d, cast($%d as bigint), $%d from same",
		strings.Join(with, ", "), loginRowColumns, n+1, n+2, n+3, n+4, n+5)
	return unlessChanged(db.execOne(ctx, statement, append(where.args, login...)...))
}

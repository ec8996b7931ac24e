package store

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"wherry/server/internal/fa"
)

// User returns an account with registrations and memberships, or fa.ErrNotFound.
func (db *DB) User(ctx context.Context, id fa.ID) (*fa.Account, error) {
	u, err := db.account(ctx, db.reader, "", "id = $1", id)
	return u, wrapUser("read", err)
}

// UserByIdentity returns the account that signs in with value, or
// fa.ErrNotFound. kind is one of the identity types.
func (db *DB) UserByIdentity(ctx context.Context, tenant fa.ID, kind, value string) (*fa.Account, error) {
	column, ok := map[string]string{
		fa.IdentityEmail: "email", fa.IdentityUsername: "username_key", fa.IdentityPhoneNumber: "phone_number",
	}[kind]
	if !ok {
		return nil, fmt.Errorf("find user: no identity has the type %q", kind)
	}
	if strings.ContainsRune(value, 0) || !utf8.ValidString(value) {
		return nil, fa.ErrNotFound // nobody's: PostgreSQL refuses even to look for it
	}
	u, err := db.account(ctx, db.reader, "", "tenant_id = $1 and "+column+" = $2", tenant, fa.IdentityKey(kind, value))
	return u, wrapUser("find", err)
}

// CreateUser stores a new account. Identities that are taken, and the id, are
// reported together, as *fa.Errors.
func (db *DB) CreateUser(ctx context.Context, u *fa.Account) error {
	err := db.tx(ctx, func(tx *sql.Tx) error { return db.addUser(ctx, tx, u) })
	return wrapUser("create", db.explainUser(ctx, u, "", err))
}

func (db *DB) addUser(ctx context.Context, tx *sql.Tx, u *fa.Account) error {
	if err := freeForUser(ctx, tx, u, ""); err != nil {
		return err
	}
	if err := db.insertUser(ctx, tx, u); err != nil {
		return err
	}
	if err := db.changeMemberships(ctx, tx, u, nil); err != nil {
		return err
	}
	return db.addGiven(ctx, tx, u.Given)
}

// UpdateUser hands the current account to change, which must leave its id
// alone, and stores what change made of it, registrations included.
func (db *DB) UpdateUser(ctx context.Context, id fa.ID, change func(*fa.Account) error) (*fa.Account, error) {
	return db.changeUser(ctx, id, change, func(*sql.Tx) error { return nil })
}

// changeUser is UpdateUser with something more in the same transaction.
func (db *DB) changeUser(ctx context.Context, id fa.ID, change func(*fa.Account) error, also func(*sql.Tx) error) (*fa.Account, error) {
	var u *fa.Account
	err := db.tx(ctx, func(tx *sql.Tx) (err error) {
		if u, err = db.account(ctx, tx, db.forUpdate, "id = $1", id); err != nil {
			return err
		}
		before, err := db.storedDocs(u)
		if err != nil {
			return err
		}
		memberships, keys := slices.Clone(u.Memberships), append(identityKeys(u), u.TenantID)
		if err := change(u); err != nil {
			return err
		}
		if !slices.Equal(keys, append(identityKeys(u), u.TenantID)) { // at a sign-in they are the same
			if err := freeForUser(ctx, tx, u, id); err != nil {
				return err
			}
		}
		if err := db.updateUser(ctx, tx, u, before); err != nil {
			return err
		}
		if err := db.changeMemberships(ctx, tx, u, memberships); err != nil {
			return err
		}
		return also(tx)
	})
	if err := db.explainUser(ctx, u, id, err); err != nil {
		return nil, wrapUser("update", err)
	}
	return u, nil
}

// DeleteUser removes an account for good.
func (db *DB) DeleteUser(ctx context.Context, id fa.ID) error {
	return wrapUser("delete", db.tx(ctx, func(tx *sql.Tx) error {
		var doc string
		if err := tx.QueryRowContext(ctx, "select doc from users where id = $1"+db.forUpdate, id).Scan(&doc); err != nil {
			return missing(err)
		}
		if err := db.changeTerms(ctx, tx, id, doc, ""); err != nil {
			return err
		}
		return affectsOne(tx.ExecContext(ctx, "delete from users where id = $1", id))
	}))
}

// owned finds which unique properties of an account other rows than $1 have.
const owned = `select 'id', true from users where id = $2 and id <> $1
	union all select 'email', active from users where tenant_id = $3 and email = $4 and id <> $1
	union all select 'username', active from users where tenant_id = $3 and username_key = $5 and id <> $1
	union all select 'phoneNumber', active from users where tenant_id = $3 and phone_number = $6 and id <> $1`

// freeForUser reports everything about the account that another row than self
// has.
func freeForUser(ctx context.Context, q querier, u *fa.Account, self fa.ID) error {
	var errs fa.Errors
	shown := map[string]string{"id": string(u.ID), "email": u.Email, "username": u.Username, "phoneNumber": u.PhoneNumber}
	report := func(row scanner) (none struct{}, err error) {
		var property string
		var active bool
		if err := row.Scan(&property, &active); err != nil {
			return none, err
		}
		path := "user." + property
		if active {
			errs.Field(path, "duplicate", "A User with [%s] = [%s] already exists.", path, shown[property])
		} else {
			errs.Field(path, "inactive", "A deactivated User with [%s] = [%s] already exists.", path, shown[property])
		}
		return none, nil
	}
	if _, err := list(ctx, q, report, owned, append([]any{self, u.ID, u.TenantID}, identityKeys(u)...)...); err != nil {
		return err
	}
	return errs.OrNil()
}

// explainUser is Documents.explain for accounts.
func (db *DB) explainUser(ctx context.Context, u *fa.Account, self fa.ID, err error) error {
	if err == nil || !db.isUnique(err) {
		return err
	}
	if taken := freeForUser(ctx, db.reader, u, self); taken != nil {
		return taken
	}
	return err
}

func wrapUser(doing string, err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("%s user: %w", doing, err)
}

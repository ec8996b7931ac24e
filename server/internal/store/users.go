package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"wherry/server/internal/fa"
)

// An account is one row of users with its password, one row of registrations
// for each application, and one of group_members for each group.
const accountColumns = "id, doc, encryption_scheme, factor, salt, password_hash"

// User returns an account with registrations and memberships, or fa.ErrNotFound.
func (db *DB) User(ctx context.Context, id fa.ID) (*fa.Account, error) {
	u, err := db.account(ctx, db.reader, "id = $1", id)
	return u, wrapUser("read", err)
}

// UserByIdentity returns the account that signs in with value, or
// fa.ErrNotFound. kind is one of the identity types.
func (db *DB) UserByIdentity(ctx context.Context, tenant fa.ID, kind, value string) (*fa.Account, error) {
	columns := map[string]string{
		fa.IdentityEmail: "email", fa.IdentityUsername: "username_key", fa.IdentityPhoneNumber: "phone_number",
	}
	column, ok := columns[kind]
	if !ok {
		return nil, fmt.Errorf("find user: no identity has the type %q", kind)
	}
	if strings.ContainsRune(value, 0) || !utf8.ValidString(value) {
		return nil, fa.ErrNotFound // nobody's: PostgreSQL refuses even to look for it
	}
	u, err := db.account(ctx, db.reader, "tenant_id = $1 and "+column+" = $2", tenant, fa.IdentityKey(kind, value))
	return u, wrapUser("find", err)
}

// Users returns the accounts of a tenant, oldest first.
func (db *DB) Users(ctx context.Context, tenant fa.ID, limit, offset int) ([]*fa.Account, error) {
	all, err := list(ctx, db.reader, scanAccount,
		"select "+accountColumns+" from users where tenant_id = $1 order by insert_instant, id limit $2 offset $3", tenant, limit, offset)
	for _, u := range all {
		if err == nil {
			err = loadPlaces(ctx, db.reader, u)
		}
	}
	return all, wrapUser("list", err)
}

// CreateUser stores a new account. Identities that are taken are reported
// together, as *fa.Errors.
func (db *DB) CreateUser(ctx context.Context, u *fa.Account) error {
	err := db.tx(ctx, func(tx *sql.Tx) error {
		if err := freeIdentities(ctx, tx, u); err != nil {
			return err
		}
		if err := insertUser(ctx, tx, u); err != nil {
			return err
		}
		return db.changeMemberships(ctx, tx, u, nil)
	})
	return wrapUser("create", db.userCollision(ctx, u, err))
}

// UpdateUser hands the current account to change and stores what change made
// of it, registrations included.
func (db *DB) UpdateUser(ctx context.Context, id fa.ID, change func(*fa.Account) error) (*fa.Account, error) {
	var u *fa.Account
	err := db.tx(ctx, func(tx *sql.Tx) (err error) {
		if u, err = db.account(ctx, tx, "id = $1"+db.forUpdate, id); err != nil {
			return err
		}
		before := slices.Clone(u.Memberships)
		if err := change(u); err != nil {
			return err
		}
		if err := freeIdentities(ctx, tx, u); err != nil {
			return err
		}
		if err := updateUser(ctx, tx, u); err != nil {
			return err
		}
		return db.changeMemberships(ctx, tx, u, before)
	})
	return u, wrapUser("update", db.userCollision(ctx, u, err))
}

// DeleteUser removes an account for good.
func (db *DB) DeleteUser(ctx context.Context, id fa.ID) error {
	return wrapUser("delete", affectsOne(db.writer.ExecContext(ctx, "delete from users where id = $1", id)))
}

func (db *DB) account(ctx context.Context, q querier, condition string, args ...any) (*fa.Account, error) {
	u, err := scanAccount(q.QueryRowContext(ctx, "select "+accountColumns+" from users where "+condition, args...))
	if err != nil {
		return nil, err
	}
	return u, loadPlaces(ctx, q, u)
}

// loadPlaces loads what a user is part of: applications and groups.
func loadPlaces(ctx context.Context, q querier, u *fa.Account) error {
	if err := loadRegistrations(ctx, q, u); err != nil {
		return err
	}
	return loadMemberships(ctx, q, u)
}

func scanAccount(row scanner) (*fa.Account, error) {
	u := &fa.Account{User: fa.NewUser()}
	var id, doc string
	if err := row.Scan(&id, &doc, &u.Scheme, &u.Factor, &u.Salt, &u.Hash); err != nil {
		return nil, missing(err)
	}
	return u, fa.Decode([]byte(doc), &u.User)
}

func loadRegistrations(ctx context.Context, q querier, u *fa.Account) (err error) {
	u.Registrations, err = list(ctx, q, func(row scanner) (r fa.Registration, err error) {
		var doc string
		if err := row.Scan(&doc); err != nil {
			return r, err
		}
		err = fa.Decode([]byte(doc), &r)
		return r, err
	}, "select doc from registrations where user_id = $1 order by application_id", u.ID)
	return err
}

func insertUser(ctx context.Context, tx *sql.Tx, u *fa.Account) error {
	args, err := userRow(u)
	if err != nil {
		return err
	}
	if _, err := tx.ExecContext(ctx, `insert into users (id, tenant_id, email, username_key, phone_number, active, insert_instant,
		encryption_scheme, factor, salt, password_hash, doc) values (`+parameters(12)+`)`, args...); err != nil {
		return err
	}
	return insertRegistrations(ctx, tx, u)
}

func updateUser(ctx context.Context, tx *sql.Tx, u *fa.Account) error {
	args, err := userRow(u)
	if err != nil {
		return err
	}
	if _, err := tx.ExecContext(ctx, `update users set tenant_id = $2, email = $3, username_key = $4, phone_number = $5, active = $6,
		insert_instant = $7, encryption_scheme = $8, factor = $9, salt = $10, password_hash = $11, doc = $12 where id = $1`, args...); err != nil {
		return err
	}
	if _, err := tx.ExecContext(ctx, "delete from registrations where user_id = $1", u.ID); err != nil {
		return err
	}
	return insertRegistrations(ctx, tx, u)
}

func insertRegistrations(ctx context.Context, tx *sql.Tx, u *fa.Account) error {
	for _, r := range u.Registrations {
		doc, err := fa.EncodeWhole(r)
		if err != nil {
			return fmt.Errorf("encode registration: %w", err)
		}
		if _, err := tx.ExecContext(ctx, "insert into registrations (user_id, application_id, doc) values ($1, $2, $3)",
			u.ID, r.ApplicationID, string(doc)); err != nil {
			return err
		}
	}
	return nil
}

// userRow is the row of an account: registrations and memberships have their
// own.
func userRow(u *fa.Account) ([]any, error) {
	plain := u.User
	plain.Registrations, plain.Memberships, plain.EncryptionScheme = []fa.Registration{}, []fa.Membership{}, ""
	doc, err := fa.EncodeWhole(plain)
	if err != nil {
		return nil, fmt.Errorf("encode: %w", err)
	}
	return []any{
		u.ID, u.TenantID, orNull(u.Email), orNull(fa.IdentityKey(fa.IdentityUsername, u.Username)), orNull(u.PhoneNumber), u.Active, u.InsertInstant,
		u.Scheme, u.Factor, u.Salt, u.Hash, string(doc),
	}, nil
}

// freeIdentities reports everything about the account that another one has.
func freeIdentities(ctx context.Context, q querier, u *fa.Account) error {
	var errs fa.Errors
	for _, identity := range []struct{ path, column, value, shown string }{
		{"user.email", "email", u.Email, u.Email},
		{"user.username", "username_key", fa.IdentityKey(fa.IdentityUsername, u.Username), u.Username},
		{"user.phoneNumber", "phone_number", u.PhoneNumber, u.PhoneNumber},
	} {
		if identity.value == "" {
			continue
		}
		var active bool
		err := q.QueryRowContext(ctx, "select active from users where tenant_id = $1 and "+identity.column+" = $2 and id <> $3",
			u.TenantID, identity.value, u.ID).Scan(&active)
		switch {
		case errors.Is(err, sql.ErrNoRows):
		case err != nil:
			return err
		case active:
			errs.Field(identity.path, "duplicate", "A User with [%s] = [%s] already exists.", identity.path, identity.shown)
		default:
			errs.Field(identity.path, "inactive", "A deactivated User with [%s] = [%s] already exists.", identity.path, identity.shown)
		}
	}
	return errs.OrNil()
}

// userCollision explains a unique constraint that refused an account.
func (db *DB) userCollision(ctx context.Context, u *fa.Account, cause error) error {
	if cause == nil || !db.isUnique(cause) {
		return cause
	}
	if err := freeIdentities(ctx, db.reader, u); err != nil {
		return err
	}
	return fa.FieldError("user.id", "duplicate", "A User with id = [%s] already exists.", u.ID)
}

func wrapUser(doing string, err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("%s user: %w", doing, err)
}

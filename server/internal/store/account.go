package store

import (
	"bytes"
	"context"
	"database/sql"
	"fmt"
	"strings"

	"wherry/server/internal/fa"
)

// An account is one row of users with its password, one row of registrations
// for each application, and one of group_members for each group.
const accountColumns = "doc, encryption_scheme, factor, salt, password_hash, previous_passwords"

func (db *DB) insertUser(ctx context.Context, tx *sql.Tx, u *fa.Account) error {
	row, err := db.userRow(u)
	if err != nil {
		return err
	}
	number, err := newBlock(ctx, tx)
	if err != nil {
		return err
	}
	row = append(row, number)
	if _, err := tx.ExecContext(ctx, "insert into users ("+strings.Join(userColumns, ", ")+") values ("+parameters(len(row))+")", row...); err != nil {
		return err
	}
	if err := db.insertTerms(ctx, tx, number, row[docAt].(string)); err != nil {
		return err
	}
	return db.writeRegistrations(ctx, tx, u, nil)
}

// userColumns is what a new row of users has. The number comes last: an import
// gives it out when it is written.
var userColumns = []string{
	"id", "tenant_id", "email", "username_key", "phone_number", "active", "insert_instant",
	"encryption_scheme", "factor", "salt", "password_hash", "doc", "previous_passwords", "number",
}

// The places of columns in a row: the four of the password, and the document.
const (
	credentialAt = 7
	docAt        = 11
	numberAt     = 13
)

// updateUser stores an account that was, before, as these documents say.
func (db *DB) updateUser(ctx context.Context, tx *sql.Tx, u *fa.Account, before storedAccount) error {
	row, err := db.userRow(u)
	if err != nil {
		return err
	}
	if _, err := db.often(tx).ExecContext(ctx, `update users set tenant_id = $2, email = $3, username_key = $4, phone_number = $5, active = $6,
		insert_instant = $7, encryption_scheme = $8, factor = $9, salt = $10, password_hash = $11, doc = $12, previous_passwords = $13
		where id = $1`, row...); err != nil {
		return err
	}
	if err := db.writeRegistrations(ctx, tx, u, before.registrations); err != nil {
		return err
	}
	if u.EndSessions {
		if _, err := tx.ExecContext(ctx, "delete from refresh_tokens where user_id = $1", u.ID); err != nil {
			return fmt.Errorf("refresh tokens: %w", err)
		}
	}
	return db.changeTerms(ctx, tx, u.ID, before.user, row[docAt].(string))
}

// storedAccount is the documents of an account.
type storedAccount struct {
	user          string
	registrations map[fa.ID][]byte
}

func (db *DB) storedDocs(u *fa.Account) (d storedAccount, err error) {
	if d.user, err = db.userDoc(u); err != nil {
		return d, err
	}
	d.registrations, err = registrationDocs(u)
	return d, err
}

// userRow is the row of an account but for its number: registrations and
// memberships have their own.
func (db *DB) userRow(u *fa.Account) ([]any, error) {
	doc, err := db.userDoc(u)
	if err != nil {
		return nil, err
	}
	previous, err := previousPasswords(u)
	if err != nil {
		return nil, err
	}
	keys := identityKeys(u)
	return []any{
		u.ID, u.TenantID, keys[0], keys[1], keys[2], u.Active, u.InsertInstant, u.Scheme, u.Factor, u.Salt, u.Hash, doc, previous,
	}, nil
}

func (db *DB) userDoc(u *fa.Account) (string, error) {
	plain := u.User
	plain.Registrations, plain.Memberships, plain.EncryptionScheme = nil, nil, ""
	return db.encode("users", plain)
}

func previousPasswords(u *fa.Account) (string, error) {
	if len(u.Previous) == 0 {
		return "", nil
	}
	previous, err := fa.EncodeWhole(u.Previous)
	if err != nil {
		return "", fmt.Errorf("encode previous passwords: %w", err)
	}
	return string(previous), nil
}

// identityKeys is what the columns for e-mail, user name and phone number hold.
func identityKeys(u *fa.Account) []any {
	return []any{
		orNull(fa.IdentityKey(fa.IdentityEmail, u.Email)),
		orNull(fa.IdentityKey(fa.IdentityUsername, u.Username)),
		orNull(fa.IdentityKey(fa.IdentityPhoneNumber, u.PhoneNumber)),
	}
}

// registrationDocs is the account's registrations, encoded to be compared and
// stored; what is secret is still to be encrypted.
func registrationDocs(u *fa.Account) (map[fa.ID][]byte, error) {
	docs := map[fa.ID][]byte{}
	for _, r := range u.Registrations {
		doc, err := fa.EncodeWhole(r)
		if err != nil {
			return nil, fmt.Errorf("encode registration: %w", err)
		}
		docs[r.ApplicationID] = doc
	}
	return docs, nil
}

// writeRegistrations stores what is new or has changed since before, and
// removes what is gone. Most changes of a user, every sign-in among them, leave
// most registrations alone.
func (db *DB) writeRegistrations(ctx context.Context, tx *sql.Tx, u *fa.Account, before map[fa.ID][]byte) error {
	after, err := registrationDocs(u)
	if err != nil {
		return err
	}
	for application, doc := range after {
		if bytes.Equal(doc, before[application]) {
			continue
		}
		sealed, err := db.seal("registrations", doc)
		if err != nil {
			return err
		}
		if _, err := db.often(tx).ExecContext(ctx, `insert into registrations (user_id, application_id, doc) values ($1, $2, $3)
			on conflict (user_id, application_id) do update set doc = excluded.doc`, u.ID, application, sealed); err != nil {
			return fmt.Errorf("registration: %w", err)
		}
	}
	for application := range before {
		if _, stays := after[application]; stays {
			continue
		}
		if _, err := tx.ExecContext(ctx, "delete from registrations where user_id = $1 and application_id = $2", u.ID, application); err != nil {
			return fmt.Errorf("registration: %w", err)
		}
		if _, err := tx.ExecContext(ctx, "delete from refresh_tokens where user_id = $1 and application_id = $2", u.ID, application); err != nil {
			return fmt.Errorf("refresh tokens of a registration: %w", err)
		}
	}
	return nil
}

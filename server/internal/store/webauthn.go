package store

import (
	"context"
	"database/sql"
	"fmt"

	"wherry/server/internal/fa"
)

// CreateWebAuthnCredential stores a new passkey. One whose credential id the
// tenant knows already is fa.ErrConflict.
func (db *DB) CreateWebAuthnCredential(ctx context.Context, c *fa.WebAuthnCredential) error {
	doc, err := fa.EncodeWhole(c)
	if err != nil {
		return fmt.Errorf("encode passkey: %w", err)
	}
	_, err = db.writer.ExecContext(ctx, `insert into webauthn_credentials (id, tenant_id, user_id, credential_id, insert_instant, doc)
		values (`+parameters(6)+`)`, c.ID, c.TenantID, c.UserID, c.CredentialID, c.InsertInstant, string(doc))
	if db.isUnique(err) {
		err = fa.ErrConflict
	}
	return wrapPasskey("create", err)
}

// WebAuthnCredential returns a passkey, or fa.ErrNotFound.
func (db *DB) WebAuthnCredential(ctx context.Context, id fa.ID) (*fa.WebAuthnCredential, error) {
	c, err := db.scanPasskey(db.reader.QueryRowContext(ctx, "select doc from webauthn_credentials where id = $1", id))
	return c, wrapPasskey("read", err)
}

// WebAuthnCredentialBy returns the passkey with a credential id, or
// fa.ErrNotFound.
func (db *DB) WebAuthnCredentialBy(ctx context.Context, tenant fa.ID, credentialID string) (*fa.WebAuthnCredential, error) {
	c, err := db.scanPasskey(db.reader.QueryRowContext(ctx,
		"select doc from webauthn_credentials where tenant_id = $1 and credential_id = $2", tenant, credentialID))
	return c, wrapPasskey("find", err)
}

// WebAuthnCredentials returns the passkeys of a user, the oldest first.
func (db *DB) WebAuthnCredentials(ctx context.Context, user fa.ID) ([]*fa.WebAuthnCredential, error) {
	all, err := list(ctx, db.reader, db.scanPasskey, "select doc from webauthn_credentials where user_id = $1 order by insert_instant, id", user)
	return all, wrapPasskey("list", err)
}

// UpdateWebAuthnCredential hands the current passkey to change and stores what
// change made of it.
func (db *DB) UpdateWebAuthnCredential(ctx context.Context, id fa.ID, change func(*fa.WebAuthnCredential) error) error {
	return wrapPasskey("update", db.tx(ctx, func(tx *sql.Tx) error {
		c, err := db.scanPasskey(tx.QueryRowContext(ctx, "select doc from webauthn_credentials where id = $1"+db.forUpdate, id))
		if err != nil {
			return err
		}
		if err := change(c); err != nil {
			return err
		}
		doc, err := fa.EncodeWhole(c)
		if err != nil {
			return err
		}
		_, err = tx.ExecContext(ctx, "update webauthn_credentials set doc = $2 where id = $1", id, string(doc))
		return err
	}))
}

// DeleteWebAuthnCredential removes a passkey.
func (db *DB) DeleteWebAuthnCredential(ctx context.Context, id fa.ID) error {
	return wrapPasskey("delete", affectsOne(db.writer.ExecContext(ctx, "delete from webauthn_credentials where id = $1", id)))
}

// DeleteWebAuthnCredentials removes all passkeys of a user.
func (db *DB) DeleteWebAuthnCredentials(ctx context.Context, user fa.ID) error {
	_, err := db.writer.ExecContext(ctx, "delete from webauthn_credentials where user_id = $1", user)
	return wrapPasskey("delete", err)
}

func (db *DB) scanPasskey(row scanner) (*fa.WebAuthnCredential, error) {
	c := fa.NewWebAuthnCredential()
	if err := db.scan(row, "webauthn_credentials", &c); err != nil {
		return nil, err
	}
	return &c, nil
}

func wrapPasskey(doing string, err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("%s passkey: %w", doing, err)
}

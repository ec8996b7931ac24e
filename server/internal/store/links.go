package store

import (
	"context"
	"database/sql"
	"fmt"
	"strings"

	"wherry/server/internal/fa"
)

// CreateLink links a user to an identity provider, unless the user has limit
// links to it already; 0 is no limit. Somebody else's link to the same user of
// the provider, or a second one, is fa.ErrConflict.
func (db *DB) CreateLink(ctx context.Context, l *fa.IdentityProviderLink, limit int) error {
	return wrapLink("create", db.tx(ctx, func(tx *sql.Tx) error {
		if err := db.roomForLink(ctx, tx, l, limit); err != nil {
			return err
		}
		return db.insertLink(ctx, tx, l)
	}))
}

func (db *DB) insertLink(ctx context.Context, tx *sql.Tx, l *fa.IdentityProviderLink) error {
	doc, err := db.encode("identity_provider_links", l)
	if err != nil {
		return err
	}
	_, err = tx.ExecContext(ctx, `insert into identity_provider_links
		(tenant_id, identity_provider_id, identity_provider_user_id, user_id, insert_instant, doc) values (`+parameters(6)+`)`,
		l.TenantID, l.IdentityProviderID, l.IdentityProviderUserID, l.UserID, l.InsertInstant, doc)
	if db.isUnique(err) {
		return fa.ErrConflict
	}
	return err
}

// CreateLinkedUser is CreateUser for somebody who has a link from the start:
// there are both, or neither. Somebody else's link is fa.ErrConflict.
func (db *DB) CreateLinkedUser(ctx context.Context, u *fa.Account, l *fa.IdentityProviderLink) error {
	err := db.tx(ctx, func(tx *sql.Tx) error {
		if err := db.addUser(ctx, tx, u); err != nil {
			return err
		}
		return db.insertLink(ctx, tx, l)
	})
	return wrapUser("create", db.explainUser(ctx, u, "", err))
}

// UpdateLink hands the link of a user of a provider to change, and stores what
// change made of it; none is fa.ErrNotFound.
func (db *DB) UpdateLink(ctx context.Context, l *fa.IdentityProviderLink, change func(*fa.IdentityProviderLink)) error {
	const row = " where tenant_id = $1 and identity_provider_id = $2 and identity_provider_user_id = $3"
	key := []any{l.TenantID, l.IdentityProviderID, l.IdentityProviderUserID}
	return wrapLink("update", db.tx(ctx, func(tx *sql.Tx) error {
		current, err := db.scanLink(tx.QueryRowContext(ctx, "select doc from identity_provider_links"+row+db.forUpdate, key...))
		if err != nil {
			return err
		}
		change(current)
		doc, err := db.encode("identity_provider_links", current)
		if err != nil {
			return err
		}
		return affectsOne(tx.ExecContext(ctx, "update identity_provider_links set doc = $4"+row, append(key, doc)...))
	}))
}

// roomForLink holds on to the user, so that links are counted one after the
// other.
func (db *DB) roomForLink(ctx context.Context, tx *sql.Tx, l *fa.IdentityProviderLink, limit int) error {
	if err := db.hold(ctx, tx, "users", l.UserID); err != nil {
		return err
	}
	if limit == 0 {
		return nil
	}
	var n int
	if err := tx.QueryRowContext(ctx, "select count(*) from identity_provider_links where user_id = $1 and identity_provider_id = $2",
		l.UserID, l.IdentityProviderID).Scan(&n); err != nil {
		return err
	}
	if n >= limit {
		return fa.GeneralError("LinkCountExceeded", "The user has as many links to this identity provider as the tenant allows: %d.", limit)
	}
	return nil
}

// Links returns the links that match, oldest first.
func (db *DB) Links(ctx context.Context, m fa.LinkMatch) ([]*fa.IdentityProviderLink, error) {
	where, args := linkCondition(m)
	found, err := list(ctx, db.reader, db.scanLink,
		"select doc from identity_provider_links where "+where+" order by insert_instant, identity_provider_id, identity_provider_user_id", args...)
	return found, wrapLink("list", err)
}

// DeleteLinks removes the links that match; none is fa.ErrNotFound.
func (db *DB) DeleteLinks(ctx context.Context, m fa.LinkMatch) error {
	where, args := linkCondition(m)
	return wrapLink("delete", db.execOne(ctx, "delete from identity_provider_links where "+where, args...))
}

func linkCondition(m fa.LinkMatch) (where string, args []any) {
	conditions := []string{"true"}
	for _, c := range []struct{ column, value string }{
		{"identity_provider_id", string(m.IdentityProviderID)},
		{"identity_provider_user_id", m.IdentityProviderUserID},
		{"tenant_id", string(m.TenantID)},
		{"user_id", string(m.UserID)},
	} {
		if c.value != "" {
			args = append(args, c.value)
			conditions = append(conditions, fmt.Sprintf("%s = $%d", c.column, len(args)))
		}
	}
	return strings.Join(conditions, " and "), args
}

func (db *DB) scanLink(row scanner) (*fa.IdentityProviderLink, error) {
	l := fa.NewIdentityProviderLink()
	return &l, db.scan(row, "identity_provider_links", &l)
}

func wrapLink(doing string, err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("%s link: %w", doing, err)
}

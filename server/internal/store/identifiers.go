package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"wherry/server/internal/fa"
)

// KeepIdentifier stores what a code that travels outside stands for, until ttl
// has passed. Only a hash of the code is kept. A code that is kept already is
// fa.ErrConflict.
func (db *DB) KeepIdentifier(ctx context.Context, kind, code string, ttl time.Duration, value any) error {
	doc, err := fa.EncodeWhole(value)
	if err != nil {
		return fmt.Errorf("encode %s: %w", kind, err)
	}
	now := db.now()
	if _, err := db.often(db.writer).ExecContext(ctx, "delete from external_identifiers where expires_instant <= $1", now.UnixMilli()); err != nil {
		return fmt.Errorf("clear expired identifiers: %w", err)
	}
	err = db.tx(ctx, func(tx *sql.Tx) error {
		insert := "insert into external_identifiers (hash, kind, expires_instant, doc) values ($1, $2, $3, $4) on conflict (hash) do nothing"
		err := affectsOne(db.often(tx).ExecContext(ctx, insert, digest(kind+":"+code), kind, now.Add(ttl).UnixMilli(), string(doc)))
		if errors.Is(err, fa.ErrNotFound) {
			return fa.ErrConflict
		}
		return err
	})
	if err != nil {
		return fmt.Errorf("keep %s: %w", kind, err)
	}
	return nil
}

// TakeIdentifier reads into value what a code stands for and makes the code
// useless: of two callers with the same code one gets fa.ErrNotFound.
func (db *DB) TakeIdentifier(ctx context.Context, kind, code string, value any) error {
	row := db.often(db.writer).QueryRowContext(ctx, "delete from external_identifiers where hash = $1 and expires_instant > $2 returning doc",
		digest(kind+":"+code), db.now().UnixMilli())
	if err := db.scan(row, "external_identifiers", value); err != nil {
		return fmt.Errorf("take %s: %w", kind, err)
	}
	return nil
}

// SpendIdentifier is TakeIdentifier for a code of which others have to know that
// it is spent: until ttl has passed it stands for the same as a code of the kind
// spent.
func (db *DB) SpendIdentifier(ctx context.Context, kind, spent, code string, ttl time.Duration, value any) error {
	now := db.now()
	row := db.often(db.writer).QueryRowContext(ctx, `update external_identifiers set hash = $3, kind = $4, expires_instant = $5
		where hash = $1 and expires_instant > $2 returning doc`,
		digest(kind+":"+code), now.UnixMilli(), digest(spent+":"+code), spent, now.Add(ttl).UnixMilli())
	if err := db.scan(row, "external_identifiers", value); err != nil {
		return fmt.Errorf("spend %s: %w", kind, err)
	}
	return nil
}

// Identifier reads into value what a code stands for, which it goes on doing; or
// it returns fa.ErrNotFound.
func (db *DB) Identifier(ctx context.Context, kind, code string, value any) error {
	row := db.often(db.reader).QueryRowContext(ctx, "select doc from external_identifiers where hash = $1 and expires_instant > $2",
		digest(kind+":"+code), db.now().UnixMilli())
	if err := db.scan(row, "external_identifiers", value); err != nil {
		return fmt.Errorf("read %s: %w", kind, err)
	}
	return nil
}

// ReplaceIdentifier changes what a code stands for, but not how long; it returns
// fa.ErrNotFound if there is no such code.
func (db *DB) ReplaceIdentifier(ctx context.Context, kind, code string, value any) error {
	doc, err := fa.EncodeWhole(value)
	if err != nil {
		return fmt.Errorf("encode %s: %w", kind, err)
	}
	err = affectsOne(db.often(db.writer).ExecContext(ctx, "update external_identifiers set doc = $2 where hash = $1 and expires_instant > $3",
		digest(kind+":"+code), string(doc), db.now().UnixMilli()))
	if err != nil {
		return fmt.Errorf("change %s: %w", kind, err)
	}
	return nil
}

// ProlongIdentifier lets a code stand for what it stands for until ttl has
// passed, unless it does so for longer; it returns fa.ErrNotFound if there is no
// such code.
func (db *DB) ProlongIdentifier(ctx context.Context, kind, code string, ttl time.Duration) error {
	until, hash := db.now().Add(ttl).UnixMilli(), digest(kind+":"+code)
	err := affectsOne(db.writer.ExecContext(ctx, `update external_identifiers
		set expires_instant = case when expires_instant < $2 then $2 else expires_instant end where hash = $1`, hash, until))
	if err != nil {
		return fmt.Errorf("prolong %s: %w", kind, err)
	}
	return nil
}

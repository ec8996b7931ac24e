package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"wherry/server/internal/seal"
)

// primaryKeys is the columns by which a row is found, where it is not the id.
var primaryKeys = map[string][]string{
	"identity_provider_links": {"tenant_id", "identity_provider_id", "identity_provider_user_id"},
	"registrations":           {"user_id", "application_id"},
}

// renewedAtOnce is how many rows are read together, and locked if they have to
// be written again.
const renewedAtOnce = 200

// Renew encrypts with the current key what another one has encrypted, or none,
// and calls progress with how many documents that were. It can be interrupted
// and begun again, and others may go on working meanwhile. At the end no other
// key is needed any more.
func (db *DB) Renew(ctx context.Context, progress func(documents int)) error {
	for _, table := range slices.Sorted(maps.Keys(secrets)) {
		r := renewal{db: db, table: table, key: []string{"id"}, fields: secrets[table]}
		if key, ok := primaryKeys[table]; ok {
			r.key = key
		}
		if err := r.run(ctx, progress); err != nil {
			return fmt.Errorf("encrypt %s: %w", table, err)
		}
	}
	return db.forgetKeys(ctx)
}

// forgetKeys keeps the note of the current key alone.
func (db *DB) forgetKeys(ctx context.Context) error {
	if _, err := db.writer.ExecContext(ctx, "delete from instance where name like $1 and name <> $2",
		settingKey+"%", settingKey+db.ring.IDs()[0]); err != nil {
		return fmt.Errorf("forget the other keys: %w", err)
	}
	return nil
}

// renewal is the work on one table.
type renewal struct {
	db     *DB
	table  string
	key    []string
	fields *seal.Fields
}

// row is where a document is, by the values of its primary key.
type row struct {
	at  []any
	doc []byte
}

func (r *renewal) run(ctx context.Context, progress func(documents int)) error {
	key := strings.Join(r.key, ", ")
	after, last := "true", []any(nil)
	for {
		rows, err := list(ctx, r.db.reader, r.scan,
			fmt.Sprintf("select %[1]s, doc from %[2]s where %[3]s order by %[1]s limit %[4]d", key, r.table, after, renewedAtOnce), last...)
		if err != nil || len(rows) == 0 {
			return err
		}
		if err := r.renew(ctx, rows, progress); err != nil {
			return err
		}
		after, last = fmt.Sprintf("(%s) > (%s)", key, parameters(len(r.key))), rows[len(rows)-1].at
	}
}

func (r *renewal) scan(s scanner) (found row, err error) {
	text := make([]string, len(r.key))
	into := []any{}
	for i := range text {
		into = append(into, &text[i])
	}
	err = s.Scan(append(into, &found.doc)...)
	for _, value := range text {
		found.at = append(found.at, value)
	}
	return found, err
}

// renew writes those of the rows again that have to be, as they are by then.
func (r *renewal) renew(ctx context.Context, rows []row, progress func(documents int)) error {
	var old []row
	for _, found := range rows {
		_, changed, err := r.fields.Renew(r.db.ring, found.doc)
		if err != nil {
			return err
		}
		if changed {
			old = append(old, found)
		}
	}
	if len(old) == 0 {
		return nil
	}
	err := r.db.tx(ctx, func(tx *sql.Tx) error {
		for _, found := range old {
			if err := r.rewrite(ctx, tx, found.at); err != nil {
				return err
			}
		}
		return nil
	})
	if err == nil {
		progress(len(old))
	}
	return err
}

func (r *renewal) rewrite(ctx context.Context, tx *sql.Tx, at []any) error {
	where := fmt.Sprintf(" where (%s) = (%s)", strings.Join(r.key, ", "), parameters(len(at)))
	var doc []byte
	err := tx.QueryRowContext(ctx, "select doc from "+r.table+where+r.db.forUpdate, at...).Scan(&doc)
	if errors.Is(err, sql.ErrNoRows) { // somebody has removed it meanwhile
		return nil
	}
	if err != nil {
		return err
	}
	renewed, changed, err := r.fields.Renew(r.db.ring, doc)
	if err != nil || !changed {
		return err
	}
	_, err = tx.ExecContext(ctx, fmt.Sprintf("update %s set doc = $%d%s", r.table, len(at)+1, where), append(slices.Clone(at), string(renewed))...)
	return err
}

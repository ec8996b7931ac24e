package store

import (
	"context"
	"database/sql"
	"fmt"
	"strings"

	"wherry/server/internal/fa"
)

// Documents is a table of one kind of object.
type Documents[T any] struct {
	db *DB
	kind[T]
}

// kind is what SQL must know of an object.
type kind[T any] struct {
	table   string
	blank   func() T // the defaults, for rows that are older than a setting
	id      func(*T) fa.ID
	columns []string
	values  func(*T) []any
	unique  []unique[T]
}

// unique is a rule that the database enforces, and how to say that it was
// broken.
type unique[T any] struct {
	where  string // columns, joined by ","
	values func(*T) []any
	taken  func(*T, *fa.Errors)
}

// Get returns one object, or fa.ErrNotFound.
func (d Documents[T]) Get(ctx context.Context, id fa.ID) (*T, error) {
	v, err := d.one(ctx, d.db.reader, "id = $1", id)
	return v, d.wrap("read", err)
}

// All returns every object, oldest first.
func (d Documents[T]) All(ctx context.Context) ([]*T, error) {
	all, err := list(ctx, d.db.reader, d.scan, "select doc from "+d.table+" order by insert_instant, id")
	return all, d.wrap("list", err)
}

// Create stores a new object. Values that are taken are reported together, as
// *fa.Errors.
func (d Documents[T]) Create(ctx context.Context, v *T) error {
	insert := fmt.Sprintf("insert into %s (id, %s, doc) values (%s)", d.table, strings.Join(d.columns, ", "), parameters(len(d.columns)+2))
	return d.write(ctx, v, func(tx *sql.Tx) error { return d.store(ctx, tx, insert, v) })
}

// Update hands the current object to change and stores what change made of it.
func (d Documents[T]) Update(ctx context.Context, id fa.ID, change func(*T) error) (*T, error) {
	var v *T
	load := func(tx *sql.Tx) (err error) {
		if v, err = d.one(ctx, tx, "id = $1"+d.db.forUpdate, id); err != nil {
			return err
		}
		return change(v)
	}
	err := d.db.tx(ctx, func(tx *sql.Tx) error {
		if err := load(tx); err != nil {
			return err
		}
		if err := d.free(ctx, tx, v); err != nil {
			return err
		}
		return d.store(ctx, tx, d.updateSQL(), v)
	})
	if d.db.isUnique(err) {
		err = d.collision(ctx, v, err)
	}
	return v, d.wrap("update", err)
}

func (d Documents[T]) updateSQL() string {
	assignments := make([]string, len(d.columns))
	for i, column := range d.columns {
		assignments[i] = fmt.Sprintf("%s = $%d", column, i+2)
	}
	return fmt.Sprintf("update %s set %s, doc = $%d where id = $1", d.table, strings.Join(assignments, ", "), len(d.columns)+2)
}

// Delete removes an object and what belongs to it.
func (d Documents[T]) Delete(ctx context.Context, id fa.ID) error {
	return d.wrap("delete", affectsOne(d.db.writer.ExecContext(ctx, "delete from "+d.table+" where id = $1", id)))
}

// write runs an insert after looking whether everything unique is free, so
// that all taken values come back; in a race the constraint has the last word.
func (d Documents[T]) write(ctx context.Context, v *T, insert func(*sql.Tx) error) error {
	err := d.db.tx(ctx, func(tx *sql.Tx) error {
		if err := d.free(ctx, tx, v); err != nil {
			return err
		}
		return insert(tx)
	})
	if d.db.isUnique(err) {
		err = d.collision(ctx, v, err)
	}
	return d.wrap("create", err)
}

// free reports the unique values of v that another object has.
func (d Documents[T]) free(ctx context.Context, q querier, v *T) error {
	var errs fa.Errors
	for _, u := range d.unique {
		args := append(u.values(v), d.id(v))
		var conditions []string
		for i, column := range strings.Split(u.where, ",") {
			conditions = append(conditions, fmt.Sprintf("%s = $%d", column, i+1))
		}
		query := fmt.Sprintf("select 1 from %s where %s and id <> $%d", d.table, strings.Join(conditions, " and "), len(args))
		var one int
		switch err := q.QueryRowContext(ctx, query, args...).Scan(&one); {
		case err == nil:
			u.taken(v, &errs)
		case missing(err) != fa.ErrNotFound: //nolint:errorlint // missing returns the sentinel itself
			return err
		}
	}
	return errs.OrNil()
}

// collision explains a unique constraint that a concurrent writer won.
func (d Documents[T]) collision(ctx context.Context, v *T, cause error) error {
	if err := d.free(ctx, d.db.reader, v); err != nil {
		return err
	}
	if _, err := d.one(ctx, d.db.reader, "id = $1", d.id(v)); err == nil {
		return fa.FieldError("id", "duplicate", "An object with the id [%s] already exists.", d.id(v))
	}
	return cause
}

func (d Documents[T]) one(ctx context.Context, q querier, condition string, args ...any) (*T, error) {
	return d.scan(q.QueryRowContext(ctx, "select doc from "+d.table+" where "+condition, args...))
}

func (d Documents[T]) scan(row scanner) (*T, error) {
	var doc string
	if err := row.Scan(&doc); err != nil {
		return nil, missing(err)
	}
	v := d.blank()
	return &v, fa.Decode([]byte(doc), &v)
}

func (d Documents[T]) store(ctx context.Context, q querier, statement string, v *T) error {
	doc, err := fa.EncodeWhole(v)
	if err != nil {
		return fmt.Errorf("encode: %w", err)
	}
	args := append([]any{d.id(v)}, d.values(v)...)
	_, err = q.ExecContext(ctx, statement, append(args, string(doc))...)
	return err
}

func (d Documents[T]) wrap(doing string, err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("%s %s: %w", doing, d.table, err)
}

// parameters writes "$1, $2, …, $n".
func parameters(n int) string {
	list := make([]string, n)
	for i := range list {
		list[i] = fmt.Sprintf("$%d", i+1)
	}
	return strings.Join(list, ", ")
}

package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
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
	name    string // as requests call it: "tenant"
	table   string
	blank   func() T // the defaults, for rows that are older than a setting
	id      func(*T) fa.ID
	columns []string // beside id and doc
	values  func(*T) []any
	unique  []unique[T]
	// exclusive refuses what an object cannot have beside others and no
	// constraint can express; nil refuses nothing.
	exclusive func(ctx context.Context, tx *sql.Tx, v *T) error
}

// unique is a rule that the database enforces, and how to say that it was
// broken.
type unique[T any] struct {
	columns []string
	values  func(*T) []any
	taken   func(*T, *fa.Errors)
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

// Create stores a new object. Values that are taken, the id among them, are
// reported together, as *fa.Errors.
func (d Documents[T]) Create(ctx context.Context, v *T) error {
	err := d.tx(ctx, func(tx *sql.Tx) error { return d.insert(ctx, tx, v) })
	return d.wrap("create", d.explain(ctx, v, "", err))
}

func (d Documents[T]) insert(ctx context.Context, tx *sql.Tx, v *T) error {
	columns := slices.Concat([]string{"id"}, d.columns, []string{"doc"})
	statement := "insert into " + d.table + " (" + strings.Join(columns, ", ") + ") values (" + parameters(len(columns)) + ")"
	return d.put(ctx, tx, statement, v, "")
}

// Update hands the current object to change, which must leave its id alone, and
// stores what change made of it.
func (d Documents[T]) Update(ctx context.Context, id fa.ID, change func(*T) error) (*T, error) {
	return d.update(ctx, id, func(_ *sql.Tx, v *T) error { return change(v) })
}

// update is Update for a change that touches other rows too.
func (d Documents[T]) update(ctx context.Context, id fa.ID, change func(*sql.Tx, *T) error) (*T, error) {
	var v *T
	err := d.tx(ctx, func(tx *sql.Tx) (err error) {
		if v, err = d.one(ctx, tx, "id = $1"+d.db.forUpdate, id); err != nil {
			return err
		}
		if err := change(tx, v); err != nil {
			return err
		}
		return d.put(ctx, tx, d.updateSQL(), v, id)
	})
	if err := d.explain(ctx, v, id, err); err != nil {
		return nil, d.wrap("update", err)
	}
	return v, nil
}

func (d Documents[T]) updateSQL() string {
	columns := slices.Concat(d.columns, []string{"doc"})
	for i := range columns {
		columns[i] += fmt.Sprintf(" = $%d", i+2)
	}
	return "update " + d.table + " set " + strings.Join(columns, ", ") + " where id = $1"
}

// Delete removes an object and what belongs to it.
func (d Documents[T]) Delete(ctx context.Context, id fa.ID) error {
	return d.wrap("delete", d.tx(ctx, func(tx *sql.Tx) error {
		return affectsOne(tx.ExecContext(ctx, "delete from "+d.table+" where id = $1", id))
	}))
}

// put runs a statement that writes v, after looking whether everything unique
// is free, so that all taken values come back. self is the row that v replaces.
func (d Documents[T]) put(ctx context.Context, tx *sql.Tx, statement string, v *T, self fa.ID) error {
	err := d.free(ctx, tx, v, self)
	if d.exclusive != nil {
		err = fa.Join(err, d.exclusive(ctx, tx, v))
	}
	if err != nil {
		return err
	}
	doc, err := d.db.encode(d.table, v)
	if err != nil {
		return err
	}
	row := slices.Concat([]any{d.id(v)}, d.values(v), []any{doc})
	_, err = tx.ExecContext(ctx, statement, row...)
	return err
}

// free reports the unique values of v that another row than self has.
func (d Documents[T]) free(ctx context.Context, q querier, v *T, self fa.ID) error {
	var errs fa.Errors
	for _, u := range append([]unique[T]{d.uniqueID()}, d.unique...) {
		condition := "id <> $1"
		for i, column := range u.columns {
			condition += fmt.Sprintf(" and %s = $%d", column, i+2)
		}
		args := append([]any{self}, u.values(v)...)
		err := q.QueryRowContext(ctx, "select 1 from "+d.table+" where "+condition, args...).Scan(new(int))
		if err == nil {
			u.taken(v, &errs)
		} else if !errors.Is(err, sql.ErrNoRows) {
			return err
		}
	}
	return errs.OrNil()
}

func (d Documents[T]) uniqueID() unique[T] {
	return unique[T]{
		columns: []string{"id"}, values: func(v *T) []any { return []any{d.id(v)} },
		taken: func(v *T, errs *fa.Errors) {
			errs.Field(d.name+".id", "duplicate", "There is something with the id [%s] already.", d.id(v))
		},
	}
}

// explain says which values a concurrent writer has taken when a constraint, in
// the last instance, refused a row that looked free.
func (d Documents[T]) explain(ctx context.Context, v *T, self fa.ID, err error) error {
	if err == nil || !d.db.isUnique(err) {
		return err
	}
	if taken := d.free(ctx, d.db.reader, v, self); taken != nil {
		return taken
	}
	return err
}

func (d Documents[T]) one(ctx context.Context, q querier, condition string, args ...any) (*T, error) {
	return d.scan(q.QueryRowContext(ctx, "select doc from "+d.table+" where "+condition, args...))
}

func (d Documents[T]) scan(row scanner) (*T, error) {
	v := d.blank()
	if err := d.db.scan(row, d.table, &v); err != nil {
		return nil, err
	}
	return &v, nil
}

func (d Documents[T]) wrap(doing string, err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("%s %s: %w", doing, d.table, err)
}

// rows writes rows of parameters, before which a statement has no others. On
// SQLite they have no numbers, as it looks each up among all that stand before it.
func (d dialect) rows(rows, columns int) string {
	list := make([]string, rows)
	for i := range list {
		places := make([]string, columns)
		for j := range places {
			places[j] = "?"
			if !d.parses {
				places[j] = fmt.Sprintf("$%d", i*columns+j+1)
			}
		}
		list[i] = "(" + strings.Join(places, ", ") + ")"
	}
	return strings.Join(list, ", ")
}

// parameters writes "$1, $2, …, $n".
func parameters(n int) string {
	list := make([]string, n)
	for i := range list {
		list[i] = fmt.Sprintf("$%d", i+1)
	}
	return strings.Join(list, ", ")
}

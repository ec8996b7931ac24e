package store

import (
	"context"
	"database/sql"
	"sync"
)

// often keeps the statements that every sign-in runs, parsed: SQLite takes longer
// to parse most of them than to run them. PostgreSQL's driver does so by itself.
type often struct {
	mu      sync.Mutex
	parsed  map[parsed]*sql.Stmt
	missing map[string]bool // of the writer, whose only connection a transaction has
}

type parsed struct {
	pool *sql.DB
	text string
}

// often returns q for statements that are run again and again. Their texts must
// be few.
func (db *DB) often(q querier) querier {
	if !db.parses {
		return q
	}
	return repeated{q, db}
}

// repeated runs statements that have been parsed, and has those parsed that have
// not.
type repeated struct {
	querier
	db *DB
}

// QueryContext is part of querier.
func (r repeated) QueryContext(ctx context.Context, text string, args ...any) (*sql.Rows, error) {
	if stmt := r.stmt(ctx, text); stmt != nil { //nolint:sqlclosecheck // it is kept
		return stmt.QueryContext(r.calm(ctx), args...)
	}
	return r.querier.QueryContext(ctx, text, args...)
}

// QueryRowContext is part of querier.
func (r repeated) QueryRowContext(ctx context.Context, text string, args ...any) *sql.Row {
	if stmt := r.stmt(ctx, text); stmt != nil { //nolint:sqlclosecheck // it is kept
		return stmt.QueryRowContext(r.calm(ctx), args...)
	}
	return r.querier.QueryRowContext(ctx, text, args...)
}

// ExecContext is part of querier.
func (r repeated) ExecContext(ctx context.Context, text string, args ...any) (sql.Result, error) {
	if stmt := r.stmt(ctx, text); stmt != nil { //nolint:sqlclosecheck // it is kept
		return stmt.ExecContext(r.calm(ctx), args...)
	}
	return r.querier.ExecContext(ctx, text, args...)
}

// calm is a context that does not end, where nobody waits for a connection: to
// watch over a context takes longer than these statements.
func (r repeated) calm(ctx context.Context) context.Context {
	if r.querier == querier(r.db.writer) {
		return ctx
	}
	return context.WithoutCancel(ctx)
}

// stmt is nil for what has not been parsed yet, or cannot be.
func (r repeated) stmt(ctx context.Context, text string) *sql.Stmt {
	switch q := r.querier.(type) {
	case *sql.DB:
		return r.db.repeat.parse(ctx, q, text)
	case *sql.Tx:
		if stmt := r.db.repeat.find(r.db.writer, text); stmt != nil {
			return q.StmtContext(ctx, stmt)
		}
	}
	return nil
}

// find returns a statement of a transaction, or notes that it is missing.
func (o *often) find(pool *sql.DB, text string) *sql.Stmt {
	o.mu.Lock()
	defer o.mu.Unlock()
	stmt := o.parsed[parsed{pool, text}]
	if stmt == nil {
		if o.missing == nil {
			o.missing = map[string]bool{}
		}
		o.missing[text] = true
	}
	return stmt
}

func (o *often) parse(ctx context.Context, pool *sql.DB, text string) *sql.Stmt {
	key := parsed{pool, text}
	o.mu.Lock()
	stmt := o.parsed[key]
	o.mu.Unlock()
	if stmt != nil {
		return stmt
	}
	stmt, err := pool.PrepareContext(ctx, text)
	if err != nil {
		return nil // whoever runs it is told
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.parsed == nil {
		o.parsed = map[parsed]*sql.Stmt{}
	}
	if first := o.parsed[key]; first != nil {
		_ = stmt.Close() //nolint:sqlclosecheck // the other one is kept
		return first
	}
	o.parsed[key] = stmt
	return stmt
}

// catchUp parses what earlier transactions have missed. It is called by whoever
// holds no connection.
func (o *often) catchUp(ctx context.Context, writer *sql.DB) {
	o.mu.Lock()
	missing := o.missing
	o.missing = nil
	o.mu.Unlock()
	for text := range missing {
		o.parse(ctx, writer, text)
	}
}

package workspace

import (
	"context"
	"database/sql"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// querier is what a pool and a transaction have in common.
type querier interface {
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
	QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row
	ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error)
}

// list runs a query and scans each row.
func list[T any](ctx context.Context, q querier, scan func(*sql.Rows) (T, error), query string, args ...any) ([]T, error) {
	rows, err := q.QueryContext(ctx, query, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var all []T
	for rows.Next() {
		v, err := scan(rows)
		if err != nil {
			return nil, err
		}
		all = append(all, v)
	}
	return all, rows.Err()
}

// affected runs a statement and tells how many rows it changed.
func affected(ctx context.Context, q querier, statement string, args ...any) (int, error) {
	result, err := q.ExecContext(ctx, statement, args...)
	if err != nil {
		return 0, err
	}
	n, err := result.RowsAffected()
	return int(n), err
}

// tuple writes ($from, …) with n parameters.
func tuple(from, n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, ",$%d", from+i)
	}
	return "(" + strings.TrimPrefix(b.String(), ",") + ")"
}

// rows writes rows of parameters for an insert. On SQLite they have no numbers,
// as it looks each number up among all that stand before it.
func (d dialect) rows(rows, columns int) string {
	all := make([]string, rows)
	for i := range all {
		if d.postgres {
			all[i] = tuple(1+i*columns, columns)
		} else {
			all[i] = "(?" + strings.Repeat(",?", columns-1) + ")"
		}
	}
	return strings.Join(all, ",")
}

// literal writes numbers into a statement. They need no parameters, of which
// SQLite looks each up among all that stand before it.
func literal(numbers []int64) string {
	text := []byte{'('}
	for i, n := range numbers {
		if i > 0 {
			text = append(text, ',')
		}
		text = strconv.AppendInt(text, n, 10)
	}
	return string(append(text, ')'))
}

// orNull stores an empty text as null.
func orNull(text string) any {
	if text == "" {
		return nil
	}
	return text
}

func at(ms int64) time.Time {
	if ms == 0 {
		return time.Time{}
	}
	return time.UnixMilli(ms).UTC()
}

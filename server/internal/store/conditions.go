package store

import (
	"context"
	"fmt"
	"strings"

	"wherry/server/internal/fa"
)

// conditions is a where clause with its arguments.
type conditions struct {
	terms []string
	args  []any
}

// also adds a condition, in which "$%d" stands for its argument.
func (c *conditions) also(condition string, arg any) {
	c.args = append(c.args, arg)
	c.terms = append(c.terms, fmt.Sprintf(condition, len(c.args)))
}

// id adds a condition unless there is nothing to compare with.
func (c *conditions) id(column string, id fa.ID) {
	if id != "" {
		c.also(column+" = $%d", id)
	}
}

// in adds the condition that a column has one of the values, of which there
// must be one.
func (c *conditions) in(column string, values []string) {
	places := make([]string, len(values))
	for i, v := range values {
		c.args = append(c.args, v)
		places[i] = fmt.Sprintf("$%d", len(c.args))
	}
	c.terms = append(c.terms, column+" in ("+strings.Join(places, ", ")+")")
}

// like adds the condition that a text is found in a column; "*" stands for
// anything. An empty one is found everywhere.
func (c *conditions) like(column, text string) {
	if text != "" {
		c.also("lower("+column+`) like $%d escape '\'`, likePattern(storable(text)))
	}
}

// since adds the condition that an instant lies between two others; 0 is no
// bound.
func (c *conditions) since(column string, start, end int64) {
	if start != 0 {
		c.also(column+" >= $%d", start)
	}
	if end != 0 {
		c.also(column+" <= $%d", end)
	}
}

func (c *conditions) String() string { return strings.Join(append(c.terms, "true"), " and ") }

// page reads one page of what a query finds, and counts all of it.
func page[T any](ctx context.Context, q querier, scan func(scanner) (T, error), columns, from, order string, args []any, limit, offset int) (found []T, total int, err error) {
	if err := q.QueryRowContext(ctx, "select count(*)"+from, args...).Scan(&total); err != nil {
		return nil, 0, err
	}
	query := fmt.Sprintf("select %s%s order by %s limit $%d offset $%d", columns, from, order, len(args)+1, len(args)+2)
	found, err = list(ctx, q, scan, query, append(args, limit, offset)...)
	return found, total, err
}

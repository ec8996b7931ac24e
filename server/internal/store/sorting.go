package store

import (
	"strings"

	"wherry/server/internal/fa"
)

// sorting is the columns that a search can be sorted by, under the names of
// their properties. Nothing else gets from an order into a statement.
type sorting map[string]string

// by writes an order in SQL.
func (s sorting) by(order fa.Order) (string, error) {
	terms := make([]string, len(order))
	for i, o := range order {
		column, ok := s[o.Property]
		if !ok {
			return "", fa.FieldError("search.orderBy", "invalid", "[%s] is not a column that can be sorted by.", o.Property)
		}
		if terms[i] = column; o.Descending {
			terms[i] += " desc"
		}
	}
	return strings.Join(terms, ", "), nil
}

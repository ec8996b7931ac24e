package api

import (
	"slices"
	"strings"
)

// searched is how objects are searched of which there are few enough to look
// at all of them.
type searched[T any] struct {
	name    func(*T) string
	columns map[string]func(a, b *T) int
	order   string // unless the request says otherwise
}

// in returns the page of all that was asked for, and how many matched.
func (s searched[T]) in(all []*T, c criteria) (page []*T, total int, err error) {
	order, err := c.order(s.order, func(column string) bool { return s.columns[column] != nil })
	if err != nil {
		return nil, 0, err
	}
	found := slices.DeleteFunc(all, func(v *T) bool { return !matches(c.Name, s.name(v)) })
	slices.SortStableFunc(found, func(a, b *T) int {
		for _, o := range order {
			if n := s.columns[o.Property](a, b); n != 0 && o.Descending {
				return -n
			} else if n != 0 {
				return n
			}
		}
		return 0
	})
	page = found[min(c.StartRow, len(found)):]
	return page[:min(c.NumberOfResults, len(page))], len(found), nil
}

// matches compares without regard to case. In pattern "*" stands for anything;
// without one the text may stand anywhere.
func matches(pattern, name string) bool {
	pattern, name = strings.ToLower(pattern), strings.ToLower(name)
	if !strings.Contains(pattern, "*") {
		return strings.Contains(name, pattern)
	}
	parts := strings.Split(pattern, "*")
	rest, starts := strings.CutPrefix(name, parts[0])
	last := len(parts) - 1
	for _, part := range parts[1:last] {
		_, after, found := strings.Cut(rest, part)
		starts, rest = starts && found, after
	}
	return starts && strings.HasSuffix(rest, parts[last])
}

package search

import (
	"fmt"
	"slices"
	"strings"
)

// Sort is a term of the order of results.
type Sort struct {
	Name    string `json:"name"`
	Order   string `json:"order,omitzero"`   // asc or desc
	Missing string `json:"missing,omitzero"` // _first or _last
}

// Descending tells whether the highest value comes first.
func (s Sort) Descending() bool { return s.Order == "desc" }

// MissingFirst tells whether users without a value come first.
func (s Sort) MissingFirst() bool { return s.Missing == "_first" }

// CheckSort fills in the defaults of sortFields, and says what is wrong with
// them.
func (x *Index) CheckSort(terms []Sort) error {
	if len(terms) > len(x.sortable) {
		return fmt.Errorf("there are more than %d sort fields", len(x.sortable))
	}
	for i := range terms {
		s := &terms[i]
		s.Order = strings.ToLower(orDefault(s.Order, "asc"))
		s.Missing = orDefault(s.Missing, "_last")
		switch {
		case !slices.Contains(x.sortable, s.Name):
			return fmt.Errorf("results cannot be sorted by [%s]; there are %s", s.Name, strings.Join(x.sortable, ", "))
		case s.Order != "asc" && s.Order != "desc":
			return fmt.Errorf("[%s] is not an order; there are asc and desc", s.Order)
		case s.Missing != "_first" && s.Missing != "_last":
			return fmt.Errorf("[%s] is not supported for missing values; there are _first and _last", s.Missing)
		}
	}
	return nil
}

func orDefault(value, otherwise string) string {
	if value == "" {
		return otherwise
	}
	return value
}

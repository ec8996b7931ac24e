package fa

// Order is what the objects of a search are sorted by, the most important
// first.
type Order []OrderBy

// OrderBy is one term of an order: a property that the search knows, and which
// way.
type OrderBy struct {
	Property   string
	Descending bool
}

// Package search reads what clients ask for when they search users or entities:
// the query strings and the JSON queries of Elasticsearch, as far as FusionAuth's
// documentation uses them. Both become one small tree. It knows which fields
// there are and how their values are written, tells whether a document meets a
// query and where it comes in an order, and what of a user is worth an index; it
// knows nothing of storage.
//
// Text is compared whole and without regard to case, as FusionAuth's index does
// with most fields. What is not supported is refused by an *Error that says
// where it stands and what there is instead; nothing is ever ignored in silence.
package search

import "strings"

// Query is a condition on an object or, inside Nested, on one of the documents
// nested in it: a user's registrations and memberships.
type Query interface{ isQuery() }

type (
	// All is met by everybody.
	All struct{}

	// Bool is met when every Must is, no MustNot is, and at least AtLeast of
	// Should are.
	Bool struct {
		Must, Should, MustNot []Query
		AtLeast               int
	}

	// Nested is met when a single one of the documents at Path, registrations
	// or memberships, meets Query.
	Nested struct {
		Path  string
		Query Query
	}

	// Exists is met when the field has a value, or something below it has.
	Exists struct{ Field Field }

	// In is met when the field, or an element of a list, equals one of Values.
	In struct {
		Field  Field
		Values []string
	}

	// Like is met when the field, or an element of a list, has the form of
	// Pattern.
	Like struct {
		Field   Field
		Pattern Pattern
	}

	// Between is met when the field, or an element of a list, lies between the
	// bounds. Numbers are compared with numbers, if the bounds are numbers, and
	// text with text, by code points.
	Between struct {
		Field    Field
		From, To Bound
	}

	// Within is met when an instant lies between two others, both included, in
	// milliseconds.
	Within struct {
		Field    Field
		From, To int64
	}
)

// Bound is an end of Between. The zero value is an open end.
type Bound struct {
	Text      string
	Exclusive bool
	Closed    bool
}

func (All) isQuery()     {}
func (Bool) isQuery()    {}
func (Nested) isQuery()  {}
func (Exists) isQuery()  {}
func (In) isQuery()      {}
func (Like) isQuery()    {}
func (Between) isQuery() {}
func (Within) isQuery()  {}

// anyOf is met when one of several conditions is.
func anyOf(queries []Query) Query {
	if len(queries) == 1 {
		return queries[0]
	}
	return Bool{Should: queries, AtLeast: 1}
}

// Fold is the form in which texts are compared.
func Fold(text string) string { return strings.ToLower(text) }

// Error says what of a query is not understood, where it stands, and what there
// is instead.
type Error struct {
	Where  string // "character 7", or the path to a part of a JSON query
	Reason string
}

func (e *Error) Error() string { return "at " + e.Where + ": " + e.Reason }

package fa

import "strings"

// Document is an object that is kept as it is sent: it has a table and the
// methods of the API to itself. T is the object, the method set belongs to *T.
type Document[T any] interface {
	*T
	// Header is what every document begins with.
	Header() *Head
	// Title is the text by which people find it.
	Title() string
	// Normalize brings it into the form in which it is stored.
	Normalize()
	// Validate reports everything about the document itself that FusionAuth
	// would refuse.
	Validate() error
}

// Head is what the server writes into every document.
type Head struct {
	ID                ID    `json:"id,omitzero"`
	InsertInstant     int64 `json:"insertInstant,omitzero"`
	LastUpdateInstant int64 `json:"lastUpdateInstant,omitzero"`
}

// Header is part of Document.
func (h *Head) Header() *Head { return h }

// Named is a Head with a name.
type Named struct {
	Head
	Name string `json:"name"`
}

// Title is part of Document.
func (n *Named) Title() string { return n.Name }

// Normalize is part of Document.
func (n *Named) Normalize() { n.Name = strings.TrimSpace(n.Name) }

// Localized is a text in other languages, by locale: "fr", "de_CH".
type Localized map[string]string

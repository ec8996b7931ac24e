package search

import (
	"encoding/base64"
	"errors"
	"fmt"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// Request is a search.
type Request struct {
	Tenant          string // "" searches all of them
	Query           Query
	Sort            []Sort
	After           Position // where the page before ended; nil for the first
	StartRow        int
	NumberOfResults int
	AccurateTotal   bool // else the total stops at MaxTotal
}

// MaxTotal is how far results are counted unless somebody asks for more.
const MaxTotal = 10_000

// Position is where a page ended: a value for each term of the order, text or
// int64 or, if it is missing, nil; and at the end what tells those apart that
// are equal in all else: the number of a user, the id of an entity.
type Position []any

// Continuation is what the token nextResults stands for: the search, and where
// it stopped. Tokens come from outside, so everything in one is checked as if
// it were a request; and there is no tenant in it.
type Continuation struct {
	Last          Position `json:"ls"`
	QueryString   string   `json:"qs,omitzero"`
	Query         string   `json:"q,omitzero"`
	Sort          []Sort   `json:"sf"`
	AccurateTotal bool     `json:"at,omitzero"`
}

// Token writes a continuation as clients see it.
func (c Continuation) Token() (string, error) {
	text, err := json.Marshal(c)
	if err != nil {
		return "", fmt.Errorf("encode the continuation: %w", err)
	}
	return base64.RawURLEncoding.EncodeToString(text), nil
}

var errToken = errors.New("this is not a token that a search has returned")

// ParseToken reads a continuation.
func (x *Index) ParseToken(token string) (c Continuation, err error) {
	text, err := base64.RawURLEncoding.DecodeString(token)
	if err != nil || len(token) > 2*maxLength {
		return c, errToken
	}
	if json.Unmarshal(text, &c, positions, json.RejectUnknownMembers(true)) != nil {
		return c, errToken
	}
	if x.CheckSort(c.Sort) != nil || !x.fits(c.Last, c.Sort) {
		return c, errToken
	}
	return c, nil
}

// positions reads the numbers of a position exactly.
var positions = json.WithUnmarshalers(json.UnmarshalFromFunc(func(d *jsontext.Decoder, v *any) error {
	if d.PeekKind() != jsontext.KindNumber {
		return errors.ErrUnsupported
	}
	var n int64
	err := json.UnmarshalDecode(d, &n)
	*v = n
	return err
}))

// fits tells whether a position can be one in that order.
func (x *Index) fits(p Position, order []Sort) bool {
	if len(p) != len(order)+1 {
		return false
	}
	for i, s := range order {
		switch value := p[i].(type) {
		case nil:
		case int64:
			if x.fields[s.Name] != Instant {
				return false
			}
		case string:
			if x.fields[s.Name] == Instant || !storable(value) {
				return false
			}
		default:
			return false
		}
	}
	switch p[len(order)].(type) {
	case int64:
		return x.numbered
	case string:
		return !x.numbered
	}
	return false
}

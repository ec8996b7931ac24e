package api

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"time"

	"wherry/pool/internal/refuse"
)

// pageAge is how long a paging token is good.
const pageAge = time.Hour

// Pager makes and reads paging tokens. A token is good for the request that it
// was made for, and no other.
type Pager struct {
	aead cipher.AEAD
	now  func() time.Time
}

// NewPager makes a pager; those of the same seed understand each other.
func NewPager(seed string, now func() time.Time) *Pager {
	key := sha256.Sum256([]byte(seed + "\x00paging"))
	block, err := aes.NewCipher(key[:])
	if err != nil {
		panic(err) // 32 bytes are a key
	}
	aead, err := cipher.NewGCMWithRandomNonce(block)
	if err != nil {
		panic(err) // AES fits GCM
	}
	return &Pager{aead, now}
}

// marker is what a paging token holds.
type marker struct {
	Request string `json:"r"`
	At      int64  `json:"t"` // epoch milliseconds
	Number  int    `json:"n,omitempty"`
	Name    string `json:"s,omitempty"`
}

// listing is a request that is answered in pages.
type listing struct {
	pager   *Pager
	call    *Call
	request string // a digest of its parameters
	from    marker
}

// open begins a listing, or goes on with it from a token, which is bound to the
// parameters.
func (p *Pager) open(c *Call, token string, parameters ...any) (*listing, error) {
	digest := sha256.Sum256(fmt.Appendf(nil, "%s%q", c.Operation, parameters))
	l := &listing{pager: p, call: c, request: base64.RawStdEncoding.EncodeToString(digest[:9])}
	if token == "" {
		return l, nil
	}
	sealed, err := base64.StdEncoding.DecodeString(token)
	if err != nil {
		return nil, badToken()
	}
	plain, err := p.aead.Open(nil, nil, sealed, nil)
	if err != nil || json.Unmarshal(plain, &l.from) != nil {
		return nil, badToken()
	}
	switch {
	case c.decision.ExpireToken || p.now().Sub(time.UnixMilli(l.from.At)) >= pageAge:
		return nil, badToken()
	case l.from.Request != l.request:
		return nil, refuse.InvalidParameter("Paging Marker is Invalid for Request")
	}
	return l, nil
}

func badToken() error { return refuse.InvalidParameter("Invalid pagination token given.") }

// token makes the token to go on with.
func (l *listing) token(next marker) string {
	next.Request, next.At = l.request, l.pager.now().UnixMilli()
	plain, err := json.Marshal(next)
	if err != nil {
		panic(err) // numbers and texts are always JSON
	}
	return base64.StdEncoding.EncodeToString(l.pager.aead.Seal(nil, nil, plain, nil))
}

// numbered answers a listing of users: get returns users from a number on,
// and the number to go on from, or -1.
func numbered[T any](l *listing, limit int, get func(from, limit int) ([]T, int)) ([]T, string) {
	size := l.call.decision.Page(limit)
	items, next := get(l.from.Number, size)
	if next < 0 {
		return items, ""
	}
	return items, l.token(marker{Number: next})
}

// named answers a listing of things with names, as store.Table keeps them.
func named[T any](l *listing, limit int, get func(after string, limit int) ([]*T, string)) ([]*T, string) {
	size := l.call.decision.Page(limit)
	if size == 0 {
		return []*T{}, l.token(l.from)
	}
	items, next := get(l.from.Name, size)
	if next == "" {
		return items, ""
	}
	return items, l.token(marker{Name: next})
}

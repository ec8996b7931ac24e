package connector

import (
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strings"
	"time"

	"wherry/internal/secret"
)

// signIn is what FusionAuth's generic connector asks, as far as it matters
// here.
type signIn struct {
	LoginID  string        `json:"loginId"` // what the user typed, unchanged
	Password secret.String `json:"password"`

	lookUp bool // whether somebody is known is all that is asked
}

// arrives is how long a request may take to arrive, so that nobody occupies a
// connection by sending slowly.
const arrives = 2 * time.Second

// open looks at a request from the outside in and stops at the first thing
// that is wrong. Whoever has no secret learns that, and nothing else.
func (k *Connector) open(w http.ResponseWriter, r *http.Request) (*pool, signIn, int) {
	connection := http.NewResponseController(w)
	_ = connection.SetReadDeadline(time.Now().Add(arrives)) // a Lambda has no such thing
	admitted, err := k.guard.Admits(r)
	if err != nil {
		k.log.Error("nobody is admitted", "error", err)
	}
	if !admitted {
		return nil, signIn{}, http.StatusUnauthorized
	}
	p := k.poolAt(r.URL.Path)
	if p == nil {
		return nil, signIn{}, http.StatusNotFound
	}
	if r.Method != http.MethodPost {
		return nil, signIn{}, http.StatusMethodNotAllowed
	}
	req, status := read(http.MaxBytesReader(w, r.Body, k.maxBody), isLookUp(r))
	_ = connection.SetReadDeadline(time.Time{})
	return p, req, status
}

// poolAt finds the pool that a path means, or nil.
func (k *Connector) poolAt(path string) *pool {
	rest, ok := strings.CutPrefix(path, k.base)
	if !ok {
		return nil
	}
	if rest == "" || rest == "/" {
		return k.only
	}
	name, ok := strings.CutPrefix(rest, "/pools/")
	if !ok {
		return nil
	}
	return k.pools[strings.TrimSuffix(name, "/")]
}

func read(body io.Reader, lookUp bool) (signIn, int) {
	req := signIn{lookUp: lookUp}
	data, err := io.ReadAll(body)
	if _, large := errors.AsType[*http.MaxBytesError](err); large {
		return req, http.StatusRequestEntityTooLarge
	}
	if err != nil || json.Unmarshal(data, &req) != nil || req.LoginID == "" || (req.Password == "") != lookUp {
		return req, http.StatusBadRequest
	}
	return req, http.StatusOK
}

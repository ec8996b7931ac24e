package api

import (
	"fmt"
	"io"
	"net/http"

	"github.com/go-json-experiment/json/jsontext"

	"wherry/server/internal/fa"
	"wherry/server/internal/jsondoc"
)

// envelope is a request body: objects under their names, and flags beside them.
type envelope map[string]jsontext.Value

// limits is what a document may look like that the store has to keep.
var limits = jsondoc.Limits{Depth: 64}

// readRaw reads a body of JSON that the store can keep.
func readRaw(r *http.Request) ([]byte, error) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return nil, fmt.Errorf("read the request: %w", err)
	}
	if len(body) == 0 {
		return nil, fa.GeneralError("invalidJSON", "The request has no body.")
	}
	if err := jsondoc.Check(body, limits); err != nil {
		return nil, fa.GeneralError("invalidJSON", "The request body cannot be used: %v.", err)
	}
	return body, nil
}

// read reads a body that has to be a JSON object.
func read(r *http.Request) (envelope, error) {
	body, err := readRaw(r)
	if err != nil {
		return nil, err
	}
	var e envelope
	err = fa.Decode(body, &e)
	return e, err
}

// decode reads the object that is called name over what is in v already.
func (e envelope) decode(name string, v any) error {
	raw, ok := e[name]
	if !ok || raw.Kind() == 'n' {
		return fa.FieldError(name, "missing", "You must specify the [%s] property.", name)
	}
	return fa.DecodeAt(name, raw, v)
}

// flag reads a boolean beside the objects.
func (e envelope) flag(name string) bool { return e[name].Kind() == 't' }

// text reads a string beside the objects.
func (e envelope) text(name string) (s string, err error) {
	if raw, ok := e[name]; ok {
		err = fa.DecodeAt(name, raw, &s)
	}
	return s, err
}

// pathID reads an id from the path; the empty one when the path has none.
func pathID(r *http.Request, name string) (fa.ID, error) {
	text := r.PathValue(name)
	if text == "" {
		return "", nil
	}
	id, err := fa.ParseID(text)
	if err != nil {
		return "", fa.FieldError(name, "couldNotConvert", "[%s] is not a UUID.", text)
	}
	return id, nil
}

package api

import (
	"fmt"
	"io"
	"mime"
	"net/http"
	"slices"
	"strings"

	"github.com/go-json-experiment/json/jsontext"

	"wherry/server/internal/fa"
	"wherry/server/internal/identity"
	"wherry/server/internal/jsondoc"
)

// envelope is a request body: objects under their names, and flags beside them.
type envelope map[string]jsontext.Value

// The types of bodies: JSON, and the changes of a PATCH.
const (
	typeJSON       = "application/json"
	typeJSONPatch  = "application/json-patch+json"
	typeMergePatch = "application/merge-patch+json"
)

// limits is what a document may look like that the store has to keep.
var limits = jsondoc.Limits{Depth: 64}

// contentType says as which of types the body was sent. FusionAuth insists on a
// type too, and it keeps a page of another site from posting a form to an
// endpoint that needs no API key.
func contentType(r *http.Request, types ...string) (kind string, err error) {
	given := r.Header.Get("Content-Type")
	if given == "" {
		return "", fa.GeneralError("MissingContentType", "The request has no [Content-Type] header. Use [%s].", types[0])
	}
	if kind, _, err = mime.ParseMediaType(given); err != nil || !slices.Contains(types, kind) {
		return "", fa.GeneralError("InvalidContentType",
			"The [Content-Type] header value [%s] does not go with this request. Use [%s].", given, strings.Join(types, ", "))
	}
	return kind, nil
}

// readRaw reads a body of JSON that the store can keep, and says as which of
// types it was sent.
func readRaw(r *http.Request, types ...string) (body []byte, kind string, err error) {
	if kind, err = contentType(r, types...); err != nil {
		return nil, "", err
	}
	if body, err = io.ReadAll(r.Body); err != nil {
		return nil, "", fmt.Errorf("read the request: %w", err)
	}
	if len(body) == 0 {
		return nil, "", fa.GeneralError("invalidJSON", "The request has no body.")
	}
	if err := jsondoc.Check(body, limits); err != nil {
		return nil, "", fa.GeneralError("invalidJSON", "The request body cannot be used: %v.", err)
	}
	return body, kind, nil
}

// read reads a body that has to be a JSON object. What it says about where the
// request comes from goes into the events about it.
func read(r *http.Request) (e envelope, err error) {
	body, _, err := readRaw(r, typeJSON)
	if err != nil {
		return nil, err
	}
	if err := fa.Decode(body, &e); err != nil {
		return nil, err
	}
	return e, e.noteEventInfo(r)
}

func (e envelope) noteEventInfo(r *http.Request) error {
	raw, given := e["eventInfo"]
	if !given || raw.Kind() == jsontext.KindNull {
		return nil
	}
	return fa.DecodeAt("eventInfo", raw, identity.EventInfoOf(r.Context()))
}

// decode reads the object that is called name over what is in v already.
func (e envelope) decode(name string, v any) error {
	raw, ok := e[name]
	if !ok || raw.Kind() == jsontext.KindNull {
		return fa.FieldError(name, "missing", "You must specify the [%s] property.", name)
	}
	return fa.DecodeAt(name, raw, v)
}

// flag reads a boolean beside the objects.
func (e envelope) flag(name string) bool { return e[name].Kind() == jsontext.KindTrue }

// texts reads a list of texts beside the objects; what is none is empty.
func (e envelope) texts(name string) (list []string) {
	_ = fa.Decode(e[name], &list)
	return list
}

// asks reads a flag of a DELETE: a parameter or, if there is a body, a member.
func asks(r *http.Request, flag string) (bool, error) {
	if r.URL.Query().Get(flag) == "true" {
		return true, nil
	}
	if r.ContentLength == 0 {
		return false, nil
	}
	body, err := read(r)
	return body.flag(flag), err
}

// id reads an id beside the objects; the empty one when there is none.
func (e envelope) id(name string) (id fa.ID, err error) {
	if raw, ok := e[name]; ok && raw.Kind() != jsontext.KindNull {
		err = fa.DecodeAt(name, raw, &id)
	}
	return id, err
}

// queryID reads an id from the query; the empty one when the query has none.
func queryID(r *http.Request, name string) (fa.ID, error) {
	text := r.URL.Query().Get(name)
	if text == "" {
		return "", nil
	}
	id, err := fa.ParseID(text)
	if err != nil {
		return "", fa.FieldError(name, "couldNotConvert", "[%s] is not a UUID.", text)
	}
	return id, nil
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

// Package kickstart reads kickstart files: the API keys and requests that set
// a fresh instance up.
//
// Source: https://fusionauth.io/docs/get-started/download-and-install/development/kickstart
package kickstart

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"wherry/server/internal/fa"
)

// Plan is a kickstart file with every expression resolved.
type Plan struct {
	APIKeys  []fa.APIKey
	Requests []Request
}

// Request is one call of the API.
type Request struct {
	Method      string
	Path        string // with a leading slash
	TenantID    string
	ContentType string
	Body        []byte
}

// Givens are the ids of objects that the instance itself makes. Those that the
// file names in its variables replace what is given.
type Givens struct {
	TenantID        fa.ID // of the default tenant
	TenantManagerID fa.ID // of the tenant manager application
	SigningKeyID    fa.ID
	Objects         map[string]fa.ID // others, by the variables that name them
}

// file is the shape of a kickstart file.
type file struct {
	Variables map[string]string `json:"variables"`
	APIKeys   []map[string]any  `json:"apiKeys"`
	Requests  []any             `json:"requests"`
}

// Load reads and checks a whole kickstart file, so that a mistake in it is
// found before anything is written. All mistakes are in the error.
func Load(path string, getenv func(string) string, newID func() fa.ID, ids *Givens) (*Plan, error) {
	raw, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("read the kickstart file: %w", err)
	}
	var f file
	if err := decode(raw, &f); err != nil {
		return nil, fmt.Errorf("kickstart file %s: %w", path, err)
	}
	e := &expander{dir: filepath.Dir(path), getenv: getenv, newID: newID}
	e.define(f.Variables, ids)
	plan := &Plan{}
	for i, entry := range f.APIKeys {
		e.at = fmt.Sprintf("apiKeys[%d]", i)
		plan.APIKeys = append(plan.APIKeys, e.apiKey(entry))
	}
	for i, entry := range f.Requests {
		e.at = fmt.Sprintf("requests[%d]", i)
		plan.Requests = append(plan.Requests, e.request(entry))
	}
	e.at = "apiKeys"
	switch {
	case len(plan.APIKeys) == 0:
		e.fail("there must be at least one API key")
	case len(plan.APIKeys[0].Permissions.Endpoints) > 0 || plan.APIKeys[0].TenantID != "":
		e.fail("the first API key makes all the requests, so it must have no permissions and no tenantId")
	}
	if err := errors.Join(e.problems...); err != nil {
		return nil, fmt.Errorf("kickstart file %s:\n%w", path, err)
	}
	return plan, nil
}

// apiKey reads one of the keys; a description is what people see of it.
func (e *expander) apiKey(entry map[string]any) fa.APIKey {
	key := fa.NewAPIKey()
	expanded, _ := e.value(entry).(map[string]any)
	if description, ok := expanded["description"].(string); ok {
		key.MetaData.Attributes["description"] = description
		delete(expanded, "description")
	}
	raw, err := json.Marshal(expanded)
	if err == nil {
		err = fa.Decode(raw, &key)
	}
	if err != nil {
		e.fail("%v", err)
	}
	if key.Key == "" {
		e.fail("the key is missing")
	}
	return key
}

// request reads one request, which may stand in a file of its own.
func (e *expander) request(entry any) Request {
	fields, ok := e.value(entry).(map[string]any)
	if !ok {
		e.fail("want an object, or the name of a file as \"&{file}\"")
		return Request{}
	}
	text := func(name string) string { s, _ := fields[name].(string); return s }
	r := Request{
		Method: strings.ToUpper(text("method")), Path: "/" + strings.TrimPrefix(text("url"), "/"),
		TenantID: text("tenantId"), ContentType: text("contentType"),
	}
	if r.ContentType == "" {
		r.ContentType = "application/json"
	}
	if !slices.Contains([]string{http.MethodPost, http.MethodPut, http.MethodPatch}, r.Method) {
		e.fail("the method must be POST, PUT or PATCH")
	}
	if r.Path == "/" {
		e.fail("the url is missing")
	}
	if body, ok := fields["body"]; ok {
		raw, err := json.Marshal(body)
		if err != nil {
			e.fail("%v", err)
		}
		r.Body = raw
	}
	return r
}

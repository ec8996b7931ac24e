package api

import (
	"fmt"
	"mime"
	"net/http"

	"wherry/server/internal/fa"
	"wherry/server/internal/jsondoc"
)

// patch makes the body of a PUT out of an object and the patch of a request.
type patch func(name string, current any) (envelope, error)

// patcher reads a patch in the dialect that its content type names: JSON Patch
// (RFC 6902), JSON Merge Patch (RFC 7396), or FusionAuth's own, in which lists
// append.
func patcher(r *http.Request) (patch, error) {
	kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if err != nil {
		kind = "application/json"
	}
	change, err := readRaw(r)
	if err != nil {
		return nil, err
	}
	apply := jsondoc.Overlay
	switch kind {
	case "application/json-patch+json":
		apply = jsondoc.Patch
	case "application/merge-patch+json":
		apply = jsondoc.Merge
	}
	return func(name string, current any) (envelope, error) {
		document, err := fa.Encode(map[string]any{name: current})
		if err != nil {
			return nil, fmt.Errorf("encode %s: %w", name, err)
		}
		result, err := apply(document, change)
		if err != nil {
			return nil, fa.GeneralError("invalidPatch", "The patch cannot be applied: %v.", err)
		}
		var body envelope
		err = fa.Decode(result, &body)
		return body, err
	}, nil
}

// patched applies the patch of a request to an object.
func patched(r *http.Request, name string, current any) (envelope, error) {
	apply, err := patcher(r)
	if err != nil {
		return nil, err
	}
	return apply(name, current)
}

package api

import (
	"fmt"
	"net/http"

	"wherry/server/internal/fa"
	"wherry/server/internal/jsondoc"
)

// patch is what a PATCH request asks for, in the dialect that its content type
// names: JSON Patch (RFC 6902), JSON Merge Patch (RFC 7396), or FusionAuth's
// own, in which lists append.
type patch struct {
	change []byte
	apply  func(document, change []byte) ([]byte, error)
}

func readPatch(r *http.Request) (p patch, err error) {
	change, kind, err := readRaw(r, typeJSON, typeJSONPatch, typeMergePatch)
	if err != nil {
		return p, err
	}
	switch kind {
	case typeJSONPatch:
		return patch{change, jsondoc.Patch}, nil
	case typeMergePatch:
		p = patch{change, jsondoc.Merge}
	default:
		p = patch{change, jsondoc.Overlay}
	}
	return p, p.document().noteEventInfo(r)
}

// on applies the patch to an object, and returns the body of a PUT that would
// do the same.
func (p patch) on(name string, current any) (body envelope, err error) {
	return p.onRequest(map[string]any{name: current})
}

// onRequest applies the patch to a whole request.
func (p patch) onRequest(request map[string]any) (body envelope, err error) {
	document, err := fa.Encode(request)
	if err != nil {
		return nil, fmt.Errorf("encode what is to be patched: %w", err)
	}
	result, err := p.apply(document, p.change)
	if err != nil {
		return nil, fa.GeneralError("invalidPatch", "The patch cannot be applied: %v.", err)
	}
	err = fa.Decode(result, &body)
	return body, err
}

// document is the patch itself where it looks like the body of a PUT; nil for a
// list of operations.
func (p patch) document() envelope {
	var e envelope
	if fa.Decode(p.change, &e) != nil {
		return nil
	}
	return e
}

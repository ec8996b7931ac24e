package seal

import (
	"bytes"
	"fmt"
	"strings"

	"github.com/go-json-experiment/json/jsontext"
)

// Fields are the parts of a kind of JSON document that are sealed.
type Fields struct {
	purpose string
	tree    node
	names   [][]byte // as the last name of each path stands in a document
}

// node is where paths lead from here, by the names of members. A leaf leads
// nowhere: the value itself is sealed.
type node map[string]node

// NewFields takes paths such as "oauth2.client_secret"; "*" stands for every
// member of an object and every element of a list. What is sealed for one
// purpose does not open for another.
func NewFields(purpose string, paths ...string) *Fields {
	f := &Fields{purpose: purpose, tree: node{}}
	for _, path := range paths {
		at := f.tree
		names := strings.Split(path, ".")
		for _, name := range names {
			if at[name] == nil {
				at[name] = node{}
			}
			at = at[name]
		}
		f.names = append(f.names, []byte(`"`+names[len(names)-1]+`":`))
	}
	return f
}

// Seal seals the parts of a document. Whatever type a part has, a text takes
// its place; empty ones stay as they are.
func (f *Fields) Seal(r *Ring, doc []byte) ([]byte, error) {
	if !f.mayHave(doc) {
		return doc, nil
	}
	return f.change(doc, func(value jsontext.Value, path string) ([]byte, error) {
		if isEmpty(value) {
			return value, nil
		}
		if len(r.keys) == 0 {
			return nil, ErrNoKey
		}
		return quote(r.Seal(value, f.purpose+path)), nil
	})
}

// Open puts the parts back. Those that are not sealed stay: they were stored
// before there were keys.
func (f *Fields) Open(r *Ring, doc []byte) ([]byte, error) {
	if !bytes.Contains(doc, []byte(`"`+marker)) {
		return doc, nil
	}
	return f.change(doc, func(value jsontext.Value, path string) ([]byte, error) {
		if sealed, ok := sealedIn(value); ok {
			return r.Open(sealed, f.purpose+path)
		}
		return value, nil
	})
}

// Renew seals with the current key what is not, and tells whether there was
// anything.
func (f *Fields) Renew(r *Ring, doc []byte) (renewed []byte, changed bool, err error) {
	if !f.mayHave(doc) {
		return doc, false, nil
	}
	renewed, err = f.change(doc, func(value jsontext.Value, path string) ([]byte, error) {
		sealed, ok := sealedIn(value)
		if ok && r.current(sealed) || isEmpty(value) {
			return value, nil
		}
		changed = true
		plain := []byte(value)
		if ok {
			var err error
			if plain, err = r.Open(sealed, f.purpose+path); err != nil {
				return nil, err
			}
		}
		return quote(r.Seal(plain, f.purpose+path)), nil
	})
	return renewed, changed, err
}

// mayHave is a quick look, for most documents have no secret. They are written
// without escapes in names and blanks between values, as our encoder does it.
func (f *Fields) mayHave(doc []byte) bool {
	for _, name := range f.names {
		for _, rest, found := bytes.Cut(doc, name); found; _, rest, found = bytes.Cut(rest, name) {
			if !beginsEmpty(rest) {
				return true
			}
		}
	}
	return false
}

func beginsEmpty(value []byte) bool {
	return len(value) > 1 && isEmpty(jsontext.Value(value[:2])) || bytes.HasPrefix(value, []byte("null"))
}

func quote(sealed string) []byte { return []byte(`"` + sealed + `"`) }

func isEmpty(value jsontext.Value) bool {
	switch string(value) {
	case "null", `""`, "{}", "[]":
		return true
	}
	return false
}

func sealedIn(value jsontext.Value) (sealed string, ok bool) {
	text := strings.Trim(string(value), `"`)
	return text, value.Kind() == jsontext.KindString && strings.HasPrefix(text, marker)
}

// change puts something else in the place of each part. path names it, without
// what tells the elements of a list apart.
func (f *Fields) change(doc []byte, to func(value jsontext.Value, path string) ([]byte, error)) ([]byte, error) {
	var out []byte
	var done int64
	d := jsontext.NewDecoder(bytes.NewBuffer(doc))
	err := f.tree.walk(d, "", func(value jsontext.Value, path string) error {
		end := d.InputOffset()
		next, err := to(value, path)
		if err != nil {
			return fmt.Errorf("%s: %w", strings.TrimPrefix(path, "."), err)
		}
		out = append(out, doc[done:end-int64(len(value))]...)
		out = append(out, next...)
		done = end
		return nil
	})
	if err != nil {
		return nil, err
	}
	return append(out, doc[done:]...), nil
}

func (n node) walk(d *jsontext.Decoder, path string, found func(value jsontext.Value, path string) error) error {
	if len(n) == 0 {
		value, err := d.ReadValue()
		if err != nil {
			return err
		}
		return found(value, path)
	}
	kind := d.PeekKind()
	if kind != jsontext.KindBeginObject && kind != jsontext.KindBeginArray {
		return d.SkipValue()
	}
	if _, err := d.ReadToken(); err != nil {
		return err
	}
	for next := d.PeekKind(); next != jsontext.KindEndObject && next != jsontext.KindEndArray; next = d.PeekKind() {
		if err := n.member(d, kind == jsontext.KindBeginObject, path, found); err != nil {
			return err
		}
	}
	_, err := d.ReadToken()
	return err
}

func (n node) member(d *jsontext.Decoder, named bool, path string, found func(value jsontext.Value, path string) error) error {
	name := "*"
	if named {
		token, err := d.ReadToken()
		if err != nil {
			return err
		}
		name = token.String()
	}
	next, ok := n[name]
	if !ok {
		name = "*"
		next, ok = n[name]
	}
	if !ok {
		return d.SkipValue()
	}
	return next.walk(d, path+"."+name, found)
}

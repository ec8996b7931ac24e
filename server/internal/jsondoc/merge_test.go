package jsondoc_test

import (
	"bytes"
	"errors"
	"testing"

	"wherry/server/internal/jsondoc"
)

type mergeCase struct{ name, doc, patch, want string }

// appendixA is RFC 7396 appendix A.
var appendixA = []mergeCase{
	{"replace a member", `{"a":"b"}`, `{"a":"c"}`, `{"a":"c"}`},
	{"add a member", `{"a":"b"}`, `{"b":"c"}`, `{"a":"b","b":"c"}`},
	{"remove the only member", `{"a":"b"}`, `{"a":null}`, `{}`},
	{"remove one of two", `{"a":"b","b":"c"}`, `{"a":null}`, `{"b":"c"}`},
	{"a string for an array", `{"a":["b"]}`, `{"a":"c"}`, `{"a":"c"}`},
	{"an array for a string", `{"a":"c"}`, `{"a":["b"]}`, `{"a":["b"]}`},
	{"inside", `{"a":{"b":"c"}}`, `{"a":{"b":"d","c":null}}`, `{"a":{"b":"d"}}`},
	{"an array for an array", `{"a":[{"b":"c"}]}`, `{"a":[1]}`, `{"a":[1]}`},
	{"arrays at the top", `["a","b"]`, `["c","d"]`, `["c","d"]`},
	{"an array for an object", `{"a":"b"}`, `["c"]`, `["c"]`},
	{"null for everything", `{"a":"foo"}`, `null`, `null`},
	{"a string for everything", `{"a":"foo"}`, `"bar"`, `"bar"`},
	{"a null that was there", `{"e":null}`, `{"a":1}`, `{"a":1,"e":null}`},
	{"an object for an array", `[1,2]`, `{"a":"b","c":null}`, `{"a":"b"}`},
	{"nulls in what is new", `{}`, `{"a":{"bb":{"ccc":null}}}`, `{"a":{"bb":{}}}`},
}

var numbers = []mergeCase{
	{"19 digits", `{"id":9007199254740993,"n":1}`, `{"n":2}`, `{"id":9007199254740993,"n":2}`},
	{"as written", `{"a":1.50}`, `{"b":1e2,"c":-0.0}`, `{"a":1.50,"b":1e2,"c":-0.0}`},
	{"beyond a float", `{}`, `{"a":1e400}`, `{"a":1e400}`},
}

func TestMerge(t *testing.T) {
	t.Parallel()
	for _, c := range append(appendixA, numbers...) {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			got, err := jsondoc.Merge([]byte(c.doc), []byte(c.patch))
			if err != nil || string(got) != c.want {
				t.Errorf("got %s, %v, want %s", got, err, c.want)
			}
		})
	}
}

var overlays = []mergeCase{
	{"members merge", `{"user":{"email":"a@example.com","data":{"x":1}}}`, `{"user":{"data":{"y":2}}}`, `{"user":{"data":{"x":1,"y":2},"email":"a@example.com"}}`},
	{"null removes", `{"user":{"mobilePhone":"1","data":{"x":1}}}`, `{"user":{"mobilePhone":null,"data":{"x":null}}}`, `{"user":{"data":{}}}`},
	{"arrays append", `{"roles":["a","b"]}`, `{"roles":["c"]}`, `{"roles":["a","b","c"]}`},
	{"equal elements stay", `{"roles":["a"]}`, `{"roles":["a","a"]}`, `{"roles":["a","a","a"]}`},
	{"objects in arrays append", `{"m":[{"id":1}]}`, `{"m":[{"id":1,"x":null}]}`, `{"m":[{"id":1},{"id":1,"x":null}]}`},
	{"an empty array adds nothing", `{"roles":["a"]}`, `{"roles":[]}`, `{"roles":["a"]}`},
	{"null removes an array", `{"roles":["a"]}`, `{"roles":null}`, `{}`},
	{"an array that was not there", `{}`, `{"roles":["a"]}`, `{"roles":["a"]}`},
	{"an array for a string", `{"a":"c"}`, `{"a":["b"]}`, `{"a":["b"]}`},
	{"a string for an array", `{"a":["b"]}`, `{"a":"c"}`, `{"a":"c"}`},
	{"an object for an array", `{"a":["b"]}`, `{"a":{"x":1,"y":null}}`, `{"a":{"x":1}}`},
	{"arrays at the top", `[1]`, `[2]`, `[1,2]`},
}

func TestOverlay(t *testing.T) {
	t.Parallel()
	for _, c := range append(overlays, numbers...) {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			got, err := jsondoc.Overlay([]byte(c.doc), []byte(c.patch))
			if err != nil || string(got) != c.want {
				t.Errorf("got %s, %v, want %s", got, err, c.want)
			}
		})
	}
}

func TestBadDocumentsAreProblems(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ doc, patch string }{
		"patch cut short":       {`{}`, `{"a":`},
		"patch empty":           {`{}`, ``},
		"document empty":        {``, `{}`},
		"name twice":            {`{}`, `{"a":1,"a":2}`},
		"invalid UTF-8":         {`{}`, "{\"a\":\"\xff\"}"},
		"something behind":      {`{}`, `{} {}`},
		"half a surrogate pair": {`{}`, `{"a":"\ud800"}`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for dialect, apply := range map[string]func(doc, patch []byte) ([]byte, error){
				"Overlay": jsondoc.Overlay, "Merge": jsondoc.Merge, "Patch": jsondoc.Patch,
			} {
				var problem *jsondoc.Problem
				if got, err := apply([]byte(c.doc), []byte(c.patch)); !errors.As(err, &problem) {
					t.Errorf("%s gave %s, %v, want a Problem", dialect, got, err)
				}
			}
		})
	}
}

func seed(f *testing.F, tables ...[]mergeCase) {
	for _, table := range tables {
		for _, c := range table {
			f.Add([]byte(c.doc), []byte(c.patch))
		}
	}
}

// FuzzMerge holds that a merge patch applied twice changes nothing more.
func FuzzMerge(f *testing.F) {
	seed(f, appendixA, numbers)
	f.Fuzz(func(t *testing.T, doc, patch []byte) {
		once, err := jsondoc.Merge(doc, patch)
		if err != nil {
			return
		}
		twice, err := jsondoc.Merge(once, patch)
		if err != nil || !bytes.Equal(once, twice) {
			t.Errorf("once %s, twice %s, %v", once, twice, err)
		}
	})
}

// FuzzOverlay holds that Overlay and Merge agree where no array is concerned.
func FuzzOverlay(f *testing.F) {
	seed(f, appendixA, overlays, numbers)
	f.Fuzz(func(t *testing.T, doc, patch []byte) {
		overlaid, err := jsondoc.Overlay(doc, patch)
		if err != nil {
			return
		}
		merged, err := jsondoc.Merge(doc, patch)
		if err != nil {
			t.Fatalf("Merge refuses what Overlay takes: %v", err)
		}
		if !bytes.Contains(patch, []byte("[")) && !bytes.Equal(overlaid, merged) {
			t.Errorf("Overlay %s, Merge %s", overlaid, merged)
		}
	})
}

package jsondoc_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"wherry/server/internal/jsondoc"
)

// patches holds the cases of RFC 6902 appendix A in this project's words, by
// their number there, and cases of its own.
var patches = []mergeCase{
	{"A.1 add a member", `{"email":"a@example.com"}`, `[{"op":"add","path":"/active","value":true}]`, `{"active":true,"email":"a@example.com"}`},
	{"A.2 add an element", `{"roles":["user","owner"]}`, `[{"op":"add","path":"/roles/1","value":"admin"}]`, `{"roles":["user","admin","owner"]}`},
	{"A.3 remove a member", `{"a":1,"b":2}`, `[{"op":"remove","path":"/b"}]`, `{"a":1}`},
	{"A.4 remove an element", `{"roles":["user","admin","owner"]}`, `[{"op":"remove","path":"/roles/1"}]`, `{"roles":["user","owner"]}`},
	{"A.5 replace a value", `{"a":1,"b":2}`, `[{"op":"replace","path":"/b","value":3}]`, `{"a":1,"b":3}`},
	{"A.6 move a value", `{"a":{"x":1,"y":2},"b":{"z":3}}`, `[{"op":"move","from":"/a/y","path":"/b/w"}]`, `{"a":{"x":1},"b":{"w":2,"z":3}}`},
	{"A.7 move an element", `{"l":["a","d","b","c"]}`, `[{"op":"move","from":"/l/1","path":"/l/3"}]`, `{"l":["a","b","c","d"]}`},
	{"A.8 test and succeed", `{"a":"x","l":["b",2]}`, `[{"op":"test","path":"/a","value":"x"},{"op":"test","path":"/l/1","value":2}]`, `{"a":"x","l":["b",2]}`},
	{"A.10 add an object", `{"a":1}`, `[{"op":"add","path":"/data","value":{"b":{}}}]`, `{"a":1,"data":{"b":{}}}`},
	{"A.11 what is not defined is ignored", `{"a":1}`, `[{"op":"add","path":"/b","value":2,"xyz":123}]`, `{"a":1,"b":2}`},
	{"A.14 escapes", `{"/":9,"~1":10}`, `[{"op":"test","path":"/~01","value":10},{"op":"test","path":"/~1","value":9}]`, `{"/":9,"~1":10}`},
	{"A.16 add an array as an element", `{"l":["a"]}`, `[{"op":"add","path":"/l/-","value":["b","c"]}]`, `{"l":["a",["b","c"]]}`},

	{"no operation", `{"a":1}`, `[]`, `{"a":1}`},
	{"add over a member", `{"a":1}`, `[{"op":"add","path":"/a","value":null}]`, `{"a":null}`},
	{"add at the end by index", `{"l":[1]}`, `[{"op":"add","path":"/l/1","value":2}]`, `{"l":[1,2]}`},
	{"add the whole document", `{"a":1}`, `[{"op":"add","path":"","value":[1]}]`, `[1]`},
	{"replace the whole document", `{"a":1}`, `[{"op":"replace","path":"","value":{"b":2}}]`, `{"b":2}`},
	{"replace by null", `{"a":1}`, `[{"op":"replace","path":"/a","value":null}]`, `{"a":null}`},
	{"replace in an array in an array", `[[1,2],[3]]`, `[{"op":"replace","path":"/0/1","value":9}]`, `[[1,9],[3]]`},
	{"insert deep", `{"a":[{"b":[1]}]}`, `[{"op":"add","path":"/a/0/b/0","value":0}]`, `{"a":[{"b":[0,1]}]}`},
	{"the empty name", `{"":1}`, `[{"op":"replace","path":"/","value":2}]`, `{"":2}`},
	{"a member named -", `{"-":1}`, `[{"op":"replace","path":"/-","value":2}]`, `{"-":2}`},
	{"move to the top", `{"a":{"b":1}}`, `[{"op":"move","from":"/a","path":""}]`, `{"b":1}`},
	{"move to where it is", `{"a":1}`, `[{"op":"move","from":"/a","path":"/a"}]`, `{"a":1}`},
	{"move to a longer name", `{"a":1}`, `[{"op":"move","from":"/a","path":"/ab"}]`, `{"ab":1}`},
	{"copies are apart", `{"a":{"x":1}}`, `[{"op":"copy","from":"/a","path":"/b"},{"op":"replace","path":"/b/x","value":2}]`, `{"a":{"x":1},"b":{"x":2}}`},
	{"copy the document into itself", `{"a":1}`, `[{"op":"copy","from":"","path":"/b"}]`, `{"a":1,"b":{"a":1}}`},
	{"test numbers by value", `[100,0.10,-0,0e5,1E+2]`, `[{"op":"test","path":"","value":[1e2,1e-1,0.0,0,100.0]}]`, `[100,0.10,-0,0e5,1E+2]`},
	{"test objects in any order", `{"a":{"x":1,"y":[true,null,"z"]}}`, `[{"op":"test","path":"/a","value":{"y":[true,null,"z"],"x":1}}]`, `{"a":{"x":1,"y":[true,null,"z"]}}`},
	{"test strings by character", `{"a":"é/"}`, `[{"op":"test","path":"/a","value":"\u00e9\/"}]`, `{"a":"é/"}`},
	{"numbers keep their digits", `{"a":9007199254740993,"b":1.50}`, `[{"op":"copy","from":"/a","path":"/c"}]`, `{"a":9007199254740993,"b":1.50,"c":9007199254740993}`},
}

func TestPatch(t *testing.T) {
	t.Parallel()
	for _, c := range patches {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			got, err := jsondoc.Patch([]byte(c.doc), []byte(c.patch))
			if err != nil || string(got) != c.want {
				t.Errorf("got %s, %v, want %s", got, err, c.want)
			}
		})
	}
}

func TestPatchNamesTheOperationThatFailed(t *testing.T) {
	t.Parallel()
	const doc = `{"a":1,"l":[1,2],"o":{"x":1}}`
	const good = `{"op":"test","path":"/a","value":1}`
	for name, operation := range map[string]string{
		"A.9 test and fail":                   `{"op":"test","path":"/a","value":2}`,
		"A.12 add where nothing holds it":     `{"op":"add","path":"/b/c","value":1}`,
		"A.15 a string is not a number":       `{"op":"test","path":"/a","value":"1"}`,
		"test nothing":                        `{"op":"test","path":"/b","value":null}`,
		"test another object":                 `{"op":"test","path":"/o","value":{"x":1,"y":2}}`,
		"test another length":                 `{"op":"test","path":"/l","value":[1]}`,
		"test an array for an object":         `{"op":"test","path":"/o","value":[]}`,
		"test an object for an array":         `{"op":"test","path":"/l","value":{}}`,
		"test a string for an array":          `{"op":"test","path":"/l","value":"1"}`,
		"test a number by its last digit":     `{"op":"test","path":"/a","value":1.0000000000000000000001}`,
		"test a number with absurd exponent":  `{"op":"test","path":"/a","value":1e99999999999999999999}`,
		"add into a number":                   `{"op":"add","path":"/a/b","value":1}`,
		"add beyond the end":                  `{"op":"add","path":"/l/3","value":1}`,
		"add at a name of an array":           `{"op":"add","path":"/l/x","value":1}`,
		"add without a value":                 `{"op":"add","path":"/b"}`,
		"remove what is not there":            `{"op":"remove","path":"/b"}`,
		"remove the end of an array":          `{"op":"remove","path":"/l/-"}`,
		"remove an index with a leading zero": `{"op":"remove","path":"/l/01"}`,
		"remove a negative index":             `{"op":"remove","path":"/l/-1"}`,
		"remove everything":                   `{"op":"remove","path":""}`,
		"replace what is not there":           `{"op":"replace","path":"/b","value":1}`,
		"replace through nothing":             `{"op":"replace","path":"/b/c","value":1}`,
		"replace without a value":             `{"op":"replace","path":"/a"}`,
		"move without from":                   `{"op":"move","path":"/b"}`,
		"move what is not there":              `{"op":"move","from":"/b","path":"/a"}`,
		"move into itself":                    `{"op":"move","from":"/o","path":"/o/y"}`,
		"move everything into itself":         `{"op":"move","from":"","path":"/o"}`,
		"move from a bad path":                `{"op":"move","from":"a","path":"/o"}`,
		"copy without from":                   `{"op":"copy","path":"/b"}`,
		"copy beyond the end":                 `{"op":"copy","from":"/l/2","path":"/b"}`,
		"no such operation":                   `{"op":"append","path":"/l","value":3}`,
		"no operation":                        `{"path":"/l"}`,
		"a path without a slash":              `{"op":"remove","path":"a"}`,
		"a path with a bare ~":                `{"op":"remove","path":"/~"}`,
		"a path with ~2":                      `{"op":"remove","path":"/~2"}`,
		"op in capitals":                      `{"OP":"remove","path":"/a"}`,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := jsondoc.Patch([]byte(doc), []byte("["+good+","+operation+"]"))
			var failed *jsondoc.OperationError
			if !errors.As(err, &failed) {
				t.Fatalf("got %s, %v, want an OperationError", got, err)
			}
			if failed.Index != 1 || !strings.Contains(operation, fmt.Sprintf(`"path":%q`, failed.Path)) {
				t.Errorf("blames operation %d at %q", failed.Index, failed.Path)
			}
		})
	}
}

func TestPatchDocumentsThatAreNone(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		patch string
		want  any
	}{
		"A.13 op given twice": {`[{"op":"add","path":"/baz","value":1,"op":"remove"}]`, new(*jsondoc.Problem)},
		"an object":           {`{"op":"remove","path":"/a"}`, new(*jsondoc.Problem)},
		"null":                {`null`, new(*jsondoc.Problem)},
		"a string":            {`"remove"`, new(*jsondoc.Problem)},
		"no operation at all": {`["remove"]`, new(*jsondoc.OperationError)},
		"null for one":        {`[null]`, new(*jsondoc.OperationError)},
		"op a number":         {`[{"op":1,"path":"/a"}]`, new(*jsondoc.OperationError)},
		"path an array":       {`[{"op":"remove","path":["a"]}]`, new(*jsondoc.OperationError)},
		"path null":           {`[{"op":"remove","path":null}]`, new(*jsondoc.OperationError)},
		"no path":             {`[{"op":"remove"}]`, new(*jsondoc.OperationError)},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got, err := jsondoc.Patch([]byte(`{"a":1}`), []byte(c.patch)); !errors.As(err, c.want) {
				t.Errorf("got %s, %v, want %T", got, err, c.want)
			}
		})
	}
}

func TestPatchErrorsSayWhereAndWhy(t *testing.T) {
	t.Parallel()
	_, err := jsondoc.Patch([]byte(`{"a":1}`), []byte(`[{"op":"test","path":"/a","value":"hunter2"}]`))
	const want = `operation 0 (test "/a"): the value there is another`
	if err == nil || err.Error() != want {
		t.Errorf("got %v, want %s", err, want)
	}
}

func TestPatchStopsCopiesWithoutEnd(t *testing.T) {
	t.Parallel()
	var bomb []string
	for i := range 64 {
		bomb = append(bomb, fmt.Sprintf(`{"op":"copy","from":"","path":"/%d"}`, i))
	}
	var failed *jsondoc.OperationError
	_, err := jsondoc.Patch([]byte(`{"a":"b"}`), []byte("["+strings.Join(bomb, ",")+"]"))
	if !errors.As(err, &failed) || failed.Index < 10 {
		t.Errorf("got %v, want an OperationError after a fair number of copies", err)
	}
}

func TestPatchStopsPathsWithoutEnd(t *testing.T) {
	t.Parallel()
	patch := `[{"op":"add","path":"` + strings.Repeat("/a", 10_001) + `","value":1}]`
	var failed *jsondoc.OperationError
	if _, err := jsondoc.Patch([]byte(`{}`), []byte(patch)); !errors.As(err, &failed) {
		t.Errorf("got %v, want an OperationError", err)
	}
}

// FuzzPatch holds that a document that comes out is one that a test for itself
// accepts.
func FuzzPatch(f *testing.F) {
	seed(f, patches, appendixA)
	f.Fuzz(func(t *testing.T, doc, patch []byte) {
		got, err := jsondoc.Patch(doc, patch)
		if err != nil {
			return
		}
		again, err := jsondoc.Patch(got, fmt.Appendf(nil, `[{"op":"test","path":"","value":%s}]`, got))
		if err != nil || string(again) != string(got) {
			t.Errorf("%s, tested for itself: %s, %v", got, again, err)
		}
	})
}

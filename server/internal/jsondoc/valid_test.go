package jsondoc_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/go-json-experiment/json/jsontext"

	"wherry/server/internal/jsondoc"
)

var validDocuments = []string{
	`{"email":"jane@example.com","data":{"x":[1,2.5,-3e10,true,null]}}`,
	`"a quote \" and a backslash \\"`, `["\\\"","{[{["]`, `"\\u0000"`, `"\u0000"`, `{"\u0000":1}`,
	`1e400`, `[1E-309]`, `1e+308`, strings.Repeat("9", 400), strings.Repeat("9", 401),
	strings.Repeat("[", 100) + strings.Repeat("]", 100), strings.Repeat("[", 101) + strings.Repeat("]", 101),
	`[` + strings.Repeat(`{},`, 200) + `{}]`,
}

// FuzzCheckValid holds that the short way comes to the same end.
func FuzzCheckValid(f *testing.F) {
	for _, doc := range validDocuments {
		f.Add([]byte(doc))
	}
	f.Fuzz(func(t *testing.T, doc []byte) {
		if !jsontext.Value(doc).IsValid() {
			return
		}
		got, want := jsondoc.CheckValid(doc, jsondoc.Limits{}), jsondoc.Check(doc, jsondoc.Limits{})
		if fmt.Sprint(got) != fmt.Sprint(want) {
			t.Errorf("%s: %v, want %v", doc, got, want)
		}
	})
}

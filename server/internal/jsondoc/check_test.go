package jsondoc_test

import (
	"errors"
	"strings"
	"testing"

	"wherry/server/internal/jsondoc"
)

func TestCheckLetsPass(t *testing.T) {
	t.Parallel()
	for name, doc := range map[string]string{
		"an object":             `{"user":{"email":"jane@example.com","data":{"x":[1,2.5,-3e10,true,null]}}}`,
		"a string":              ` "grüß dich 👋" `,
		"an escaped backslash":  `"\\u0000"`,
		"a number":              `-0`,
		"the deepest":           strings.Repeat("[", 100) + strings.Repeat("]", 100),
		"the longest number":    strings.Repeat("9", 400),
		"the highest exponent":  `[1e308,1E+308,1e-308]`,
		"equal names apart":     `{"a":{"a":1},"b":{"a":1}}`,
		"names in another case": `{"a":1,"A":2}`,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if err := jsondoc.Check([]byte(doc), jsondoc.Limits{}); err != nil {
				t.Error(err)
			}
		})
	}
}

func TestCheckRefuses(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ doc, pointer, reason string }{
		"a null character":            {`{"user":{"data":["x","a\u0000b"]}}`, "/user/data/1", `contains the character \u0000`},
		"a null character in a name":  {`{"user":{"\u0000":1}}`, "/user/\x00", `contains the character \u0000`},
		"invalid UTF-8":               {"{\"a\":\"\xff\"}", "/a", "is not valid JSON in UTF-8 at byte 6"},
		"half a surrogate pair":       {`{"a":"\ud800"}`, "/a", "is not valid JSON in UTF-8 at byte 6"},
		"a name twice":                {`{"user":{"a":1,"b":2,"a":3}}`, "/user/a", "has the name twice"},
		"a name twice, written apart": {`{"a":1,"\u0061":3}`, "/a", "has the name twice"},
		"too deep":                    {strings.Repeat(`{"a":`, 101) + "1" + strings.Repeat("}", 101), strings.Repeat("/a", 100), "is nested deeper than 100 levels"},
		"far too deep":                {strings.Repeat("[", 1<<20), strings.Repeat("/0", 100), "is nested deeper than 100 levels"},
		"a number too long":           {`{"a":` + strings.Repeat("9", 401) + `}`, "/a", "has a number of more than 400 characters"},
		"a number too large":          {`{"a":[1e309]}`, "/a/0", "has a number with an exponent beyond 308"},
		"a number too small":          {`{"a":1E-309}`, "/a", "has a number with an exponent beyond 308"},
		"a number beyond numbers":     {`1e99999999999999999999`, "", "has a number with an exponent beyond 308"},
		"nothing":                     {"", "", "is empty"},
		"blanks":                      {" \n", "", "is empty"},
		"cut short":                   {`{"a":[1,`, "/a", "ends too early"},
		"two documents":               {`{} {}`, "", "has something behind its end at byte 2"},
		"a stray bracket":             {`{}]`, "", "has something behind its end at byte 2"},
		"no JSON":                     {`{"a":jane}`, "/a", "is not valid JSON in UTF-8 at byte 5"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var problem *jsondoc.Problem
			if err := jsondoc.Check([]byte(c.doc), jsondoc.Limits{}); !errors.As(err, &problem) {
				t.Fatalf("got %v, want a Problem", err)
			}
			if problem.Pointer != c.pointer || problem.Reason != c.reason {
				t.Errorf("got %q: %s\nwant %q: %s", problem.Pointer, problem.Reason, c.pointer, c.reason)
			}
		})
	}
}

func TestCheckTakesLimits(t *testing.T) {
	t.Parallel()
	limits := jsondoc.Limits{Depth: 2, Digits: 3, Exponent: 4}
	for doc, good := range map[string]bool{
		`{"a":[1]}`: true, `{"a":[[1]]}`: false,
		`100`: true, `1000`: false,
		`1e4`: true, `1e5`: false,
	} {
		if err := jsondoc.Check([]byte(doc), limits); good != (err == nil) {
			t.Errorf("%s: %v", doc, err)
		}
	}
}

func TestProblemsReadWell(t *testing.T) {
	t.Parallel()
	for doc, want := range map[string]string{
		``:                  "the JSON document is empty",
		`{"a":1,"a":2}`:     `the JSON document at "/a" has the name twice`,
		`{"x\ny":"\u0000"}`: `the JSON document at "/x\ny" contains the character \u0000`,
	} {
		if err := jsondoc.Check([]byte(doc), jsondoc.Limits{}); err == nil || err.Error() != want {
			t.Errorf("got %v, want %s", err, want)
		}
	}
}

// FuzzCheck holds that the patch dialects can read whatever Check lets pass.
func FuzzCheck(f *testing.F) {
	for _, c := range appendixA {
		f.Add([]byte(c.doc))
	}
	f.Fuzz(func(t *testing.T, doc []byte) {
		if jsondoc.Check(doc, jsondoc.Limits{}) != nil {
			return
		}
		if _, err := jsondoc.Merge([]byte(`{}`), doc); err != nil {
			t.Error(err)
		}
	})
}

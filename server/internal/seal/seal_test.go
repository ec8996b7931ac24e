package seal_test

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"wherry/internal/secret"
	"wherry/server/internal/seal"
)

func ring(t testing.TB, keys ...secret.String) *seal.Ring {
	t.Helper()
	var text strings.Builder
	for _, k := range keys {
		text.WriteString(k.Reveal() + "\n")
	}
	r, err := seal.Read(secret.String(text.String()))
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestRead(t *testing.T) {
	t.Parallel()
	one, two := seal.NewKey().Reveal(), seal.NewKey().Reveal()
	for _, tt := range []struct {
		name, text string
		keys       int
		err        string
	}{
		{name: "one", text: one, keys: 1},
		{name: "two, with a comma", text: one + "," + two, keys: 2},
		{name: "a file", text: "# made on Monday\r\n" + one + "\r\n\r\n  " + two + " # the old one\r\n", keys: 2},
		{name: "none", text: " # nothing\n", err: "there is no key"},
		{name: "too short", text: one + " c2hvcnQ=", err: "key 2: it is not 32 bytes in base64"},
		{name: "a passphrase", text: "made-up-passphrase", err: "key 1: it is not 32 bytes in base64"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			r, err := seal.Read(secret.String(tt.text))
			if tt.err != "" {
				if err == nil || err.Error() != tt.err {
					t.Errorf("error %v", err)
				}
				return
			}
			if err != nil || len(r.IDs()) != tt.keys {
				t.Errorf("%v, %v", r, err)
			}
		})
	}
}

func TestSealAndOpen(t *testing.T) {
	t.Parallel()
	one, two := seal.NewKey(), seal.NewKey()
	old, both, fresh := ring(t, one), ring(t, two, one), ring(t, two)
	sealed := old.Seal([]byte("made up"), "a")
	if strings.Contains(sealed, "made up") || old.Seal([]byte("made up"), "a") == sealed {
		t.Errorf("sealed: %s", sealed)
	}
	for name, r := range map[string]*seal.Ring{"old": old, "both": both} {
		if plain, err := r.Open(sealed, "a"); err != nil || string(plain) != "made up" {
			t.Errorf("%s: %q, %v", name, plain, err)
		}
	}
	_, err := fresh.Open(sealed, "a")
	if unknown, ok := errors.AsType[*seal.UnknownKeyError](err); !ok || unknown.ID != old.IDs()[0] {
		t.Errorf("without the key: %v", err)
	}
	for name, broken := range map[string]string{
		"for another purpose": "", "cut off": sealed[:len(sealed)-1], "nothing": sealed[:len("sealed:12345678:")], "altered": alter(sealed),
	} {
		purpose := "a"
		if broken == "" {
			broken, purpose = sealed, "b"
		}
		if plain, err := old.Open(broken, purpose); err == nil {
			t.Errorf("%s: opened as %q", name, plain)
		}
	}
	if _, err := fresh.Open(both.Seal([]byte("x"), ""), ""); err != nil {
		t.Errorf("the first key must seal: %v", err)
	}
}

// alter changes one character in the middle.
func alter(text string) string {
	at, other := len(text)/2, "A"
	if text[at] == 'A' {
		other = "B"
	}
	return text[:at] + other + text[at+1:]
}

var fields = seal.NewFields("things", "secret", "headers", "deep.secret", "list.*.secret", "codes")

func TestFields(t *testing.T) {
	t.Parallel()
	r := ring(t, seal.NewKey())
	for _, tt := range []struct {
		name, doc, sealed string // with "S" in the place of what is sealed
	}{
		{"a text", `{"name":"n","secret":"x"}`, `{"name":"n","secret":"S"}`},
		{"any type", `{"secret":[1,{"a":null}]}`, `{"secret":"S"}`},
		{"a number", `{"secret":12345678901234567890}`, `{"secret":"S"}`},
		{"an object", `{"headers":{"Authorization":"x"},"z":1}`, `{"headers":"S","z":1}`},
		{"deep down", `{"deep":{"a":1,"secret":"x","z":2}}`, `{"deep":{"a":1,"secret":"S","z":2}}`},
		{"in a list", `{"list":[{"secret":"x"},{"a":1},{"secret":"y"},2]}`, `{"list":[{"secret":"S"},{"a":1},{"secret":"S"},2]}`},
		{"of an object's members", `{"list":{"a":{"secret":"x"}}}`, `{"list":{"a":{"secret":"S"}}}`},
		{"empty", `{"secret":"","headers":{},"codes":[],"deep":{"secret":null}}`, `{"secret":"","headers":{},"codes":[],"deep":{"secret":null}}`},
		{"empty here and not there", `{"headers":{},"list":[{"secret":""},{"secret":"x"}]}`, `{"headers":{},"list":[{"secret":""},{"secret":"S"}]}`},
		{"elsewhere", `{"other":{"secret":"x"},"data":{"headers":{"a":"b"}}}`, `{"other":{"secret":"x"},"data":{"headers":{"a":"b"}}}`},
		{"of another shape", `{"deep":"secret","list":7}`, `{"deep":"secret","list":7}`},
		{"quotes and umlauts", `{"secret":"ä\"\\ü🚣"}`, `{"secret":"S"}`},
		{"as if it were sealed", `{"secret":"sealed:00000000:AAAA","other":"sealed:00000000:AAAA"}`, `{"secret":"S","other":"sealed:00000000:AAAA"}`},
		{"nothing", `{}`, `{}`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			sealed, err := fields.Seal(r, []byte(tt.doc))
			if err != nil {
				t.Fatal(err)
			}
			if got := masked(t, tt.doc, sealed); got != canonical(t, tt.sealed) {
				t.Errorf("sealed: %s", got)
			}
			back, err := fields.Open(r, sealed)
			if err != nil || string(back) != tt.doc {
				t.Errorf("opened: %s, %v", back, err)
			}
		})
	}
}

// masked writes "S" for every text that is not in the document as it was.
func masked(t *testing.T, was string, sealed []byte) string {
	t.Helper()
	var v any
	if err := json.Unmarshal(sealed, &v); err != nil {
		t.Fatal(err)
	}
	var mask func(v any) any
	mask = func(v any) any {
		switch v := v.(type) {
		case string:
			if strings.HasPrefix(v, "sealed:") && !strings.Contains(was, v) {
				return "S"
			}
		case map[string]any:
			for name := range v {
				v[name] = mask(v[name])
			}
		case []any:
			for i := range v {
				v[i] = mask(v[i])
			}
		}
		return v
	}
	out, _ := json.Marshal(mask(v))
	return string(out)
}

func canonical(t *testing.T, doc string) string {
	t.Helper()
	var v any
	if err := json.Unmarshal([]byte(doc), &v); err != nil {
		t.Fatal(err)
	}
	out, _ := json.Marshal(v)
	return string(out)
}

func TestSealedPartsKeepTheirPlace(t *testing.T) {
	t.Parallel()
	r := ring(t, seal.NewKey())
	sealed, err := fields.Seal(r, []byte(`{"codes":"a","secret":"b"}`))
	if err != nil {
		t.Fatal(err)
	}
	var doc map[string]string
	if err := json.Unmarshal(sealed, &doc); err != nil {
		t.Fatal(err)
	}
	doc["codes"], doc["secret"] = doc["secret"], doc["codes"]
	swapped, _ := json.Marshal(doc)
	if opened, err := fields.Open(r, swapped); err == nil {
		t.Errorf("a value opened in another's place: %s", opened)
	}
	if opened, err := seal.NewFields("others", "codes", "secret").Open(r, sealed); err == nil {
		t.Errorf("a value opened in another kind of document: %s", opened)
	}
}

func TestRenew(t *testing.T) {
	t.Parallel()
	one, two := seal.NewKey(), seal.NewKey()
	old, both, fresh := ring(t, one), ring(t, two, one), ring(t, two)
	const doc = `{"secret":"x","headers":{"a":"b"},"codes":[]}`
	sealed, err := fields.Seal(old, []byte(doc))
	if err != nil {
		t.Fatal(err)
	}
	for name, start := range map[string][]byte{"sealed with the old key": sealed, "not sealed": []byte(doc)} {
		renewed, changed, err := fields.Renew(both, start)
		if err != nil || !changed {
			t.Fatalf("%s: changed %v, %v", name, changed, err)
		}
		back, err := fields.Open(fresh, renewed)
		if diff := cmp.Diff(doc, string(back)); diff != "" || err != nil {
			t.Errorf("%s: %v %s", name, err, diff)
		}
		if again, changed, err := fields.Renew(both, renewed); err != nil || changed || string(again) != string(renewed) {
			t.Errorf("%s: renewed again: %v, %v", name, changed, err)
		}
	}
	if _, _, err := fields.Renew(fresh, sealed); err == nil {
		t.Error("renewed without the key")
	}
}

func FuzzFields(f *testing.F) {
	r, err := seal.Read(seal.NewKey())
	if err != nil {
		f.Fatal(err)
	}
	for _, doc := range []string{`{"secret":"x"}`, `{"list":[{"secret":1}]}`, `{"deep":{"secret":{}}}`, `[]`, `"secret":`} {
		f.Add(doc)
	}
	f.Fuzz(func(t *testing.T, doc string) {
		sealed, err := fields.Seal(r, []byte(doc))
		if err != nil {
			return // no JSON
		}
		if back, err := fields.Open(r, sealed); err == nil && string(back) != doc && !strings.Contains(doc, "sealed:") {
			t.Errorf("%q became %q", doc, back)
		}
	})
}

package search

import (
	"encoding/base64"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestTokensComeBack(t *testing.T) {
	t.Parallel()
	for _, c := range []Continuation{
		{Last: Position{int64(7)}, QueryString: "*"},
		{Last: Position{"jane@example.com", nil, int64(1 << 60), int64(9007199254740993)}, Query: `{"match_all":{}}`, AccurateTotal: true, Sort: []Sort{
			{Name: "email", Order: "asc", Missing: "_first"},
			{Name: "registrations.roles", Order: "desc", Missing: "_last"},
			{Name: "insertInstant", Order: "desc", Missing: "_last"},
		}},
	} {
		if c.Sort == nil {
			c.Sort = []Sort{}
		}
		token, err := c.Token()
		if err != nil {
			t.Fatal(err)
		}
		got, err := Users.ParseToken(token)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(c, got); diff != "" {
			t.Errorf("-was +is\n%s", diff)
		}
	}
}

var forged = map[string]string{
	"nothing":                 ``,
	"no JSON":                 `x`,
	"a list":                  `[]`,
	"no position":             `{"qs":"*","sf":[]}`,
	"a position too short":    `{"ls":[1],"qs":"*","sf":[{"name":"email"}]}`,
	"a position too long":     `{"ls":["a",1],"qs":"*","sf":[]}`,
	"no number at its end":    `{"ls":["1"],"qs":"*","sf":[]}`,
	"null at its end":         `{"ls":[null],"qs":"*","sf":[]}`,
	"half a number":           `{"ls":[1.5],"qs":"*","sf":[]}`,
	"too large a number":      `{"ls":[9223372036854775808],"qs":"*","sf":[]}`,
	"text for an instant":     `{"ls":["1",1],"qs":"*","sf":[{"name":"insertInstant"}]}`,
	"a number for text":       `{"ls":[1,1],"qs":"*","sf":[{"name":"email"}]}`,
	"a list in a position":    `{"ls":[["a"],1],"qs":"*","sf":[{"name":"email"}]}`,
	"true in a position":      `{"ls":[true,1],"qs":"*","sf":[{"name":"email"}]}`,
	"a NUL":                   `{"ls":["a\u0000",1],"qs":"*","sf":[{"name":"email"}]}`,
	"SQL for a field":         `{"ls":["a",1],"qs":"*","sf":[{"name":"email; drop table users"}]}`,
	"SQL for an order":        `{"ls":["a",1],"qs":"*","sf":[{"name":"email","order":"asc, (select 1)"}]}`,
	"SQL for what is missing": `{"ls":["a",1],"qs":"*","sf":[{"name":"email","missing":"_last; --"}]}`,
	"a tenant":                `{"ls":[1],"qs":"*","sf":[],"tenantId":"x"}`,
	"a name twice":            `{"ls":[1],"ls":[2],"qs":"*","sf":[]}`,
	"something behind it":     `{"ls":[1],"qs":"*","sf":[]} {}`,
}

func TestForgedTokens(t *testing.T) {
	t.Parallel()
	for name, text := range forged {
		if c, err := Users.ParseToken(base64.RawURLEncoding.EncodeToString([]byte(text))); err == nil {
			t.Errorf("%s: %+v", name, c)
		}
	}
	for _, token := range []string{"%", "a b", "////", "e30="} {
		if c, err := Users.ParseToken(token); err == nil {
			t.Errorf("%s: %+v", token, c)
		}
	}
}

func FuzzParseToken(f *testing.F) {
	f.Add([]byte(`{"ls":["a",1],"qs":"*","sf":[{"name":"email"}]}`))
	for _, text := range forged {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		c, err := Users.ParseToken(base64.RawURLEncoding.EncodeToString(text))
		if err != nil {
			return
		}
		if Users.CheckSort(c.Sort) != nil || !Users.fits(c.Last, c.Sort) {
			t.Fatalf("%+v", c)
		}
	})
}

func TestSortFieldsThatAreRefused(t *testing.T) {
	t.Parallel()
	for _, s := range []Sort{
		{}, {Name: "password"}, {Name: "firstName"}, {Name: "data.x"}, {Name: "Email"}, {Name: "email desc"}, {Name: "email", Order: "up"}, {Name: "email", Missing: "0"},
	} {
		if Users.CheckSort([]Sort{s}) == nil {
			t.Errorf("%+v is taken", s)
		}
	}
	if Users.CheckSort(make([]Sort, 100)) == nil {
		t.Error("a hundred are taken")
	}
}

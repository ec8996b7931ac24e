package search

import (
	"testing"
)

const (
	jane = `{"active":true,"birthDate":"1976-05-30","email":"jane@example.com","firstName":"Jane","fullName":"Jane Ann  Doe","id":"00000000-0000-0000-0000-000000000001",
		"insertInstant":1700000000000,"lastName":"Doe","phoneNumber":"+442079460000","preferredLanguages":["en","fr"],"tenantId":"t","twoFactor":{"methods":[{"method":"sms","secret":"s"}]},
		"username":"JD","verified":false,"data":{"plan":"Gold","zip":"01234","n":5,"big":12345678901234567890,"small":-0.5,"flag":true,"none":null,"empty":[],"blank":"",
		"a":{"b":{"c":"deep"}},"a.b":{"d":"dotted"},"list":[{"x":1,"y":"one"},{"x":2,"y":"two"}],"Case":"x","when":"2026-11-22"}}`
	application = `{"applicationId":"app-1","roles":["Admin","reader"],"verified":true,"insertInstant":5,"data":{"paid":false}}`
	another     = `{"applicationId":"app-2","roles":["editor"],"verified":false,"insertInstant":9}`
	member      = `{"groupId":"group-1","data":{"since":2020}}`
)

func janeDoe() Document {
	return Document{JSON: []byte(jane), Nested: map[string][][]byte{
		Registrations: {[]byte(application), []byte(another)}, Memberships: {[]byte(member)},
	}}
}

// meets maps queries to whether Jane Doe meets them.
var meets = map[string]bool{
	"*": true, "jane": true, "JANE": true, "jane@example.com": true, "john@example.com": false, "j*@example.com": true, "doe": true, `"Jane Ann"`: true, "x y": false,

	"email:jane@example.com": true, "email:JANE*": true, "email:*@EXAMPLE.com": true, "email:j?ne*": true, "email:j?e*": false, "email:jane": false,
	"email:[a TO k]": true, "email:{jane@example.com TO *]": false, "username:jd": true, "username.exact:jd": true, "login:jd": true, "login:jane*": true,
	"login:nobody": false, "phoneNumber:*7946*": true, `phoneNumber:\+44*`: true, "tenantId:T": true, "active:true": true, "verified:true": false, "verified:false": true,

	"fullName:ann": true, "fullName:an": false, "fullName:an*": true, `fullName:"jane ann"`: true, `fullName:"ann doe"`: true, `fullName:"jane doe"`: false,
	`fullName.exact:"jane ann  doe"`: true, `fullName.exact:"jane"`: false, "firstName:jane": true, "preferredLanguages:fr": true, "preferredLanguages:de": false,
	"birthDate:1976": true, "birthDate:1976-05": true, "birthDate:1976-06": false, "birthDate:[1970 TO 1976]": true, "birthDate:{1970 TO 1976}": false,
	"insertInstant:1700000000000": true, "insertInstant:2023-11-14": true, "insertInstant:[2024-01-01 TO *]": false, "twoFactor.methods.method:sms": true,
	"lastLoginInstant:*": false, "_exists_:mobilePhone": false, "mobilePhone:*": false, "birthDate:*": true,

	"data.plan:gold": true, "data.plan:gol": false, "data.plan:g*": true, "data.Plan:gold": false, "data.plan.keyword:gold": true, "data.Case:X": true,
	"data.zip:01234": true, "data.zip:1234": false, "data.n:5": true, "data.n:5.0": true, "data.n:50e-1": true, "data.n:6": false, "data.n:[1 TO 5]": true, "data.n:[1 TO 5}": false,
	"data.n:>10": false, "data.n:<10": true, "data.n:[a TO z]": false, "data.plan:[a TO z]": true, "data.zip:[01000 TO 02000]": true, "data.n:*": true,
	"data.big:12345678901234567890": true, "data.big:12345678901234567891": false, "data.small:<0": true, "data.small:[-1 TO -0.5]": true, "data.small:-0.50": true,
	"data.flag:true": true, "data.flag:false": false, "data.none:*": false, "data.empty:*": false, "data.blank:*": true, `data.blank:""`: true, `data.plan:""`: false,
	"data.a.b.c:deep": true, "data.a.b.d:dotted": true, "_exists_:data.a": true, "_exists_:data.a.b": true, "_exists_:data.a.b.c": true, "_exists_:data.a.c": false, "data.a:deep": false,
	"data.list.x:2": true, "data.list.y:two": true, "data.list.x:3": false, "data.list.x:1 AND data.list.y:two": true, "data.when:2026*": true, "data.when:[2026-01 TO 2026-12]": true,

	"registrations.applicationId:app-1": true, "registrations.roles:admin": true, "registrations.roles:adm*": true, "registrations.roles:owner": false, "registrations.verified:true": true,
	"registrations.data.paid:false": true, "registrations.data.paid:*": true, "_exists_:registrations": true, "NOT _exists_:memberships": false, "memberships.groupId:group-1": true,
	"memberships.data.since:[2019 TO 2021]": true, "registrations.applicationId:app-1 AND registrations.roles:editor": true, "-registrations.roles:editor": false,

	"email:jane* AND verified:false": true, "email:jane* AND verified:true": false, "email:x OR data.n:5": true, "NOT email:jane*": false, "NOT email:john*": true,
	"-email:a -email:b": true, "+email:jane* -data.plan:gold": false,

	`{"nested":{"path":"registrations","query":{"bool":{"must":[{"match":{"registrations.applicationId":"app-1"}},{"match":{"registrations.roles":"admin"}}]}}}}`:  true,
	`{"nested":{"path":"registrations","query":{"bool":{"must":[{"match":{"registrations.applicationId":"app-1"}},{"match":{"registrations.roles":"editor"}}]}}}}`: false,
	`{"bool":{"must_not":{"nested":{"path":"registrations","query":{"term":{"registrations.applicationId":"app-2"}}}}}}`:                                           false,
	`{"match":{"fullName":"nobody jane"}}`:                            true,
	`{"match":{"fullName":{"query":"nobody jane","operator":"and"}}}`: false,
	`{"terms":{"data.plan":["silver","GOLD"]}}`:                       true,
	`{"terms":{"data.plan":[]}}`:                                      false,
	`{"bool":{}}`:                                                     true,
	`{"bool":{"should":[{"term":{"data.n":5}},{"term":{"data.n":6}},{"term":{"active":true}}],"minimum_should_match":2}}`: true,
	`{"bool":{"should":[{"term":{"data.n":5}},{"term":{"data.n":6}},{"term":{"active":true}}],"minimum_should_match":3}}`: false,
}

func parsed(t testing.TB, text string) Query {
	t.Helper()
	parse := Users.ParseString
	if text[0] == '{' {
		parse = Users.ParseJSON
	}
	q, err := parse(text)
	if err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	return q
}

func TestWhoMeetsAQuery(t *testing.T) {
	t.Parallel()
	for text, want := range meets {
		_, got, err := Users.Matcher(parsed(t, text), nil).Match(janeDoe())
		if err != nil || got != want {
			t.Errorf("%s: %v, %v", text, got, err)
		}
	}
}

// TestTermsAgreeWithMatches: whatever is asked by terms alone has the answer
// that the document gives.
func TestTermsAgreeWithMatches(t *testing.T) {
	t.Parallel()
	terms, err := Terms([]byte(jane))
	if err != nil {
		t.Fatal(err)
	}
	have := map[uint64]bool{}
	for _, term := range terms {
		have[term] = true
	}
	asked := 0
	for text, want := range meets {
		any, ok := AskedTerms(parsed(t, text))
		if !ok {
			continue
		}
		asked++
		got := false
		for _, term := range any {
			got = got || have[term]
		}
		if got != want {
			t.Errorf("%s: %v", text, got)
		}
	}
	if asked < 20 {
		t.Errorf("only %d queries were about terms", asked)
	}
}

func TestPositions(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		sort Sort
		want any
	}{
		{Sort{Name: "email"}, "jane@example.com"},
		{Sort{Name: "username"}, "jd"},
		{Sort{Name: "login"}, "+442079460000"},
		{Sort{Name: "login", Order: "desc"}, "jd"},
		{Sort{Name: "insertInstant"}, int64(1700000000000)},
		{Sort{Name: "lastLoginInstant"}, nil},
		{Sort{Name: "registrations.roles"}, "admin"},
		{Sort{Name: "registrations.roles", Order: "desc"}, "reader"},
		{Sort{Name: "registrations.insertInstant", Order: "desc"}, int64(9)},
	} {
		order := []Sort{c.sort}
		if err := Users.CheckSort(order); err != nil {
			t.Fatal(err)
		}
		p, _, err := Users.Matcher(All{}, order).Match(janeDoe())
		if err != nil || p[0] != c.want {
			t.Errorf("%+v: %v, %v", c.sort, p, err)
		}
	}
}

func TestOrder(t *testing.T) {
	t.Parallel()
	text := []Sort{{Name: "email", Order: "asc", Missing: "_last"}}
	down := []Sort{{Name: "email", Order: "desc", Missing: "_first"}, {Name: "insertInstant", Order: "asc", Missing: "_last"}}
	for name, c := range map[string]struct {
		order  []Sort
		sorted []Position
	}{
		"no order":                         {nil, []Position{{int64(1)}, {int64(2)}, {int64(10)}}},
		"text, missing last":               {text, []Position{{"a", int64(2)}, {"b", int64(1)}, {"b", int64(3)}, {nil, int64(0)}}},
		"two terms, downwards, then by id": {down, []Position{{nil, int64(5), int64(1)}, {"b", int64(5), int64(9)}, {"a", int64(4), int64(3)}, {"a", nil, int64(1)}, {"a", nil, int64(2)}}},
		"ids":                              {nil, []Position{{"a"}, {"b"}}},
	} {
		for i, a := range c.sorted {
			for j, b := range c.sorted {
				if got := a.Compare(b, c.order); (got < 0) != (i < j) || (got == 0) != (i == j) {
					t.Errorf("%s: %v and %v: %d", name, a, b, got)
				}
			}
		}
	}
}

func TestEntitiesAreSearchedByTheirOwnFields(t *testing.T) {
	t.Parallel()
	robot := Document{
		JSON:  []byte(`{"clientId":"Robot-1","name":"Robot","data":{"wheels":4},"type":{"id":"type-1"},"tenantId":"t"}`),
		Below: map[string][]byte{"type": []byte(`{"name":"Machine","data":{"kind":"x"}}`)},
	}
	for text, want := range map[string]bool{
		"robot": true, "ROB": true, "machine": true, "nobody": false, "clientId:robot-1": true, "data.wheels:[1 TO 4]": true, "type.name:mach*": true,
		"typeId:type-1": true, "type.id:type-2": false, "type.data.kind:x": true, "robot@example.com": false, "name:robot AND data.wheels:5": false,
	} {
		q, err := Entities.ParseString(text)
		if err != nil {
			t.Errorf("%s: %v", text, err)
			continue
		}
		if _, got, err := Entities.Matcher(q, nil).Match(robot); err != nil || got != want {
			t.Errorf("%s: %v, %v", text, got, err)
		}
	}
	for _, text := range []string{"email:a", "registrations.roles:a", "clientSecret:a", "_exists_:registrations"} {
		if _, err := Entities.ParseString(text); err == nil {
			t.Errorf("%s: no error", text)
		}
	}
}

// FuzzMatch looks for documents and queries that crash the matcher, and for
// terms that say something else than the document.
func FuzzMatch(f *testing.F) {
	for text := range meets {
		f.Add(text, jane)
	}
	f.Fuzz(func(t *testing.T, text, doc string) {
		q, err := Users.ParseString(text)
		if err != nil {
			return
		}
		terms, err := Terms([]byte(doc))
		if err != nil {
			return
		}
		_, got, err := Users.Matcher(q, nil).Match(Document{JSON: []byte(doc)})
		if err != nil {
			return
		}
		asked, ok := AskedTerms(q)
		if !ok {
			return
		}
		byTerms := false
		for _, term := range terms {
			for _, a := range asked {
				byTerms = byTerms || term == a
			}
		}
		if byTerms != got {
			t.Errorf("%q on %q: by terms %v, by the document %v", text, doc, byTerms, got)
		}
	})
}

package search

import (
	"errors"
	"strings"
	"testing"
)

// everywhere is what a word without a field turns into.
func everywhere(pattern string) string {
	if strings.ContainsAny(pattern, "*?") {
		return "(email~" + pattern + " username~" + pattern + " fullName~" + pattern + " firstName~" + pattern +
			" lastName~" + pattern + " phoneNumber~" + pattern + " mobilePhone~" + pattern + ")1"
	}
	return "(email=" + pattern + " username=" + pattern + " fullName~" + pattern + " firstName=" + pattern +
		" lastName=" + pattern + " phoneNumber=" + pattern + " mobilePhone=" + pattern + ")1"
}

var queryStrings = map[string]string{
	// What FusionAuth rewrites.
	"":                       "all",
	"   ":                    "all",
	"*":                      "all",
	"jane":                   everywhere("*jane*"),
	" Jane ":                 everywhere("*jane*"),
	"ja*e":                   everywhere("*ja*e*"),
	"(jane":                  everywhere("*(jane*"),
	"o'neil%_":               everywhere("*o'neil%_*"),
	"jane@example.com":       "email=jane@example.com",
	"Jane@Example.com":       "email=jane@example.com",
	"*@example.com":          "email~*@example.com",
	"ada+test@example.com":   "email=ada+test@example.com",
	"jane doe":               "(" + everywhere("jane") + " " + everywhere("doe") + ")1",
	`"Jane Doe"`:             everywhere("jane doe"),
	"jane@example.com @work": "(" + everywhere("jane@example.com") + " " + everywhere("@work") + ")1",

	// Fields.
	"email:Dinesh*":                 "email~dinesh*",
	"email:*@fusionauth.io":         "email~*@fusionauth.io",
	"email: jane":                   "email=jane",
	"email : jane":                  "email=jane",
	"email:j?ne*":                   "email~j?ne*",
	"email:j**ne":                   "email~j*ne",
	"email:*":                       "email?",
	"email:***":                     "email?",
	`email:"*"`:                     "email=*",
	`email:""`:                      "email=",
	`username:"tiger king"`:         "username=tiger king",
	"username.exact:jane":           "username=jane",
	`fullName:"Jane  Doe"`:          "fullName~jane doe",
	"fullName:jan*":                 "fullName~jan*",
	`fullName:""`:                   "fullName=",
	`fullName.exact:"Jane Doe"`:     "fullName=jane doe",
	"verified:false":                "verified=false",
	"active:TRUE":                   "active=true",
	"tenantId:30663132-6464":        "tenantId=30663132-6464",
	"phoneNumber:*303*":             "phoneNumber~*303*",
	"timezone:America/Denver":       "timezone=america/denver",
	"login:jane":                    "login=jane",
	"preferredLanguages:en":         "preferredLanguages=en",
	"twoFactor.methods.method:sms":  "twoFactor.methods.method=sms",
	"data.migrated:true":            "data.migrated=true",
	"data.Company:PiedPiper":        "data.Company=piedpiper",
	"data.a.b.c:1":                  "data.a.b.c=1",
	"data.plan.keyword:gold":        "data.plan=gold",
	"data.balance:-5":               "data.balance=-5",
	`data.url:https\://example.com`: "data.url=https://example.com",
	`data.url:"https://a.com"`:      "data.url=https://a.com",
	`data.my\ field:x`:              "data.my field=x",
	`data.\*:x`:                     "",
	"*:*":                           "all",
	"_exists_:data.plan":            "data.plan?",
	"_exists_:registrations":        "registrations{all}",
	"NOT _exists_:memberships":      "(-memberships{all})",

	// Nested documents.
	"registrations.applicationId:3C219E58": "registrations{registrations.applicationId=3c219e58}",
	"registrations.data.paid:false":        "registrations{registrations.data.paid=false}",
	"memberships.groupId:a*":               "memberships{memberships.groupId~a*}",
	"memberships.data.a.b:[1 TO 2]":        "memberships{memberships.data.a.b[1..2]}",
	"-registrations.roles:admin":           "(-registrations{registrations.roles=admin})",

	// Dates and instants.
	"birthDate:1976-05-30":                                              "birthDate[1976-05-30..1976-05-30~)",
	"birthDate:1976":                                                    "birthDate[1976..1976~)",
	"birthDate:[1976 TO 1979-06]":                                       "birthDate[1976..1979-06~)",
	"birthDate:{1976 TO 1979}":                                          "birthDate(1976~..1979)",
	"birthDate:*-05-*":                                                  "birthDate~*-05-*",
	"insertInstant:1700000000000":                                       "insertInstant[1700000000000..1700000000000]",
	"insertInstant:2026-11-22":                                          "insertInstant[1795305600000..1795391999999]",
	`insertInstant:"2026-11-22T01:00:00Z"`:                              "insertInstant[1795309200000..1795309200999]",
	`insertInstant:"2026-11-22T01:00"`:                                  "insertInstant[1795309200000..1795309259999]",
	`insertInstant:"2026-11-22T01:00:00.5"`:                             "insertInstant[1795309200500..1795309200500]",
	"insertInstant:[2026-11-22 TO *]":                                   "insertInstant[1795305600000..]",
	"insertInstant:{2026-11-22 TO *}":                                   "insertInstant[1795392000000..]",
	"insertInstant:{* TO 2026-11-22}":                                   "insertInstant[..1795305599999]",
	"insertInstant:[* TO 2026-11-22]":                                   "insertInstant[..1795391999999]",
	"lastLoginInstant:>=1700000000000":                                  "lastLoginInstant[1700000000000..]",
	"lastLoginInstant:<1700000000000":                                   "lastLoginInstant[..1699999999999]",
	"insertInstant:[2026-11-22T01:00:00+01:00 TO 2026-11-22T01:00:00Z}": "insertInstant[1795305600000..1795309199999]",

	// Ranges.
	"data.age:[18 TO 65]":          "data.age[18..65]",
	"data.age:{18 TO 65}":          "data.age(18..65)",
	"data.age:[18 TO 65}":          "data.age[18..65)",
	"data.age:[ 18 TO 65 ]":        "data.age[18..65]",
	"data.age:[* TO 65]":           "data.age[..65]",
	"data.age:[* TO *]":            "data.age[..]",
	"data.age:>18":                 "data.age(18..]",
	"data.age:<= 65":               "data.age[..65]",
	"data.age:(>=18 AND <65)":      "(+data.age[18..] +data.age[..65))",
	`data.name:["a b" TO "c d"}`:   "data.name[a b..c d)",
	`data.name:>"x y"`:             "data.name(x y..]",
	"email:[A TO b@example.com}":   "email[a..b@example.com)",
	"data.age:[-5 TO -1]":          "data.age[-5..-1]",
	"data.a:[1 TO 2] email:x*":     "(data.a[1..2] email~x*)1",
	`data.t:[2026\-01 TO 2026-02]`: "data.t[2026-01..2026-02]",

	// Operators, as Lucene has them.
	"email:a AND email:b":              "(+email=a +email=b)",
	"email:a && email:b":               "(+email=a +email=b)",
	"email:a OR email:b":               "(email=a email=b)1",
	"email:a || email:b":               "(email=a email=b)1",
	"email:a email:b":                  "(email=a email=b)1",
	"email:a OR email:b AND email:c":   "(+email=b +email=c)",
	"email:a AND email:b OR email:c":   "(+email=a +email=b)",
	"(email:a AND email:b) OR email:c": "((+email=a +email=b) email=c)1",
	"NOT email:a":                      "(-email=a)",
	"!email:a":                         "(-email=a)",
	"-email:a":                         "(-email=a)",
	"+email:a email:b":                 "email=a",
	"+email:a -email:b":                "(+email=a -email=b)",
	"email:a AND NOT email:b":          "(+email=a -email=b)",
	"NOT email:a AND email:b":          "(+email=b -email=a)",
	"email:a -email:b":                 "(-email=b email=a)1",
	"((email:a))":                      "email=a",
	"email:(a OR b)":                   "(email=a email=b)1",
	`email:(a* AND NOT "b c")`:         "(+email~a* -email=b c)",
	"email:(a (b AND c))":              "(email=a (+email=b +email=c))1",
	"NOT (email:a OR email:b)":         "(-(email=a email=b)1)",
	"email:and AND email:or":           "(+email=and +email=or)",
	`email:\AND`:                       "email=and",
	"email:a&b":                        "email=a&b",
	"email:a!b-c+d":                    "email=a!b-c+d",
	"email:a\u3000email:b":             "(email=a email=b)1",
	"fullName:Ä* email:É":              "(fullName~ä* email=é)1",

	// Escapes.
	`email:a\*b`:                       "email=a*b",
	`email:a\*b*`:                      "email~a*b*",
	`email:a\\b`:                       `email=a\b`,
	`email:\(a\ b\)`:                   "email=(a b)",
	`email:"a\"b\\c*"`:                 `email=a"b\c*`,
	`email:\"a`:                        `email="a`,
	`data.x:"'; drop table users; --"`: "data.x='; drop table users; --",
	`email:a\^2\~`:                     "email=a^2~",
}

func TestQueryStrings(t *testing.T) {
	t.Parallel()
	for text, want := range queryStrings {
		if want == "" {
			continue
		}
		q, err := Users.ParseString(text)
		if err != nil {
			t.Errorf("%s: %v", text, err)
		} else if got := show(q); got != want {
			t.Errorf("%s\n got %s\nwant %s", text, got, want)
		}
	}
}

// refusals maps what is not supported to where that is, and to a word of what
// there is instead.
var refusals = map[string][2]string{
	"email:":                       {"character 7", "email:*"},
	"(email:)":                     {"character 8", "email:*"},
	"email:a AND":                  {"character 12", "condition is missing"},
	"AND email:a":                  {"character 1", "before this one"},
	"email:a OR OR email:b":        {"character 12", "condition is missing"},
	"email:a NOT NOT email:b":      {"character 13", "condition is missing"},
	"email:a + - email:b":          {"character 11", "condition is missing"},
	"() email:a":                   {"character 2", "condition is missing"},
	"(email:a":                     {"character 1", "not closed"},
	"email:a) x":                   {"character 8", "backslash"},
	"email:(a":                     {"character 7", "not closed"},
	`email:"a`:                     {"character 7", "not closed"},
	`email:a\`:                     {"character 8", "backslash"},
	"email:a:b":                    {"character 8", "quotes"},
	`"a":b`:                        {"character 4", "quotes"},
	"email:(username:a)":           {"character 8", "another one"},
	"email:/a.*/":                  {"character 7", "wildcards"},
	"email:a~":                     {"character 8", "fuzzy"},
	`email:"a b"~3`:                {"character 12", "fuzzy"},
	"email:a^2":                    {"character 8", "sortFields"},
	"(email:a)^2":                  {"character 10", "sortFields"},
	"*:*^2":                        {"character 4", "sortFields"},
	"email:]":                      {"character 7", "quotes"},
	"email:^":                      {"character 7", "quotes"},
	"[a TO b] x":                   {"character 1", "needs a field"},
	">5 x":                         {"character 1", "needs a field"},
	"data.a:[1 2]":                 {"character 11", "TO"},
	"data.a:[1 TO 2":               {"character 8", "not closed"},
	"data.a:[TO 2]":                {"character 9", "TO"},
	"data.a:[1 TO ]":               {"character 14", "TO"},
	"data.a:>":                     {"character 9", "TO"},
	"Email:a":                      {"character 1", "email"},
	"foo:a":                        {"character 1", "data.<property>"},
	"data:a":                       {"character 1", "data.<property>"},
	"data.:a":                      {"character 1", "data.<property>"},
	"data..a:b":                    {"character 1", "data.<property>"},
	"data.*:a":                     {"character 1", "each field"},
	"*:a":                          {"character 1", "each field"},
	"_exists_:foo":                 {"character 10", "there is no field"},
	"_exists_:data":                {"character 10", "data.<property>"},
	"password:x":                   {"character 1", "there is no field"},
	"twoFactor.methods.secret:x":   {"character 1", "there is no field"},
	"verified:maybe":               {"character 10", "true or false"},
	"verified:t*":                  {"character 10", "wildcards"},
	"verified:[true TO *]":         {"character 10", "no range"},
	"insertInstant:now-1d":         {"character 15", "milliseconds"},
	"insertInstant:[now-1d TO *]":  {"character 15", "milliseconds"},
	"insertInstant:2026*":          {"character 15", "wildcards"},
	"birthDate:yesterday":          {"character 11", "1976-05-30"},
	"birthDate:[1976 TO soon]":     {"character 11", "1976-05-30"},
	"fullName:[a TO b]":            {"character 10", "fullName.exact"},
	"email:a \x00":                 {"character 1", "well-formed"},
	"\x00":                         {"character 1", "well-formed"},
	"email:\xff":                   {"character 1", "well-formed"},
	strings.Repeat("(", 51) + " a": {"character 51", "50 levels"},
	"email:(" + strings.Repeat("a ", 1025) + ")": {"character 2056", "1024 clauses"},
	strings.Repeat("a ", 147):                    {"character 293", "1024 clauses"},
	strings.Repeat("a", maxLength+1):             {"character 1", "131072 bytes"},
}

func TestQueryStringsThatAreRefused(t *testing.T) {
	t.Parallel()
	for text, want := range refusals {
		q, err := Users.ParseString(text)
		refused, ok := errors.AsType[*Error](err)
		switch {
		case !ok:
			t.Errorf("%.80q: %v, %v", text, q, err)
		case refused.Where != want[0] || !strings.Contains(refused.Reason, want[1]):
			t.Errorf("%.80q: %.300v\nwant at %s: …%s…", text, refused, want[0], want[1])
		}
	}
}

// FuzzParseString looks for texts that crash the parser, and for trees that
// nobody should have to work through.
func FuzzParseString(f *testing.F) {
	for text := range queryStrings {
		f.Add(text)
	}
	for text := range refusals {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		q, err := Users.ParseString(text)
		if _, ok := errors.AsType[*Error](err); err != nil && !ok {
			t.Fatalf("%q: an error that does not say where: %v", text, err)
		}
		if err == nil {
			sound(t, q, "", 0)
		}
	})
}

// sound checks what storage counts on.
func sound(t *testing.T, q Query, inside string, depth int) {
	t.Helper()
	if depth > 2*maxDepth+4 {
		t.Fatalf("the tree is %d deep", depth)
	}
	var field Field
	switch q := q.(type) {
	case All:
		return
	case Bool:
		if q.AtLeast < 0 || q.AtLeast > max(len(q.Should), 1) {
			t.Fatalf("at least %d of %d", q.AtLeast, len(q.Should))
		}
		for _, list := range [][]Query{q.Must, q.Should, q.MustNot} {
			for _, each := range list {
				sound(t, each, inside, depth+1)
			}
		}
		return
	case Nested:
		if inside != "" {
			t.Fatalf("%s inside %s", q.Path, inside)
		}
		sound(t, q.Query, q.Path, depth+1)
		return
	case Exists:
		field = q.Field
	case In:
		field = q.Field
	case Like:
		field = q.Field
	case Between:
		field = q.Field
	case Within:
		field = q.Field
	default:
		t.Fatalf("a query of the type %T", q)
	}
	if Users.nestedIn(field.Path) != inside {
		t.Fatalf("%s inside %q", field.Path, inside)
	}
}

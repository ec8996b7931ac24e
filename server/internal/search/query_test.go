package search

import (
	"errors"
	"strings"
	"testing"
)

var jsonQueries = map[string]string{
	`{"match_all":{}}`:                                                    "all",
	`{"match":{"data.Company":"PiedPiper"}}`:                              "data.Company=piedpiper",
	`{"match":{"data.Company":{"query":"PiedPiper"}}}`:                    "data.Company=piedpiper",
	`{"match":{"verified":false}}`:                                        "verified=false",
	`{"match":{"data.n":5}}`:                                              "data.n=5",
	`{"match":{"username":"tiger king"}}`:                                 "username=tiger king",
	`{"match":{"fullName":"Jane Doe"}}`:                                   "(fullName~jane fullName~doe)1",
	`{"match":{"fullName":{"query":"Jane Doe","operator":"AND"}}}`:        "(+fullName~jane +fullName~doe)",
	`{"match":{"fullName":""}}`:                                           "()1",
	`{"match_phrase":{"fullName":"Jane Doe"}}`:                            "fullName~jane doe",
	`{"match_phrase":{"data.x":{"query":"a b"}}}`:                         "data.x=a b",
	`{"term":{"email":"erlich*"}}`:                                        "email=erlich*",
	`{"term":{"email":{"value":"A","case_insensitive":true}}}`:            "email=a",
	`{"term":{"data.x":true}}`:                                            "data.x=true",
	`{"term":{"data.n":1e2}}`:                                             "data.n=1e2",
	`{"terms":{"email":["A","b"]}}`:                                       "email=a|b",
	`{"terms":{"email":[]}}`:                                              "email=",
	`{"terms":{"insertInstant":[1,2]}}`:                                   "(insertInstant[1..1] insertInstant[2..2])1",
	`{"ids":{"values":["A-1","b"]}}`:                                      "id=a-1|b",
	`{"range":{"data.salary":{"lt":100000}}}`:                             "data.salary[..100000)",
	`{"range":{"data.n":{"gt":"a","lte":"b"}}}`:                           "data.n(a..b]",
	`{"range":{"data.n":{"gte":1,"lt":null}}}`:                            "data.n[1..]",
	`{"range":{"insertInstant":{"gte":"2026-11-22","lt":1795391999999}}}`: "insertInstant[1795305600000..1795391999998]",
	`{"range":{"birthDate":{"lte":"1979"}}}`:                              "birthDate[..1979~)",
	`{"exists":{"field":"data.x"}}`:                                       "data.x?",
	`{"exists":{"field":"registrations"}}`:                                "registrations{all}",
	`{"prefix":{"email":"Jane*"}}`:                                        "email~jane**",
	`{"prefix":{"email":{"value":"jane"}}}`:                               "email~jane*",
	`{"prefix":{"email":""}}`:                                             "email?",
	`{"wildcard":{"email":"J?ne*"}}`:                                      "email~j?ne*",
	`{"wildcard":{"email":{"wildcard":"*a\\*","case_insensitive":true}}}`: "email~*a*",
	`{"wildcard":{"email":{"value":"jane"}}}`:                             "email=jane",
	`{"query_string":{"query":"email:a* AND verified:true"}}`:             "(+email~a* +verified=true)",
	`{"query_string":{"query":"jane"}}`:                                   everywhere("jane"),
	`{"query_string":{"query":"*"}}`:                                      "all",

	`{"bool":{}}`: "()",
	`{"bool":{"must":{"match":{"email":"a"}}}}`:                                                                                "email=a",
	`{"bool":{"filter":[{"term":{"email":"a"}}]}}`:                                                                             "email=a",
	`{"bool":{"must":[[{"term":{"email":"a"}}]]}}`:                                                                             "email=a",
	`{"bool":{"must_not":[{"term":{"email":"a"}}]}}`:                                                                           "(-email=a)",
	`{"bool":{"must":{"match":{"data.Company":"PiedPiper"}},"must_not":{"term":{"email":"erlich*"}}}}`:                         "(+data.Company=piedpiper -email=erlich*)",
	`{"bool":{"should":[{"term":{"email":"a"}},{"term":{"email":"b"}}]}}`:                                                      "(email=a email=b)1",
	`{"bool":{"must":[{"term":{"verified":true}}],"should":[{"term":{"email":"a"}}]}}`:                                         "verified=true",
	`{"bool":{"must":[{"term":{"verified":true}}],"should":[{"term":{"email":"a"}}],"minimum_should_match":1}}`:                "(+verified=true email=a)1",
	`{"bool":{"should":[{"term":{"email":"a"}},{"term":{"email":"b"}},{"term":{"email":"c"}}],"minimum_should_match":2}}`:      "(email=a email=b email=c)2",
	`{"bool":{"should":[{"term":{"email":"a"}},{"term":{"email":"b"}},{"term":{"email":"c"}}],"minimum_should_match":-1}}`:     "(email=a email=b email=c)2",
	`{"bool":{"should":[{"term":{"email":"a"}},{"term":{"email":"b"}},{"term":{"email":"c"}}],"minimum_should_match":"75%"}}`:  "(email=a email=b email=c)2",
	`{"bool":{"should":[{"term":{"email":"a"}},{"term":{"email":"b"}},{"term":{"email":"c"}}],"minimum_should_match":"-25%"}}`: "(email=a email=b email=c)3",
	`{"bool":{"should":[{"term":{"email":"a"}}],"minimum_should_match":9}}`:                                                    "(email=a)1",
	`{"bool":{"should":[{"term":{"email":"a"}}],"minimum_should_match":0}}`:                                                    "()",

	// As in FusionAuth's documentation.
	`{"bool":{"must":[{"nested":{"path":"registrations","query":{"bool":{"must":[{"match":{"registrations.applicationId":"3c219e58"}},{"match":{"registrations.verified":false}}]}}}}]}}`:  "registrations{(+registrations.applicationId=3c219e58 +registrations.verified=false)}",
	`{"bool":{"must":[[{"nested":{"path":"registrations","query":{"bool":{"must":[{"match":{"registrations.applicationId":"c50329fa"}},{"match":{"registrations.roles":"admin"}}]}}}}]]}}`: "registrations{(+registrations.applicationId=c50329fa +registrations.roles=admin)}",
	`{"nested":{"path":"memberships","query":{"term":{"memberships.groupId":"x"}},"score_mode":"none"}}`:                                                                                   "memberships{memberships.groupId=x}",
	`{"nested":{"path":"registrations","query":{"query_string":{"query":"registrations.roles:a AND -registrations.verified:true"}}}}`:                                                      "registrations{(+registrations.roles=a -registrations.verified=true)}",
	`{"nested":{"path":"registrations","query":{"match_all":{}}}}`:                                                                                                                         "registrations{all}",
	`{"match":{"registrations.roles":"admin"}}`: "registrations{registrations.roles=admin}",
}

func TestJSONQueries(t *testing.T) {
	t.Parallel()
	for text, want := range jsonQueries {
		q, err := Users.ParseJSON(text)
		if err != nil {
			t.Errorf("%s: %v", text, err)
		} else if got := show(q); got != want {
			t.Errorf("%s\n got %s\nwant %s", text, got, want)
		}
	}
}

// deep is a query inside as many others.
func deep(levels int) string {
	return strings.Repeat(`{"bool":{"must":`, levels) + `{"match_all":{}}` + strings.Repeat("}}", levels)
}

var jsonRefusals = map[string][2]string{
	``:                           {"the query", "JSON"},
	`null`:                       {"the query", "JSON object"},
	`[]`:                         {"the query", "JSON object"},
	`"x"`:                        {"the query", "JSON object"},
	`{"term":`:                   {"the query", "escaped"},
	`{} {}`:                      {"the query", "escaped"},
	`{}`:                         {"the query", "one member"},
	`{"query":{"match_all":{}}}`: {"/query", "match_all"},
	`{"fuzzy":{"email":"a"}}`:    {"/fuzzy", "wildcard"},
	`{"regexp":{"email":"a.*"}}`: {"/regexp", "wildcard"},
	`{"match":{"email":"a"},"term":{"email":"b"}}`:                                      {"the query", "bool"},
	`{"match":{"email":"a","username":"b"}}`:                                            {"/match", "bool"},
	`{"match":{"email":"a","email":"b"}}`:                                               {"/match/email", "twice"},
	`{"match":{"email":{"query":"a","fuzziness":"AUTO"}}}`:                              {"/match/email/fuzziness", "operator"},
	`{"match":{"email":{"query":"a","operator":"xor"}}}`:                                {"/match/email/operator", "and, or"},
	`{"match":{"email":null}}`:                                                          {"/match/email", "text"},
	`{"match":{"email":["a"]}}`:                                                         {"/match/email", "text"},
	`{"match":{"email":{"operator":"and"}}}`:                                            {"/match/email", "text"},
	`{"match":{"foo":"a"}}`:                                                             {"/match/foo", "there is no field"},
	`{"match":{"a/b~c":"a"}}`:                                                           {"/match/a~1b~0c", "there is no field"},
	`{"match":{"email":"a\u0000"}}`:                                                     {"/match/email", "u0000"},
	`{"term":{"email":{"value":"a","boost":2}}}`:                                        {"/term/email/boost", "value"},
	`{"terms":{"email":"a"}}`:                                                           {"/terms/email", "list"},
	`{"terms":{"email":["a",{}]}}`:                                                      {"/terms/email", "text"},
	`{"ids":{"values":[1,null]}}`:                                                       {"/ids/values", "text"},
	`{"range":{"data.n":5}}`:                                                            {"/range/data.n", "object"},
	`{"range":{"data.n":{"gt":1,"gte":2}}}`:                                             {"/range/data.n", "one of"},
	`{"range":{"data.n":{"from":1}}}`:                                                   {"/range/data.n/from", "gte"},
	`{"range":{"insertInstant":{"gte":"now-1d/d"}}}`:                                    {"/range/insertInstant", "milliseconds"},
	`{"range":{"insertInstant":{"gte":{}}}}`:                                            {"/range/insertInstant/gte", "text"},
	`{"range":{"verified":{"gte":true}}}`:                                               {"/range/verified", "no range"},
	`{"exists":{"field":"foo"}}`:                                                        {"/exists", "there is no field"},
	`{"exists":{"name":"email"}}`:                                                       {"/exists/name", "field"},
	`{"exists":{}}`:                                                                     {"/exists/field", "text"},
	`{"prefix":{"verified":"t"}}`:                                                       {"/prefix/verified", "wildcards"},
	`{"wildcard":{"email":{"rewrite":"x"}}}`:                                            {"/wildcard/email/rewrite", "value"},
	`{"match_all":{"boost":1}}`:                                                         {"/match_all/boost", "empty object"},
	`{"query_string":{"query":"email:(a"}}`:                                             {"/query_string/query", "at character 7: "},
	`{"query_string":{"query":"a","fields":["email"]}}`:                                 {"/query_string/fields", "query"},
	`{"bool":{"must":[{"match_all":{}},{"knn":{}}]}}`:                                   {"/bool/must/1/knn", "there are"},
	`{"bool":{"must":5}}`:                                                               {"/bool/must", "JSON object"},
	`{"bool":{"must":[[[{"match_all":{}}]]]}}`:                                          {"/bool/must/0", "JSON object"},
	`{"bool":{"boost":2}}`:                                                              {"/bool/boost", "must_not"},
	`{"bool":{"should":[],"minimum_should_match":"2<75%"}}`:                             {"/bool/minimum_should_match", "75%"},
	`{"bool":{"should":[],"minimum_should_match":99999}}`:                               {"/bool/minimum_should_match", "75%"},
	`{"nested":{"path":"identities","query":{"match_all":{}}}}`:                         {"/nested/path", "memberships and registrations"},
	`{"nested":{"path":"registrations"}}`:                                               {"/nested/query", "JSON"},
	`{"nested":{"path":"registrations","query":{"match":{"email":"a"}}}}`:               {"/nested/query/match/email", "registrations."},
	`{"nested":{"path":"registrations","query":{"match":{"memberships.groupId":"a"}}}}`: {"/nested/query/match/memberships.groupId", "registrations."},
	`{"nested":{"path":"registrations","query":{"query_string":{"query":"admin"}}}}`:    {"/nested/query/query_string/query", "needs a field"},
	`{"nested":{"path":"registrations","query":{"nested":{"path":"registrations","query":{"match_all":{}}}}}}`: {"/nested/query/nested", "not supported"},
	`{"nested":{"path":"registrations","query":{"match_all":{}},"inner_hits":{}}}`:                             {"/nested/inner_hits", "path"},
	deep(50): {strings.Repeat("/bool/must", 50), "50 levels"},
	`{"terms":{"email":[` + strings.Repeat(`"a",`, 1024) + `"a"]}}`: {"/terms/email", "1024 clauses"},
	`"` + strings.Repeat("a", maxLength) + `"`:                      {"the query", "131072 bytes"},
}

func TestJSONQueriesThatAreRefused(t *testing.T) {
	t.Parallel()
	for text, want := range jsonRefusals {
		q, err := Users.ParseJSON(text)
		refused, ok := errors.AsType[*Error](err)
		switch {
		case !ok:
			t.Errorf("%.80s: %v, %v", text, q, err)
		case refused.Where != want[0] || !strings.Contains(refused.Reason, want[1]):
			t.Errorf("%.80s: %.300v\nwant at %s: …%s…", text, refused, want[0], want[1])
		}
	}
}

func FuzzParseJSON(f *testing.F) {
	for text := range jsonQueries {
		f.Add(text)
	}
	for text := range jsonRefusals {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		q, err := Users.ParseJSON(text)
		if _, ok := errors.AsType[*Error](err); err != nil && !ok {
			t.Fatalf("%q: an error that does not say where: %v", text, err)
		}
		if err == nil {
			sound(t, q, "", 0)
		}
	})
}

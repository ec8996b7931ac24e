package server_test

import (
	"net/http"
	"strings"
	"testing"
)

// TestBodies: what a request body may look like, whatever the endpoint.
func TestBodies(t *testing.T) {
	t.Parallel()
	nested := func(depth int) string {
		return `{"user":{"email":"deep@example.com","data":{"deep":` + strings.Repeat("[", depth) + strings.Repeat("]", depth) + `}}}`
	}
	check(t, []scenario{
		{name: "none", do: "POST /api/user", kind: "application/json", status: 400, codes: "[invalidJSON]"},
		{name: "no content type", do: "POST /api/user {}", kind: " ", status: 400, codes: "[InvalidContentType]"},
		{name: "neither", do: "POST /api/user", status: 400, codes: "[MissingContentType]"},
		{name: "text", do: "POST /api/user {}", kind: "text/plain", status: 400, codes: "[InvalidContentType]"},
		{name: "form", do: "POST /api/user user=x", kind: "application/x-www-form-urlencoded", status: 400, codes: "[InvalidContentType]"},
		{name: "patch in a POST", do: "POST /api/user []", kind: "application/json-patch+json", status: 400, codes: "[InvalidContentType]"},
		{name: "unknown patch", do: "PATCH /api/user/" + janeID + " {}", kind: "application/x-patch", status: 400, codes: "[InvalidContentType]"},
		{name: "with a charset", do: `POST /api/user {"user":{"email":"a@example.com"}}`, kind: "application/json; charset=UTF-8", status: 200},
		{name: "not JSON", do: "POST /api/user user", status: 400, codes: "[invalidJSON]"},
		{name: "cut off", do: `POST /api/user {"user":`, status: 400, codes: "[invalidJSON]"},
		{name: "two documents", do: "POST /api/user {} {}", status: 400, codes: "[invalidJSON]"},
		{name: "a list", do: "POST /api/user []", status: 400, codes: "[invalidJSON]"},
		{name: "a text", do: `POST /api/user "user"`, status: 400, codes: "[invalidJSON]"},
		{name: "null", do: "POST /api/user null", status: 400, codes: "[missing]user"},
		{name: "without the object", do: "POST /api/user {}", status: 400, codes: "[missing]user"},
		{name: "null for the object", do: `POST /api/user {"user":null}`, status: 400, codes: "[missing]user"},
		{name: "text for the object", do: `POST /api/user {"user":"jane"}`, status: 400, codes: "[couldNotConvert]user"},
		{name: "name given twice", do: `POST /api/user {"user":{"email":"a@example.com","email":"b@example.com"}}`, status: 400, codes: "[invalidJSON]"},
		{name: "object given twice", do: `POST /api/user {"user":{},"user":{}}`, status: 400, codes: "[invalidJSON]"},
		{name: "NUL", do: `POST /api/user {"user":{"email":"a@example.com","firstName":"a\u0000b"}}`, status: 400, codes: "[invalidJSON]"},
		{name: "NUL in a name", do: `POST /api/user {"user":{"email":"a@example.com","data":{"a\u0000b":1}}}`, status: 400, codes: "[invalidJSON]"},
		{name: "half a surrogate", do: `POST /api/user {"user":{"firstName":"\ud800"}}`, status: 400, codes: "[invalidJSON]"},
		{name: "invalid UTF-8", do: "POST /api/user {\"user\":{\"firstName\":\"\xff\"}}", status: 400, codes: "[invalidJSON]"},
		{name: "nested as deep as it may", do: "POST /api/user " + nested(60), status: 200},
		{name: "nested deeper", do: "POST /api/user " + nested(70), status: 400, codes: "[invalidJSON]"},
		{name: "nested beyond reason", do: "POST /api/user " + nested(100_000), status: 400, codes: "[invalidJSON]"},
		{name: "wrong type", do: `POST /api/user {"user":{"email":7}}`, status: 400, codes: "[couldNotConvert]user.email"},
		{
			name: "wrong type in a list", do: `POST /api/tenant {"tenant":{"name":"T","connectorPolicies":[{"domains":["*"]},{"domains":"*"}]}}`,
			status: 400, codes: "[couldNotConvert]tenant.connectorPolicies[1].domains",
		},
		{
			name: "no id", do: `POST /api/user/registration/` + janeID + ` {"registration":{"applicationId":"app"}}`,
			status: 400, codes: "[couldNotConvert]registration.applicationId",
		},
		{name: "no id in the path", do: `GET /api/user/jane`, status: 400, codes: "[couldNotConvert]userId"},
		{name: "no tenant id in the path", do: `GET /api/tenant/jane`, status: 400, codes: "[couldNotConvert]tenantId"},
		{name: "no role id in the path", do: "DELETE /api/application/" + applicationID + "/role/jane", status: 400, codes: "[couldNotConvert]roleId"},
		{name: "no application id in the path", do: "GET /api/user/registration/" + janeID + "/x", status: 400, codes: "[couldNotConvert]applicationId"},
		{name: "NUL in the query", do: "GET /api/user?email=a%00b", status: 400, codes: "[invalid]"},
		{name: "invalid UTF-8 in the query", do: "GET /api/user?email=%ff", status: 400, codes: "[invalid]"},
		{name: "semicolon in the query", do: "GET /api/user?email=a;loginId=jane", status: 400, codes: "[invalid]"},
		{name: "bad escape in the query", do: "GET /api/user?email=%zz", status: 400, codes: "[invalid]"},
	})
}

// TestOversizedBody: a body that is too large is refused in FusionAuth's error
// shape, also where no key is needed.
func TestOversizedBody(t *testing.T) {
	t.Parallel()
	i := start(t)
	huge := `{"user":{"email":"` + strings.Repeat("a", 5<<20) + `"}}`
	for _, request := range []string{"POST /api/user ", "PATCH /api/user/" + janeID + " ", "POST /api/login "} {
		r := i.do(request + huge)
		if r.status != http.StatusRequestEntityTooLarge || r.codes() != "[requestTooLarge]" {
			t.Errorf("%s: status %d, errors %q", request, r.status, r.codes())
		}
	}
}

// TestAnswers: every answer of the API forbids to be kept or guessed at.
func TestAnswers(t *testing.T) {
	t.Parallel()
	i := start(t)
	for _, request := range []string{"GET /api/tenant", "GET /api/user/" + nobodyID, "POST /api/user {}", "GET /api/status"} {
		r := i.do(request)
		if r.header.Get("Cache-Control") != "no-store" || r.header.Get("X-Content-Type-Options") != "nosniff" {
			t.Errorf("%s: headers %v", request, r.header)
		}
		if got := r.header.Get("Content-Type"); r.body != "" && got != "application/json;charset=UTF-8" {
			t.Errorf("%s: content type %q", request, got)
		}
	}
	if logged := i.log.String(); logged != "" {
		t.Errorf("refusals are no failures to be logged: %s", logged)
	}
}

// TestPatchDialects: the content type says how a PATCH is meant.
func TestPatchDialects(t *testing.T) {
	t.Parallel()
	const (
		user   = "PATCH /api/user/" + janeID + " "
		tenant = "PATCH /api/tenant/" + tenantID + " "
	)
	given := []string{`PATCH /api/user/` + janeID + ` {"user":{"preferredLanguages":["en"],"data":{"a":{"b":1},"list":[1]}}}`}
	check(t, []scenario{
		{
			name: "FusionAuth's own: objects merge, lists append, null removes", given: given,
			do:     user + `{"user":{"preferredLanguages":["fr"],"lastName":null,"data":{"a":{"c":2},"list":[2],"favouriteNumber":null}}}`,
			status: 200, want: values{
				"user.preferredLanguages": []string{"en", "fr"}, "user.data": map[string]any{"a": map[string]int{"b": 1, "c": 2}, "list": []int{1, 2}},
				"user.lastName": absent, "user.firstName": "Jane", "user.email": "jane@example.com",
			},
		},
		{
			name: "merge patch: lists are replaced", given: given, kind: "application/merge-patch+json",
			do:     user + `{"user":{"preferredLanguages":["fr"],"lastName":null,"data":{"list":[2]}}}`,
			status: 200, want: values{
				"user.preferredLanguages": []string{"fr"}, "user.data.list": []int{2}, "user.data.a.b": 1, "user.lastName": absent,
			},
		},
		{
			name: "JSON patch", given: given, kind: "application/json-patch+json",
			do: user + `[{"op":"add","path":"/user/preferredLanguages/-","value":"fr"},{"op":"remove","path":"/user/lastName"},
				{"op":"test","path":"/user/firstName","value":"Jane"},{"op":"replace","path":"/user/data/a","value":3}]`,
			status: 200, want: values{"user.preferredLanguages": []string{"en", "fr"}, "user.lastName": absent, "user.data.a": 3},
		},
		{
			name: "JSON patch whose test fails", kind: "application/json-patch+json",
			do:     user + `[{"op":"replace","path":"/user/lastName","value":"X"},{"op":"test","path":"/user/firstName","value":"Joe"}]`,
			status: 400, codes: "[invalidPatch]",
		},
		{name: "JSON patch that is none", kind: "application/json-patch+json", do: user + `{"user":{}}`, status: 400, codes: "[invalidPatch]"},
		{name: "of nothing", do: user + `{}`, status: 200, want: values{"user.firstName": "Jane"}},
		{name: "that is a list", do: user + `[]`, status: 400, codes: "[invalidJSON]"},
		{name: "that removes the object", do: user + `{"user":null}`, status: 400, codes: "[missing]user"},
		{name: "with a wrong type", do: user + `{"user":{"firstName":{"a":1}}}`, status: 400, codes: "[couldNotConvert]user.firstName"},
		{name: "of somebody who is not there", do: "PATCH /api/user/" + nobodyID + ` {"user":{}}`, status: 404},
		{name: "keeps every digit", do: user + `{"user":{"lastName":"E"}}`, status: 200, want: values{"user.data.favouriteNumber": number("12345678901234567890")}},
		{
			name: "of a tenant, in depth", do: tenant + `{"tenant":{"jwtConfiguration":{"timeToLiveInSeconds":60}}}`,
			status: 200, want: values{"tenant.jwtConfiguration.timeToLiveInSeconds": 60, "tenant.jwtConfiguration.refreshTokenUsagePolicy": "Reusable", "tenant.name": "Default"},
		},
		{
			name: "that leaves what cannot be", do: tenant + `{"tenant":{"name":null,"jwtConfiguration":{"timeToLiveInSeconds":0}}}`,
			status: 400, codes: "[blank]tenant.name [invalid]tenant.jwtConfiguration.timeToLiveInSeconds",
		},
	})
}

// TestTakenIDs: an id that an object has cannot be given to another one.
func TestTakenIDs(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, i *instance) {
		for _, kind := range []struct{ path, body string }{
			{"/api/tenant/", `{"tenant":{"name":"%s"}}`},
			{"/api/application/", `{"application":{"name":"%s","tenantId":"` + tenantID + `"}}`},
			{"/api/connector/", `{"connector":{"name":"%s","type":"Generic","authenticationURL":"https://example.com","connectTimeout":1,"readTimeout":1}}`},
			{"/api/user/", `{"user":{"username":"%s","tenantId":"` + tenantID + `"}}`},
			{"/api/api-key/", `{"apiKey":{"name":"%s"}}`},
		} {
			create := func(name string) response {
				return i.send(call{do: "POST " + kind.path + nobodyID + " " + strings.ReplaceAll(kind.body, "%s", name), as: managerKey})
			}
			create("First").must(t)
			r := create("Second")
			if codes := r.codes(); r.status != http.StatusBadRequest || !strings.HasPrefix(codes, "[duplicate]") || !strings.HasSuffix(codes, "id") {
				t.Errorf("%s: status %d, %q", kind.path, r.status, codes)
			}
		}
	})
}

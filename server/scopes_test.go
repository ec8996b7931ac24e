package server_test

import (
	"net/http"
	"testing"
)

func TestScopes(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, i *instance) {
		const path = "/api/application/" + applicationID + "/scope"
		const scopeID = "dddddddd-0000-0000-0000-000000000001"
		made := i.do(`POST ` + path + `/` + scopeID + ` {"scope":{"name":"books/read","description":"Reads","defaultConsentDetail":"All of them","data":{"a":1},"later":true}}`).must(t)
		made.want(t, values{"scope.id": scopeID, "scope.name": "books/read", "scope.required": false, "scope.insertInstant": present, "scope.later": true})
		i.do("GET "+path+"/"+scopeID).must(t).want(t, values{"scope.data.a": number("1"), "scope.defaultConsentDetail": "All of them"})
		i.do("GET /api/application/"+applicationID).must(t).want(t, values{"application.scopes.0.name": "books/read"})
		for body, codes := range map[string]string{
			`{"scope":{"name":"books/read"}}`: "[duplicate]scope.name", `{"scope":{}}`: "[blank]scope.name", `{"scope":{"name":"openid"}}`: "[invalid]scope.name",
			`{"scope":{"name":"target-entity:x"}}`: "[invalid]scope.name", `{"scope":{"name":"two words"}}`: "[invalid]scope.name",
		} {
			if r := i.do("POST " + path + " " + body); r.codes() != codes {
				t.Errorf("%s: status %d, %q", body, r.status, r.codes())
			}
		}
		if r := i.do(`POST ` + path + `/` + scopeID + ` {"scope":{"name":"another"}}`); r.codes() != "[duplicate]scopeId" {
			t.Errorf("the same id: %q", r.codes())
		}
		i.do(`PATCH `+path+`/`+scopeID+` {"scope":{"required":true}}`).must(t).want(t, values{"scope.required": true, "scope.description": "Reads"})
		i.do(`PUT `+path+`/`+scopeID+` {"scope":{"name":"books"}}`).must(t).want(t, values{"scope.required": false, "scope.description": absent, "scope.name": "books"})
		i.do(`PUT /api/application/` + applicationID + ` {"application":{"name":"Example app"}}`).must(t)
		i.do("GET "+path+"/"+scopeID).must(t).want(t, values{"scope.name": "books"})
		i.do("DELETE " + path + "/" + scopeID).must(t)
		for _, request := range []string{"GET " + path + "/" + scopeID, "DELETE " + path + "/" + scopeID, `PUT ` + path + `/` + scopeID + ` {"scope":{"name":"x"}}`} {
			if r := i.do(request); r.status != http.StatusNotFound {
				t.Errorf("%s: status %d", request, r.status)
			}
		}
	})
}

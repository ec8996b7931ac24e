package server_test

import (
	"net/http"
	"testing"
)

func TestAPIKeys(t *testing.T) {
	t.Parallel()
	const (
		id   = "ffffffff-0000-0000-0000-000000000001"
		one  = "/api/api-key/" + id
		made = "POST " + one + ` {"apiKey":{"key":"new-key","permissions":{"endpoints":{"/api/user":["GET","POST"]}}}}`
	)
	onKeys(t, []scenario{
		{
			name: "create", do: made, status: 200,
			want: values{"apiKey.id": id, "apiKey.key": "new-key", "apiKey.keyManager": false, "apiKey.retrievable": true, "apiKey.tenantId": absent, "apiKey.metaData.attributes": values{}},
		},
		{name: "a value is made up", do: `POST /api/api-key {"apiKey":{"metaData":{"attributes":{"description":"d"}}}}`, status: 200, want: values{"apiKey.metaData.attributes.description": "d"}},
		{name: "no manager through the API", do: `POST /api/api-key {"apiKey":{"keyManager":true}}`, status: 200, want: values{"apiKey.keyManager": false}},
		{name: "value taken", do: `POST /api/api-key {"apiKey":{"key":"` + superKey + `"}}`, status: 400, codes: "[duplicate]apiKey.key"},
		{name: "permissions that are none", do: `POST /api/api-key {"apiKey":{"permissions":{"endpoints":{"user":["get"]}}}}`, status: 400, codes: "[invalid]apiKey.permissions.endpoints [invalid]apiKey.permissions.endpoints"},
		{name: "the permission to manage keys is dropped", do: `POST /api/api-key {"apiKey":{"permissions":{"endpoints":{"/api/api-key":["POST"],"/api/user":["GET"]}}}}`, status: 200, want: values{"apiKey.permissions.endpoints": values{"/api/user": []string{"GET"}}}},
		{name: "and never leaves a key for everything", do: `POST /api/api-key {"apiKey":{"permissions":{"endpoints":{"/api/api-key":["POST"]}}}}`, status: 400, codes: "[invalid]apiKey.permissions.endpoints"},
		{name: "not to be read again, without a name", do: `POST /api/api-key {"apiKey":{"retrievable":false}}`, status: 400, codes: "[blank]apiKey.name"},
		{name: "of a tenant", do: `POST /api/api-key {"apiKey":{"tenantId":"` + tenantID + `"}}`, status: 200, want: values{"apiKey.tenantId": tenantID}},
		{name: "of an unknown tenant", do: `POST /api/api-key {"apiKey":{"tenantId":"` + nobodyID + `"}}`, status: 400, codes: "[invalid]apiKey.tenantId"},
		{name: "id taken", given: []string{made}, do: "POST " + one + ` {"apiKey":{}}`, status: 400, codes: "[duplicate]apiKey.id"},
		{name: "nothing", do: "POST /api/api-key {}", status: 400, codes: "[missing]apiKey"},
		{name: "copy", given: []string{made}, do: `POST /api/api-key {"sourceKeyId":"` + id + `"}`, status: 200, want: values{"apiKey.permissions.endpoints": values{"/api/user": []string{"GET", "POST"}}}},
		{name: "copy with a value of its own", given: []string{made}, do: `POST /api/api-key {"sourceKeyId":"` + id + `","apiKey":{"key":"copy"}}`, status: 200, want: values{"apiKey.key": "copy", "apiKey.permissions.endpoints": values{"/api/user": []string{"GET", "POST"}}}},
		{name: "copy of nothing", do: `POST /api/api-key {"sourceKeyId":"` + nobodyID + `"}`, status: 400, codes: "[invalid]sourceKeyId"},
		{name: "copy of no id", do: `POST /api/api-key {"sourceKeyId":"x"}`, status: 400, codes: "[couldNotConvert]sourceKeyId"},
		{name: "read", given: []string{made}, do: "GET " + one, status: 200, want: values{"apiKey.key": "new-key"}},
		{name: "read what was to be seen once", given: []string{"POST " + one + ` {"apiKey":{"name":"n","key":"k","retrievable":false}}`}, do: "GET " + one, status: 200, want: values{"apiKey.key": absent, "apiKey.name": "n"}},
		{name: "read what is not there", do: "GET " + one, status: 404},
		{
			name: "PUT", given: []string{made}, do: "PUT " + one + ` {"apiKey":{"name":"n","key":"other","keyManager":true,"tenantId":"` + tenantID + `","permissions":{"endpoints":{"/api/tenant":["GET"]}},"expirationInstant":9000000000000}}`, status: 200,
			want: values{"apiKey.key": "new-key", "apiKey.keyManager": false, "apiKey.tenantId": absent, "apiKey.name": "n", "apiKey.permissions.endpoints": values{"/api/tenant": []string{"GET"}}, "apiKey.expirationInstant": 9000000000000},
		},
		{name: "PUT without an instant takes it back", given: []string{"POST " + one + ` {"apiKey":{"expirationInstant":9000000000000}}`}, do: "PUT " + one + ` {"apiKey":{}}`, status: 200, want: values{"apiKey.expirationInstant": absent}},
		{name: "PUT cannot make it readable", given: []string{"POST " + one + ` {"apiKey":{"name":"n","retrievable":false}}`}, do: "PUT " + one + ` {"apiKey":{"name":"n","retrievable":true}}`, status: 200, want: values{"apiKey.retrievable": false, "apiKey.key": absent}},
		{name: "PUT keeps the need for a name", given: []string{"POST " + one + ` {"apiKey":{"name":"n","retrievable":false}}`}, do: "PUT " + one + ` {"apiKey":{}}`, status: 400, codes: "[blank]apiKey.name"},
		{name: "PATCH", given: []string{made}, do: "PATCH " + one + ` {"apiKey":{"name":"n"}}`, status: 200, want: values{"apiKey.name": "n", "apiKey.permissions.endpoints": values{"/api/user": []string{"GET", "POST"}}}},
		{name: "PUT to nothing", do: "PUT " + one + ` {"apiKey":{}}`, status: 404},
		{name: "deleted", given: []string{made, "DELETE " + one}, do: "GET " + one, status: 404},
	})
}

// onKeys runs scenarios as a key manager.
func onKeys(t *testing.T, scenarios []scenario) {
	t.Helper()
	for _, s := range scenarios {
		t.Run(s.name, func(t *testing.T) {
			t.Parallel()
			i := start(t)
			for _, request := range s.given {
				i.send(call{do: request, as: managerKey}).must(t)
			}
			s.given, s.as = nil, managerKey
			s.run(t, i)
		})
	}
}

// TestManagersBoundaries: nobody can hand out, see or change more than they
// have.
func TestManagersBoundaries(t *testing.T) {
	t.Parallel()
	const (
		wide     = "ffffffff-0000-0000-0000-00000000000a" // may do everything
		narrow   = "ffffffff-0000-0000-0000-00000000000b" // as much as the narrow manager
		ofTenant = "ffffffff-0000-0000-0000-00000000000c"
	)
	i := start(t)
	for _, request := range []string{
		"POST /api/api-key/" + wide + ` {"apiKey":{}}`,
		"POST /api/api-key/" + narrow + ` {"apiKey":{"permissions":{"endpoints":{"/api/user":["GET"]}}}}`,
		"POST /api/api-key/" + ofTenant + ` {"apiKey":{"tenantId":"` + tenantID + `"}}`,
	} {
		i.send(call{do: request, as: managerKey}).must(t)
	}
	for _, tt := range []struct {
		name, as, do string
		status       int
	}{
		{"narrow: read wider", narrowManagerKey, "GET /api/api-key/" + wide, http.StatusUnauthorized},
		{"narrow: read as wide", narrowManagerKey, "GET /api/api-key/" + narrow, http.StatusOK},
		{"narrow: make wider", narrowManagerKey, `POST /api/api-key {"apiKey":{}}`, http.StatusUnauthorized},
		{"narrow: make with another method", narrowManagerKey, `POST /api/api-key {"apiKey":{"permissions":{"endpoints":{"/api/user":["GET","PUT"]}}}}`, http.StatusUnauthorized},
		{"narrow: make as wide", narrowManagerKey, `POST /api/api-key {"apiKey":{"permissions":{"endpoints":{"/api/user":["GET"]}}}}`, http.StatusOK},
		{"narrow: copy wider", narrowManagerKey, `POST /api/api-key {"sourceKeyId":"` + wide + `"}`, http.StatusUnauthorized},
		{"narrow: widen", narrowManagerKey, "PUT /api/api-key/" + narrow + ` {"apiKey":{}}`, http.StatusUnauthorized},
		{"narrow: widen by a patch", narrowManagerKey, "PATCH /api/api-key/" + narrow + ` {"apiKey":{"permissions":null}}`, http.StatusUnauthorized},
		{"narrow: delete wider", narrowManagerKey, "DELETE /api/api-key/" + wide, http.StatusUnauthorized},
		{"of a tenant: read global", tenantManagerKey, "GET /api/api-key/" + wide, http.StatusNotFound},
		{"of a tenant: read its own", tenantManagerKey, "GET /api/api-key/" + ofTenant, http.StatusOK},
		{"of a tenant: delete global", tenantManagerKey, "DELETE /api/api-key/" + wide, http.StatusNotFound},
		{"of a tenant: copy global", tenantManagerKey, `POST /api/api-key {"sourceKeyId":"` + wide + `"}`, http.StatusBadRequest},
		{"no manager", superKey, "GET /api/api-key/" + narrow, http.StatusUnauthorized},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if r := i.send(call{do: tt.do, as: tt.as}); r.status != tt.status {
				t.Errorf("status %d, want %d: %s", r.status, tt.status, r.body)
			}
		})
	}
	if got := i.send(call{do: `POST /api/api-key {"apiKey":{"tenantId":"` + nobodyID + `"}}`, as: tenantManagerKey}).at("apiKey.tenantId"); got != tenantID {
		t.Errorf("a manager of one tenant made a key of tenant %v", got)
	}
}

// TestKeysAreHeldToTheirTask: a key opens what it names at once, and nothing
// after it is deleted.
func TestKeysAreHeldToTheirTask(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, i *instance) {
		made := i.send(call{do: `POST /api/api-key {"apiKey":{"permissions":{"endpoints":{"/api/user":["GET"]}}}}`, as: managerKey}).must(t)
		key, id := made.text("apiKey.key"), made.text("apiKey.id")
		for _, tt := range []struct {
			do     string
			status int
		}{
			{"GET /api/user/" + janeID, http.StatusOK},
			{"DELETE /api/user/" + janeID, http.StatusUnauthorized},
			{"GET /api/tenant", http.StatusUnauthorized},
		} {
			if r := i.send(call{do: tt.do, as: key}); r.status != tt.status {
				t.Errorf("%s: status %d, want %d", tt.do, r.status, tt.status)
			}
		}
		i.send(call{do: "DELETE /api/api-key/" + id, as: managerKey}).must(t)
		if r := i.send(call{do: "GET /api/user/" + janeID, as: key}); r.status != http.StatusUnauthorized {
			t.Errorf("a deleted key: status %d", r.status)
		}
	})
}

package server_test

import (
	"net/http"
	"testing"
)

// protected is every endpoint that needs an API key, as it is mounted.
var protected = []string{
	"POST /api/application/" + applicationID + "/scope {}", "POST /api/application/" + applicationID + "/scope/" + nobodyID + " {}",
	"GET /api/application/" + applicationID + "/scope/" + nobodyID, "PUT /api/application/" + applicationID + "/scope/" + nobodyID + " {}",
	"PATCH /api/application/" + applicationID + "/scope/" + nobodyID + " {}", "DELETE /api/application/" + applicationID + "/scope/" + nobodyID,
	"GET /api/jwt/refresh", "GET /api/jwt/refresh/" + nobodyID, "DELETE /api/jwt/refresh", "DELETE /api/jwt/refresh/" + nobodyID,
	"POST /api/jwt/vend {}", "POST /api/user/refresh-token/import {}",
	"POST /api/user/action {}", "GET /api/user/action", "GET /api/user/action/" + nobodyID, "PUT /api/user/action/" + nobodyID + " {}",
	"DELETE /api/user/action/" + nobodyID, "POST /api/user/comment {}", "GET /api/user/comment/" + nobodyID,
	"GET /api/user/comment/search", "POST /api/user/comment/search {}",
	"POST /api/api-key {}", "GET /api/api-key/" + nobodyID, "PUT /api/api-key/" + nobodyID + " {}",
	"PATCH /api/api-key/" + nobodyID + " {}", "DELETE /api/api-key/" + nobodyID,
	"GET /api/user/search", "POST /api/user/search {}", "PUT /api/user/search", "DELETE /api/user/bulk", "GET /api/entity/search",
	"POST /api/entity/search {}", "PUT /api/entity/search", "GET /api/key/search", "POST /api/key/search {}",
	"POST /api/application {}", "GET /api/application", "GET /api/application/" + applicationID,
	"PUT /api/application/" + applicationID + " {}", "PATCH /api/application/" + applicationID + " {}",
	"DELETE /api/application/" + applicationID, "GET /api/application/search", "POST /api/application/search {}",
	"POST /api/application/" + applicationID + "/role {}", "PUT /api/application/" + applicationID + "/role/" + nobodyID + " {}",
	"PATCH /api/application/" + applicationID + "/role/" + nobodyID + " {}", "DELETE /api/application/" + applicationID + "/role",
	"POST /api/connector {}", "GET /api/connector", "GET /api/connector/" + connectorID, "PUT /api/connector/" + connectorID + " {}",
	"PATCH /api/connector/" + connectorID + " {}", "DELETE /api/connector/" + connectorID,
	"GET /api/system/event-log/1", "GET /api/system/event-log/search", "POST /api/system/event-log/search {}", "GET /api/system/version",
	"POST /api/system/audit-log {}", "GET /api/system/audit-log/1", "GET /api/system/audit-log/search", "POST /api/system/audit-log/search {}",
	"GET /api/system/audit-log/export", "POST /api/system/audit-log/export {}", "GET /api/system/login-record/search",
	"POST /api/system/login-record/search {}", "GET /api/system/login-record/export", "POST /api/system/login-record/export {}",
	"GET /api/user/recent-login", "GET /api/system/webhook-event-log/" + nobodyID, "GET /api/system/webhook-attempt-log/" + nobodyID,
	"GET /api/system/webhook-event-log/search", "POST /api/system/webhook-event-log/search {}",
	"POST /api/tenant {}", "GET /api/tenant", "GET /api/tenant/" + tenantID, "PUT /api/tenant/" + tenantID + " {}",
	"PATCH /api/tenant/" + tenantID + " {}", "DELETE /api/tenant/" + tenantID, "GET /api/tenant/search", "POST /api/tenant/search {}",
	"POST /api/user {}", "POST /api/user/" + nobodyID + " {}", "GET /api/user?email=jane@example.com", "GET /api/user/" + janeID,
	"PUT /api/user/" + janeID + " {}", "PATCH /api/user/" + janeID + " {}", "DELETE /api/user/" + janeID,
	"POST /api/user/registration {}", "POST /api/user/registration/" + janeID + " {}", "PUT /api/user/registration/" + janeID + " {}",
	"PATCH /api/user/registration/" + janeID + " {}", "GET /api/user/registration/" + janeID + "/" + applicationID,
	"PUT /api/user/registration/" + janeID + "/" + applicationID + " {}",
	"PATCH /api/user/registration/" + janeID + "/" + applicationID + " {}",
	"DELETE /api/user/registration/" + janeID + "/" + applicationID,
	"PUT /api/login/" + janeID + "/" + applicationID, "GET /api/user/change-password",
	"POST /api/two-factor/send {}", "GET /api/two-factor/secret", "POST /api/two-factor/start {}", "GET /api/two-factor/status",
	"POST /api/two-factor/status {}", "POST /api/user/two-factor {}", "DELETE /api/user/two-factor", "POST /api/user/two-factor/" + janeID + " {}",
	"PUT /api/user/two-factor/" + janeID + " {}", "DELETE /api/user/two-factor/" + janeID,
	"GET /api/webauthn", "DELETE /api/webauthn", "GET /api/webauthn/" + nobodyID, "DELETE /api/webauthn/" + nobodyID,
	"POST /api/webauthn/register/start {}", "POST /api/webauthn/register/complete {}", "POST /api/webauthn/start {}", "POST /api/webauthn/import {}",
	"GET /api/user/two-factor/recovery-code/" + janeID, "POST /api/user/two-factor/recovery-code/" + janeID,
}

// TestUnauthorized: whatever is wrong with a key, there is the same answer and
// nothing in it.
func TestUnauthorized(t *testing.T) {
	t.Parallel()
	i := start(t)
	expectNothing := func(t *testing.T, c call) {
		t.Helper()
		if r := i.send(c); r.status != http.StatusUnauthorized || r.body != "" {
			t.Errorf("%s as %q: status %d, body %q", c.do, c.as, r.status, r.body)
		}
	}
	for _, request := range protected {
		expectNothing(t, call{do: request, as: noKey})
		expectNothing(t, call{do: request, as: "unknown-key"})
		expectNothing(t, call{do: request, as: "Bearer " + superKey})
		expectNothing(t, call{do: request, as: expiredKey})
	}
	for _, tt := range []struct {
		name string
		call
	}{
		{"key without the method", call{do: "POST /api/user {}", as: readerKey}},
		{"key without the endpoint", call{do: "GET /api/application", as: readerKey}},
		{"an endpoint does not include those below it", call{do: "GET /api/user/registration/" + janeID + "/" + applicationID, as: readerKey}},
		{"nor searches", call{do: "GET /api/tenant/search", as: readerKey}},
		{"super key that is no manager", call{do: "POST /api/api-key {}"}},
		{"key of a tenant: create a tenant", call{do: `POST /api/tenant {"tenant":{"name":"Another"}}`, as: tenantKey}},
		{"key of a tenant: search tenants", call{do: "GET /api/tenant/search", as: tenantKey}},
		{"tenant header: search tenants", call{do: "GET /api/tenant/search", tenant: tenantID}},
		{"key of a tenant: connectors", call{do: "GET /api/connector", as: tenantKey}},
		{"key of a tenant: one connector", call{do: "GET /api/connector/" + connectorID, as: tenantKey}},
		{"key of a tenant: create a connector", call{do: "POST /api/connector {}", as: tenantKey}},
		{"key of a tenant: event log", call{do: "GET /api/system/event-log/search", as: tenantKey}},
		{"key of a tenant: webhook event log", call{do: "GET /api/system/webhook-event-log/search", as: tenantKey}},
		{"key of a tenant: webhook event", call{do: "GET /api/system/webhook-event-log/" + nobodyID, as: tenantKey}},
		{"key of a tenant: webhook attempt", call{do: "GET /api/system/webhook-attempt-log/" + nobodyID, as: tenantKey}},
		{"key of a tenant: event log entry", call{do: "GET /api/system/event-log/1", as: tenantKey}},
		{"key of a tenant with the header of another", call{do: "GET /api/user/" + janeID, as: tenantKey, tenant: nobodyID}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			expectNothing(t, tt.call)
		})
	}
}

func TestAuthorized(t *testing.T) {
	t.Parallel()
	check(t, []scenario{
		{name: "reader", do: "GET /api/user/" + janeID, as: readerKey, status: 200},
		{name: "reader, by login id", do: "GET /api/user?loginId=jane", as: readerKey, status: 200},
		{name: "key of the tenant", do: "GET /api/user/" + janeID, as: tenantKey, status: 200},
		{name: "key of the tenant with its header", do: "GET /api/user/" + janeID, as: tenantKey, tenant: tenantID, status: 200},
		{name: "header in upper case", do: "GET /api/user/" + janeID, tenant: "D7D09513-A3F5-401C-9685-34AB6C552453", status: 200},
		{name: "event log with a tenant header", do: "GET /api/system/event-log/search", tenant: tenantID, status: 200},
		{name: "header that is no id", do: "GET /api/user/" + janeID, tenant: "Default", status: 400, codes: "[invalidTenantId]"},
		{name: "header without a tenant", do: `POST /api/user {"user":{"email":"a@example.com"}}`, tenant: nobodyID, status: 400, codes: "[invalidTenantId]"},
	})
}

// TestKeyExpires: from its expiration instant on, a key opens nothing.
func TestKeyExpires(t *testing.T) {
	t.Parallel()
	i := start(t)
	instant := i.clock.now().Add(hour).UnixMilli()
	i.send(call{as: managerKey, do: `POST /api/api-key {"apiKey":{"key":"short-lived-key","expirationInstant":` + itoa(instant) + `}}`}).must(t)
	read := call{do: "GET /api/tenant", as: "short-lived-key"}
	if r := i.send(read); r.status != http.StatusOK {
		t.Fatalf("before it has expired: status %d", r.status)
	}
	i.clock.advance(hour)
	if r := i.send(read); r.status != http.StatusUnauthorized {
		t.Errorf("after it has expired: status %d", r.status)
	}
}

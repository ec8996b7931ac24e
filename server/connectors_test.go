package server_test

import "testing"

func TestConnectors(t *testing.T) {
	t.Parallel()
	const (
		id   = "eeeeeeee-0000-0000-0000-000000000001"
		ldap = `"authenticationURL":"ldaps://ldap.example.com","connectTimeout":1,"readTimeout":1,"baseStructure":"dc=example","systemAccountDN":"cn=s","systemAccountPassword":"made-up",` +
			`"loginIdAttribute":"mail","identifyingAttribute":"uid","requestedAttributes":["mail"],"lambdaConfiguration":{"reconcileId":"eeeeeeee-0000-0000-0000-000000000001"}`
		generic = `"type":"Generic","authenticationURL":"https://connector.example.com/?q=1","connectTimeout":1000,"readTimeout":2000`
		made    = "POST /api/connector/" + id + ` {"connector":{"name":"Cognito",` + generic + `,"headers":{"Authorization":"made-up"},"debug":true}}`
		one     = " /api/connector/" + id
	)
	given := []string{made}
	check(t, []scenario{
		{
			name: "create", do: made, status: 200, want: values{
				"connector.id": id, "connector.name": "Cognito", "connector.type": "Generic", "connector.headers.Authorization": "made-up",
				"connector.debug": true, "connector.data": values{}, "connector.connectTimeout": 1000, "connector.readTimeout": 2000,
			},
		},
		{name: "everything wrong at once", do: `POST /api/connector {"connector":{"type":"Generic","authenticationURL":"connector"}}`, status: 400, codes: "[blank]connector.name [invalid]connector.authenticationURL [invalid]connector.connectTimeout [invalid]connector.readTimeout"},
		{name: "no type", do: `POST /api/connector {"connector":{"name":"C"}}`, status: 400, codes: "[invalid]connector.type"},
		{name: "a second FusionAuth", do: `POST /api/connector {"connector":{"name":"C","type":"FusionAuth"}}`, status: 400, codes: "[blank]connector.authenticationURL [invalid]connector.connectTimeout [invalid]connector.readTimeout"},
		{name: "name taken", given: given, do: `POST /api/connector {"connector":{"name":"cognito",` + generic + `}}`, status: 400, codes: "[duplicate]connector.name"},
		{name: "header that is no text", do: `POST /api/connector {"connector":{"name":"C",` + generic + `,"headers":{"X":1}}}`, status: 400, codes: "[couldNotConvert]connector.headers.X"},
		{
			name: "LDAP", do: `POST /api/connector {"connector":{"name":"L","type":"LDAP",` + ldap + `,"securityMethod":"LDAPS"}}`,
			status: 200, want: values{"connector.baseStructure": "dc=example", "connector.requestedAttributes": []string{"mail"}, "connector.lambdaConfiguration.reconcileId": id},
		},
		{name: "LDAP, another security", do: `POST /api/connector {"connector":{"name":"L","type":"LDAP",` + ldap + `,"securityMethod":"StartTLS"}}`, status: 400, codes: "[invalid]connector.securityMethod"},
		{
			name: "LDAP, everything wrong at once", do: `POST /api/connector {"connector":{"name":"L","type":"LDAP","authenticationURL":"ldap://ldap.example.com","connectTimeout":1,"readTimeout":1,"loginIdAttribute":"a)(b","securityMethod":"x"}}`,
			status: 400, codes: "[blank]connector.baseStructure [blank]connector.identifyingAttribute [blank]connector.lambdaConfiguration.reconcileId [blank]connector.requestedAttributes [blank]connector.systemAccountDN [blank]connector.systemAccountPassword [invalid]connector.loginIdAttribute [invalid]connector.securityMethod",
		},
		{name: "read", given: given, do: "GET" + one, status: 200, want: values{"connector.name": "Cognito"}},
		{name: "list, with FusionAuth's own", given: given, do: "GET /api/connector", status: 200, want: values{"connectors.0.id": connectorID, "connectors.0.type": "FusionAuth", "connectors.1.id": id, "connectors.2": absent}},
		{name: "a tenant header narrows nothing", given: given, do: "GET" + one, tenant: tenantID, status: 200},
		{
			name: "PUT replaces; the type stays", given: given, do: "PUT" + one + ` {"connector":{"name":"New","type":"LDAP","authenticationURL":"https://b.example.com","connectTimeout":1,"readTimeout":1}}`,
			status: 200, want: values{"connector.name": "New", "connector.type": "Generic", "connector.headers": absent, "connector.debug": false},
		},
		{name: "PATCH", given: given, do: "PATCH" + one + ` {"connector":{"readTimeout":500}}`, status: 200, want: values{"connector.readTimeout": 500, "connector.connectTimeout": 1000, "connector.headers.Authorization": "made-up"}},
		{name: "PATCH to nonsense", given: given, do: "PATCH" + one + ` {"connector":{"readTimeout":0}}`, status: 400, codes: "[invalid]connector.readTimeout"},
		{name: "deleted", given: []string{made, "DELETE" + one}, do: "GET" + one, status: 404},
		{name: "delete nothing", do: "DELETE" + one, status: 404},
		{name: "FusionAuth's own stays", do: "DELETE /api/connector/" + connectorID, status: 400, codes: "[invalid]"},
		{
			name: "of FusionAuth's own only the name can be changed", do: "PUT /api/connector/" + connectorID + ` {"connector":{"name":"Ours","type":"Generic","debug":true,"authenticationURL":"https://evil.example.com"}}`,
			status: 200, want: values{"connector.name": "Ours", "connector.type": "FusionAuth", "connector.debug": false, "connector.authenticationURL": absent},
		},
		{
			name: "in a policy", given: given, do: "PATCH /api/tenant/" + tenantID + ` {"tenant":{"connectorPolicies":[{"connectorId":"` + id + `","domains":["Example.COM"],"migrate":true}]}}`, status: 200,
			want: values{"tenant.connectorPolicies.1.connectorId": id, "tenant.connectorPolicies.1.domains": []string{"example.com"}, "tenant.connectorPolicies.1.migrate": true},
		},
	})
}

// TestDeletedConnector: the tenant's policies do without it.
func TestDeletedConnector(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, i *instance) {
		const id = "eeeeeeee-0000-0000-0000-000000000001"
		i.do("POST /api/connector/" + id + ` {"connector":{"name":"Cognito","type":"Generic","authenticationURL":"https://connector.example.com","connectTimeout":1,"readTimeout":1}}`).must(t)
		i.do("PATCH /api/tenant/" + tenantID + ` {"tenant":{"connectorPolicies":[{"connectorId":"` + id + `","migrate":true}]}}`).must(t)
		i.do("DELETE /api/connector/" + id).must(t)
		i.do("GET /api/tenant/"+tenantID).must(t).want(t, values{"tenant.connectorPolicies.0.connectorId": connectorID, "tenant.connectorPolicies.1": absent})
		i.do("PATCH /api/tenant/" + tenantID + ` {"tenant":{"data":{"still":"changes"}}}`).must(t)
	})
}

package server_test

import (
	"net/http"
	"testing"
)

const anotherTenant = `POST /api/tenant/aaaaaaaa-0000-0000-0000-000000000001 {"tenant":{"name":"Another"}}`

const anotherTenantID = "aaaaaaaa-0000-0000-0000-000000000001"

func TestTenants(t *testing.T) {
	t.Parallel()
	const one = " /api/tenant/" + tenantID
	check(t, []scenario{
		{
			name: "create with a name alone", do: `POST /api/tenant {"tenant":{"name":" Another "}}`, status: 200,
			want: values{
				"tenant.name": "Another", "tenant.issuer": "acme.com", "tenant.state": "Active", "tenant.configured": true, "tenant.data": values{},
				"tenant.connectorPolicies":                                                       []values{{"connectorId": connectorID, "domains": []string{"*"}, "migrate": false}},
				"tenant.passwordEncryptionConfiguration.encryptionScheme":                        "salted-pbkdf2-hmac-sha256",
				"tenant.passwordEncryptionConfiguration.encryptionSchemeFactor":                  24000,
				"tenant.jwtConfiguration.timeToLiveInSeconds":                                    3600,
				"tenant.externalIdentifierConfiguration.authorizationGrantIdTimeToLiveInSeconds": 30,
			},
		},
		{
			name: "create under an id, in upper case", do: `POST /api/tenant/AAAAAAAA-0000-0000-0000-00000000000F {"tenant":{"name":"T"}}`,
			status: 200, want: values{"tenant.id": "aaaaaaaa-0000-0000-0000-00000000000f"},
		},
		{
			name: "unknown properties come back", do: `POST /api/tenant {"tenant":{"name":"T","futureSetting":{"a":[1]},"jwtConfiguration":{"futureToo":true}}}`,
			status: 200, want: values{"tenant.futureSetting": values{"a": []int{1}}, "tenant.jwtConfiguration.futureToo": true},
		},
		{
			name: "null in data is dropped", do: `POST /api/tenant {"tenant":{"name":"T","data":{"a":null,"b":{"c":null}}}}`,
			status: 200, want: values{"tenant.data": values{"b": values{"c": nil}}},
		},
		{
			name: "what FusionAuth says itself", do: `POST /api/tenant {"tenant":{"name":"T","state":"Inactive","configured":false}}`,
			status: 200, want: values{"tenant.state": "Active", "tenant.configured": true},
		},
		{name: "the issuer may be anything", do: `POST /api/tenant {"tenant":{"name":"T","issuer":"https://id.example.com"}}`, status: 200, want: values{"tenant.issuer": "https://id.example.com"}},
		{name: "no name", do: `POST /api/tenant {"tenant":{}}`, status: 400, codes: "[blank]tenant.name"},
		{name: "blank name", do: `POST /api/tenant {"tenant":{"name":"  "}}`, status: 400, codes: "[blank]tenant.name"},
		{name: "name taken, in another case", do: `POST /api/tenant {"tenant":{"name":"DEFAULT"}}`, status: 400, codes: "[duplicate]tenant.name"},
		{name: "id taken", given: []string{anotherTenant}, do: `POST /api/tenant/` + anotherTenantID + ` {"tenant":{"name":"Third"}}`, status: 400, codes: "[duplicate]tenant.id"},
		{
			name: "everything wrong at once",
			do: `POST /api/tenant {"tenant":{"jwtConfiguration":{"refreshTokenUsagePolicy":"Never"},
				"externalIdentifierConfiguration":{"authorizationGrantIdTimeToLiveInSeconds":601},"passwordValidationRules":{"minLength":0}}}`,
			status: 400,
			codes: "[blank]tenant.name [invalid]tenant.externalIdentifierConfiguration.authorizationGrantIdTimeToLiveInSeconds " +
				"[invalid]tenant.jwtConfiguration.refreshTokenUsagePolicy [invalid]tenant.passwordValidationRules.minLength",
		},
		{
			name:   "policy with an unknown connector",
			do:     `POST /api/tenant {"tenant":{"name":"T","connectorPolicies":[{"connectorId":"` + nobodyID + `"}]}}`,
			status: 400, codes: "[invalid]tenant.connectorPolicies[0].connectorId",
		},
		{
			name: "a policy twice", do: `POST /api/tenant {"tenant":{"name":"T","connectorPolicies":[{"connectorId":"` + connectorID + `"},{"connectorId":"` + connectorID + `"}]}}`,
			status: 400, codes: "[duplicate]tenant.connectorPolicies",
		},
		{
			name: "copy", do: `POST /api/tenant {"sourceTenantId":"` + tenantID + `","tenant":{"name":"Copy"}}`,
			given:  []string{`PATCH` + one + ` {"tenant":{"logoutURL":"https://example.com/out","emailConfiguration":{"host":"smtp.example.com","password":"made-up"}}}`},
			status: 200, want: values{
				"tenant.name": "Copy", "tenant.issuer": "http://localhost:9011", "tenant.logoutURL": "https://example.com/out",
				"tenant.emailConfiguration.host": "smtp.example.com", "tenant.emailConfiguration.password": absent,
			},
		},
		{name: "copy of nothing", do: `POST /api/tenant {"sourceTenantId":"` + nobodyID + `","tenant":{"name":"Copy"}}`, status: 400, codes: "[invalid]sourceTenantId"},

		{name: "read", do: "GET" + one, status: 200, want: values{"tenant.name": "Default", "tenant.id": tenantID}},
		{name: "read under an id in upper case", do: "GET /api/tenant/D7D09513-A3F5-401C-9685-34AB6C552453", status: 200, want: values{"tenant.id": tenantID}},
		{name: "read what is not there", do: "GET /api/tenant/" + nobodyID, status: 404},
		{name: "read from another tenant", given: []string{anotherTenant}, do: "GET /api/tenant/" + anotherTenantID, as: tenantKey, status: 404},
		{name: "list", given: []string{anotherTenant}, do: "GET /api/tenant", status: 200, want: values{"tenants.0.name": "Default", "tenants.1.name": "Another", "tenants.2": absent}},
		{name: "list with the key of one", given: []string{anotherTenant}, do: "GET /api/tenant", as: tenantKey, status: 200, want: values{"tenants.0.name": "Default", "tenants.1": absent}},
		{name: "list with the header", given: []string{anotherTenant}, do: "GET /api/tenant", tenant: anotherTenantID, status: 200, want: values{"tenants.0.name": "Another", "tenants.1": absent}},
		{name: "rules for passwords", do: "GET /api/tenant/password-validation-rules/" + tenantID, as: noKey, status: 200, want: values{"passwordValidationRules.minLength": 8}},
		{name: "rules for passwords of the only tenant", do: "GET /api/tenant/password-validation-rules", as: noKey, status: 200, want: values{"passwordValidationRules.maxLength": 256}},
		{name: "rules for passwords by header", given: []string{anotherTenant}, do: "GET /api/tenant/password-validation-rules", as: noKey, tenant: anotherTenantID, status: 200},
		{name: "rules for passwords of one of many", given: []string{anotherTenant}, do: "GET /api/tenant/password-validation-rules", as: noKey, status: 400, codes: "[TenantIdRequired]"},
		{name: "rules for passwords of no tenant", do: "GET /api/tenant/password-validation-rules/" + nobodyID, as: noKey, status: 404},

		{
			name: "PUT replaces everything that a client can write", do: `PUT` + one + ` {"tenant":{"name":"Renamed"}}`,
			given:  []string{`PATCH` + one + ` {"tenant":{"data":{"a":1},"logoutURL":"https://example.com","extra":1}}`},
			status: 200, want: values{
				"tenant.name": "Renamed", "tenant.data": values{}, "tenant.logoutURL": absent, "tenant.extra": absent, "tenant.issuer": "acme.com",
				"tenant.id": tenantID, "tenant.state": "Active",
			},
		},
		{
			name: "PUT cannot move it", do: `PUT` + one + ` {"tenant":{"name":"T","id":"` + nobodyID + `","state":"Inactive","configured":false,"insertInstant":1}}`,
			status: 200, want: values{"tenant.id": tenantID, "tenant.state": "Active", "tenant.configured": true},
		},
		{name: "PUT to a taken name", given: []string{anotherTenant}, do: `PUT` + one + ` {"tenant":{"name":"another"}}`, status: 400, codes: "[duplicate]tenant.name"},
		{name: "PUT with an unknown connector", do: `PUT` + one + ` {"tenant":{"name":"T","connectorPolicies":[{"connectorId":"` + nobodyID + `"}]}}`, status: 400, codes: "[invalid]tenant.connectorPolicies[0].connectorId"},
		{name: "PUT to nothing", do: `PUT /api/tenant/` + nobodyID + ` {"tenant":{"name":"T"}}`, status: 404},

		{name: "delete", given: []string{anotherTenant}, do: "DELETE /api/tenant/" + anotherTenantID, status: 200},
		{
			name: "webhooks that hear of it", given: []string{aWebhook}, do: `POST /api/tenant/` + anotherTenantID + ` {"tenant":{"name":"Told"},"webhookIds":["` + aWebhookID + `"]}`,
			status: 200, want: values{"tenant.name": "Told", "tenant.webhookIds": absent, "webhookIds": absent},
		},
		{
			name: "the webhook knows", given: []string{aWebhook, `POST /api/tenant/` + anotherTenantID + ` {"tenant":{"name":"Told"},"webhookIds":["` + aWebhookID + `"]}`},
			do: "GET /api/webhook/" + aWebhookID, status: 200, want: values{"webhook.tenantIds": []string{anotherTenantID}},
		},
		{
			name: "PATCH adds a webhook, and once", given: []string{aWebhook, `PATCH /api/tenant/` + tenantID + ` {"webhookIds":["` + aWebhookID + `"]}`, `PATCH /api/tenant/` + tenantID + ` {"webhookIds":["` + aWebhookID + `"]}`},
			do: "GET /api/webhook/" + aWebhookID, status: 200, want: values{"webhook.tenantIds": []string{tenantID}},
		},
		{name: "webhooks that are not there", do: `POST /api/tenant {"tenant":{"name":"T"},"webhookIds":["` + nobodyID + `"]}`, status: 400, codes: "[invalid]webhookIds[0]"},
		{name: "delete and do not wait", given: []string{anotherTenant}, do: "DELETE /api/tenant/" + anotherTenantID + "?async=true", status: 202},
		{name: "delete and do not wait, in the body", given: []string{anotherTenant}, do: "DELETE /api/tenant/" + anotherTenantID + ` {"async":true}`, status: 202},
		{name: "delete the default one", do: "DELETE" + one, status: 400, codes: "[invalid]"},
		{name: "delete nothing", do: "DELETE /api/tenant/" + nobodyID, status: 404},
		{name: "delete another one's", given: []string{anotherTenant}, do: "DELETE /api/tenant/" + anotherTenantID, as: tenantKey, status: 404},
	})
}

// TestTenantSearch: simple clients look for a tenant by its name first.
func TestTenantSearch(t *testing.T) {
	t.Parallel()
	i := start(t)
	for _, name := range []string{"Blue", "Light Blue", "green"} {
		i.do(`POST /api/tenant {"tenant":{"name":"` + name + `"}}`).must(t)
	}
	for _, tt := range []struct {
		name, query, body string
		want              []string
		total             int
	}{
		{"all", "", `{}`, []string{"Blue", "Default", "Light Blue", "green"}, 4},
		{"part of the name, in any case", "?name=blue", `{"name":"blue"}`, []string{"Blue", "Light Blue"}, 2},
		{"beginning", "?name=b*", `{"name":"b*"}`, []string{"Blue"}, 1},
		{"end", "?name=*e", `{"name":"*e"}`, []string{"Blue", "Light Blue"}, 2},
		{"middle", "?name=l*b*e", `{"name":"l*b*e"}`, []string{"Light Blue"}, 1},
		{"anything", "?name=*", `{"name":"*"}`, []string{"Blue", "Default", "Light Blue", "green"}, 4},
		{"a dot is a dot", "?name=b.*", `{"name":"b.*"}`, nil, 0},
		{"page", "?numberOfResults=2&startRow=1", `{"numberOfResults":2,"startRow":1}`, []string{"Default", "Light Blue"}, 4},
		{"behind the end", "?startRow=9", `{"startRow":9}`, nil, 4},
		{"downwards", "?orderBy=name+DESC&numberOfResults=1", `{"orderBy":"name DESC","numberOfResults":1}`, []string{"green"}, 4},
		{"two columns", "?orderBy=insertInstant,name+desc&numberOfResults=1", `{"orderBy":"insertInstant, name desc","numberOfResults":1}`, []string{"Default"}, 4},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			for _, request := range []string{"GET /api/tenant/search" + tt.query, `POST /api/tenant/search {"search":` + tt.body + `}`} {
				r := i.do(request).must(t)
				want := []values{}
				for at, name := range tt.want {
					r.want(t, values{"tenants." + itoa(int64(at)) + ".name": name})
					want = append(want, nil)
				}
				if got, _ := r.at("tenants").([]any); len(got) != len(want) {
					t.Errorf("%s: %d tenants, want %d", request, len(got), len(want))
				}
				r.want(t, values{"total": tt.total})
			}
		})
	}
	for _, tt := range []struct{ request, codes string }{
		{"GET /api/tenant/search?numberOfResults=many&startRow=-1", "[couldNotConvert]numberOfResults [couldNotConvert]startRow"},
		{"GET /api/tenant/search?orderBy=issuer", "[invalid]search.orderBy"},
		{"GET /api/tenant/search?orderBy=name+upwards", "[invalid]search.orderBy"},
		{"GET /api/tenant/search?orderBy=name,", "[invalid]search.orderBy"},
		{`POST /api/tenant/search {}`, "[missing]search"},
		{`POST /api/tenant/search {"search":{"numberOfResults":-1,"startRow":-5}}`, "[invalid]search.numberOfResults [invalid]search.startRow"},
		{`POST /api/tenant/search {"search":{"numberOfResults":"2"}}`, "[couldNotConvert]search.numberOfResults"},
	} {
		if r := i.do(tt.request); r.status != http.StatusBadRequest || r.codes() != tt.codes {
			t.Errorf("%s: status %d, %q", tt.request, r.status, r.codes())
		}
	}
}

// TestDeletedTenant: with a tenant goes everything that belongs to it.
func TestDeletedTenant(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, i *instance) {
		i.do(anotherTenant).must(t)
		app := i.send(call{do: `POST /api/application {"application":{"name":"Example app"}}`, tenant: anotherTenantID}).must(t).text("application.id")
		user := i.send(call{do: `POST /api/user {"user":{"email":"jane@example.com"}}`, tenant: anotherTenantID}).must(t).text("user.id")
		i.do("DELETE /api/tenant/" + anotherTenantID).must(t)
		for _, gone := range []string{"/api/tenant/" + anotherTenantID, "/api/application/" + app, "/api/user/" + user} {
			if r := i.do("GET " + gone); r.status != http.StatusNotFound {
				t.Errorf("%s: status %d", gone, r.status)
			}
		}
		i.do("GET /api/user/" + janeID).must(t)
	})
}

const (
	aWebhookID = "99999999-0000-0000-0000-0000000000aa"
	aWebhook   = `POST /api/webhook/` + aWebhookID + ` {"webhook":{"url":"https://hooks.example.com","connectTimeout":1000,"readTimeout":1000}}`
)

// TestTenantIsSettled: what belongs to a tenant has to know to which.
func TestTenantIsSettled(t *testing.T) {
	t.Parallel()
	given := []string{anotherTenant}
	const user = `POST /api/user {"user":{"email":"a@example.com"}}`
	check(t, []scenario{
		{name: "the only one", do: user, status: 200, want: values{"user.tenantId": tenantID}},
		{name: "one of two", given: given, do: user, status: 400, codes: "[TenantIdRequired]"},
		{name: "by header", given: given, do: user, tenant: anotherTenantID, status: 200, want: values{"user.tenantId": anotherTenantID}},
		{name: "by key", given: given, do: user, as: tenantKey, status: 200, want: values{"user.tenantId": tenantID}},
		{
			name: "by the user itself", given: given, do: `POST /api/user {"user":{"email":"a@example.com","tenantId":"` + anotherTenantID + `"}}`,
			status: 200, want: values{"user.tenantId": anotherTenantID},
		},
		{
			name: "the header is stronger", given: given, do: `POST /api/user {"user":{"email":"a@example.com","tenantId":"` + anotherTenantID + `"}}`,
			tenant: tenantID, status: 200, want: values{"user.tenantId": tenantID},
		},
		{name: "application, one of two", given: given, do: `POST /api/application {"application":{"name":"A"}}`, status: 400, codes: "[TenantIdRequired]"},
		{
			name: "application, by itself", given: given, do: `POST /api/application {"application":{"name":"A","tenantId":"` + anotherTenantID + `"}}`,
			status: 200, want: values{"application.tenantId": anotherTenantID},
		},
		{
			name: "registration, by its application", given: given,
			do:     `POST /api/user/registration {"user":{"email":"a@example.com"},"registration":{"applicationId":"` + applicationID + `"}}`,
			status: 200, want: values{"user.tenantId": tenantID},
		},
		{
			name: "registration for an application elsewhere", given: given, tenant: anotherTenantID,
			do:     `POST /api/user/registration {"user":{"email":"a@example.com"},"registration":{"applicationId":"` + applicationID + `"}}`,
			status: 400, codes: "[invalid]registration.applicationId",
		},
		{name: "find, one of two", given: given, do: "GET /api/user?email=jane@example.com", status: 400, codes: "[TenantIdRequired]"},
		{name: "find, by header", given: given, do: "GET /api/user?email=jane@example.com", tenant: tenantID, status: 200},
		{name: "find in the wrong one", given: given, do: "GET /api/user?email=jane@example.com", tenant: anotherTenantID, status: 404},
		{name: "user elsewhere", given: given, do: "GET /api/user/" + janeID, tenant: anotherTenantID, status: 404},
		{name: "change a user elsewhere", given: given, do: "PUT /api/user/" + janeID + ` {"user":{"username":"x"}}`, tenant: anotherTenantID, status: 404},
		{name: "delete a user elsewhere", given: given, do: "DELETE /api/user/" + janeID, tenant: anotherTenantID, status: 404},
		{name: "application elsewhere", given: given, do: "GET /api/application/" + applicationID, tenant: anotherTenantID, status: 404},
		{name: "role elsewhere", given: given, do: "POST /api/application/" + applicationID + `/role {"role":{"name":"x"}}`, tenant: anotherTenantID, status: 404},
		{name: "registration elsewhere", given: given, do: "GET /api/user/registration/" + janeID + "/" + applicationID, tenant: anotherTenantID, status: 404},
		{
			name: "the same address in two tenants", given: given, do: `POST /api/user {"user":{"email":"jane@example.com"}}`,
			tenant: anotherTenantID, status: 200,
		},
	})
}

package server_test

import (
	"net/http"
	"testing"
)

func TestRegistrations(t *testing.T) {
	t.Parallel()
	const (
		collection = "/api/user/registration"
		one        = collection + "/" + janeID + "/" + applicationID
		appID      = "bbbbbbbb-0000-0000-0000-000000000001"
		app        = `POST /api/application/` + appID + ` {"application":{"name":"Other","roles":["b","a",{"name":"d","isDefault":true}]}}`
		other      = collection + "/" + janeID + "/" + appID
		register   = "POST " + collection + "/" + janeID + " "
	)
	check(t, []scenario{
		{
			name: "default roles", given: []string{app}, do: register + `{"registration":{"applicationId":"` + appID + `"}}`, status: 200,
			want: values{
				"registration.applicationId": appID, "registration.roles": []string{"d"}, "registration.data": values{}, "registration.tokens": values{},
				"registration.usernameStatus": "ACTIVE", "registration.preferredLanguages": []any{}, "registration.verified": true,
			},
		},
		{
			name: "given roles, once each", given: []string{app}, do: register + `{"registration":{"applicationId":"` + appID + `","roles":["b","a","b"]}}`,
			status: 200, want: values{"registration.roles": []string{"b", "a"}},
		},
		{name: "unknown role", given: []string{app}, do: register + `{"registration":{"applicationId":"` + appID + `","roles":["b","nope"]}}`, status: 400, codes: "[invalid]registration.roles"},
		{name: "twice", do: register + `{"registration":{"applicationId":"` + applicationID + `"}}`, status: 400, codes: "[duplicate]registration"},
		{name: "no application", do: register + `{"registration":{}}`, status: 400, codes: "[missing]registration.applicationId"},
		{name: "unknown application", do: register + `{"registration":{"applicationId":"` + nobodyID + `"}}`, status: 400, codes: "[invalid]registration.applicationId"},
		{name: "application of another tenant", given: []string{anotherTenant, `POST /api/application/` + appID + ` {"application":{"name":"A","tenantId":"` + anotherTenantID + `"}}`}, do: register + `{"registration":{"applicationId":"` + appID + `"}}`, status: 400, codes: "[invalid]registration.applicationId"},
		{name: "unknown user", do: "POST " + collection + "/" + nobodyID + ` {"registration":{"applicationId":"` + applicationID + `"}}`, status: 404},
		{name: "no registration", do: register + `{}`, status: 400, codes: "[missing]registration"},
		{
			name: "the Go client's empty user is none", given: []string{app}, status: 200, want: values{"registration.applicationId": appID, "user": absent},
			do: register + `{"user":{"active":false,"passwordChangeRequired":false,"twoFactor":{},"verified":false},"registration":{"applicationId":"` + appID + `"}}`,
		},
		{
			name: "combined", do: "POST " + collection + ` {"user":{"email":"new@example.com","password":"made-up password"},"registration":{"applicationId":"` + applicationID + `","roles":["writer"],"data":{"a":1}}}`, status: 200,
			want: values{
				"user.email": "new@example.com", "user.active": true, "user.registrations.0.roles": []string{"writer"},
				"registration.applicationId": applicationID, "registration.roles": []string{"writer"}, "registration.data": values{"a": 1},
			},
		},
		{
			name: "combined, under an id", do: "POST " + collection + "/" + nobodyID + ` {"user":{"email":"new@example.com"},"registration":{"applicationId":"` + applicationID + `"}}`,
			status: 200, want: values{"user.id": nobodyID},
		},
		{name: "combined, of somebody who is there", do: register + `{"user":{"email":"new@example.com"},"registration":{"applicationId":"` + applicationID + `"}}`, status: 400, codes: "[duplicate]user.id"},
		{name: "combined, without a user", do: "POST " + collection + ` {"registration":{"applicationId":"` + applicationID + `"}}`, status: 400, codes: "[missing]user"},
		{name: "combined, user refused", do: "POST " + collection + ` {"user":{"email":"new"},"registration":{"applicationId":"` + applicationID + `"}}`, status: 400, codes: "[notEmail]user.email"},
		{name: "combined, user of a wrong type", do: "POST " + collection + "/" + nobodyID + ` {"user":[],"registration":{"applicationId":"` + applicationID + `"}}`, status: 400, codes: "[couldNotConvert]user"},

		{name: "read", do: "GET " + one, status: 200, want: values{"registration.roles": []string{"reader"}}},
		{name: "read what is not there", do: "GET " + collection + "/" + janeID + "/" + adminAppID, status: 404},
		{name: "read of nobody", do: "GET " + collection + "/" + nobodyID + "/" + applicationID, status: 404},
		{
			name: "PUT replaces", given: []string{`PATCH ` + one + ` {"registration":{"data":{"a":1},"username":"J"}}`},
			do: "PUT " + one + ` {"registration":{"roles":["admin","writer"]}}`, status: 200,
			want: values{"registration.roles": []string{"admin", "writer"}, "registration.data": values{}, "registration.username": absent, "registration.applicationId": applicationID},
		},
		{name: "PUT without roles gives the default ones", do: "PUT " + one + ` {"registration":{}}`, status: 200, want: values{"registration.roles": []string{"reader"}}},
		{name: "PUT cannot move it", do: "PUT " + one + ` {"registration":{"applicationId":"` + adminAppID + `"}}`, status: 200, want: values{"registration.applicationId": applicationID}},
		{
			name: "PUT, application in the body", do: "PUT " + collection + "/" + janeID + ` {"registration":{"applicationId":"` + applicationID + `","roles":["admin"]}}`,
			status: 200, want: values{"registration.roles": []string{"admin"}},
		},
		{name: "PUT, application nowhere", do: "PUT " + collection + "/" + janeID + ` {"registration":{"roles":["admin"]}}`, status: 400, codes: "[missing]registration.applicationId"},
		{name: "PUT with an unknown role", do: "PUT " + one + ` {"registration":{"roles":["nope"]}}`, status: 400, codes: "[invalid]registration.roles"},
		{name: "PUT to nothing", given: []string{app}, do: "PUT " + other + ` {"registration":{}}`, status: 404},
		{name: "PATCH adds roles", do: "PATCH " + one + ` {"registration":{"roles":["writer","reader"]}}`, status: 200, want: values{"registration.roles": []string{"reader", "writer"}}},
		{name: "PATCH, application in the body", do: "PATCH " + collection + "/" + janeID + ` {"registration":{"applicationId":"` + applicationID + `","data":{"a":1}}}`, status: 200, want: values{"registration.data.a": 1, "registration.roles": []string{"reader"}}},
		{name: "PATCH, application nowhere", do: "PATCH " + collection + "/" + janeID + ` {"registration":{}}`, status: 400, codes: "[missing]registration.applicationId"},
		{name: "JSON patch, application nowhere", do: "PATCH " + collection + "/" + janeID + ` []`, kind: "application/json-patch+json", status: 400, codes: "[missing]registration"},
		{name: "JSON patch", do: "PATCH " + one + ` [{"op":"replace","path":"/registration/roles","value":["admin"]}]`, kind: "application/json-patch+json", status: 200, want: values{"registration.roles": []string{"admin"}}},
		{name: "deleted", given: []string{"DELETE " + one}, do: "GET " + one, status: 404},
		{name: "deleted: not with the user any more", given: []string{"DELETE " + one}, do: "GET /api/user/" + janeID, status: 200, want: values{"user.registrations": []any{}}},
		{name: "delete nothing", given: []string{"DELETE " + one}, do: "DELETE " + one, status: 404},
		{name: "for an inactive application it is still shown", given: []string{"DELETE /api/application/" + applicationID}, do: "GET /api/user/" + janeID, status: 200, want: values{"user.registrations.0.applicationId": applicationID}},
	})
}

// TestRefusedRegistrationLeavesNobody: who was to be registered at once is not
// there without the registration.
func TestRefusedRegistrationLeavesNobody(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, i *instance) {
		r := i.do(`POST /api/user/registration {"user":{"email":"new@example.com"},"registration":{"applicationId":"` + applicationID + `","roles":["nope"]}}`)
		if r.status != http.StatusBadRequest || r.codes() != "[invalid]registration.roles" {
			t.Errorf("status %d: %s", r.status, r.body)
		}
		if r := i.do("GET /api/user?email=new@example.com"); r.status != http.StatusNotFound {
			t.Errorf("the user is there: %s", r.body)
		}
	})
}

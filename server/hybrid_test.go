package server_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"wherry/server"
)

const (
	poolID = "eeeeeeee-0000-0000-0000-000000000001"
	joeID  = "33333333-0000-0000-0000-000000000001"
)

// poolWithJoe is a connector that knows Joe's password, as an instance's only
// policy says.
func poolWithJoe(t *testing.T, i *instance, migrate string) (asked *int) {
	t.Helper()
	asked = new(int)
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		*asked++
		var q struct{ LoginID, Password string }
		_ = json.NewDecoder(r.Body).Decode(&q)
		if q.LoginID != "joe@example.com" || q.Password != password {
			w.WriteHeader(http.StatusNotFound)
			return
		}
		_, _ = w.Write([]byte(`{"user":{"id":"` + joeID + `","email":"joe@example.com","firstName":"Joe","active":true,"verified":true}}`))
	}))
	t.Cleanup(s.Close)
	i.do(`POST /api/connector/` + poolID + ` {"connector":{"type":"Generic","name":"Pool","authenticationURL":"` + s.URL + `","connectTimeout":1000,"readTimeout":1000}}`).must(t)
	i.do(`PATCH /api/tenant/` + tenantID + ` {"tenant":{"connectorPolicies":[{"connectorId":"` + poolID + `","domains":["*"],"migrate":` + migrate + `}]}}`).must(t)
	return asked
}

// TestHybridRoad: an account that is here before the first sign-in, with its
// password still in the pool.
func TestHybridRoad(t *testing.T) {
	t.Parallel()
	const imported = `POST /api/user/import {"users":[{"id":"` + joeID + `","email":"joe@example.com","active":true,"connectorId":"` + poolID + `",
		"data":{"importSource":"cognito"},"registrations":[{"applicationId":"` + applicationID + `","roles":["writer"]}]}]}`
	const created = `POST /api/user/registration/` + joeID + ` {"user":{"email":"joe@example.com","connectorId":"` + poolID + `"},"registration":{"applicationId":"` + applicationID + `","roles":["writer"]}}`
	for name, make := range map[string]string{"imported": imported, "created": created} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			i := open(t, server.Config{Data: kickstartedData(t), Key: sampleKey, AllowPrivateConnectors: true})
			asked := poolWithJoe(t, i, "true")
			i.do(make).must(t)
			i.do("GET /api/user/"+joeID).must(t).want(t, values{"user.connectorId": poolID, "user.encryptionScheme": absent})
			if r := i.do(login("joe@example.com", "wrong password")); r.status != 404 {
				t.Errorf("wrong password: %d", r.status)
			}
			first := i.do(login("joe@example.com", password))
			if first.status != 200 {
				t.Fatalf("the first time: %d %s", first.status, first.body)
			}
			first.want(t, values{"user.connectorId": connectorID, "user.firstName": "Joe", "user.registrations.0.roles": []string{"writer"}})
			before := *asked
			i.do(login("joe@example.com", password)).must(t)
			if *asked != before {
				t.Error("the pool was asked after the migration")
			}
		})
	}
}

// TestHybridChangesPassword: whoever has another password before the first
// sign-in does not need the pool any more.
func TestHybridChangesPassword(t *testing.T) {
	t.Parallel()
	i := open(t, server.Config{Data: kickstartedData(t), Key: sampleKey, AllowPrivateConnectors: true})
	asked := poolWithJoe(t, i, "true")
	i.do(`POST /api/user/` + joeID + ` {"user":{"email":"joe@example.com","connectorId":"` + poolID + `"}}`).must(t)
	i.do(`POST /api/user/change-password {"loginId":"joe@example.com","password":"` + anotherPassword + `"}`).must(t)
	if r := i.do(login("joe@example.com", anotherPassword)); r.status != 202 || *asked != 0 {
		t.Errorf("status %d, asked %d times", r.status, *asked)
	}
	if r := i.do(login("joe@example.com", password)); r.status != 404 || *asked != 0 {
		t.Errorf("with the old one: status %d, asked %d times", r.status, *asked)
	}
}

func TestUsersOfConnectors(t *testing.T) {
	t.Parallel()
	check(t, []scenario{
		{name: "unknown connector", do: `POST /api/user {"user":{"username":"joe","connectorId":"` + nobodyID + `"}}`, status: 400, codes: "[invalid]user.connectorId"},
		{name: "unknown connector, imported", do: `POST /api/user/import {"users":[{"username":"joe","connectorId":"` + nobodyID + `"}]}`, status: 400, codes: "[invalid]user.connectorId"},
		{name: "FusionAuth's own", do: `POST /api/user {"user":{"username":"joe","connectorId":"` + connectorID + `"}}`, status: 200, want: values{"user.connectorId": connectorID}},
	})
}

// TestFusionAuthConnector: the users of another server of the same API sign in
// here.
func TestFusionAuthConnector(t *testing.T) {
	t.Parallel()
	const joe = `{"user":{"email":"joe@example.com","firstName":"Joe","password":"` + password + `"},"registration":{"applicationId":"` + applicationID + `"}}`
	for _, tt := range []struct {
		name   string
		given  []string // on the other server
		key    string   // with which it is asked
		typed  string
		status int
		want   values
		event  string // part of the message of the event log
	}{
		{name: "registered in applications of both", typed: password, status: 200, want: values{"user.registrations.0.applicationId": applicationID, "user.registrations.1": absent}},
		{name: "wrong password", typed: "wrong password", status: 404},
		{name: "password has to be changed", given: []string{`PATCH /api/user/` + joeID + ` {"user":{"passwordChangeRequired":true}}`}, typed: password, status: 203},
		{
			name: "a phone as second factor", typed: password, status: 242, want: values{"methods.0.mobilePhone": "+13035550100"},
			given: []string{`PATCH /api/user/` + joeID + ` {"user":{"twoFactor":{"methods":[{"method":"sms","mobilePhone":"+13035550100"}]}}}`},
		},
		{
			name: "an authenticator as second factor", typed: password, status: 404, event: "authenticator",
			given: []string{`PATCH /api/user/` + joeID + ` {"user":{"twoFactor":{"methods":[{"method":"authenticator","secret":"` + totpSecret + `"}]}}}`},
		},
		{name: "deactivated", given: []string{"DELETE /api/user/" + joeID}, typed: password, status: 404, event: "status 423"},
		{name: "the key is wrong", key: "unknown-key", typed: password, status: 404, event: "status 401"},
		{name: "gone", given: []string{"DELETE /api/user/" + joeID + "?hardDelete=true"}, typed: password, status: 404},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			there := start(t)
			there.do(`POST /api/user/registration/` + joeID + ` ` + joe).must(t)
			another := there.do(`POST /api/application {"application":{"name":"Only there"}}`).must(t).text("application.id")
			there.do(`POST /api/user/registration/` + joeID + ` {"registration":{"applicationId":"` + another + `"}}`).must(t)
			for _, request := range tt.given {
				there.do(request).must(t)
			}
			key := tt.key
			if key == "" {
				key = superKey
			}
			here := open(t, server.Config{Data: kickstartedData(t), Key: sampleKey, AllowPrivateConnectors: true})
			here.do(`POST /api/connector/` + poolID + ` {"connector":{"type":"FusionAuth","name":"Old server","authenticationURL":"` + there.serve(t) + `/api/login",
				"connectTimeout":1000,"readTimeout":5000,"headers":{"Authorization":"` + key + `"}}}`).must(t)
			here.do(`PATCH /api/tenant/` + tenantID + ` {"tenant":{"connectorPolicies":[{"connectorId":"` + poolID + `","domains":["*"],"migrate":true}]}}`).must(t)
			r := here.do(login("joe@example.com", tt.typed))
			if r.status != tt.status {
				t.Fatalf("status %d, want %d: %s", r.status, tt.status, r.body)
			}
			r.want(t, tt.want)
			events := here.do("GET /api/system/event-log/search?type=Error&message=Old").must(t)
			if message := events.text("eventLogs.0.message"); tt.event == "" && message != "" || !strings.Contains(message, tt.event) {
				t.Errorf("event log: %q, want %q", message, tt.event)
			}
			known := here.do("GET /api/user/" + joeID)
			if migrated := tt.status != 404; migrated != (known.status == 200) {
				t.Errorf("the user is %d here", known.status)
			}
			if known.status == 200 {
				known.want(t, values{"user.firstName": "Joe", "user.connectorId": connectorID, "user.tenantId": tenantID})
			}
		})
	}
}

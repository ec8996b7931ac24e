package server_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"wherry/server"
)

func TestSystem(t *testing.T) {
	t.Parallel()
	check(t, []scenario{
		{name: "status without a key", do: "GET /api/status", as: noKey, status: 200, want: values{"version": absent}},
		{name: "status with a wrong key", do: "GET /api/status", as: "unknown-key", status: 200, want: values{"version": absent}},
		{name: "status with a key", do: "GET /api/status", status: 200, want: values{"version": "1.69.0"}},
		{name: "health", do: "GET /api/health", as: noKey, status: 200},
		{name: "version", do: "GET /api/system/version", status: 200, want: values{"version": "1.69.0"}},
		{name: "event log", do: "GET /api/system/event-log/search", status: 200, want: values{"eventLogs": []any{}, "total": 0}},
		{name: "event log, POST", do: `POST /api/system/event-log/search {"search":{}}`, status: 200, want: values{"eventLogs": []any{}, "total": 0}},
		{name: "event log, all criteria", do: "GET /api/system/event-log/search?message=*a*&type=Error&start=1&end=2&numberOfResults=5&startRow=1&orderBy=type+ASC,id+DESC", status: 200, want: values{"total": 0}},
		{name: "event log, criteria that are none", do: "GET /api/system/event-log/search?start=today&numberOfResults=-1", status: 400, codes: "[couldNotConvert]numberOfResults [couldNotConvert]start"},
		{name: "event log, criteria that are none, POST", do: `POST /api/system/event-log/search {"search":{"startRow":-1}}`, status: 400, codes: "[invalid]search.startRow"},
		{name: "event log, SQL in the order", do: "GET /api/system/event-log/search?orderBy=id%3Bdrop+table+users", status: 400, codes: "[invalid]search.orderBy"},
		{name: "event log, column of the table", do: "GET /api/system/event-log/search?orderBy=insert_instant", status: 400, codes: "[invalid]search.orderBy"},
		{name: "entry that is not there", do: "GET /api/system/event-log/7", status: 404},
		{name: "entry that is no number", do: "GET /api/system/event-log/first", status: 400, codes: "[couldNotConvert]eventLogId"},
	})
}

// withConnector puts a generic connector before FusionAuth's own.
func withConnector(t *testing.T, i *instance, url string) {
	t.Helper()
	const id = "eeeeeeee-0000-0000-0000-000000000001"
	i.do(`POST /api/connector/` + id + ` {"connector":{"name":"Cognito","type":"Generic","authenticationURL":"` + url +
		`","connectTimeout":5000,"readTimeout":5000,"debug":true}}`).must(t)
	i.do(`PUT /api/tenant/` + tenantID + ` {"tenant":{"name":"Default","connectorPolicies":[{"connectorId":"` + id +
		`","domains":["*"],"migrate":true},{"connectorId":"` + connectorID + `"}]}}`).must(t)
}

// TestEventLog: what a connector did is in the event log, and no password is.
func TestEventLog(t *testing.T) {
	t.Parallel()
	const joe = `{"user":{"id":"dddddddd-0000-0000-0000-000000000001","email":"joe@example.com","active":true}}`
	connector := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte(joe)) }))
	t.Cleanup(connector.Close)
	signIn := login("joe@example.com", password)

	t.Run("connector is called", func(t *testing.T) {
		t.Parallel()
		i := open(t, server.Config{Data: kickstartedData(t), Key: sampleKey, AllowPrivateConnectors: true})
		withConnector(t, i, connector.URL)
		r := i.do(signIn)
		if r.status != http.StatusAccepted {
			t.Fatalf("status %d: %s; %s", r.status, r.body, i.do("GET /api/system/event-log/search").body)
		}
		if got := payload(t, r.text("token"))["authenticationType"]; got != "GENERIC_CONNECTOR" {
			t.Errorf("authenticationType %v", got)
		}
		if got := payload(t, i.do(signIn).text("token"))["authenticationType"]; got != "PASSWORD" {
			t.Errorf("at the second sign-in: authenticationType %v", got)
		}
		found := i.do("GET /api/system/event-log/search?message=joe@example.com").must(t)
		found.want(t, values{"total": 1, "eventLogs.0.type": "Debug"})
		entry := i.do("GET /api/system/event-log/" + found.digits("eventLogs.0.id")).must(t)
		for _, want := range []string{"Cognito", applicationID, "status code [200]"} {
			if !strings.Contains(entry.text("eventLog.message"), want) {
				t.Errorf("%q is missing in %s", want, entry.text("eventLog.message"))
			}
		}
		if strings.Contains(found.body+i.log.String(), password) {
			t.Error("the password must not be written anywhere")
		}
	})
	t.Run("connector must not be called", func(t *testing.T) {
		t.Parallel()
		i := start(t)
		withConnector(t, i, connector.URL)
		if r := i.do(signIn); r.status != http.StatusNotFound {
			t.Errorf("status %d: %s", r.status, r.body)
		}
		found := i.do("GET /api/system/event-log/search?type=Error").must(t)
		if !strings.Contains(found.text("eventLogs.0.message"), "--allow-private-connectors") {
			t.Errorf("the event log must say how to allow it: %s", found.body)
		}
		if r := i.do("GET /api/user?email=joe@example.com"); r.status != http.StatusNotFound {
			t.Errorf("somebody was created: %s", r.body)
		}
	})
}

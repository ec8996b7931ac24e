package crossing_test

import (
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"wherry/internal/exit"
	"wherry/toolkit/crossing"
)

const connectorSecret = "secret-nobody-may-read"

// target is a complete target, in the words of the migration guide.
func target(f *fake) crossing.Target {
	return crossing.Target{
		URL: f.URL, APIKey: apiKey,
		Tenant: crossing.Tenant{Name: "Cognito import test", Issuer: "auth.example.com"},
		Applications: []crossing.Application{{
			Name: "Cognito application", RedirectURLs: []string{"https://example.com"}, Roles: []string{"admin", "user"},
		}},
		Connector: crossing.Connector{
			Name: "Cognito", URL: "https://connector.example.com/", Secret: connectorSecret,
			ReadTimeout: 1500 * time.Millisecond, Debug: true,
		},
	}
}

func apply(t *testing.T, target crossing.Target) *crossing.Applied {
	t.Helper()
	applied, err := crossing.Apply(t.Context(), target)
	if err != nil {
		t.Fatal(err)
	}
	return applied
}

func steps(a *crossing.Applied) string {
	return strings.TrimSuffix(fmt.Sprintln(a.Steps), "\n")
}

// written are the steps that wrote something.
func written(a *crossing.Applied) []crossing.Step {
	return slices.DeleteFunc(slices.Clone(a.Steps), func(s crossing.Step) bool { return s.Action == "found" })
}

// look reads a value out of a document as JSON.
func look(d doc, path ...string) string {
	var v any = d
	for _, name := range path {
		v = v.(doc)[name]
	}
	text, _ := json.Marshal(v)
	return string(text)
}

func TestApplyMakesATargetReady(t *testing.T) {
	t.Parallel()
	f := newFake(t)
	a := apply(t, target(f))

	want := `[tenant "Cognito import test" created application "Cognito application" created ` +
		`role "admin" created role "user" created connector "Cognito" created connector policy "Cognito" changed (connectorPolicies)]`
	if steps(a) != want || len(written(a)) != 6 {
		t.Errorf("got  %s\nwant %s", steps(a), want)
	}
	tenant, connector := f.tenants[a.TenantID], f.connectors[a.ConnectorID]
	app := f.applications[a.Applications[0].ID]
	for _, tt := range []struct{ name, got, want string }{
		{"issuer", look(tenant, "issuer"), `"auth.example.com"`},
		{"policies", look(tenant, "connectorPolicies"), `[{"connectorId":"` + a.ConnectorID + `","domains":["*"],"migrate":true},` +
			`{"connectorId":"` + defaultConnectorID + `","domains":["*"],"migrate":false}]`},
		{"tenant of the application", look(app, "tenantId"), `"` + a.TenantID + `"`},
		{"redirect URLs", look(app, "oauthConfiguration", "authorizedRedirectURLs"), `["https://example.com"]`},
		{"grants", look(app, "oauthConfiguration", "enabledGrants"), `["authorization_code","refresh_token"]`},
		{"client secret", a.Applications[0].ClientSecret.Reveal(), "secret of " + a.Applications[0].ID},
		{"type", look(connector, "type"), `"Generic"`},
		{"URL", look(connector, "authenticationURL"), `"https://connector.example.com/"`},
		{"headers", look(connector, "headers"), `{"Authorization":"` + connectorSecret + `"}`},
		{"connect timeout", look(connector, "connectTimeout"), "1000"},
		{"read timeout", look(connector, "readTimeout"), "1500"},
		{"debug", look(connector, "debug"), "true"},
	} {
		if tt.got != tt.want {
			t.Errorf("%s: got %s, want %s", tt.name, tt.got, tt.want)
		}
	}
	if roles := look(app, "roles"); !strings.Contains(roles, `"admin"`) || !strings.Contains(roles, `"user"`) {
		t.Errorf("roles: got %s", roles)
	}
}

func TestApplyAgainChangesNothing(t *testing.T) {
	t.Parallel()
	f := newFake(t)
	first := apply(t, target(f))
	f.writes = nil
	second := apply(t, target(f))
	if len(f.writes) != 0 || len(written(second)) != 0 {
		t.Errorf("the second run wrote %v and reports %v", f.writes, written(second))
	}
	if second.TenantID != first.TenantID || second.ConnectorID != first.ConnectorID ||
		!reflect.DeepEqual(second.Applications, first.Applications) {
		t.Errorf("got %+v\nwant %+v", second, first)
	}
}

func TestApplyCreatesUnderGivenIDs(t *testing.T) {
	t.Parallel()
	f := newFake(t)
	want := target(f)
	want.Tenant.ID = "AAAAAAAA-0000-4000-8000-000000000001"
	want.Applications[0].ID = "aaaaaaaa-0000-4000-8000-000000000002"
	if a := apply(t, want); a.TenantID != strings.ToLower(want.Tenant.ID) || a.Applications[0].ID != want.Applications[0].ID {
		t.Errorf("got tenant %s and applications %v", a.TenantID, a.Applications)
	}
	if a := apply(t, want); len(written(a)) != 0 {
		t.Errorf("the second run wrote %v", written(a))
	}
}

func TestApplyContinuesWhereItStopped(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ fail, says, stands string }{
		{"POST /api/tenant", `tenant "Cognito import test": POST /api/tenant/`, "nothing was written"},
		{
			"POST /api/application", `application "Cognito application": POST /api/application/`,
			`what stands: tenant "Cognito import test" created`,
		},
		{
			"POST /api/connector", `connector "Cognito": POST /api/connector/`,
			`what stands: tenant "Cognito import test" created, application "Cognito application" created`,
		},
		{"PATCH /api/tenant", `connector policy "Cognito": PATCH /api/tenant/`, `connector "Cognito" created`},
	} {
		t.Run(tt.fail, func(t *testing.T) {
			t.Parallel()
			f := newFake(t)
			f.fail = tt.fail
			_, err := crossing.Apply(t.Context(), target(f))
			if err == nil || !strings.HasPrefix(err.Error(), tt.says) || !strings.Contains(err.Error(), tt.stands) {
				t.Errorf("got  %v\nwant %s … %s", err, tt.says, tt.stands)
			}
			if hint := exit.Hint(err); !strings.Contains(hint, "run it again") {
				t.Errorf("got hint %q", hint)
			}
			f.fail = ""
			apply(t, target(f))
			if a := apply(t, target(f)); len(written(a)) != 0 || len(f.tenants) != 2 || len(f.applications) != 1 || len(f.connectors) != 2 {
				t.Errorf("after the second run the third wrote %v", written(a))
			}
		})
	}
}

func TestApplyMendsWhatDiffers(t *testing.T) {
	t.Parallel()
	const otherConnector = "b0000000-0000-4000-8000-000000000001"
	for _, tt := range []struct {
		name    string
		disturb func(f *fake, a *crossing.Applied)
		step    string
		path    []string // of the tenant, the application or the connector, by the first name
		want    string
	}{
		{
			"another issuer",
			func(f *fake, a *crossing.Applied) { f.tenants[a.TenantID]["issuer"] = "acme.com" },
			`tenant "Cognito import test" changed (issuer)`,
			[]string{"tenant", "issuer"},
			`"auth.example.com"`,
		},
		{
			"another redirect URL stays",
			func(f *fake, a *crossing.Applied) {
				f.applications[a.Applications[0].ID]["oauthConfiguration"].(doc)["authorizedRedirectURLs"] = []any{"https://example.org"}
			},
			`application "Cognito application" changed (oauthConfiguration.authorizedRedirectURLs)`,
			[]string{"application", "oauthConfiguration", "authorizedRedirectURLs"},
			`["https://example.org","https://example.com"]`,
		},
		{
			"another grant stays",
			func(f *fake, a *crossing.Applied) {
				f.applications[a.Applications[0].ID]["oauthConfiguration"].(doc)["enabledGrants"] = []any{"password", "refresh_token"}
			},
			`application "Cognito application" changed (oauthConfiguration.enabledGrants)`,
			[]string{"application", "oauthConfiguration", "enabledGrants"},
			`["password","refresh_token","authorization_code"]`,
		},
		{
			"a role is missing",
			func(f *fake, a *crossing.Applied) {
				f.applications[a.Applications[0].ID]["roles"] = []any{doc{"id": "1", "name": "user"}}
			},
			`role "admin" created`,
			[]string{"application", "name"},
			`"Cognito application"`,
		},
		{
			"another secret, other headers stay",
			func(f *fake, a *crossing.Applied) {
				f.connectors[a.ConnectorID]["headers"] = doc{"authorization": "old", "X-Trace": "on"}
			},
			`connector "Cognito" changed (headers)`,
			[]string{"connector", "headers"},
			`{"X-Trace":"on","authorization":"` + connectorSecret + `"}`,
		},
		{
			"other settings, unknown ones stay",
			func(f *fake, a *crossing.Applied) {
				k := f.connectors[a.ConnectorID]
				k["authenticationURL"], k["debug"], k["readTimeout"], k["connectTimeout"] = "https://old.example.com", false, 1.0, 2.0
				k["data"] = doc{"note": "kept"}
			},
			`connector "Cognito" changed (authenticationURL, connectTimeout, debug, readTimeout)`,
			[]string{"connector", "data"},
			`{"note":"kept"}`,
		},
		{
			"another connector is asked first, and ours for one domain only",
			func(f *fake, a *crossing.Applied) {
				f.connectors[otherConnector] = doc{"id": otherConnector, "name": "LDAP", "type": "LDAP"}
				f.tenants[a.TenantID]["connectorPolicies"] = append([]any{
					doc{"connectorId": otherConnector, "domains": []any{"example.org"}, "migrate": false, "data": doc{"note": 1}},
					doc{"connectorId": a.ConnectorID, "domains": []any{"example.com"}, "migrate": false, "data": doc{"note": 2}},
				}, ownPolicy()...)
			},
			`connector policy "Cognito" changed (connectorPolicies)`,
			[]string{"tenant", "connectorPolicies"},
			`[{"connectorId":"OURS","data":{"note":2},"domains":["*"],"migrate":true},` +
				`{"connectorId":"` + otherConnector + `","data":{"note":1},"domains":["example.org"],"migrate":false},` +
				`{"connectorId":"` + defaultConnectorID + `","domains":["*"],"migrate":false}]`,
		},
		{
			"no policies at all",
			func(f *fake, a *crossing.Applied) { delete(f.tenants[a.TenantID], "connectorPolicies") },
			`connector policy "Cognito" changed (connectorPolicies)`,
			[]string{"tenant", "connectorPolicies"},
			`[{"connectorId":"OURS","domains":["*"],"migrate":true},{"connectorId":"` + defaultConnectorID + `","domains":["*"],"migrate":false}]`,
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			f := newFake(t)
			a := apply(t, target(f))
			tt.disturb(f, a)
			mended := written(apply(t, target(f)))
			if len(mended) != 1 || mended[0].String() != tt.step {
				t.Errorf("got  %v\nwant %s", mended, tt.step)
			}
			docs := doc{"tenant": f.tenants[a.TenantID], "application": f.applications[a.Applications[0].ID], "connector": f.connectors[a.ConnectorID]}
			if got := strings.ReplaceAll(look(docs, tt.path...), a.ConnectorID, "OURS"); got != tt.want {
				t.Errorf("%v: got %s\nwant %s", tt.path, got, tt.want)
			}
			if again := written(apply(t, target(f))); len(again) != 0 {
				t.Errorf("the run after that wrote %v", again)
			}
		})
	}
}

func TestApplyRefusesATargetWithMistakes(t *testing.T) {
	t.Parallel()
	_, err := crossing.Apply(t.Context(), crossing.Target{
		URL: "http://auth.example.com",
		Applications: []crossing.Application{
			{ID: "5pmi4ct0o4n6ulqj7vlnkm6nhh", RedirectURLs: []string{"/callback"}, Roles: []string{""}},
			{Name: "twice"},
			{Name: "twice"},
			{},
		},
		Connector: crossing.Connector{HeaderName: "X Secret", ReadTimeout: time.Microsecond, ConnectTimeout: -1},
	})
	if exit.Code(err) != exit.Usage {
		t.Fatalf("want a usage error, got %v", err)
	}
	for _, want := range []string{
		"in the clear", "the API key is missing", "tenant: give a name or an id",
		`applications[0]: the id "5pmi4ct0o4n6ulqj7vlnkm6nhh" is no UUID`,
		`applications[0]: the redirect URL "/callback" is not absolute`, "applications[0]: a role has no name",
		`applications[2]: "twice" is there twice`, "applications[3]: give a name or an id",
		"connector: give a name", "connector: the URL must look like", `connector: "X Secret" is no name for a header`,
		"connector: give a secret", "connector: the connect timeout", "connector: the read timeout",
	} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("want %q in:\n%v", want, err)
		}
	}
}

func TestApplyExplainsWhatStandsInTheWay(t *testing.T) {
	t.Parallel()
	const appID = "aaaaaaaa-0000-4000-8000-000000000002"
	for _, tt := range []struct {
		name    string
		disturb func(*fake, *crossing.Target)
		want    string
	}{
		{
			"the name belongs to an LDAP connector",
			func(f *fake, _ *crossing.Target) {
				f.connectors["1"] = doc{"id": "1", "name": "Cognito", "type": "LDAP"}
			},
			"of the type LDAP: choose another name",
		},
		{
			"the application belongs to another tenant",
			func(f *fake, want *crossing.Target) {
				f.applications[appID] = doc{"id": appID, "name": "Cognito application", "tenantId": defaultTenantID}
				want.Applications[0].ID = appID
			},
			"it belongs to another tenant",
		},
		{
			"an inactive application has the name, which no list shows",
			func(f *fake, want *crossing.Target) {
				want.Tenant = crossing.Tenant{ID: defaultTenantID}
				f.applications[appID] = doc{"id": appID, "name": "Cognito application", "tenantId": defaultTenantID, "active": false}
			},
			"[duplicate]application.name Mend it.",
		},
		{
			"an unknown tenant without a name",
			func(_ *fake, want *crossing.Target) { want.Tenant = crossing.Tenant{ID: appID} },
			"no name to create it under",
		},
		{
			"an unknown application without a name",
			func(_ *fake, want *crossing.Target) { want.Applications[0] = crossing.Application{ID: appID} },
			"no name to create it under",
		},
		{
			"the key may not",
			func(_ *fake, want *crossing.Target) { want.APIKey = "another" },
			"give the API key GET on /api/tenant",
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			f := newFake(t)
			want := target(f)
			tt.disturb(f, &want)
			_, err := crossing.Apply(t.Context(), want)
			if said := fmt.Sprint(err, exit.Hint(err)); !strings.Contains(said, tt.want) {
				t.Errorf("got %s, want %q", said, tt.want)
			}
		})
	}
}

func TestApplyKeepsSecretsToItself(t *testing.T) {
	t.Parallel()
	f := newFake(t)
	applied := apply(t, target(f))
	text, err := json.Marshal(applied)
	if err != nil {
		t.Fatal(err)
	}
	f.fail = "PATCH /api/connector"
	f.connectors[applied.ConnectorID]["debug"] = false
	_, failed := crossing.Apply(t.Context(), target(f))
	said := fmt.Sprintf("%s %+v %v %s %+v", text, applied, failed, exit.Hint(failed), target(f))
	for _, secret := range []string{apiKey, connectorSecret, "secret of "} {
		if strings.Contains(said, secret) {
			t.Errorf("%q was printed: %s", secret, said)
		}
	}
}

package fusionauth_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"reflect"
	"strings"
	"testing"

	"wherry/toolkit/internal/fusionauth"
)

const (
	applicationID = "22222222-2222-4222-8222-222222222222"
	connectorID   = "33333333-3333-4333-8333-333333333333"
	userID        = "44444444-4444-4444-8444-444444444444"
)

const tenantAnswer = `{
	"id": "` + tenantID + `", "name": "Customers", "issuer": "example.com", "configured": true,
	"connectorPolicies": [{"connectorId": "` + fusionauth.DefaultConnectorID + `", "domains": ["*"], "migrate": false}],
	"data": {"plan": "gold"}, "insertInstant": 1595361142909, "jwtConfiguration": {"timeToLiveInSeconds": 3600}
}`

const applicationAnswer = `{
	"id": "` + applicationID + `", "tenantId": "` + tenantID + `", "name": "Forum", "active": true, "state": "Active", "data": {},
	"oauthConfiguration": {
		"authorizedRedirectURLs": ["https://example.com/callback"], "clientId": "` + applicationID + `", "clientSecret": "hunter2",
		"enabledGrants": ["authorization_code", "refresh_token"], "generateRefreshTokens": true, "requireClientAuthentication": true
	},
	"roles": [{"id": "` + userID + `", "name": "admin", "isDefault": false, "isSuperRole": true}]
}`

const connectorAnswer = `{
	"authenticationURL": "https://connector.example.com/", "connectTimeout": 1000, "data": {"note": [1, 2]}, "debug": true,
	"headers": {"Authorization": "hunter2"}, "httpAuthenticationPassword": "basic", "id": "` + connectorID + `",
	"insertInstant": 1503513015493, "name": "Cognito", "readTimeout": 2000, "type": "Generic"
}`

const userAnswer = `{
	"active": true, "connectorId": "` + fusionauth.DefaultConnectorID + `", "data": {"cognito": {"sub": "` + userID + `"}},
	"email": "jane@example.com", "encryptionScheme": "salted-pbkdf2-hmac-sha256", "firstName": "Jane", "id": "` + userID + `",
	"identities": [{"type": "email", "value": "jane@example.com"}], "insertInstant": 1331449200000, "memberships": [],
	"registrations": [{"applicationId": "` + applicationID + `", "id": "` + connectorID + `", "roles": ["user"], "tokens": {}}],
	"tenantId": "` + tenantID + `", "verified": true
}`

// pick reduces an object to what a test is about.
func pick[T any](v T, err error, fields func(T) []any) (string, error) {
	if err != nil {
		return "", err
	}
	return strings.TrimSpace(fmt.Sprintln(fields(v)...)), nil
}

// only is the element of a list of one.
func only[T any](list []T, err error) (T, error) {
	if len(list) != 1 {
		var none T
		return none, fmt.Errorf("want one element, got %d: %w", len(list), err)
	}
	return list[0], err
}

func TestCalls(t *testing.T) {
	t.Parallel()
	tenant := func(t fusionauth.Tenant) []any {
		return []any{t.Name, t.Issuer, t.ConnectorPolicies[0].Domains, string(t.Data)}
	}
	application := func(a fusionauth.Application) []any {
		return []any{a.Name, a.TenantID == tenantID, a.OAuth.EnabledGrants, a.OAuth.ClientSecret.Reveal(), a.Roles[0].Name}
	}
	connector := func(k fusionauth.Connector) []any {
		return []any{k.Name, k.Type, k.Debug, k.ReadTimeout, k.Headers["Authorization"].Reveal()}
	}
	user := func(u fusionauth.User) []any {
		return []any{u.Email, u.FirstName, u.Verified, u.Registrations[0].Roles, u.EncryptionScheme, string(u.Data)}
	}
	const (
		wantTenant      = `Customers example.com [*] {"plan": "gold"}`
		wantApplication = `Forum true [authorization_code refresh_token] hunter2 admin`
		wantConnector   = `Cognito Generic true 2000 hunter2`
		wantUser        = `jane@example.com Jane true [user] salted-pbkdf2-hmac-sha256 {"cognito": {"sub": "` + userID + `"}}`
	)
	for _, tt := range []struct {
		name    string
		call    func(context.Context, *fusionauth.Client) (string, error)
		request string // method and URL
		kind    string // of the body
		body    string
		answer  string
		want    string
	}{
		{
			name: "list tenants",
			call: func(ctx context.Context, c *fusionauth.Client) (string, error) {
				found, err := only(c.Tenants(ctx))
				return pick(found, err, tenant)
			},
			request: "GET /api/tenant", answer: `{"tenants": [` + tenantAnswer + `]}`, want: wantTenant,
		},
		{
			name: "get a tenant",
			call: func(ctx context.Context, c *fusionauth.Client) (string, error) {
				found, err := c.Tenant(ctx, tenantID)
				return pick(found, err, tenant)
			},
			request: "GET /api/tenant/" + tenantID, answer: `{"tenant": ` + tenantAnswer + `}`, want: wantTenant,
		},
		{
			name: "create a tenant",
			call: func(ctx context.Context, c *fusionauth.Client) (string, error) {
				made, err := c.CreateTenant(ctx, fusionauth.Tenant{Name: "Customers"})
				return pick(made, err, tenant)
			},
			request: "POST /api/tenant", kind: "application/json", body: `{"tenant": {"name": "Customers"}}`,
			answer: `{"tenant": ` + tenantAnswer + `}`, want: wantTenant,
		},
		{
			name: "patch a tenant",
			call: func(ctx context.Context, c *fusionauth.Client) (string, error) {
				policies := []fusionauth.ConnectorPolicy{{ConnectorID: connectorID, Domains: []string{"*"}, Migrate: true}}
				changed, err := c.PatchTenant(ctx, tenantID, fusionauth.Tenant{ConnectorPolicies: policies})
				return pick(changed, err, tenant)
			},
			request: "PATCH /api/tenant/" + tenantID, kind: "application/merge-patch+json",
			body:   `{"tenant": {"connectorPolicies": [{"connectorId": "` + connectorID + `", "domains": ["*"], "migrate": true}]}}`,
			answer: `{"tenant": ` + tenantAnswer + `}`, want: wantTenant,
		},
		{
			name: "list applications",
			call: func(ctx context.Context, c *fusionauth.Client) (string, error) {
				found, err := only(c.Applications(ctx))
				return pick(found, err, application)
			},
			request: "GET /api/application", answer: `{"applications": [` + applicationAnswer + `]}`, want: wantApplication,
		},
		{
			name: "get an application",
			call: func(ctx context.Context, c *fusionauth.Client) (string, error) {
				found, err := c.Application(ctx, applicationID)
				return pick(found, err, application)
			},
			request: "GET /api/application/" + applicationID, answer: `{"application": ` + applicationAnswer + `}`, want: wantApplication,
		},
		{
			name: "create an application with an id",
			call: func(ctx context.Context, c *fusionauth.Client) (string, error) {
				made, err := c.CreateApplication(ctx, fusionauth.Application{
					ID: applicationID, Name: "Forum", Roles: []fusionauth.Role{{Name: "admin"}},
					OAuth: &fusionauth.OAuthConfiguration{EnabledGrants: []string{"authorization_code"}},
				})
				return pick(made, err, application)
			},
			request: "POST /api/application/" + applicationID, kind: "application/json",
			body: `{"application": {"id": "` + applicationID + `", "name": "Forum", "oauthConfiguration": {"enabledGrants": ["authorization_code"]},
				"roles": [{"name": "admin", "isDefault": false, "isSuperRole": false}]}}`,
			answer: `{"application": ` + applicationAnswer + `}`, want: wantApplication,
		},
		{
			name: "patch an application",
			call: func(ctx context.Context, c *fusionauth.Client) (string, error) {
				urls := &fusionauth.OAuthConfiguration{AuthorizedRedirectURLs: []string{"https://example.com/callback"}}
				changed, err := c.PatchApplication(ctx, applicationID, fusionauth.Application{OAuth: urls})
				return pick(changed, err, application)
			},
			request: "PATCH /api/application/" + applicationID, kind: "application/merge-patch+json",
			body:   `{"application": {"oauthConfiguration": {"authorizedRedirectURLs": ["https://example.com/callback"]}}}`,
			answer: `{"application": ` + applicationAnswer + `}`, want: wantApplication,
		},
		{
			name: "create a role",
			call: func(ctx context.Context, c *fusionauth.Client) (string, error) {
				made, err := c.CreateRole(ctx, applicationID, fusionauth.Role{Name: "user", IsDefault: true})
				return pick(made, err, func(r fusionauth.Role) []any { return []any{r.ID, r.Name} })
			},
			request: "POST /api/application/" + applicationID + "/role", kind: "application/json",
			body:   `{"role": {"name": "user", "isDefault": true, "isSuperRole": false}}`,
			answer: `{"role": {"id": "` + userID + `", "name": "user"}}`, want: userID + " user",
		},
		{
			name: "list connectors",
			call: func(ctx context.Context, c *fusionauth.Client) (string, error) {
				found, err := only(c.Connectors(ctx))
				return pick(found, err, connector)
			},
			request: "GET /api/connector", answer: `{"connectors": [` + connectorAnswer + `]}`, want: wantConnector,
		},
		{
			name: "get a connector",
			call: func(ctx context.Context, c *fusionauth.Client) (string, error) {
				found, err := c.Connector(ctx, connectorID)
				return pick(found, err, connector)
			},
			request: "GET /api/connector/" + connectorID, answer: `{"connector": ` + connectorAnswer + `}`, want: wantConnector,
		},
		{
			name: "create a connector",
			call: func(ctx context.Context, c *fusionauth.Client) (string, error) {
				made, err := c.CreateConnector(ctx, fusionauth.Connector{
					Name: "Cognito", Type: fusionauth.GenericConnector, AuthenticationURL: "https://connector.example.com/",
					ConnectTimeout: 1000, ReadTimeout: 2000, Headers: map[string]fusionauth.Secret{"Authorization": {String: "hunter2"}},
				})
				return pick(made, err, connector)
			},
			request: "POST /api/connector", kind: "application/json",
			body: `{"connector": {"name": "Cognito", "type": "Generic", "authenticationURL": "https://connector.example.com/",
				"connectTimeout": 1000, "readTimeout": 2000, "headers": {"Authorization": "hunter2"}, "debug": false}}`,
			answer: `{"connector": ` + connectorAnswer + `}`, want: wantConnector,
		},
		{
			name: "get a user",
			call: func(ctx context.Context, c *fusionauth.Client) (string, error) {
				found, err := c.User(ctx, userID)
				return pick(found, err, user)
			},
			request: "GET /api/user/" + userID, answer: `{"user": ` + userAnswer + `}`, want: wantUser,
		},
		{
			name: "get a user by login id",
			call: func(ctx context.Context, c *fusionauth.Client) (string, error) {
				found, err := c.UserByLoginID(ctx, "jane+1@example.com", "email", "phoneNumber")
				return pick(found, err, user)
			},
			request: "GET /api/user?loginId=jane%2B1%40example.com&loginIdTypes=email&loginIdTypes=phoneNumber",
			answer:  `{"user": ` + userAnswer + `}`, want: wantUser,
		},
		{
			name: "search the event log",
			call: func(ctx context.Context, c *fusionauth.Client) (string, error) {
				page, err := c.SearchEventLogs(ctx, fusionauth.EventLogSearch{Message: "Connector", Type: "Debug", NumberOfResults: 1})
				return pick(page, err, func(p fusionauth.EventLogs) []any { return []any{p.Total, p.EventLogs[0].Message} })
			},
			request: "POST /api/system/event-log/search", kind: "application/json",
			body:   `{"search": {"message": "Connector", "type": "Debug", "numberOfResults": 1}}`,
			answer: `{"eventLogs": [{"id": 7, "insertInstant": 1562797978088, "message": "Tried.", "type": "Debug"}], "total": 12}`,
			want:   "12 Tried.",
		},
		{
			name:    "version",
			call:    func(ctx context.Context, c *fusionauth.Client) (string, error) { return c.Version(ctx) },
			request: "GET /api/system/version", answer: `{"version": "1.69.0"}`, want: "1.69.0",
		},
		{
			name:    "status",
			call:    func(ctx context.Context, c *fusionauth.Client) (string, error) { return "", c.Status(ctx) },
			request: "GET /api/status", answer: `{"status": "Ok", "version": "1.69.0"}`,
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			c := connect(t, func(w http.ResponseWriter, r *http.Request) {
				if got := r.Method + " " + r.URL.String(); got != tt.request {
					t.Errorf("asked %s, want %s", got, tt.request)
				}
				if got := r.Header.Get("Content-Type"); got != tt.kind {
					t.Errorf("sent a body of type %q, want %q", got, tt.kind)
				}
				if body, _ := io.ReadAll(r.Body); !sameJSON(string(body), tt.body) {
					t.Errorf("sent %s\nwant %s", body, tt.body)
				}
				_, _ = io.WriteString(w, tt.answer)
			})
			got, err := tt.call(t.Context(), c)
			if err != nil || got != tt.want {
				t.Errorf("got  %s, %v\nwant %s", got, err, tt.want)
			}
		})
	}
}

func TestUpdatedConnectorKeepsWhatWeDoNotKnow(t *testing.T) {
	t.Parallel()
	var sent string
	c := connect(t, func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodPut {
			body, _ := io.ReadAll(r.Body)
			sent = string(body)
		}
		_, _ = io.WriteString(w, `{"connector": `+connectorAnswer+`}`)
	})
	k, err := c.Connector(t.Context(), connectorID)
	if err != nil {
		t.Fatal(err)
	}
	k.Debug, k.ReadTimeout = false, 900
	if _, err := c.UpdateConnector(t.Context(), k); err != nil {
		t.Fatal(err)
	}
	want := `{"connector": {
		"authenticationURL": "https://connector.example.com/", "connectTimeout": 1000, "data": {"note": [1, 2]}, "debug": false,
		"headers": {"Authorization": "hunter2"}, "httpAuthenticationPassword": "basic", "id": "` + connectorID + `",
		"insertInstant": 1503513015493, "name": "Cognito", "readTimeout": 900, "type": "Generic"
	}}`
	if !sameJSON(sent, want) {
		t.Errorf("sent %s\nwant %s", sent, want)
	}
}

func sameJSON(a, b string) bool {
	if a == "" || b == "" {
		return a == b
	}
	var va, vb any
	return json.Unmarshal([]byte(a), &va) == nil && json.Unmarshal([]byte(b), &vb) == nil && reflect.DeepEqual(va, vb)
}

package fusionauth_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"reflect"
	"testing"

	"wherry/toolkit/internal/fusionauth"
)

const (
	applicationID = "22222222-2222-4222-8222-222222222222"
	connectorID   = "33333333-3333-4333-8333-333333333333"
	userID        = "44444444-4444-4444-8444-444444444444"
)

const (
	tenantAnswer      = `{"id": "` + tenantID + `", "name": "Customers", "issuer": "example.com", "configured": true}`
	applicationAnswer = `{"id": "` + applicationID + `", "tenantId": "` + tenantID + `", "name": "Forum", "active": true, "roles": []}`
	connectorAnswer   = `{"id": "` + connectorID + `", "name": "Cognito", "type": "Generic", "headers": {"Authorization": "hunter2"}}`
	userAnswer        = `{"id": "` + userID + `", "email": "jane@example.com", "registrations": [{"applicationId": "` + applicationID + `", "roles": ["user"]}]}`
)

func TestCalls(t *testing.T) {
	t.Parallel()
	forum := fusionauth.Place{Path: "/api/application/{id}", IDs: []string{applicationID}}
	role := fusionauth.Place{Path: "/api/application/{id}/role/{id}", IDs: []string{applicationID, ""}}
	for _, tt := range []struct {
		name    string
		call    func(context.Context, *fusionauth.Client) (any, error)
		request string // method and URL
		kind    string // of the body
		body    string
		answer  string
		want    string
	}{
		{
			name:    "list tenants",
			call:    func(ctx context.Context, c *fusionauth.Client) (any, error) { return c.Tenants(ctx) },
			request: "GET /api/tenant", answer: `{"tenants": [` + tenantAnswer + `]}`, want: "[{" + tenantID + " Customers}]",
		},
		{
			name:    "get a tenant",
			call:    func(ctx context.Context, c *fusionauth.Client) (any, error) { return c.Tenant(ctx, tenantID) },
			request: "GET /api/tenant/" + tenantID, answer: `{"tenant": ` + tenantAnswer + `}`, want: "{" + tenantID + " Customers}",
		},
		{
			name:    "list applications",
			call:    func(ctx context.Context, c *fusionauth.Client) (any, error) { return c.Applications(ctx) },
			request: "GET /api/application", answer: `{"applications": [` + applicationAnswer + `]}`, want: "[{" + applicationID + " Forum}]",
		},
		{
			name:    "list connectors",
			call:    func(ctx context.Context, c *fusionauth.Client) (any, error) { return c.Connectors(ctx) },
			request: "GET /api/connector", answer: `{"connectors": [` + connectorAnswer + `]}`, want: "[{" + connectorID + " Cognito}]",
		},
		{
			name:    "get a connector",
			call:    func(ctx context.Context, c *fusionauth.Client) (any, error) { return c.Connector(ctx, connectorID) },
			request: "GET /api/connector/" + connectorID, answer: `{"connector": ` + connectorAnswer + `}`, want: "{" + connectorID + " Cognito}",
		},
		{
			name: "get a user by login id",
			call: func(ctx context.Context, c *fusionauth.Client) (any, error) {
				return c.UserByLoginID(ctx, "jane+1@example.com")
			},
			request: "GET /api/user?loginId=jane%2B1%40example.com", answer: `{"user": ` + userAnswer + `}`, want: "{" + userID + " [{" + applicationID + "}]}",
		},
		{
			name:    "version",
			call:    func(ctx context.Context, c *fusionauth.Client) (any, error) { return c.Version(ctx) },
			request: "GET /api/system/version", answer: `{"version": "1.69.0"}`, want: "1.69.0",
		},
		{
			name: "read a document",
			call: func(ctx context.Context, c *fusionauth.Client) (any, error) {
				return c.Document(ctx, forum, "application")
			},
			request: "GET /api/application/" + applicationID, answer: `{"application": {"name": "Forum"}}`, want: "map[name:Forum]",
		},
		{
			name: "list documents",
			call: func(ctx context.Context, c *fusionauth.Client) (any, error) {
				return c.Documents(ctx, fusionauth.Place{Path: forum.Path, IDs: []string{""}}, "applications")
			},
			request: "GET /api/application", answer: `{"applications": [{"name": "Forum"}]}`, want: "[map[name:Forum]]",
		},
		{
			name: "create a document under an id",
			call: func(ctx context.Context, c *fusionauth.Client) (any, error) {
				return c.Create(ctx, forum, fusionauth.Doc{"application": fusionauth.Doc{"name": "Forum"}}, "application")
			},
			request: "POST /api/application/" + applicationID, kind: "application/json", body: `{"application": {"name": "Forum"}}`,
			answer: `{"application": {"name": "Forum"}}`, want: "map[name:Forum]",
		},
		{
			name: "create a part without an id",
			call: func(ctx context.Context, c *fusionauth.Client) (any, error) {
				return c.Create(ctx, role, fusionauth.Doc{"role": fusionauth.Doc{"name": "user"}}, "role")
			},
			request: "POST /api/application/" + applicationID + "/role", kind: "application/json", body: `{"role": {"name": "user"}}`,
			answer: `{"role": {"name": "user"}}`, want: "map[name:user]",
		},
		{
			name: "patch a document",
			call: func(ctx context.Context, c *fusionauth.Client) (any, error) {
				return c.Patch(ctx, forum, fusionauth.Doc{"application": fusionauth.Doc{"name": "Forum"}}, "application")
			},
			request: "PATCH /api/application/" + applicationID, kind: "application/merge-patch+json", body: `{"application": {"name": "Forum"}}`,
			answer: `{"application": {"name": "Forum"}}`, want: "map[name:Forum]",
		},
		{
			name:    "delete a document",
			call:    func(ctx context.Context, c *fusionauth.Client) (any, error) { return nil, c.Delete(ctx, forum) },
			request: "DELETE /api/application/" + applicationID, want: "<nil>",
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
			if err != nil || fmt.Sprint(got) != tt.want {
				t.Errorf("got  %v, %v\nwant %s", got, err, tt.want)
			}
		})
	}
}

func sameJSON(a, b string) bool {
	if a == "" || b == "" {
		return a == b
	}
	var va, vb any
	return json.Unmarshal([]byte(a), &va) == nil && json.Unmarshal([]byte(b), &vb) == nil && reflect.DeepEqual(va, vb)
}

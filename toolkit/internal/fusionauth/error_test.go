package fusionauth_test

import (
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"

	"wherry/internal/exit"
	"wherry/toolkit/internal/fusionauth"
)

func TestErrors(t *testing.T) {
	t.Parallel()
	const invalid = `{
		"fieldErrors": {
			"tenant.name": [{"code": "[blank]tenant.name", "message": "You must specify the [tenant.name] property."}],
			"tenant.issuer": [{"code": "[invalid]tenant.issuer"}]
		},
		"generalErrors": [{"code": "[invalid]", "message": "Your JSON was invalid"}]
	}`
	for _, tt := range []struct {
		name, body string
		status     int
		want, hint string
	}{
		{
			"every complaint is shown", invalid, 400,
			"POST /api/tenant: 400 Bad Request; [invalid]tenant.issuer; " +
				"[blank]tenant.name You must specify the [tenant.name] property.; [invalid] Your JSON was invalid", "",
		},
		{"no body", "", 404, "POST /api/tenant: 404 Not Found", ""},
		{"a page of a proxy", "<html>", 500, "POST /api/tenant: 500 Internal Server Error", ""},
		{"no permission", "", 401, "POST /api/tenant: 401 Unauthorized", "give the API key POST on /api/tenant,"},
		{
			"several tenants", `{"generalErrors": [{"code": "[TenantIdRequired]"}]}`, 400,
			"POST /api/tenant: 400 Bad Request; [TenantIdRequired]", "name one",
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			c := connect(t, func(w http.ResponseWriter, _ *http.Request) {
				w.WriteHeader(tt.status)
				_, _ = io.WriteString(w, tt.body)
			})
			err := create(t.Context(), c)
			if err == nil || err.Error() != tt.want {
				t.Errorf("got  %v\nwant %s", err, tt.want)
			}
			if hint := exit.Hint(err); !strings.Contains(hint, tt.hint) || tt.hint == "" && hint != "" {
				t.Errorf("got hint %q, want %q", hint, tt.hint)
			}
			var refused *fusionauth.Error
			if !errors.As(err, &refused) || refused.Status != tt.status {
				t.Errorf("want the status in the error, got %+v", refused)
			}
			if errors.Is(err, fusionauth.ErrNotFound) != (tt.status == 404) {
				t.Errorf("errors.Is(%v, ErrNotFound) is wrong", err)
			}
		})
	}
}

func TestPermissionHintLeavesIDsOut(t *testing.T) {
	t.Parallel()
	c := connect(t, func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusUnauthorized) })
	role := fusionauth.Place{Path: "/api/application/{id}/role/{id}", IDs: []string{applicationID, tenantID}}
	_, err := c.Create(t.Context(), role, fusionauth.Doc{}, "role")
	if want := "POST on /api/application/role,"; !strings.Contains(exit.Hint(err), want) {
		t.Errorf("want %q in hint %q", want, exit.Hint(err))
	}
}

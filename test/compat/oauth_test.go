package compat

import (
	"bytes"
	"encoding/json"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"wherry/internal/need"
)

// oauthKickstart is an instance with a client of each kind.
const oauthKickstart = `{
  "variables": {"defaultTenantId": "d7d09513-a3f5-401c-9685-34ab6c552453"},
  "apiKeys": [{"key": "super-key"}],
  "requests": [
    {"method": "POST", "url": "/api/application/85a03867-dccf-4882-adde-1a79aeec50df", "tenantId": "#{defaultTenantId}", "body": {"application": {
      "name": "Confidential", "data": {"wherry": {"clientId": "5pmi4ct0o4n6ulqj7vlnkm6nhh"}}, "oauthConfiguration": {
      "authorizedRedirectURLs": ["https://app.example.com/callback"], "clientSecret": "made-up +secret%", "generateRefreshTokens": true,
      "enabledGrants": ["authorization_code", "implicit", "password", "refresh_token", "urn:ietf:params:oauth:grant-type:device_code"]}}}},
    {"method": "POST", "url": "/api/application/85a03867-dccf-4882-adde-1a79aeec50d0", "tenantId": "#{defaultTenantId}", "body": {"application": {
      "name": "Public", "oauthConfiguration": {"authorizedRedirectURLs": ["https://app.example.com/callback"], "generateRefreshTokens": true,
      "clientAuthenticationPolicy": "NotRequiredWhenUsingPKCE", "proofKeyForCodeExchangePolicy": "Required", "enabledGrants": ["authorization_code", "refresh_token"]}}}},
    {"method": "POST", "url": "/api/user/registration/00000000-0000-0000-0000-111111111111", "tenantId": "#{defaultTenantId}", "body": {
      "user": {"email": "jane@example.com", "password": "#{ENV.COMPAT_PASSWORD}", "firstName": "Jane"},
      "registration": {"applicationId": "85a03867-dccf-4882-adde-1a79aeec50df"}}},
    {"method": "POST", "url": "/api/entity/type/cccccccc-0000-0000-0000-000000000009", "body": {"entityType": {"name": "Service", "permissions": [{"name": "read"}]}}},
    {"method": "POST", "url": "/api/entity/cccccccc-0000-0000-0000-000000000001", "tenantId": "#{defaultTenantId}", "body": {"entity": {
      "name": "Reader", "clientId": "reader", "clientSecret": "made-up secret", "type": {"id": "cccccccc-0000-0000-0000-000000000009"}}}},
    {"method": "POST", "url": "/api/entity/cccccccc-0000-0000-0000-000000000002", "tenantId": "#{defaultTenantId}", "body": {"entity": {
      "name": "Library", "type": {"id": "cccccccc-0000-0000-0000-000000000009"}}}},
    {"method": "POST", "url": "/api/entity/cccccccc-0000-0000-0000-000000000002/grant", "tenantId": "#{defaultTenantId}", "body": {"grant": {
      "recipientEntityId": "cccccccc-0000-0000-0000-000000000001", "permissions": ["read"]}}}
  ]
}`

// TestOAuthClients completes each flow with clients from npm, unmodified, that
// know nothing but the issuer.
func TestOAuthClients(t *testing.T) {
	node := need.Node(t, "js")
	for name, fresh := range databases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			file := filepath.Join(t.TempDir(), "kickstart.json")
			if err := os.WriteFile(file, []byte(oauthKickstart), 0o600); err != nil {
				t.Fatal(err)
			}
			base := serve(t, append(fresh(t), "--kickstart", file)...)
			issuer := base + "/d7d09513-a3f5-401c-9685-34ab6c552453"
			setIssuer(t, base, issuer)
			settings, err := json.Marshal(map[string]any{
				"base": base, "issuer": issuer, "clientId": "85a03867-dccf-4882-adde-1a79aeec50df", "clientSecret": "made-up +secret%",
				"aliasId": "5pmi4ct0o4n6ulqj7vlnkm6nhh", "publicId": "85a03867-dccf-4882-adde-1a79aeec50d0", "redirectUri": "https://app.example.com/callback",
				"loginId": "jane@example.com", "password": password, "userId": "00000000-0000-0000-0000-111111111111",
				"entity": map[string]string{
					"id": "cccccccc-0000-0000-0000-000000000001", "clientId": "reader", "clientSecret": "made-up secret",
					"scope": "target-entity:cccccccc-0000-0000-0000-000000000002:read",
				},
			})
			if err != nil {
				t.Fatal(err)
			}
			flows := exec.CommandContext(t.Context(), node, "flows.mjs")
			flows.Dir, flows.Stdin = "js", bytes.NewReader(append(settings, '\n'))
			var complaints strings.Builder
			flows.Stderr = &complaints
			out, err := flows.Output()
			if err != nil {
				t.Fatalf("node: %v\n%s", err, &complaints)
			}
			checkFlows(t, out)
		})
	}
}

// setIssuer gives the tenant the issuer at which it can be discovered.
func setIssuer(t *testing.T, base, issuer string) {
	t.Helper()
	body := `{"tenant":{"issuer":"` + issuer + `"}}`
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPatch, base+"/api/tenant/d7d09513-a3f5-401c-9685-34ab6c552453", strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Authorization", "super-key")
	r.Header.Set("Content-Type", "application/json")
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		t.Fatalf("set the issuer: status %d", resp.StatusCode)
	}
}

// flowsOffered is how many flows the script has.
const flowsOffered = 14

func checkFlows(t *testing.T, out []byte) {
	t.Helper()
	done := 0
	for line := range bytes.Lines(out) {
		var flow struct{ Flow, Error string }
		if err := json.Unmarshal(line, &flow); err != nil {
			t.Fatalf("%v: %s", err, line)
		}
		if flow.Error != "" {
			t.Errorf("%s: %s", flow.Flow, flow.Error)
		}
		done++
	}
	if done != flowsOffered {
		t.Errorf("%d flows, want %d", done, flowsOffered)
	}
}

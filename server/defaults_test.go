package server_test

import (
	"os"
	"path/filepath"
	"testing"

	"wherry/server"
)

func TestKickstartNamesDefaultDocuments(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	file := filepath.Join(dir, "kickstart.json")
	if err := os.WriteFile(file, []byte(`{
		"apiKeys": [{"key": "`+superKey+`"}],
		"requests": [
			{"method": "POST", "url": "/api/identity-provider", "body": {"identityProvider": {
				"type": "Google", "client_id": "ours", "client_secret": "made-up",
				"lambdaConfiguration": {"reconcileId": "#{FUSIONAUTH_LAMBDA[GoogleReconcile]_ID}"}
			}}},
			{"method": "PATCH", "url": "/api/form/#{FUSIONAUTH_FORM[adminUser]_ID}", "body": {"form": {"data": {"seen": true}}}},
			{"method": "PATCH", "url": "/api/form/#{FUSIONAUTH_FORM[adminRegistration]_ID}", "body": {"form": {"data": {"seen": true}}}}
		]
	}`), 0o600); err != nil {
		t.Fatal(err)
	}
	i := open(t, server.Config{Data: filepath.Join(dir, "data"), Kickstart: file})
	lambda := i.do("GET /api/identity-provider/" + googleID).must(t).text("identityProvider.lambdaConfiguration.reconcileId")
	i.do("GET /api/lambda/"+lambda).must(t).want(t, values{"lambda.type": "GoogleReconcile"})
}

func TestDefaultDocuments(t *testing.T) {
	t.Parallel()
	check(t, []scenario{
		{name: "lambdas", do: "GET /api/lambda/search?numberOfResults=100", status: 200, want: values{"total": 10}},
		{name: "forms", do: "GET /api/form", status: 200, want: values{"forms.2.steps.0.type": "collectData", "forms.3": absent}},
		{name: "fields", do: "GET /api/form/field", status: 200, want: values{"fields.15.confirm": false, "fields.16": absent}},
		{name: "what somebody who translates begins with", do: "GET /api/theme/75a068fd-e94b-451a-9aeb-3ddb9a3b5987", status: 200, want: values{"theme.name": "FusionAuth", "theme.templates": absent}},
	})
}

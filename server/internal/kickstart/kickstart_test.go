package kickstart_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"wherry/server/internal/fa"
	"wherry/server/internal/kickstart"
)

const (
	tenant = "d7d09513-a3f5-401c-9685-34ab6c552453"
	fresh  = "11111111-1111-1111-1111-111111111111"
)

func load(t *testing.T, files map[string]string) (*kickstart.Plan, kickstart.Givens, error) {
	t.Helper()
	dir := t.TempDir()
	for name, content := range files {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	ids := kickstart.Givens{TenantID: "22222222-2222-2222-2222-222222222222", SigningKeyID: "33333333-3333-3333-3333-333333333333"}
	getenv := func(name string) string { return map[string]string{"KEY": "key-from-env"}[name] }
	plan, err := kickstart.Load(filepath.Join(dir, "kickstart.json"), getenv, func() fa.ID { return fresh }, &ids)
	return plan, ids, err
}

func TestLoad(t *testing.T) {
	t.Parallel()
	plan, ids, err := load(t, map[string]string{
		"kickstart.json": `{
			"variables": {"defaultTenantId": "` + strings.ToUpper(tenant) + `", "appId": "#{UUID()}", "apiKey": "#{ENV.KEY}"},
			"apiKeys": [
				{"key": "#{apiKey}", "description": "all"},
				{"key": "small", "permissions": {"endpoints": {"/api/user": ["GET"]}}, "tenantId": "#{FUSIONAUTH_TENANT_ID}"}
			],
			"requests": [
				{"method": "PATCH", "url": "/api/tenant/#{FUSIONAUTH_TENANT_ID}", "contentType": "application/json-patch+json", "body": []},
				{"method": "PUT", "url": "/api/user", "body": {"n": 12345678901234567890}},
				{"method": "post", "url": "api/application/#{appId}", "tenantId": "#{FUSIONAUTH_TENANT_ID}", "body": "&{app.json}"},
				"&{request.json}"
			]}`,
		"app.json":     `{"application": {"name": "\\#{literal}", "data": {"n": 12345678901234567890, "css": "@{style.css}"}}}`,
		"style.css":    "a { color: red }\n/* #{appId} */",
		"request.json": `{"method": "POST", "url": "/api/key", "body": {"key": "#{FUSIONAUTH_DEFAULT_SIGNING_KEY_ID}"}}`,
	})
	if err != nil {
		t.Fatal(err)
	}
	if ids.TenantID != tenant {
		t.Errorf("the default tenant should have been renamed, it is %s", ids.TenantID)
	}
	want := []kickstart.Request{
		{Method: "PATCH", Path: "/api/tenant/" + tenant, ContentType: "application/json-patch+json", Body: []byte("[]")},
		{Method: "PUT", Path: "/api/user", ContentType: "application/json", Body: []byte(`{"n":12345678901234567890}`)},
		{
			Method: "POST", Path: "/api/application/" + fresh, TenantID: tenant, ContentType: "application/json",
			Body: []byte(`{"application":{"data":{"css":"a { color: red }\n/* ` + fresh + ` */","n":12345678901234567890},"name":"#{literal}"}}`),
		},
		{
			Method: "POST", Path: "/api/key", ContentType: "application/json",
			Body: []byte(`{"key":"33333333-3333-3333-3333-333333333333"}`),
		},
	}
	if diff := cmp.Diff(want, plan.Requests); diff != "" {
		t.Error(diff)
	}
	if len(plan.APIKeys) != 2 || plan.APIKeys[0].Key != "key-from-env" || plan.APIKeys[1].TenantID != tenant ||
		plan.APIKeys[0].MetaData.Attributes["description"] != "all" {
		t.Errorf("API keys: %+v", plan.APIKeys)
	}
}

func TestLoadReportsEveryMistake(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name, file string
		want       []string
	}{
		{"cut off", "{\n\"variables\": {", []string{"kickstart.json: line 2: unexpected EOF"}},
		{"not JSON", "{\n\n  \"apiKeys\": [,]}", []string{"kickstart.json: line 3: invalid character"}},
		{"two documents", `{"apiKeys": [{"key": "k"}]} {}`, []string{"line 1: there is something behind its end"}},
		{"wrong type", "{\n\"variables\": {\"n\": 7}}", []string{"line 2: variables must not be of the type number"}},
		{"no key", `{}`, []string{"at least one API key"}},
		{"narrow first key", `{"apiKeys": [{"key": "k", "tenantId": "` + tenant + `"}]}`, []string{"the first API key makes all the requests"}},
		{
			"many", `{"variables": {"a": "#{ENV.NOPE}", "defaultTenantId": "x"}, "apiKeys": [{"description": "d"}],
			"requests": [{"method": "GET", "url": ""}, {"method": "POST", "url": "/x", "body": "&{none.json}"}, {"method": "POST", "url": "/#{b}"}, "text", "&{kickstart.json}"]}`,
			[]string{
				"variables.a: the environment variable NOPE is not set", "variables.defaultTenantId", "apiKeys[0]: the key is missing",
				"requests[0]: the method must be", "requests[0]: the url is missing", "requests[1]: open", "requests[2]: there is no variable b", "requests[3]: want an object",
				"without end",
			},
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			_, _, err := load(t, map[string]string{"kickstart.json": tt.file})
			if err == nil {
				t.Fatal("no mistake was found")
			}
			for _, want := range tt.want {
				if !strings.Contains(err.Error(), want) {
					t.Errorf("%q is missing in:\n%v", want, err)
				}
			}
		})
	}
}

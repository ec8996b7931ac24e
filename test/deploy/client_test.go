package deploy

import (
	"context"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	cip "github.com/aws/aws-sdk-go-v2/service/cognitoidentityprovider"

	"wherry/internal/need"
	"wherry/pool"
)

// TestAppClient makes the migration's app client at the stand-in pool with
// AWS's own command line. What the connector needs must be allowed to it.
func TestAppClient(t *testing.T) {
	t.Parallel()
	need.Program(t, "apt-get install awscli", "aws")
	sample := pool.Sample()
	p, err := pool.New(pool.Config{Directories: []pool.Directory{sample}})
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(p.Handler())
	t.Cleanup(server.Close)
	dir := write(t, "app-client", `
connector: {secret: "${CONNECTOR_SECRET}"}
pools: [{id: `+sample.Pool.ID+`, client_id: none, mapping: {types: {"custom:plan": String}}}]
`)
	env := []string{"AWS_ACCESS_KEY_ID=AKIDEXAMPLE", "AWS_SECRET_ACCESS_KEY=example", "AWS_CONFIG_FILE=" + os.DevNull}
	id := strings.TrimSpace(string(run(t, dir, env, "./app-client.sh", "--endpoint-url", server.URL)))
	got := profile(t, server.URL, id, "mei@example.com", "Green-Lantern-58")
	if got["custom:plan"] != "business" || got["email_verified"] != "true" || got["given_name"] != "Mei" {
		t.Errorf("the client reads %v", got)
	}
	if _, read := got["custom:seats"]; read {
		t.Error("the client reads an attribute that nobody named")
	}
}

// profile signs somebody in as the connector does, and reads what the client may read.
func profile(t *testing.T, url, client, login, password string) map[string]string {
	t.Helper()
	nobody := aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) { return aws.Credentials{}, nil })
	api := cip.New(cip.Options{Region: "us-east-2", BaseEndpoint: &url, Credentials: nobody})
	in, err := api.InitiateAuth(t.Context(), &cip.InitiateAuthInput{
		ClientId: &client, AuthFlow: "USER_PASSWORD_AUTH", AuthParameters: map[string]string{"USERNAME": login, "PASSWORD": password},
	})
	if err != nil {
		t.Fatal(err)
	}
	user, err := api.GetUser(t.Context(), &cip.GetUserInput{AccessToken: in.AuthenticationResult.AccessToken})
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]string{}
	for _, a := range user.UserAttributes {
		got[*a.Name] = *a.Value
	}
	return got
}

// TestAppClientTemplates has the other two forms of the same client read.
func TestAppClientTemplates(t *testing.T) {
	t.Parallel()
	dir := write(t, "app-client", full)
	tpl := readTemplate(t, filepath.Join(dir, "app-client.yaml"))
	if clients := tpl.of("AWS::Cognito::UserPoolClient"); len(clients) != 2 || clients["Client"]["GenerateSecret"] != true {
		t.Errorf("clients: %v", clients)
	}
	all := blocks(t, filepath.Join(dir, "app-client.tf"))
	if got := all["resource aws_cognito_user_pool_client client2"]["explicit_auth_flows"]; got != `["ALLOW_USER_PASSWORD_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"]` {
		t.Errorf("flows: %s", got)
	}
	format(t, filepath.Join(dir, "app-client.tf"))
	validate(t, filepath.Join(dir, "app-client.tf"))
	compareIncluded(t, filepath.Join(dir, "app-client.yaml"), tpl)
}

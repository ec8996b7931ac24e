package poolconfig_test

import (
	"net/http/httptest"
	"slices"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/credentials"

	"wherry/toolkit/internal/cognito"
	"wherry/toolkit/internal/cognitotest"
	"wherry/toolkit/internal/poolconfig"
)

type doc = map[string]any

// pool answers with one of everything.
func pool() *cognitotest.Cognito {
	fake := &cognitotest.Cognito{}
	for operation, body := range map[string]doc{
		"DescribeUserPool": {"UserPool": doc{
			"Id": "us-east-1_Example01", "Name": "people", "Domain": "people",
			"Policies": doc{"PasswordPolicy": doc{"MinimumLength": 12, "RequireSymbols": true}},
			"LambdaConfig": doc{
				"PreSignUp":                "arn:aws:lambda:us-east-1:123456789012:function:check",
				"PreTokenGenerationConfig": doc{"LambdaArn": "arn:aws:lambda:us-east-1:123456789012:function:claims", "LambdaVersion": "V2_0"},
				"KMSKeyID":                 "arn:aws:kms:us-east-1:123456789012:key/1",
			},
		}},
		"GetUserPoolMfaConfig":   {"SoftwareTokenMfaConfiguration": doc{"Enabled": true}, "MfaConfiguration": "ON"},
		"ListUserPoolClients":    {"UserPoolClients": []doc{{"ClientId": "1web", "ClientName": "web"}}},
		"DescribeUserPoolClient": {"UserPoolClient": doc{"ClientId": "1web", "ClientName": "web", "ClientSecret": "hidden", "RefreshTokenValidity": 12, "TokenValidityUnits": doc{"RefreshToken": "hours"}}},
		"ListGroups":             {"Groups": []doc{{"GroupName": "admins", "Precedence": 0}}},
		"ListIdentityProviders":  {"Providers": []doc{{"ProviderName": "Google", "ProviderType": "Google"}}},
		"DescribeIdentityProvider": {"IdentityProvider": doc{
			"ProviderName": "Google", "ProviderType": "Google", "ProviderDetails": doc{"client_id": "g", "client_secret": "hidden"},
		}},
		"ListResourceServers":       {"ResourceServers": []doc{{"Identifier": "https://api.example.com", "Scopes": []doc{{"ScopeName": "read"}}}}},
		"GetUICustomization":        {"UICustomization": doc{"ClientId": "ALL", "CSS": ".banner-customizable{}"}},
		"DescribeRiskConfiguration": {"RiskConfiguration": doc{"RiskExceptionConfiguration": doc{"SkippedIPRangeList": []string{"192.0.2.1/32"}}}},
		"DescribeUserPoolDomain":    {"DomainDescription": doc{"Domain": "people", "ManagedLoginVersion": 2}},
	} {
		fake.Say(operation, cognitotest.Answer{Body: body})
	}
	return fake
}

func read(t *testing.T, fake *cognitotest.Cognito) (poolconfig.Config, error) {
	t.Helper()
	server := httptest.NewServer(fake)
	t.Cleanup(server.Close)
	client, err := cognito.New(t.Context(), cognito.Options{
		PoolID: "us-east-1_Example01", Region: "us-east-1", Endpoint: server.URL,
		Credentials: credentials.NewStaticCredentialsProvider("ID", "key", ""),
	})
	if err != nil {
		t.Fatal(err)
	}
	return poolconfig.Read(t.Context(), client)
}

func TestReadEverything(t *testing.T) {
	t.Parallel()
	c, err := read(t, pool())
	if err != nil {
		t.Fatal(err)
	}
	for what, is := range map[string]bool{
		"password policy":    c.Pool.Policies.PasswordPolicy == poolconfig.PasswordPolicy{MinimumLength: 12, RequireSymbols: true},
		"case matters":       c.Pool.UsernameConfiguration.CaseSensitive,
		"triggers":           slices.Equal(c.Pool.LambdaConfig.Names(), []string{"PreSignUp", "PreTokenGeneration"}),
		"second factors":     c.MFA.MfaConfiguration == "ON" && c.MFA.SoftwareTokenMfaConfiguration.Enabled,
		"a client's secret":  c.Clients[0].ClientSecret.Reveal() == "hidden",
		"units":              c.Clients[0].RefreshLifetime() == 12*time.Hour,
		"usual lifetimes":    c.Clients[0].AccessLifetime() == time.Hour,
		"precedence 0":       c.Groups[0].Precedence != nil && *c.Groups[0].Precedence == 0,
		"a provider's own":   c.Providers[0].Detail("client_id") == "g",
		"scopes":             c.ResourceServers[0].Scopes[0].ScopeName == "read",
		"one look, not two":  len(c.UI) == 1,
		"exempted addresses": len(c.Risk.RiskExceptionConfiguration.SkippedIPRangeList) == 1,
		"managed login":      c.Domain.ManagedLoginVersion == 2,
		"nothing is missing": len(c.Missing()) == 0,
	} {
		if !is {
			t.Errorf("%s: got %+v", what, c)
		}
	}
}

func TestReadGoesOnWithoutPermission(t *testing.T) {
	t.Parallel()
	fake := pool()
	fake.Say("ListGroups", cognitotest.Answer{Type: "AccessDeniedException"})
	fake.Say("DescribeRiskConfiguration", cognitotest.Answer{Type: "UserPoolAddOnNotEnabledException"})
	c, err := read(t, fake)
	if err != nil || !slices.Equal(c.Missing(), []string{"cognito-idp:ListGroups"}) || len(c.Clients) != 1 {
		t.Errorf("%v, missing %v", err, c.Missing())
	}
}

func TestReadNeedsThePool(t *testing.T) {
	t.Parallel()
	fake := pool()
	fake.Say("DescribeUserPool", cognitotest.Answer{Type: "ResourceNotFoundException"})
	if _, err := read(t, fake); !cognito.Missing(err) {
		t.Errorf("got %v", err)
	}
}

func TestClientAllows(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		flows []string
		flow  string
		want  bool
	}{
		"none means SRP":          {nil, "USER_SRP_AUTH", true},
		"none means no passwords": {nil, "USER_PASSWORD_AUTH", false},
		"by its new name":         {[]string{"ALLOW_USER_PASSWORD_AUTH"}, "USER_PASSWORD_AUTH", true},
		"by its old name":         {[]string{"ADMIN_NO_SRP_AUTH"}, "ADMIN_USER_PASSWORD_AUTH", true},
		"only those listed":       {[]string{"ALLOW_USER_PASSWORD_AUTH"}, "REFRESH_TOKEN_AUTH", false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := (poolconfig.Client{ExplicitAuthFlows: tt.flows}).Allows(tt.flow); got != tt.want {
				t.Errorf("got %v", got)
			}
		})
	}
}

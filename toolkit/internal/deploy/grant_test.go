package deploy

import (
	"strings"
	"testing"

	"wherry/toolkit/config"
)

// TestActions holds the permissions of a pool's sign-in against what it asks.
func TestActions(t *testing.T) {
	t.Parallel()
	const initiate, get, groups = "cognito-idp:AdminInitiateAuth", "cognito-idp:AdminGetUser", "cognito-idp:AdminListGroupsForUser"
	refuse := config.Outcomes{MessageFactor: config.Refuse, OtherFactor: config.Refuse, TemporaryPassword: config.Refuse}
	carrying := func(change func(*config.Outcomes)) config.Outcomes {
		o := refuse
		change(&o)
		return o
	}
	for _, tt := range []struct {
		name string
		in   config.SignIn
		want string
	}{
		{"tokens only", config.SignIn{Flow: config.UserPassword, Outcomes: refuse}, ""},
		{"SRP", config.SignIn{Flow: config.UserSRP, Outcomes: refuse}, ""},
		{"the admin flow", config.SignIn{Flow: config.AdminUserPassword, Outcomes: refuse}, initiate},
		{"forgotten passwords", config.SignIn{ForgotPassword: true, Outcomes: refuse}, "cognito-idp:ListUsers " + get + " " + groups},
		{"groups", config.SignIn{Groups: config.GroupsAdmin, Outcomes: refuse}, groups},
		{"a factor carried", config.SignIn{Outcomes: carrying(func(o *config.Outcomes) { o.MessageFactor = config.Carry })}, get + " " + groups},
		{"a factor given up", config.SignIn{Outcomes: carrying(func(o *config.Outcomes) { o.OtherFactor = config.CarryWithoutFactor })}, get + " " + groups},
		{"a temporary password", config.SignIn{Outcomes: carrying(func(o *config.Outcomes) { o.TemporaryPassword = config.Carry }), Groups: config.GroupsAdmin}, get + " " + groups},
	} {
		if got := strings.Join(actions(tt.in), " "); got != tt.want {
			t.Errorf("%s: got %q, want %q", tt.name, got, tt.want)
		}
	}
}

func TestGrantForAnExistingSecret(t *testing.T) {
	t.Parallel()
	for ref, want := range map[string]string{
		"ssm:/crossing/connector": "ssm:GetParameter arn:${AWS::Partition}:ssm:${AWS::Region}:${AWS::AccountId}:parameter/crossing/connector",
		"arn:aws:secretsmanager:us-east-2:123456789012:secret:x-AbCdEf": "secretsmanager:GetSecretValue arn:aws:secretsmanager:us-east-2:123456789012:secret:x-AbCdEf",
		"": "",
	} {
		var got string
		for _, g := range grants(&config.Config{Connector: config.Connector{SecretRef: ref}}) {
			got += strings.Join(g.Actions, " ") + " " + strings.Join(g.Resources, " ")
		}
		if got != want {
			t.Errorf("%s: got %q", ref, got)
		}
	}
}

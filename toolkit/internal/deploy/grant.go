package deploy

import (
	"strings"

	"wherry/toolkit/config"
)

// Grant is a statement of an IAM policy that allows actions on resources. The
// ARNs hold CloudFormation's names for what only AWS knows:
// ${AWS::Partition}, ${AWS::Region} and ${AWS::AccountId}.
type Grant struct {
	Actions   []string
	Resources []string
}

// grants is what the connector may do: nothing at Cognito where signing in
// needs no IAM, and the reading of a secret that is there already.
func grants(c *config.Config) []Grant {
	var list []Grant
	for _, p := range c.Pools {
		if actions := actions(p.Connector); len(actions) > 0 {
			list = append(list, Grant{actions, []string{"arn:${AWS::Partition}:cognito-idp:" + p.Region + ":${AWS::AccountId}:userpool/" + p.ID}})
		}
	}
	switch ref := c.Connector.SecretRef; {
	case strings.HasPrefix(ref, "arn:"):
		list = append(list, Grant{[]string{"secretsmanager:GetSecretValue"}, []string{ref}})
	case strings.HasPrefix(ref, "ssm:"):
		name := strings.TrimPrefix(ref, "ssm:")
		list = append(list, Grant{[]string{"ssm:GetParameter"}, []string{"arn:${AWS::Partition}:ssm:${AWS::Region}:${AWS::AccountId}:parameter" + name}})
	}
	return list
}

// actions are what the sign-in of a pool's users needs IAM for.
func actions(s config.SignIn) []string {
	var list []string
	if s.Flow == config.AdminUserPassword {
		list = append(list, "cognito-idp:AdminInitiateAuth")
	}
	if s.ForgotPassword {
		return append(list, "cognito-idp:ListUsers", "cognito-idp:AdminGetUser", "cognito-idp:AdminListGroupsForUser")
	}
	o, refuse := s.Outcomes, config.Refuse
	switch {
	case o.MessageFactor != refuse || o.OtherFactor != refuse || o.TemporaryPassword != refuse:
		// A challenge comes without tokens, so the user is read by name.
		list = append(list, "cognito-idp:AdminGetUser", "cognito-idp:AdminListGroupsForUser")
	case s.Groups == config.GroupsAdmin:
		list = append(list, "cognito-idp:AdminListGroupsForUser")
	}
	return list
}

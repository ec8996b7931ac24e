package cognito

import (
	"context"
	"errors"

	"github.com/aws/aws-sdk-go-v2/aws"
	idp "github.com/aws/aws-sdk-go-v2/service/cognitoidentityprovider"
	"github.com/aws/aws-sdk-go-v2/service/cognitoidentityprovider/types"

	"wherry/internal/secret"
	"wherry/toolkit/internal/plan"
)

// User reads the user whose access token it is: the attributes that the app
// client may read. Groups are those in the token.
func (c *Client) User(ctx context.Context, accessToken secret.String) (plan.CognitoUser, error) {
	out, err := call(ctx, "GetUser", &idp.GetUserInput{AccessToken: aws.String(accessToken.Reveal())}, c.api.GetUser)
	if err != nil {
		return plan.CognitoUser{}, unlikely(err)
	}
	return plan.CognitoUser{
		PoolID:              c.PoolID,
		Username:            aws.ToString(out.Username),
		Attributes:          attributes(out.UserAttributes),
		UserMFASettingList:  out.UserMFASettingList,
		PreferredMfaSetting: aws.ToString(out.PreferredMfaSetting),
		MFAOptions:          mfaOptions(out.MFAOptions),
	}, nil
}

// AdminUser reads any user with all attributes, but without groups. It needs
// IAM, and makes the user count as active in AWS's bill.
func (c *Client) AdminUser(ctx context.Context, username string) (plan.CognitoUser, error) {
	out, err := signed(ctx, c, "AdminGetUser", &idp.AdminGetUserInput{UserPoolId: &c.PoolID, Username: &username}, c.api.AdminGetUser)
	if err != nil {
		return plan.CognitoUser{}, unlikely(err)
	}
	return plan.CognitoUser{
		PoolID:              c.PoolID,
		Username:            aws.ToString(out.Username),
		Attributes:          attributes(out.UserAttributes),
		Status:              string(out.UserStatus),
		Enabled:             &out.Enabled,
		Created:             aws.ToTime(out.UserCreateDate),
		LastModified:        aws.ToTime(out.UserLastModifiedDate),
		UserMFASettingList:  out.UserMFASettingList,
		PreferredMfaSetting: aws.ToString(out.PreferredMfaSetting),
		MFAOptions:          mfaOptions(out.MFAOptions),
	}, nil
}

// AdminGroups lists the names of a user's groups, of which there are 100 at
// most. It needs IAM.
func (c *Client) AdminGroups(ctx context.Context, username string) ([]string, error) {
	var names []string
	in := &idp.AdminListGroupsForUserInput{UserPoolId: &c.PoolID, Username: &username, Limit: aws.Int32(60)}
	for {
		out, err := signed(ctx, c, "AdminListGroupsForUser", in, c.api.AdminListGroupsForUser)
		if err != nil {
			return nil, unlikely(err)
		}
		for _, g := range out.Groups {
			names = append(names, aws.ToString(g.GroupName))
		}
		if aws.ToString(out.NextToken) == "" {
			return names, nil
		}
		in.NextToken = out.NextToken
	}
}

// Revoke ends a refresh token and every token that came with it.
func (c *Client) Revoke(ctx context.Context, refreshToken secret.String) error {
	in := &idp.RevokeTokenInput{ClientId: &c.ClientID, Token: aws.String(refreshToken.Reveal())}
	if c.ClientSecret != "" {
		in.ClientSecret = aws.String(c.ClientSecret.Reveal())
	}
	_, err := call(ctx, "RevokeToken", in, c.api.RevokeToken)
	return err
}

// unlikely keeps an error about a user who has just signed in from passing for
// a wrong password.
func unlikely(err error) error {
	var f *Failure
	if errors.As(err, &f) && f.Outcome == WrongCredentials {
		f.Outcome = Unclassified
	}
	return err
}

func attributes(list []types.AttributeType) plan.Attributes {
	m := make(plan.Attributes, len(list))
	for _, a := range list {
		m[aws.ToString(a.Name)] = aws.ToString(a.Value)
	}
	return m
}

func mfaOptions(list []types.MFAOptionType) []plan.MFAOption {
	var options []plan.MFAOption
	for _, o := range list {
		options = append(options, plan.MFAOption{DeliveryMedium: string(o.DeliveryMedium), AttributeName: aws.ToString(o.AttributeName)})
	}
	return options
}

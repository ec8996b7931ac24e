package cognito

import (
	"context"
	"errors"
	"strconv"

	"github.com/aws/aws-sdk-go-v2/aws"
	idp "github.com/aws/aws-sdk-go-v2/service/cognitoidentityprovider"
	"github.com/aws/aws-sdk-go-v2/service/cognitoidentityprovider/types"

	"wherry/toolkit/internal/plan"
)

// UsersPage is a page of users. It may be empty; the list ends where there is
// no Token.
type UsersPage struct {
	Users []plan.CognitoUser // without groups and factors
	Token string
}

// pageSize is the most that Cognito gives at a time.
const pageSize = 60

// ListUsers reads the page of users that begins at the token; "" is the first.
// Only those whose sub begins with the prefix are listed. The token is bound to
// the prefix and good for an hour. The order is Cognito's own.
func (c *Client) ListUsers(ctx context.Context, prefix, token string) (UsersPage, error) {
	in := &idp.ListUsersInput{UserPoolId: &c.PoolID, Limit: aws.Int32(pageSize), PaginationToken: orNil(token)}
	if prefix != "" {
		in.Filter = aws.String("sub ^= " + strconv.Quote(prefix))
	}
	out, err := signed(ctx, c, "ListUsers", in, c.api.ListUsers)
	if err != nil {
		return UsersPage{}, unlikely(err)
	}
	return UsersPage{c.listed(out.Users), aws.ToString(out.PaginationToken)}, nil
}

// ListUsersInGroup reads a page of a group's users.
func (c *Client) ListUsersInGroup(ctx context.Context, group, token string) (UsersPage, error) {
	in := &idp.ListUsersInGroupInput{UserPoolId: &c.PoolID, GroupName: &group, Limit: aws.Int32(pageSize), NextToken: orNil(token)}
	out, err := signed(ctx, c, "ListUsersInGroup", in, c.api.ListUsersInGroup)
	if err != nil {
		return UsersPage{}, unlikely(err)
	}
	return UsersPage{c.listed(out.Users), aws.ToString(out.NextToken)}, nil
}

// ListGroups reads a page of the names of the pool's groups, and the token of
// the next.
func (c *Client) ListGroups(ctx context.Context, token string) (names []string, next string, err error) {
	in := &idp.ListGroupsInput{UserPoolId: &c.PoolID, Limit: aws.Int32(pageSize), NextToken: orNil(token)}
	out, err := signed(ctx, c, "ListGroups", in, c.api.ListGroups)
	if err != nil {
		return nil, "", unlikely(err)
	}
	for _, g := range out.Groups {
		names = append(names, aws.ToString(g.GroupName))
	}
	return names, aws.ToString(out.NextToken), nil
}

// Described is what a pool says of itself.
type Described struct {
	Name     string
	Estimate int // of its users, as Cognito counted them some time ago
	MFA      string
	Schema   plan.Schema
}

// Describe reads the pool itself.
func (c *Client) Describe(ctx context.Context) (Described, error) {
	out, err := signed(ctx, c, "DescribeUserPool", &idp.DescribeUserPoolInput{UserPoolId: &c.PoolID}, c.api.DescribeUserPool)
	if err != nil {
		return Described{}, unlikely(err)
	}
	p := out.UserPool
	d := Described{Name: aws.ToString(p.Name), Estimate: int(p.EstimatedNumberOfUsers), MFA: string(p.MfaConfiguration)}
	d.Schema = plan.Schema{ID: c.PoolID, MfaConfiguration: d.MFA}
	for _, a := range p.SchemaAttributes {
		d.Schema.SchemaAttributes = append(d.Schema.SchemaAttributes, plan.SchemaAttribute{Name: aws.ToString(a.Name), AttributeDataType: string(a.AttributeDataType)})
	}
	for _, a := range p.UsernameAttributes {
		d.Schema.UsernameAttributes = append(d.Schema.UsernameAttributes, string(a))
	}
	for _, a := range p.AliasAttributes {
		d.Schema.AliasAttributes = append(d.Schema.AliasAttributes, string(a))
	}
	return d, nil
}

func (c *Client) listed(list []types.UserType) []plan.CognitoUser {
	users := make([]plan.CognitoUser, len(list))
	for i, u := range list {
		users[i] = plan.CognitoUser{
			PoolID: c.PoolID, Username: aws.ToString(u.Username), Attributes: attributes(u.Attributes),
			Status: string(u.UserStatus), Enabled: &u.Enabled,
			Created: aws.ToTime(u.UserCreateDate), LastModified: aws.ToTime(u.UserLastModifiedDate),
			MFAOptions: mfaOptions(u.MFAOptions),
		}
	}
	return users
}

func orNil(token string) *string {
	if token == "" {
		return nil
	}
	return &token
}

// TokenExpired tells whether a list refused to go on from its paging token.
// Cognito gives that no type of its own.
func TokenExpired(err error) bool {
	f, ok := errors.AsType[*Failure](err)
	return ok && f.Outcome == PageLost
}

// Missing tells whether what was asked about does not exist.
func Missing(err error) bool {
	f, ok := errors.AsType[*Failure](err)
	return ok && (f.Code == "ResourceNotFoundException" || f.Code == "UserNotFoundException")
}

// Denied tells whether the caller's IAM credentials are missing, or do not
// allow the call.
func Denied(err error) bool {
	f, ok := errors.AsType[*Failure](err)
	return ok && (f.Hint == iam || f.Code == "AccessDeniedException")
}

// OutcomeOf is the outcome of the failure that an error is, or "".
func OutcomeOf(err error) Outcome {
	if f, ok := errors.AsType[*Failure](err); ok {
		return f.Outcome
	}
	return ""
}

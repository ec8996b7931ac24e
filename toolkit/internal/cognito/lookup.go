package cognito

import (
	"context"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	idp "github.com/aws/aws-sdk-go-v2/service/cognitoidentityprovider"
)

// Outcomes of a look-up, which proves nothing.
const (
	Known   Outcome = "known"
	Unknown Outcome = "unknown"
)

// Find looks for the one user who signs in with a login id: an e-mail address,
// a phone number or a user name. It returns the user name, or "" when there is
// nobody, or more than one, as there may be where addresses need not be unique.
// It needs IAM.
func (c *Client) Find(ctx context.Context, login string) (username string, err error) {
	if strings.ContainsFunc(login, func(r rune) bool { return r < ' ' }) {
		return "", nil
	}
	for _, attribute := range searched(login) {
		for _, value := range distinct(login, strings.ToLower(login)) {
			found, err := c.findBy(ctx, attribute, value)
			if err != nil || found != "" {
				return found, err
			}
		}
	}
	return "", nil
}

// searched is where a login id of that form may stand.
func searched(login string) []string {
	switch {
	case strings.Contains(login, "@"):
		return []string{"email", "username"}
	case strings.HasPrefix(login, "+"):
		return []string{"phone_number", "username"}
	}
	return []string{"username", "preferred_username"}
}

func distinct(a, b string) []string {
	if a == b {
		return []string{a}
	}
	return []string{a, b}
}

// quoted keeps a value from ending the filter's text.
var quoted = strings.NewReplacer(`\`, `\\`, `"`, `\"`)

func (c *Client) findBy(ctx context.Context, attribute, value string) (string, error) {
	out, err := signed(ctx, c, "ListUsers", &idp.ListUsersInput{
		UserPoolId: &c.PoolID, Limit: aws.Int32(2), AttributesToGet: []string{},
		Filter: aws.String(attribute + ` = "` + quoted.Replace(value) + `"`),
	}, c.api.ListUsers)
	if err != nil {
		return "", unlikely(err)
	}
	if len(out.Users) != 1 {
		return "", nil
	}
	return aws.ToString(out.Users[0].Username), nil
}

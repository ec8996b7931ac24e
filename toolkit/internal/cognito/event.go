package cognito

import (
	"context"
	"errors"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	idp "github.com/aws/aws-sdk-go-v2/service/cognitoidentityprovider"
	"github.com/aws/aws-sdk-go-v2/service/cognitoidentityprovider/types"
)

// mostEvents is how many pages of a user's events are looked through for a
// sign-in.
const mostEvents = 5

// SignIns are the latest sign-ins of a user by which they got in, the latest
// first, as Cognito's threat protection remembers them: for two years, or since
// it was switched on. It needs IAM.
//
// Source: https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_AdminListUserAuthEvents.html
func (c *Client) SignIns(ctx context.Context, username string) (instants []time.Time, err error) {
	in := &idp.AdminListUserAuthEventsInput{UserPoolId: &c.PoolID, Username: &username, MaxResults: aws.Int32(pageSize)}
	for range mostEvents {
		out, err := signed(ctx, c, "AdminListUserAuthEvents", in, c.api.AdminListUserAuthEvents)
		if err != nil {
			return nil, unlikely(err)
		}
		for _, e := range out.AuthEvents {
			if e.EventType == types.EventTypeSignIn && e.EventResponse == types.EventResponseTypePass {
				instants = append(instants, aws.ToTime(e.CreationDate))
			}
		}
		if in.NextToken = out.NextToken; len(instants) > 0 || aws.ToString(in.NextToken) == "" {
			break
		}
	}
	return instants, nil
}

// Unprotected tells whether a pool has no threat protection, and so remembers no
// sign-ins.
func Unprotected(err error) bool {
	f, ok := errors.AsType[*Failure](err)
	return ok && f.Code == "UserPoolAddOnNotEnabledException"
}

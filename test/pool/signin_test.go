package pool

import (
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	cip "github.com/aws/aws-sdk-go-v2/service/cognitoidentityprovider"
)

func TestSignInReadAndRevoke(t *testing.T) {
	t.Parallel()
	s := start(t)
	in, err := s.signIn(t, "jane", password)
	if err != nil {
		t.Fatal(err)
	}
	tokens := in.AuthenticationResult
	if tokens == nil || tokens.ExpiresIn != 3600 || *tokens.TokenType != "Bearer" || in.ChallengeName != "" {
		t.Fatalf("got %+v", in)
	}
	user, err := s.GetUser(t.Context(), &cip.GetUserInput{AccessToken: tokens.AccessToken})
	if err != nil || *user.Username != "jane" || len(user.UserAttributes) != 3 {
		t.Fatalf("got %+v, %v", user, err)
	}
	_, err = s.RevokeToken(t.Context(), &cip.RevokeTokenInput{ClientId: aws.String(clientID), Token: tokens.RefreshToken})
	if err != nil {
		t.Fatal(err)
	}
	_, err = s.GetUser(t.Context(), &cip.GetUserInput{AccessToken: tokens.AccessToken})
	wantRefusal(t, err, "NotAuthorizedException: Access Token has been revoked")
	counts := s.pool.Counters()
	if counts.Operations["GetUser"] != 2 || counts.Users[poolID+"/jane"]["InitiateAuth"] != 1 || counts.Users[poolID+"/omar"] != nil {
		t.Errorf("got %+v", counts)
	}
}

func TestAdminGetUserAndListUsers(t *testing.T) {
	t.Parallel()
	s := start(t)
	for _, name := range []string{"omar", "5a1f07c2-40b1-7033-9b6f-0c5e7d3a2b11"} {
		user, err := s.AdminGetUser(t.Context(), &cip.AdminGetUserInput{UserPoolId: aws.String(poolID), Username: &name})
		if err != nil || *user.Username != "omar" || !user.Enabled || user.UserStatus != "CONFIRMED" || user.UserCreateDate.IsZero() {
			t.Errorf("%s: got %+v, %v", name, user, err)
		}
	}
	var names []string
	pages := cip.NewListUsersPaginator(s, &cip.ListUsersInput{UserPoolId: aws.String(poolID), Limit: aws.Int32(2)})
	for pages.HasMorePages() {
		page, err := pages.NextPage(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		for _, u := range page.Users {
			names = append(names, *u.Username)
		}
	}
	if len(names) != 5 || names[0] != "jane" || names[4] != "unconfirmed" {
		t.Errorf("got %v", names)
	}
}

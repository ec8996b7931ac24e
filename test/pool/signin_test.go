package pool

import (
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	cip "github.com/aws/aws-sdk-go-v2/service/cognitoidentityprovider"

	"wherry/pool"
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

// Administrators sign users in, and answer for them, with the same results.
func TestAdministratorsSignUsersIn(t *testing.T) {
	t.Parallel()
	s := start(t)
	out, err := s.AdminInitiateAuth(t.Context(), &cip.AdminInitiateAuthInput{
		UserPoolId: aws.String(poolID), ClientId: aws.String(clientID), AuthFlow: "ADMIN_NO_SRP_AUTH",
		AuthParameters: map[string]string{"USERNAME": "sam", "PASSWORD": password},
	})
	if err != nil || out.ChallengeName != "SMS_MFA" {
		t.Fatalf("got %+v, %v", out, err)
	}
	answered, err := s.AdminRespondToAuthChallenge(t.Context(), &cip.AdminRespondToAuthChallengeInput{
		UserPoolId: aws.String(poolID), ClientId: aws.String(clientID), ChallengeName: out.ChallengeName, Session: out.Session,
		ChallengeResponses: map[string]string{"USERNAME": "sam", "SMS_MFA_CODE": s.code(t, "sam")},
	})
	if err != nil || answered.AuthenticationResult == nil {
		t.Errorf("got %+v, %v", answered, err)
	}
}

// A user described by name and password alone is a whole one.
func TestUsersAreCompleted(t *testing.T) {
	t.Parallel()
	s := start(t, func(d *pool.Directory) {
		d.Users = []pool.User{{Username: "bare", Password: password, Enabled: true}}
	})
	user, err := s.GetUser(t.Context(), &cip.GetUserInput{AccessToken: s.tokens(t, "bare").AccessToken})
	if err != nil || len(value(user.UserAttributes, "sub")) != 36 {
		t.Errorf("got %+v, %v", user, err)
	}
	if known := s.user(t, "bare"); known.UserStatus != "CONFIRMED" || known.UserCreateDate.IsZero() {
		t.Errorf("got %+v", known)
	}
}

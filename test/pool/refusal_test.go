package pool

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"maps"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	cip "github.com/aws/aws-sdk-go-v2/service/cognitoidentityprovider"
	"github.com/aws/aws-sdk-go-v2/service/cognitoidentityprovider/types"

	"wherry/pool"
)

const wrong = "NotAuthorizedException: Incorrect username or password."

// What the state of a user makes of a sign-in, by the right password and by a
// wrong one.
func TestSignInByStatus(t *testing.T) {
	t.Parallel()
	s := start(t)
	for _, tt := range []struct{ username, right, wrong string }{
		{"jane", "tokens", wrong},
		{"una", "UserNotConfirmedException: User is not confirmed.", "UserNotConfirmedException: User is not confirmed."},
		{"tom", "NEW_PASSWORD_REQUIRED", wrong},
		{"late", "NotAuthorizedException: Temporary password has expired and must be reset by an administrator.", wrong},
		{"rita", "PasswordResetRequiredException: Password reset required for the user", "PasswordResetRequiredException: Password reset required for the user"},
		{"Google_1234", wrong, wrong},
		{"passwordless", wrong, wrong},
		{"archie", wrong, wrong},
		{"coco", wrong, wrong},
		{"umi", wrong, wrong},
		{"dora", "NotAuthorizedException: User is disabled.", "NotAuthorizedException: User is disabled."},
		{"nobody", "UserNotFoundException: User does not exist.", "UserNotFoundException: User does not exist."},
	} {
		for given, want := range map[string]string{password: tt.right, "Wrong-Horse-1": tt.wrong} {
			out, err := s.signIn(t, tt.username, given)
			if got := ended(out, err); got != want {
				t.Errorf("%s with %s: got %q, want %q", tt.username, given, got, want)
			}
		}
	}
}

// ended is how a sign-in ended: "tokens", a challenge's name or a refusal.
func ended(out *cip.InitiateAuthOutput, err error) string {
	switch {
	case err != nil:
		return said(err)
	case out.AuthenticationResult != nil:
		return "tokens"
	default:
		return string(out.ChallengeName)
	}
}

// A temporary password lasts as long as the pool says.
func TestTemporaryPasswordExpires(t *testing.T) {
	t.Parallel()
	s := start(t, func(d *pool.Directory) { d.Pool.Policies.PasswordPolicy.TemporaryPasswordValidityDays = 2 })
	s.pool.MoveClock(47 * time.Hour)
	s.mustAsk(t, "tom", "NEW_PASSWORD_REQUIRED")
	s.pool.MoveClock(2 * time.Hour)
	_, err := s.signIn(t, "tom", password)
	wantRefusal(t, err, "NotAuthorizedException: Temporary password has expired and must be reset by an administrator.")
}

func TestUnknownUsersAreHiddenWhereTheClientWantsIt(t *testing.T) {
	t.Parallel()
	s := start(t)
	parameters := map[string]string{"USERNAME": "nobody", "PASSWORD": password}
	for id, want := range map[string]string{clientID: "UserNotFoundException: User does not exist.", hidingID: wrong} {
		_, err := s.InitiateAuth(t.Context(), &cip.InitiateAuthInput{ClientId: &id, AuthFlow: "USER_PASSWORD_AUTH", AuthParameters: parameters})
		wantRefusal(t, err, want)
		_, err = s.AdminInitiateAuth(t.Context(), &cip.AdminInitiateAuthInput{
			UserPoolId: aws.String(poolID), ClientId: &id, AuthFlow: "ADMIN_USER_PASSWORD_AUTH", AuthParameters: parameters,
		})
		wantRefusal(t, err, want)
	}
	_, err := s.AdminGetUser(t.Context(), &cip.AdminGetUserInput{UserPoolId: aws.String(poolID), Username: aws.String("nobody")})
	wantRefusal(t, err, "UserNotFoundException: User does not exist.")
}

// By SRP, a hidden user gets a challenge, always the same salt, and no way in.
func TestUnknownUsersAreSimulatedBySRP(t *testing.T) {
	t.Parallel()
	s := start(t)
	in := &cip.InitiateAuthInput{
		ClientId: aws.String(hidingID), AuthFlow: "USER_SRP_AUTH",
		AuthParameters: map[string]string{"USERNAME": "nobody", "SRP_A": "abcdef"},
	}
	first, err := s.InitiateAuth(t.Context(), in)
	if err != nil || first.ChallengeName != "PASSWORD_VERIFIER" || first.Session != nil {
		t.Fatalf("got %+v, %v", first, err)
	}
	second, err := s.InitiateAuth(t.Context(), in)
	if err != nil || second.ChallengeParameters["SALT"] != first.ChallengeParameters["SALT"] {
		t.Errorf("the salt changed: %v", err)
	}
	_, err = s.RespondToAuthChallenge(t.Context(), &cip.RespondToAuthChallengeInput{
		ClientId: aws.String(hidingID), ChallengeName: "PASSWORD_VERIFIER",
		ChallengeResponses: map[string]string{
			"USERNAME": "nobody", "PASSWORD_CLAIM_SIGNATURE": "AAAA", "TIMESTAMP": "Thu Jan 5 03:04:05 UTC 2023",
			"PASSWORD_CLAIM_SECRET_BLOCK": first.ChallengeParameters["SECRET_BLOCK"],
		},
	})
	wantRefusal(t, err, wrong)
	in.ClientId = aws.String(clientID)
	_, err = s.InitiateAuth(t.Context(), in)
	wantRefusal(t, err, "UserNotFoundException: User does not exist.")
}

func TestSRPAnswersThatCannotBeRead(t *testing.T) {
	t.Parallel()
	s := start(t)
	initiate := func(a string) (*cip.InitiateAuthOutput, error) {
		return s.InitiateAuth(t.Context(), &cip.InitiateAuthInput{
			ClientId: aws.String(clientID), AuthFlow: "USER_SRP_AUTH", AuthParameters: map[string]string{"USERNAME": "jane", "SRP_A": a},
		})
	}
	_, err := initiate("0")
	wantRefusal(t, err, wrong)
	out, err := initiate("abcdef")
	if err != nil {
		t.Fatal(err)
	}
	good := map[string]string{
		"USERNAME": "jane", "PASSWORD_CLAIM_SIGNATURE": "AAAA", "TIMESTAMP": "Thu Jan 5 03:04:05 UTC 2023",
		"PASSWORD_CLAIM_SECRET_BLOCK": out.ChallengeParameters["SECRET_BLOCK"],
	}
	for _, tt := range []struct{ name, value, want string }{
		{"TIMESTAMP", "2023-01-05T03:04:05Z", "InvalidParameterException: TIMESTAMP format should be EEE MMM d HH:mm:ss z yyyy in english."},
		{"TIMESTAMP", "", "InvalidParameterException: Missing required parameter TIMESTAMP"},
		{"PASSWORD_CLAIM_SECRET_BLOCK", "AAAA", "NotAuthorizedException: Invalid session for the user, session is expired."},
		{"PASSWORD_CLAIM_SIGNATURE", "BBBB", wrong},
	} {
		responses := maps.Clone(good)
		responses[tt.name] = tt.value
		_, err := s.RespondToAuthChallenge(t.Context(), &cip.RespondToAuthChallengeInput{
			ClientId: aws.String(clientID), ChallengeName: "PASSWORD_VERIFIER", ChallengeResponses: responses,
		})
		wantRefusal(t, err, tt.want)
	}
}

func TestLockout(t *testing.T) {
	t.Parallel()
	s := start(t)
	fail := func(want string) {
		t.Helper()
		_, err := s.signIn(t, "jane", "Wrong-Horse-1")
		wantRefusal(t, err, want)
	}
	const locked = "NotAuthorizedException: Password attempts exceeded"
	for range 5 {
		fail(wrong)
	}
	fail(locked)
	_, err := s.signIn(t, "jane", password)
	wantRefusal(t, err, locked)
	_, err = s.AdminInitiateAuth(t.Context(), &cip.AdminInitiateAuthInput{
		UserPoolId: aws.String(poolID), ClientId: aws.String(clientID), AuthFlow: "ADMIN_USER_PASSWORD_AUTH",
		AuthParameters: map[string]string{"USERNAME": "jane", "PASSWORD": password},
	})
	wantRefusal(t, err, locked)
	if out, err := s.signIn(t, "grace", password); err != nil || out.AuthenticationResult == nil {
		t.Errorf("somebody else is locked too: %v", err)
	}
	for _, lock := range []time.Duration{1, 2, 4, 8} { // seconds, each twice the one before
		s.pool.MoveClock(lock*time.Second - 500*time.Millisecond)
		fail(locked)
		s.pool.MoveClock(500 * time.Millisecond)
		fail(wrong)
	}
	s.pool.MoveClock(16 * time.Second)
	if out, err := s.signIn(t, "jane", password); err != nil || out.AuthenticationResult == nil {
		t.Errorf("the lock must end: %v", err)
	}
	fail(wrong) // counted from the start again
	fail(wrong)
}

func TestLockoutIsForgotten(t *testing.T) {
	t.Parallel()
	for name, forgive := range map[string]func(*testing.T, *standIn){
		"after a quarter of an hour": func(_ *testing.T, s *standIn) { s.pool.MoveClock(15*time.Minute + time.Second) },
		"by an administrator": func(t *testing.T, s *standIn) {
			_, err := s.AdminSetUserPassword(t.Context(), &cip.AdminSetUserPasswordInput{
				UserPoolId: aws.String(poolID), Username: aws.String("jane"), Password: aws.String(password), Permanent: true,
			})
			if err != nil {
				t.Fatal(err)
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := start(t)
			for range 5 {
				_, err := s.signIn(t, "jane", "Wrong-Horse-1")
				wantRefusal(t, err, wrong)
			}
			forgive(t, s)
			for range 4 {
				_, err := s.signIn(t, "jane", "Wrong-Horse-1")
				wantRefusal(t, err, wrong)
			}
		})
	}
}

func TestClientMistakes(t *testing.T) {
	t.Parallel()
	s := start(t)
	right := map[string]string{"USERNAME": "jane", "PASSWORD": password}
	for _, tt := range []struct {
		name, client string
		flow         types.AuthFlowType
		parameters   map[string]string
		want         string
	}{
		{"unknown client", "5nobody", "USER_PASSWORD_AUTH", right, "ResourceNotFoundException: User pool client 5nobody does not exist."},
		{"flow switched off", bareID, "USER_PASSWORD_AUTH", right, "InvalidParameterException: USER_PASSWORD_AUTH flow not enabled for this client"},
		{"flow of the other operation", clientID, "ADMIN_USER_PASSWORD_AUTH", right, "InvalidParameterException: Initiate Auth method not supported."},
		{"no name", clientID, "USER_PASSWORD_AUTH", map[string]string{"PASSWORD": "x"}, "InvalidParameterException: Missing required parameter USERNAME"},
		{"no password", clientID, "USER_PASSWORD_AUTH", map[string]string{"USERNAME": "jane"}, "InvalidParameterException: Missing required parameter PASSWORD"},
		{"empty password", clientID, "USER_PASSWORD_AUTH", map[string]string{"USERNAME": "jane", "PASSWORD": ""}, "InvalidParameterException: Missing required parameter PASSWORD"},
		{"impossible name", clientID, "USER_PASSWORD_AUTH", map[string]string{"USERNAME": "jane doe", "PASSWORD": "x"}, "InvalidParameterException: Invalid input given"},
		{"long password", clientID, "USER_PASSWORD_AUTH", with(right, "PASSWORD", strings.Repeat("x", 257)), "NotAuthorizedException: Invalid password format."},
		{"no hash", secretID, "USER_PASSWORD_AUTH", right, "NotAuthorizedException: Client 3secret23456789 is configured with secret but SECRET_HASH was not received"},
		{"wrong hash", secretID, "USER_PASSWORD_AUTH", with(right, "SECRET_HASH", "AAAA"), "NotAuthorizedException: Unable to verify secret hash for client 3secret23456789"},
		{"hash without secret", clientID, "USER_PASSWORD_AUTH", with(right, "SECRET_HASH", "AAAA"), "NotAuthorizedException: Unable to verify secret hash for client 1example23456789"},
		{"right hash", secretID, "USER_PASSWORD_AUTH", with(right, "SECRET_HASH", hash("jane")), "tokens"},
	} {
		out, err := s.InitiateAuth(t.Context(), &cip.InitiateAuthInput{ClientId: &tt.client, AuthFlow: tt.flow, AuthParameters: tt.parameters})
		if got := ended(out, err); got != tt.want {
			t.Errorf("%s: got %q, want %q", tt.name, got, tt.want)
		}
	}
	_, err := s.AdminInitiateAuth(t.Context(), &cip.AdminInitiateAuthInput{
		UserPoolId: aws.String("us-east-1_Nowhere1"), ClientId: aws.String(clientID), AuthFlow: "ADMIN_USER_PASSWORD_AUTH", AuthParameters: right,
	})
	wantRefusal(t, err, "ResourceNotFoundException: User pool us-east-1_Nowhere1 does not exist.")
	_, err = s.AdminInitiateAuth(t.Context(), &cip.AdminInitiateAuthInput{
		UserPoolId: aws.String(poolID), ClientId: aws.String(clientID), AuthFlow: "USER_PASSWORD_AUTH", AuthParameters: right,
	})
	wantRefusal(t, err, "InvalidParameterException: Initiate Auth method not supported.")
}

func with(m map[string]string, name, value string) map[string]string {
	m = maps.Clone(m)
	m[name] = value
	return m
}

// hash is the SECRET_HASH of a user for the client with the secret.
func hash(username string) string {
	mac := hmac.New(sha256.New, []byte(clientSecret))
	mac.Write([]byte(username + secretID))
	return base64.StdEncoding.EncodeToString(mac.Sum(nil))
}

func TestClientsWithoutFlowsAllowSRP(t *testing.T) {
	t.Parallel()
	out, err := start(t).InitiateAuth(t.Context(), &cip.InitiateAuthInput{
		ClientId: aws.String(bareID), AuthFlow: "USER_SRP_AUTH", AuthParameters: map[string]string{"USERNAME": "jane", "SRP_A": "abcdef"},
	})
	if got := ended(out, err); got != "PASSWORD_VERIFIER" {
		t.Errorf("got %q", got)
	}
}

func TestFlowsByTheirOldNames(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		listed, flow, want string
	}{
		{"USER_PASSWORD_AUTH", "USER_PASSWORD_AUTH", "tokens"},
		{"ADMIN_NO_SRP_AUTH", "USER_PASSWORD_AUTH", "InvalidParameterException: USER_PASSWORD_AUTH flow not enabled for this client"},
		{"USER_PASSWORD_AUTH", "USER_SRP_AUTH", "PASSWORD_VERIFIER"},
		{"CUSTOM_AUTH_FLOW_ONLY", "USER_SRP_AUTH", "InvalidParameterException: USER_SRP_AUTH flow not enabled for this client"},
	} {
		s := start(t, withClient(clientID, func(c *pool.Client) { c.ExplicitAuthFlows = []string{tt.listed} }))
		out, err := s.InitiateAuth(t.Context(), &cip.InitiateAuthInput{
			ClientId: aws.String(clientID), AuthFlow: types.AuthFlowType(tt.flow),
			AuthParameters: map[string]string{"USERNAME": "jane", "PASSWORD": password, "SRP_A": "abcdef"},
		})
		if got := ended(out, err); got != tt.want {
			t.Errorf("%s for %s: got %q, want %q", tt.listed, tt.flow, got, tt.want)
		}
	}
}

// What the pool cannot come to by itself can be wanted.
func TestOutcomesOnDemand(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		kind, message string
		status        int
	}{
		{"UserLambdaValidationException", "PreAuthentication failed with error not today.", 400},
		{"NotAuthorizedException", "Unable to login because of security reasons.", 400},
		{"NotAuthorizedException", "Request not allowed due to security reasons.", 400},
		{"ForbiddenException", "Request not allowed due to WAF block.", 403},
		{"LimitExceededException", "Attempt limit exceeded, please try after some time.", 400},
		{"UnexpectedLambdaException", "PreAuthentication failed.", 400},
		{"InvalidLambdaResponseException", "Unrecognizable lambda output", 400},
		{"InvalidUserPoolConfigurationException", "The pool is not set up well.", 400},
		{"InvalidSmsRoleAccessPolicyException", "SMS role access policy", 400},
		{"InvalidSmsRoleTrustRelationshipException", "SMS role trust", 400},
		{"InvalidEmailRoleAccessPolicyException", "E-mail role", 400},
		{"MFAMethodNotFoundException", "No MFA method was found", 400},
		{"UnsupportedOperationException", "Not here", 400},
		{"NotAuthorizedException", "Access Token does not have required scopes", 400},
		{"InternalErrorException", "Internal server error.", 500},
	} {
		t.Run(tt.kind, func(t *testing.T) {
			t.Parallel()
			s := start(t)
			s.pool.SetOutcomes(pool.Outcome{Username: "jane", Times: 2, Type: tt.kind, Message: tt.message, Status: tt.status})
			for range 2 {
				_, err := s.signIn(t, "jane", password)
				wantRefusal(t, err, tt.kind+": "+tt.message)
			}
			for _, name := range []string{"jane", "grace"} {
				if out, err := s.signIn(t, name, password); err != nil || out.AuthenticationResult == nil {
					t.Errorf("%s: got %v", name, err)
				}
			}
		})
	}
}

func TestQuotas(t *testing.T) {
	t.Parallel()
	s := start(t)
	s.pool.SetFaults(pool.Faults{Throttle: pool.Throttle{On: true, Rates: map[string]float64{"UserList": 1}}})
	list := func() error {
		_, err := s.ListUsers(t.Context(), &cip.ListUsersInput{UserPoolId: aws.String(poolID)})
		return err
	}
	if err := list(); err != nil {
		t.Fatal(err)
	}
	wantRefusal(t, list(), "TooManyRequestsException: Rate exceeded")
	s.pool.MoveClock(time.Second)
	if err := list(); err != nil {
		t.Errorf("a second later: %v", err)
	}
}

func TestOutage(t *testing.T) {
	t.Parallel()
	s := start(t)
	s.pool.SetFaults(pool.Faults{Outage: pool.Outage{For: time.Minute}})
	_, err := s.signIn(t, "jane", password)
	wantRefusal(t, err, "ServiceUnavailableException: Service is unavailable")
	s.pool.MoveClock(time.Minute)
	if _, err := s.signIn(t, "jane", password); err != nil {
		t.Error(err)
	}
}

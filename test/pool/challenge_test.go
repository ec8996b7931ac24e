package pool

import (
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	cip "github.com/aws/aws-sdk-go-v2/service/cognitoidentityprovider"
	"github.com/aws/aws-sdk-go-v2/service/cognitoidentityprovider/types"
	"github.com/pquerna/otp/totp"

	"wherry/pool"
)

// code is the latest code that was sent to a user.
func (s *standIn) code(t testing.TB, username string) string {
	t.Helper()
	sent := s.pool.Messages(username)
	if len(sent) == 0 {
		t.Fatalf("nothing was sent to %s", username)
	}
	return sent[len(sent)-1].Code
}

// totpOf is the code that an authenticator with this secret shows now.
func totpOf(t testing.TB, secret string) string {
	t.Helper()
	return totpAt(t, secret, time.Now())
}

func totpAt(t testing.TB, secret string, at time.Time) string {
	t.Helper()
	code, err := totp.GenerateCode(secret, at)
	if err != nil {
		t.Fatal(err)
	}
	return code
}

// answer answers a challenge; USERNAME is added.
func (s *standIn) answer(t testing.TB, asked challenge, responses map[string]string) (*cip.RespondToAuthChallengeOutput, error) {
	t.Helper()
	all := map[string]string{"USERNAME": asked.parameters["USER_ID_FOR_SRP"]}
	for name, value := range responses {
		all[name] = value
	}
	return s.RespondToAuthChallenge(t.Context(), &cip.RespondToAuthChallengeInput{
		ClientId: aws.String(clientID), ChallengeName: asked.name, Session: asked.session, ChallengeResponses: all,
	})
}

// challenge is what both sign-in operations ask in the same way.
type challenge struct {
	name       types.ChallengeNameType
	session    *string
	parameters map[string]string
}

// mustAsk signs in by password, and fails the test unless that challenge comes.
func (s *standIn) mustAsk(t testing.TB, username string, want types.ChallengeNameType) challenge {
	t.Helper()
	out, err := s.signIn(t, username, password)
	if err != nil {
		t.Fatal(err)
	}
	if out.ChallengeName != want || out.Session == nil || out.AuthenticationResult != nil {
		t.Fatalf("got %q with tokens %v, want %q", out.ChallengeName, out.AuthenticationResult != nil, want)
	}
	return challenge{out.ChallengeName, out.Session, out.ChallengeParameters}
}

func next(out *cip.RespondToAuthChallengeOutput) challenge {
	return challenge{out.ChallengeName, out.Session, out.ChallengeParameters}
}

func TestFactorsAfterThePassword(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		username, medium, destination string
		challenge                     types.ChallengeNameType
	}{
		{"sam", "SMS", "+*******2671", "SMS_MFA"},
		{"olda", "SMS", "+*******2671", "SMS_MFA"},
		{"emma", "EMAIL", "e***@e***", "EMAIL_OTP"},
	} {
		t.Run(tt.username, func(t *testing.T) {
			t.Parallel()
			s := start(t)
			asked := s.mustAsk(t, tt.username, tt.challenge)
			if asked.parameters["CODE_DELIVERY_DELIVERY_MEDIUM"] != tt.medium || asked.parameters["CODE_DELIVERY_DESTINATION"] != tt.destination {
				t.Errorf("got %v", asked.parameters)
			}
			name := string(tt.challenge) + "_CODE"
			_, err := s.answer(t, asked, map[string]string{name: "000000x"})
			wantRefusal(t, err, "CodeMismatchException: Invalid verification code provided, please try again.")
			out, err := s.answer(t, asked, map[string]string{name: s.code(t, tt.username)})
			if err != nil || out.AuthenticationResult == nil {
				t.Fatalf("got %+v, %v", out, err)
			}
			_, err = s.answer(t, asked, map[string]string{name: s.code(t, tt.username)})
			wantRefusal(t, err, "NotAuthorizedException: Invalid session for the user.")
		})
	}
}

func TestAuthenticatorCode(t *testing.T) {
	t.Parallel()
	s := start(t)
	asked := s.mustAsk(t, "theo", "SOFTWARE_TOKEN_MFA")
	if len(s.pool.Messages("theo")) != 0 {
		t.Error("an authenticator needs no message")
	}
	_, err := s.answer(t, asked, map[string]string{"SOFTWARE_TOKEN_MFA_CODE": totpAt(t, totpSecret, time.Now().Add(-time.Hour))})
	wantRefusal(t, err, "CodeMismatchException: Invalid verification code provided, please try again.")
	code := map[string]string{"SOFTWARE_TOKEN_MFA_CODE": totpOf(t, totpSecret)}
	if out, err := s.answer(t, asked, code); err != nil || out.AuthenticationResult == nil {
		t.Fatalf("got %+v, %v", out, err)
	}
	_, err = s.answer(t, s.mustAsk(t, "theo", "SOFTWARE_TOKEN_MFA"), code)
	wantRefusal(t, err, "ExpiredCodeException: Your software token has already been used once.")
}

func TestChoiceOfFactor(t *testing.T) {
	t.Parallel()
	s := start(t)
	asked := s.mustAsk(t, "both", "SELECT_MFA_TYPE")
	if got := asked.parameters["MFAS_CAN_CHOOSE"]; got != `["SMS_MFA","SOFTWARE_TOKEN_MFA"]` {
		t.Errorf("got %s", got)
	}
	out, err := s.answer(t, asked, map[string]string{"ANSWER": "SMS_MFA"})
	if err != nil || out.ChallengeName != "SMS_MFA" {
		t.Fatalf("got %+v, %v", out, err)
	}
	out, err = s.answer(t, next(out), map[string]string{"SMS_MFA_CODE": s.code(t, "both")})
	if err != nil || out.AuthenticationResult == nil {
		t.Fatalf("got %+v, %v", out, err)
	}
	preferred := start(t, func(d *pool.Directory) {
		d.Users[15].MFA.Preferred = "SOFTWARE_TOKEN_MFA"
	})
	preferred.mustAsk(t, "both", "SOFTWARE_TOKEN_MFA")
}

func TestFactorsAreIgnoredWherePoolsHaveThemOff(t *testing.T) {
	t.Parallel()
	s := start(t, withMFA("OFF"))
	if out, err := s.signIn(t, "sam", password); err != nil || out.AuthenticationResult == nil {
		t.Errorf("got %+v, %v", out, err)
	}
}

func TestRequiredFactors(t *testing.T) {
	t.Parallel()
	s := start(t, withMFA("ON"))
	s.mustAsk(t, "sam", "SMS_MFA")

	asked := s.mustAsk(t, "jane", "MFA_SETUP")
	if got := asked.parameters["MFAS_CAN_SETUP"]; got != `["SOFTWARE_TOKEN_MFA"]` {
		t.Errorf("got %s", got)
	}
	associated, err := s.AssociateSoftwareToken(t.Context(), &cip.AssociateSoftwareTokenInput{Session: asked.session})
	if err != nil {
		t.Fatal(err)
	}
	code := totpOf(t, *associated.SecretCode)
	_, err = s.VerifySoftwareToken(t.Context(), &cip.VerifySoftwareTokenInput{Session: associated.Session, UserCode: aws.String("000000")})
	wantRefusal(t, err, "EnableSoftwareTokenMFAException: Code mismatch")
	verified, err := s.VerifySoftwareToken(t.Context(), &cip.VerifySoftwareTokenInput{Session: associated.Session, UserCode: &code})
	if err != nil || verified.Status != "SUCCESS" {
		t.Fatalf("got %+v, %v", verified, err)
	}
	asked.session = verified.Session
	if out, err := s.answer(t, asked, nil); err != nil || out.AuthenticationResult == nil {
		t.Fatalf("got %+v, %v", out, err)
	}
	s.mustAsk(t, "jane", "SOFTWARE_TOKEN_MFA")
}

func TestMFASetUpCannotBeSkipped(t *testing.T) {
	t.Parallel()
	s := start(t, withMFA("ON"))
	_, err := s.answer(t, s.mustAsk(t, "jane", "MFA_SETUP"), nil)
	wantRefusal(t, err, "InvalidParameterException: User has not set up any software token")
}

func TestRequiredFactorsThatNobodyCanHave(t *testing.T) {
	t.Parallel()
	s := start(t, withMFA("ON"), func(d *pool.Directory) { d.MFA.SoftwareToken = &pool.SoftwareToken{} })
	_, err := s.signIn(t, "jane", password)
	wantRefusal(t, err, "InvalidUserPoolConfigurationException: The user pool requires a second factor, but has none switched on.")
}

// The first code by SMS that comes back verifies the number.
func TestCodeVerifiesThePhone(t *testing.T) {
	t.Parallel()
	s := start(t, func(d *pool.Directory) { d.Users[12].Set("phone_number_verified", "false") })
	asked := s.mustAsk(t, "sam", "SMS_MFA")
	if _, err := s.answer(t, asked, map[string]string{"SMS_MFA_CODE": s.code(t, "sam")}); err != nil {
		t.Fatal(err)
	}
	if got := value(s.user(t, "sam").UserAttributes, "phone_number_verified"); got != "true" {
		t.Errorf("phone_number_verified is %q", got)
	}
}

// Where factors are required, a verified phone is one unasked.
func TestVerifiedPhoneIsAFactorWhereOneIsRequired(t *testing.T) {
	t.Parallel()
	s := start(t, withMFA("ON"), func(d *pool.Directory) {
		d.MFA.SMS = map[string]any{"SmsConfiguration": map[string]any{"SnsCallerArn": "arn:aws:iam::123456789012:role/sms"}}
		withFactors()(&d.Users[0])
	})
	s.mustAsk(t, "jane", "SMS_MFA")
}

func TestNewPasswordRequired(t *testing.T) {
	t.Parallel()
	s := start(t)
	asked := s.mustAsk(t, "tom", "NEW_PASSWORD_REQUIRED")
	if asked.parameters["requiredAttributes"] != "[]" ||
		asked.parameters["userAttributes"] != `{"custom:plan":"gold","email":"tom@example.com","email_verified":"true"}` {
		t.Errorf("got %v", asked.parameters)
	}
	_, err := s.answer(t, asked, map[string]string{"NEW_PASSWORD": "short"})
	wantRefusal(t, err, "InvalidPasswordException: Password did not conform with policy: Password not long enough")
	out, err := s.answer(t, asked, map[string]string{"NEW_PASSWORD": "Another-Horse-2", "userAttributes.name": "Tom Walker"})
	if err != nil || out.AuthenticationResult == nil {
		t.Fatalf("got %+v, %v", out, err)
	}
	user, err := s.AdminGetUser(t.Context(), &cip.AdminGetUserInput{UserPoolId: aws.String(poolID), Username: aws.String("tom")})
	if err != nil || user.UserStatus != "CONFIRMED" || value(user.UserAttributes, "name") != "Tom Walker" {
		t.Errorf("got %+v, %v", user, err)
	}
	if out, err := s.signIn(t, "tom", "Another-Horse-2"); err != nil || out.AuthenticationResult == nil {
		t.Errorf("got %+v, %v", out, err)
	}
}

func TestRequiredAttributesComeWithTheNewPassword(t *testing.T) {
	t.Parallel()
	s := start(t, func(d *pool.Directory) {
		d.Pool.SchemaAttributes = append(d.Pool.SchemaAttributes, pool.Schema{Name: "name", AttributeDataType: "String", Mutable: true, Required: true})
	})
	asked := s.mustAsk(t, "tom", "NEW_PASSWORD_REQUIRED")
	if got := asked.parameters["requiredAttributes"]; got != `["userAttributes.name"]` {
		t.Errorf("got %s", got)
	}
	_, err := s.answer(t, asked, map[string]string{"NEW_PASSWORD": "Another-Horse-2"})
	wantRefusal(t, err, "InvalidParameterException: Missing required parameter userAttributes.name")
}

func TestSessionsExpire(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name    string
		minutes int
		after   time.Duration
		want    string
	}{
		{"after three minutes", 0, 3 * time.Minute, "NotAuthorizedException: Invalid session for the user, session is expired."},
		{"not before", 0, 2 * time.Minute, ""},
		{"later where the client says so", 10, 9 * time.Minute, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s := start(t, withClient(clientID, func(c *pool.Client) { c.AuthSessionValidity = tt.minutes }))
			asked := s.mustAsk(t, "sam", "SMS_MFA")
			s.pool.MoveClock(tt.after)
			_, err := s.answer(t, asked, map[string]string{"SMS_MFA_CODE": s.code(t, "sam")})
			wantRefusal(t, err, tt.want)
		})
	}
}

func TestSessionsAreBound(t *testing.T) {
	t.Parallel()
	s := start(t)
	asked := s.mustAsk(t, "sam", "SMS_MFA")
	_, err := s.RespondToAuthChallenge(t.Context(), &cip.RespondToAuthChallengeInput{
		ClientId: aws.String(clientID), ChallengeName: "SMS_MFA", Session: asked.session,
		ChallengeResponses: map[string]string{"USERNAME": "jane", "SMS_MFA_CODE": s.code(t, "sam")},
	})
	wantRefusal(t, err, "NotAuthorizedException: Invalid session for the user.")
}

func TestRememberedDeviceMustProveItself(t *testing.T) {
	t.Parallel()
	s := start(t)
	out, err := s.InitiateAuth(t.Context(), &cip.InitiateAuthInput{
		ClientId: aws.String(clientID), AuthFlow: "USER_PASSWORD_AUTH",
		AuthParameters: map[string]string{"USERNAME": "device", "PASSWORD": password, "DEVICE_KEY": "us-east-1_0a1b2c3d-0000-4000-8000-000000000001"},
	})
	if err != nil || out.ChallengeName != "DEVICE_SRP_AUTH" {
		t.Fatalf("got %+v, %v", out, err)
	}
	asked := challenge{out.ChallengeName, out.Session, out.ChallengeParameters}
	second, err := s.answer(t, asked, map[string]string{"SRP_A": "abcdef", "DEVICE_KEY": asked.parameters["DEVICE_KEY"]})
	if err != nil || second.ChallengeName != "DEVICE_PASSWORD_VERIFIER" || second.ChallengeParameters["SRP_B"] == "" {
		t.Fatalf("got %+v, %v", second, err)
	}
	_, err = s.answer(t, next(second), map[string]string{
		"PASSWORD_CLAIM_SIGNATURE": "AAAA", "PASSWORD_CLAIM_SECRET_BLOCK": "AAAA", "TIMESTAMP": "Thu Jan 5 03:04:05 UTC 2023",
	})
	wantRefusal(t, err, wrong)
	if out, err := s.signIn(t, "device", password); err != nil || out.AuthenticationResult == nil || out.AuthenticationResult.NewDeviceMetadata != nil {
		t.Errorf("without DEVICE_KEY: got %+v, %v", out, err)
	}
}

func TestChoiceOfFirstFactor(t *testing.T) {
	t.Parallel()
	s := start(t, func(d *pool.Directory) {
		d.Pool.Policies.SignInPolicy = &pool.SignInPolicy{AllowedFirstAuthFactors: []string{"PASSWORD", "EMAIL_OTP"}}
	})
	initiate := func(parameters map[string]string) challenge {
		t.Helper()
		parameters["USERNAME"] = "jane"
		out, err := s.InitiateAuth(t.Context(), &cip.InitiateAuthInput{ClientId: aws.String(clientID), AuthFlow: "USER_AUTH", AuthParameters: parameters})
		if err != nil {
			t.Fatal(err)
		}
		if out.ChallengeName == "SELECT_CHALLENGE" && len(out.AvailableChallenges) != 3 {
			t.Errorf("got %v to choose from", out.AvailableChallenges)
		}
		return challenge{out.ChallengeName, out.Session, out.ChallengeParameters}
	}
	asked := initiate(map[string]string{})
	out, err := s.answer(t, asked, map[string]string{"ANSWER": "PASSWORD", "PASSWORD": password})
	if err != nil || out.AuthenticationResult == nil {
		t.Errorf("got %+v, %v", out, err)
	}
	asked = initiate(map[string]string{})
	_, err = s.answer(t, asked, map[string]string{"ANSWER": "PASSWORD", "PASSWORD": "wrong"})
	wantRefusal(t, err, "NotAuthorizedException: Incorrect username or password.")

	// EMAIL_OTP is a first factor here: it comes before any password.
	asked = initiate(map[string]string{"PREFERRED_CHALLENGE": "EMAIL_OTP"})
	if asked.name != "EMAIL_OTP" {
		t.Fatalf("got %s", asked.name)
	}
	out, err = s.answer(t, asked, map[string]string{"EMAIL_OTP_CODE": s.code(t, "jane")})
	if err != nil || out.AuthenticationResult == nil {
		t.Errorf("got %+v, %v", out, err)
	}
	if asked = initiate(map[string]string{"PREFERRED_CHALLENGE": "PASSWORD"}); asked.name != "PASSWORD" {
		t.Errorf("got %s", asked.name)
	}
	out, err = s.answer(t, asked, map[string]string{"PASSWORD": password})
	if err != nil || out.AuthenticationResult == nil {
		t.Errorf("got %+v, %v", out, err)
	}
	if asked = initiate(map[string]string{"PREFERRED_CHALLENGE": "PASSWORD_SRP", "SRP_A": "abcdef"}); asked.name != "PASSWORD_VERIFIER" {
		t.Errorf("got %s", asked.name)
	}
}

func TestCustomChallenge(t *testing.T) {
	t.Parallel()
	s := start(t, func(d *pool.Directory) {
		d.Pool.LambdaConfig = map[string]any{"DefineAuthChallenge": "arn:aws:lambda:us-east-1:123456789012:function:define"}
	})
	in := &cip.InitiateAuthInput{ClientId: aws.String(clientID), AuthFlow: "CUSTOM_AUTH", AuthParameters: map[string]string{"USERNAME": "jane"}}
	out, err := s.InitiateAuth(t.Context(), in)
	if err != nil || out.ChallengeName != "CUSTOM_CHALLENGE" {
		t.Fatalf("got %+v, %v", out, err)
	}
	asked := challenge{out.ChallengeName, out.Session, out.ChallengeParameters}
	answered, err := s.answer(t, asked, map[string]string{"ANSWER": s.code(t, "jane")})
	if err != nil || answered.AuthenticationResult == nil {
		t.Errorf("got %+v, %v", answered, err)
	}
	_, err = start(t).InitiateAuth(t.Context(), in)
	wantRefusal(t, err, "InvalidParameterException: Custom auth lambda trigger is not configured for the user pool.")
}

func TestUnknownChallenge(t *testing.T) {
	t.Parallel()
	s := start(t)
	s.pool.SetOutcomes(pool.Outcome{Operation: "InitiateAuth", Username: "jane", Times: 1, Challenge: "RETINA_SCAN"})
	s.mustAsk(t, "jane", "RETINA_SCAN")
	if out, err := s.signIn(t, "jane", password); err != nil || out.AuthenticationResult == nil {
		t.Errorf("the outcome was wanted once: got %+v, %v", out, err)
	}
}

func value(attributes []types.AttributeType, name string) string {
	for _, a := range attributes {
		if *a.Name == name {
			return aws.ToString(a.Value)
		}
	}
	return ""
}

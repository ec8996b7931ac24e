package pool

import (
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	cip "github.com/aws/aws-sdk-go-v2/service/cognitoidentityprovider"

	"wherry/pool"
)

func (s *standIn) signUp(t testing.TB, name string, namesAndValues ...string) (*cip.SignUpOutput, error) {
	t.Helper()
	return s.SignUp(t.Context(), &cip.SignUpInput{
		ClientId: aws.String(clientID), Username: &name, Password: aws.String(password), UserAttributes: attributes(namesAndValues...),
	})
}

func (s *standIn) confirm(t testing.TB, name, code string) error {
	t.Helper()
	_, err := s.ConfirmSignUp(t.Context(), &cip.ConfirmSignUpInput{ClientId: aws.String(clientID), Username: &name, ConfirmationCode: &code})
	return err
}

// user reads a user as an administrator does.
func (s *standIn) user(t testing.TB, name string) *cip.AdminGetUserOutput {
	t.Helper()
	user, err := s.AdminGetUser(t.Context(), &cip.AdminGetUserInput{UserPoolId: aws.String(poolID), Username: &name})
	if err != nil {
		t.Fatal(err)
	}
	return user
}

func TestSignUp(t *testing.T) {
	t.Parallel()
	s := start(t)
	out, err := s.signUp(t, "nina", "email", "nina@example.com")
	if err != nil || out.UserConfirmed || len(*out.UserSub) != 36 || *out.CodeDeliveryDetails.Destination != "n***@e***" {
		t.Fatalf("got %+v, %v", out, err)
	}
	_, err = s.signIn(t, "nina", password)
	wantRefusal(t, err, "UserNotConfirmedException: User is not confirmed.")
	wantRefusal(t, s.confirm(t, "nina", "wrong"), "CodeMismatchException: Invalid verification code provided, please try again.")
	_, err = s.ResendConfirmationCode(t.Context(), &cip.ResendConfirmationCodeInput{ClientId: aws.String(clientID), Username: aws.String("nina")})
	if err != nil {
		t.Fatal(err)
	}
	if err := s.confirm(t, "nina", s.code(t, "nina")); err != nil {
		t.Fatal(err)
	}
	wantRefusal(t, s.confirm(t, "nina", "123456"), "NotAuthorizedException: User cannot be confirmed. Current status is CONFIRMED")
	if user := s.user(t, "nina"); user.UserStatus != "CONFIRMED" || value(user.UserAttributes, "email_verified") != "true" {
		t.Errorf("got %+v", user)
	}
	s.tokens(t, "nina")
}

func TestSignUpConfirmedByAnAdministrator(t *testing.T) {
	t.Parallel()
	s := start(t)
	confirm := func() error {
		_, err := s.AdminConfirmSignUp(t.Context(), &cip.AdminConfirmSignUpInput{UserPoolId: aws.String(poolID), Username: aws.String("una")})
		return err
	}
	wantRefusal(t, confirm(), "")
	s.tokens(t, "una")
	wantRefusal(t, confirm(), "NotAuthorizedException: User cannot be confirmed. Current status is CONFIRMED")
}

func TestSignUpsOfUnknownUsers(t *testing.T) {
	t.Parallel()
	s := start(t)
	for client, want := range map[string][2]string{
		clientID: {"UserNotFoundException: Username/client id combination not found.", "UserNotFoundException: Username/client id combination not found."},
		hidingID: {"ExpiredCodeException: Invalid code provided, please request a code again.", ""},
	} {
		_, err := s.ConfirmSignUp(t.Context(), &cip.ConfirmSignUpInput{ClientId: &client, Username: aws.String("nobody"), ConfirmationCode: aws.String("123456")})
		wantRefusal(t, err, want[0])
		_, err = s.ResendConfirmationCode(t.Context(), &cip.ResendConfirmationCodeInput{ClientId: &client, Username: aws.String("nobody")})
		wantRefusal(t, err, want[1])
	}
	_, err := s.ResendConfirmationCode(t.Context(), &cip.ResendConfirmationCodeInput{ClientId: aws.String(clientID), Username: aws.String("jane")})
	wantRefusal(t, err, "InvalidParameterException: User is already confirmed.")
}

func TestSignUpCodesExpire(t *testing.T) {
	t.Parallel()
	s := start(t)
	if _, err := s.signUp(t, "nina", "email", "nina@example.com"); err != nil {
		t.Fatal(err)
	}
	s.pool.MoveClock(24 * time.Hour)
	wantRefusal(t, s.confirm(t, "nina", s.code(t, "nina")), "ExpiredCodeException: Invalid code provided, please request a code again.")
}

func TestSignUpsThatAreRefused(t *testing.T) {
	t.Parallel()
	const schema = "InvalidParameterException: Attributes did not conform to the schema: "
	aliases := func(d *pool.Directory) { d.Pool.AliasAttributes = []string{"email", "phone_number"} }
	mails := func(d *pool.Directory) { d.Pool.UsernameAttributes = []string{"email"} }
	either := func(d *pool.Directory) { d.Pool.UsernameAttributes = []string{"email", "phone_number"} }
	phones := func(d *pool.Directory) { d.Pool.UsernameAttributes = []string{"phone_number"} }
	closed := func(d *pool.Directory) { d.Pool.AdminCreateUserConfig.AllowAdminCreateUserOnly = true }
	named := func(d *pool.Directory) {
		d.Pool.SchemaAttributes = []pool.Schema{{Name: "name", AttributeDataType: "String", Mutable: true, Required: true}}
	}
	plain := func(*pool.Directory) {}
	for _, tt := range []struct {
		name, username, want string
		pool                 func(*pool.Directory)
		attributes           []string
	}{
		{"taken", "jane", "UsernameExistsException: User already exists", plain, nil},
		{"closed", "nina", "NotAuthorizedException: SignUp is not permitted for this user pool", closed, nil},
		{"unwritable", "nina", "NotAuthorizedException: A client attempted to write unauthorized attribute", plain, []string{"custom:plan", "gold"}},
		{"verified by themselves", "nina", "NotAuthorizedException: A client attempted to write unauthorized attribute", plain, []string{"email_verified", "true"}},
		{"unknown attribute", "nina", schema + "shoe_size: Attribute does not exist in the schema.\n", plain, []string{"shoe_size", "42"}},
		{"required attribute", "nina", schema + "name: The attribute is required\n", named, nil},
		{"long birthdate", "nina", schema + "birthdate: String must be no longer than 10 characters\n", plain, []string{"birthdate", "30 May 1976"}},
		{"no number", "nina", schema + "updated_at: Expected number but found soon\n", plain, []string{"updated_at", "soon"}},
		{"no e-mail", "nina", "InvalidParameterException: Invalid email address format.", plain, []string{"email", "nina"}},
		{"no phone", "nina", "InvalidParameterException: Invalid phone number format.", plain, []string{"phone_number", "555"}},
		{"name like an alias", "n@example.com", "InvalidParameterException: Username cannot be of email format, since user pool is configured for email alias.", aliases, nil},
		{"name like a phone", "+15555550199", "InvalidParameterException: Username cannot be of phone number format, since user pool is configured for phone number alias.", aliases, nil},
		{"name where e-mail is wanted", "nina", "InvalidParameterException: Username should be an email.", mails, nil},
		{"name where a phone is wanted", "nina", "InvalidParameterException: Username should be a phone number.", phones, nil},
		{"name where either is wanted", "nina", "InvalidParameterException: Username should be either an email or a phone number.", either, nil},
		{"taken e-mail", "jane@example.com", "UsernameExistsException: User already exists", mails, nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			_, err := start(t, tt.pool).signUp(t, tt.username, tt.attributes...)
			wantRefusal(t, err, tt.want)
		})
	}
}

func TestPasswordPolicy(t *testing.T) {
	t.Parallel()
	s := start(t)
	for given, why := range map[string]string{
		"Ab1!":          "Password not long enough",
		"ALLCAPITALS1!": "Password must have lowercase characters",
		"nocapitals1!":  "Password must have uppercase characters",
		"NoNumbers!":    "Password must have numeric characters",
		"NoSymbols1":    "Password must have symbol characters",
	} {
		_, err := s.AdminSetUserPassword(t.Context(), &cip.AdminSetUserPasswordInput{UserPoolId: aws.String(poolID), Username: aws.String("jane"), Password: &given})
		wantRefusal(t, err, "InvalidPasswordException: Password did not conform with policy: "+why)
	}
}

// E-mail as username: the Username is made up, and equals the sub.
func TestUsernamesAreMadeUp(t *testing.T) {
	t.Parallel()
	s := start(t, func(d *pool.Directory) { d.Pool.UsernameAttributes = []string{"email"} })
	out, err := s.signUp(t, "nina@example.com")
	if err != nil {
		t.Fatal(err)
	}
	user := s.user(t, "nina@example.com")
	if *user.Username != *out.UserSub || value(user.UserAttributes, "email") != "nina@example.com" {
		t.Errorf("got %+v", user)
	}
}

func TestForgottenPassword(t *testing.T) {
	t.Parallel()
	s := start(t)
	forgot := func(client, name string) (*cip.ForgotPasswordOutput, error) {
		return s.ForgotPassword(t.Context(), &cip.ForgotPasswordInput{ClientId: &client, Username: &name})
	}
	confirm := func(client, name, code string) error {
		_, err := s.ConfirmForgotPassword(t.Context(), &cip.ConfirmForgotPasswordInput{
			ClientId: &client, Username: &name, ConfirmationCode: &code, Password: aws.String("Another-Horse-2"),
		})
		return err
	}
	out, err := forgot(clientID, "rita")
	if err != nil || *out.CodeDeliveryDetails.Destination != "r***@e***" || out.CodeDeliveryDetails.DeliveryMedium != "EMAIL" {
		t.Fatalf("got %+v, %v", out, err)
	}
	wantRefusal(t, confirm(clientID, "rita", "wrong"), "CodeMismatchException: Invalid verification code provided, please try again.")
	if err := confirm(clientID, "rita", s.code(t, "rita")); err != nil {
		t.Fatal(err)
	}
	if out, err := s.signIn(t, "rita", "Another-Horse-2"); err != nil || out.AuthenticationResult == nil {
		t.Errorf("got %+v, %v", out, err)
	}
	wantRefusal(t, confirm(clientID, "rita", s.code(t, "rita")), "ExpiredCodeException: Invalid code provided, please request a code again.")

	for _, tt := range []struct{ name, want string }{
		{"nobody", "UserNotFoundException: Username/client id combination not found."},
		{"dora", "NotAuthorizedException: User is disabled."},
		{"tom", "NotAuthorizedException: User password cannot be reset in the current state."},
		{"Google_1234", "NotAuthorizedException: User password cannot be reset in the current state."},
	} {
		_, err := forgot(clientID, tt.name)
		wantRefusal(t, err, tt.want)
	}
	if out, err := forgot(hidingID, "nobody"); err != nil || *out.CodeDeliveryDetails.Destination != "n***@e***" {
		t.Errorf("pretend to send: got %+v, %v", out, err)
	}
	wantRefusal(t, confirm(hidingID, "nobody", "123456"), "CodeMismatchException: Invalid verification code provided, please try again.")
	wantRefusal(t, confirm(clientID, "nobody", "123456"), "UserNotFoundException: Username/client id combination not found.")
}

func TestForgottenPasswordNeedsAVerifiedAddress(t *testing.T) {
	t.Parallel()
	s := start(t, func(d *pool.Directory) { d.Users[0].Set("email_verified", "false") })
	_, err := s.ForgotPassword(t.Context(), &cip.ForgotPasswordInput{ClientId: aws.String(clientID), Username: aws.String("jane")})
	wantRefusal(t, err, "InvalidParameterException: Cannot reset password for the user as there is no registered/verified email or phone_number")
}

func TestTooManyCodes(t *testing.T) {
	t.Parallel()
	s := start(t)
	forgot := func() error {
		_, err := s.ForgotPassword(t.Context(), &cip.ForgotPasswordInput{ClientId: aws.String(clientID), Username: aws.String("jane")})
		return err
	}
	for range 5 {
		if err := forgot(); err != nil {
			t.Fatal(err)
		}
	}
	const tooMany = "LimitExceededException: Attempt limit exceeded, please try after some time."
	wantRefusal(t, forgot(), tooMany)
	_, err := s.AdminResetUserPassword(t.Context(), &cip.AdminResetUserPasswordInput{UserPoolId: aws.String(poolID), Username: aws.String("jane")})
	wantRefusal(t, err, tooMany)
	s.pool.MoveClock(time.Hour)
	if err := forgot(); err != nil {
		t.Error(err)
	}
}

func TestResetByAnAdministrator(t *testing.T) {
	t.Parallel()
	s := start(t)
	if _, err := s.AdminResetUserPassword(t.Context(), &cip.AdminResetUserPasswordInput{UserPoolId: aws.String(poolID), Username: aws.String("jane")}); err != nil {
		t.Fatal(err)
	}
	if user := s.user(t, "jane"); user.UserStatus != "RESET_REQUIRED" {
		t.Errorf("got %s", user.UserStatus)
	}
	_, err := s.signIn(t, "jane", password)
	wantRefusal(t, err, "PasswordResetRequiredException: Password reset required for the user")
	_, err = s.ConfirmForgotPassword(t.Context(), &cip.ConfirmForgotPasswordInput{
		ClientId: aws.String(clientID), Username: aws.String("jane"), ConfirmationCode: aws.String(s.code(t, "jane")), Password: aws.String(password),
	})
	if err != nil {
		t.Fatal(err)
	}
	s.tokens(t, "jane")
}

func TestPasswordsSetByAnAdministrator(t *testing.T) {
	t.Parallel()
	s := start(t)
	set := func(name string, permanent bool) {
		t.Helper()
		_, err := s.AdminSetUserPassword(t.Context(), &cip.AdminSetUserPasswordInput{
			UserPoolId: aws.String(poolID), Username: &name, Password: aws.String(password), Permanent: permanent,
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	for _, name := range []string{"rita", "tom", "passwordless", "Google_1234", "una"} {
		set(name, true)
		s.tokens(t, name)
		if got := s.user(t, name).UserStatus; got != "CONFIRMED" {
			t.Errorf("%s is %s", name, got)
		}
	}
	set("jane", false)
	s.mustAsk(t, "jane", "NEW_PASSWORD_REQUIRED")
	if got := s.user(t, "jane").UserStatus; got != "FORCE_CHANGE_PASSWORD" {
		t.Errorf("jane is %s", got)
	}
}

func TestPasswordChangedByItsOwner(t *testing.T) {
	t.Parallel()
	s := start(t)
	change := func(old string) error {
		_, err := s.ChangePassword(t.Context(), &cip.ChangePasswordInput{
			AccessToken: s.tokens(t, "jane").AccessToken, PreviousPassword: &old, ProposedPassword: aws.String("Another-Horse-2"),
		})
		return err
	}
	wantRefusal(t, change("Wrong-Horse-1"), wrong)
	if err := change(password); err != nil {
		t.Fatal(err)
	}
	if out, err := s.signIn(t, "jane", "Another-Horse-2"); err != nil || out.AuthenticationResult == nil {
		t.Errorf("got %+v, %v", out, err)
	}
}

func TestUsersMadeByAnAdministrator(t *testing.T) {
	t.Parallel()
	s := start(t)
	in := cip.AdminCreateUserInput{
		UserPoolId: aws.String(poolID), Username: aws.String("nina"),
		UserAttributes: attributes("email", "nina@example.com", "email_verified", "true", "custom:plan", "gold"),
	}
	out, err := s.AdminCreateUser(t.Context(), &in)
	if err != nil || out.User.UserStatus != "FORCE_CHANGE_PASSWORD" || !out.User.Enabled || value(out.User.Attributes, "custom:plan") != "gold" {
		t.Fatalf("got %+v, %v", out, err)
	}
	first := s.code(t, "nina")
	if asked, err := s.signIn(t, "nina", first); err != nil || asked.ChallengeName != "NEW_PASSWORD_REQUIRED" {
		t.Errorf("got %+v, %v", asked, err)
	}
	_, err = s.AdminCreateUser(t.Context(), &in)
	wantRefusal(t, err, "UsernameExistsException: User already exists")

	s.pool.MoveClock(8 * 24 * time.Hour)
	_, err = s.signIn(t, "nina", first)
	wantRefusal(t, err, "NotAuthorizedException: Temporary password has expired and must be reset by an administrator.")
	in.MessageAction = "RESEND"
	if _, err := s.AdminCreateUser(t.Context(), &in); err != nil {
		t.Fatal(err)
	}
	if asked, err := s.signIn(t, "nina", s.code(t, "nina")); err != nil || asked.ChallengeName != "NEW_PASSWORD_REQUIRED" {
		t.Errorf("got %+v, %v", asked, err)
	}
	in.Username = aws.String("jane")
	_, err = s.AdminCreateUser(t.Context(), &in)
	wantRefusal(t, err, "UnsupportedUserStateException: Resend not possible. Status of user is not FORCE_CHANGE_PASSWORD")

	in.Username, in.MessageAction, in.TemporaryPassword = aws.String("quiet"), "SUPPRESS", aws.String(password)
	if _, err := s.AdminCreateUser(t.Context(), &in); err != nil || len(s.pool.Messages("quiet")) != 0 {
		t.Errorf("got %v and %d messages", err, len(s.pool.Messages("quiet")))
	}
	s.mustAsk(t, "quiet", "NEW_PASSWORD_REQUIRED")
}

func TestAttributesAreWritten(t *testing.T) {
	t.Parallel()
	s := start(t)
	write := func(namesAndValues ...string) error {
		_, err := s.AdminUpdateUserAttributes(t.Context(), &cip.AdminUpdateUserAttributesInput{
			UserPoolId: aws.String(poolID), Username: aws.String("jane"), UserAttributes: attributes(namesAndValues...),
		})
		return err
	}
	for _, tt := range []struct {
		write []string
		want  map[string]string
	}{
		{[]string{"name", "Jane Doe"}, map[string]string{"name": "Jane Doe", "email_verified": "true"}},
		{[]string{"email", "j@example.com"}, map[string]string{"email": "j@example.com", "email_verified": "false"}},
		{[]string{"email", "jd@example.com", "email_verified", "true"}, map[string]string{"email": "jd@example.com", "email_verified": "true"}},
		{[]string{"name", ""}, map[string]string{"name": ""}},
		{[]string{"custom:seats", "3"}, map[string]string{"custom:seats": "3"}},
	} {
		if err := write(tt.write...); err != nil {
			t.Errorf("%v: %v", tt.write, err)
		}
		user := s.user(t, "jane")
		for name, want := range tt.want {
			if got := value(user.UserAttributes, name); got != want {
				t.Errorf("%v: %s is %q", tt.write, name, got)
			}
		}
	}
	wantRefusal(t, write("custom:seats", "4"), "InvalidParameterException: user.custom:seats: Attribute cannot be updated.\n")
	wantRefusal(t, write("sub", sub(9)), "InvalidParameterException: Cannot modify the non-mutable attribute sub")
	wantRefusal(t, write("custom:colour", "red"), "InvalidParameterException: Attributes did not conform to the schema: custom:colour: Attribute does not exist in the schema.\n")
	_, err := s.AdminDeleteUserAttributes(t.Context(), &cip.AdminDeleteUserAttributesInput{
		UserPoolId: aws.String(poolID), Username: aws.String("jane"), UserAttributeNames: []string{"custom:plan"},
	})
	if err != nil || value(s.user(t, "jane").UserAttributes, "custom:plan") != "" {
		t.Errorf("got %v", err)
	}
}

// Verified aliases belong to one user only.
func TestAliasesAreUnique(t *testing.T) {
	t.Parallel()
	s := start(t, func(d *pool.Directory) { d.Pool.AliasAttributes = []string{"email"} })
	write := func(name, verified string) error {
		_, err := s.AdminUpdateUserAttributes(t.Context(), &cip.AdminUpdateUserAttributesInput{
			UserPoolId: aws.String(poolID), Username: &name, UserAttributes: attributes("email", "jane@example.com", "email_verified", verified),
		})
		return err
	}
	wantRefusal(t, write("grace", "false"), "")
	wantRefusal(t, write("grace", "true"), "AliasExistsException: An account with the email already exists.")
	in := cip.AdminCreateUserInput{
		UserPoolId: aws.String(poolID), Username: aws.String("nina"), UserAttributes: attributes("email", "jane@example.com", "email_verified", "true"),
	}
	_, err := s.AdminCreateUser(t.Context(), &in)
	wantRefusal(t, err, "AliasExistsException: An account with the email already exists.")
	in.ForceAliasCreation = true
	if _, err := s.AdminCreateUser(t.Context(), &in); err != nil {
		t.Fatal(err)
	}
	if user := s.user(t, "jane@example.com"); *user.Username != "nina" || value(s.user(t, "jane").UserAttributes, "email_verified") != "false" {
		t.Errorf("the alias belongs to %s", *user.Username)
	}
}

func TestEnableAndDisable(t *testing.T) {
	t.Parallel()
	s := start(t)
	if _, err := s.AdminEnableUser(t.Context(), &cip.AdminEnableUserInput{UserPoolId: aws.String(poolID), Username: aws.String("dora")}); err != nil {
		t.Fatal(err)
	}
	s.tokens(t, "dora")
	if _, err := s.AdminDisableUser(t.Context(), &cip.AdminDisableUserInput{UserPoolId: aws.String(poolID), Username: aws.String("dora")}); err != nil {
		t.Fatal(err)
	}
	_, err := s.signIn(t, "dora", password)
	wantRefusal(t, err, "NotAuthorizedException: User is disabled.")
}

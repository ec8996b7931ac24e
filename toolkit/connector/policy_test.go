package connector_test

import (
	"encoding/json"
	"net/http"
	"testing"

	"github.com/aws/aws-sdk-go-v2/credentials"

	"wherry/toolkit/config"
	"wherry/toolkit/internal/cognitotest"
	"wherry/toolkit/internal/plan"
)

type account struct {
	PasswordChangeRequired bool
	TwoFactor              *struct{ Methods []struct{ Method string } }
}

// TestOutcomes is the table of what becomes of a user, one row for each thing
// that Cognito can answer.
func TestOutcomes(t *testing.T) {
	t.Parallel()
	const notAuthorized = "NotAuthorizedException"
	outcomes := func(o config.Outcomes) change { return onPool(func(s *config.SignIn) { s.Outcomes = o }) }
	challenged := func(name string) func(*cognitotest.User, *cognitotest.Cognito) {
		return func(u *cognitotest.User, _ *cognitotest.Cognito) { u.Challenge = name }
	}
	says := func(kind, message string) func(*cognitotest.User, *cognitotest.Cognito) {
		return func(_ *cognitotest.User, c *cognitotest.Cognito) {
			c.Say("InitiateAuth", cognitotest.Answer{Type: kind, Message: message})
		}
	}
	unverifiedPhone := func(u *cognitotest.User, _ *cognitotest.Cognito) {
		u.Challenge, u.Attributes["phone_number_verified"] = "SMS_MFA", "false"
	}
	demanded := func(u *cognitotest.User, _ *cognitotest.Cognito) { u.Challenge, u.Factors = "SMS_MFA", nil }
	byMail := func(u *cognitotest.User, _ *cognitotest.Cognito) {
		u.Challenge, u.Factors = "EMAIL_OTP", []string{"EMAIL_OTP"}
	}
	totp := func(u *cognitotest.User, _ *cognitotest.Cognito) {
		u.Challenge, u.Factors = "SOFTWARE_TOKEN_MFA", []string{"SOFTWARE_TOKEN_MFA"}
	}
	temporaryTOTP := func(u *cognitotest.User, _ *cognitotest.Cognito) {
		u.Challenge, u.Factors = "NEW_PASSWORD_REQUIRED", []string{"SOFTWARE_TOKEN_MFA"}
	}
	for _, tt := range []struct {
		name    string
		cognito func(*cognitotest.User, *cognitotest.Cognito)
		policy  change
		outcome string
		level   string
		carried bool
		factor  string // that goes across
		listed  bool   // among those turned away
	}{
		{name: "tokens", cognito: challenged(""), outcome: "tokens", level: "INFO", carried: true, factor: "sms"},
		{name: "wrong password", cognito: says(notAuthorized, "Incorrect username or password."), outcome: "wrong-credentials", level: "INFO"},
		{name: "unknown user", cognito: says("UserNotFoundException", "User does not exist."), outcome: "wrong-credentials", level: "INFO"},

		{name: "SMS code", cognito: challenged("SMS_MFA"), outcome: "sms-factor", level: "INFO", carried: true, factor: "sms"},
		{name: "SMS code that the pool demands", cognito: demanded, outcome: "sms-factor", level: "INFO", carried: true, factor: "sms"},
		{name: "SMS code, unverified", cognito: unverifiedPhone, outcome: "factor-unverified", level: "WARN", listed: true},
		{name: "SMS code, refuse", cognito: challenged("SMS_MFA"), policy: outcomes(config.Outcomes{MessageFactor: config.Refuse}), outcome: "sms-factor", level: "WARN", listed: true},
		{name: "SMS code, without", cognito: unverifiedPhone, policy: outcomes(config.Outcomes{MessageFactor: config.CarryWithoutFactor}), outcome: "sms-factor", level: "WARN", carried: true},
		{name: "e-mail code", cognito: byMail, outcome: "email-factor", level: "INFO", carried: true, factor: "email"},

		{name: "TOTP", cognito: totp, outcome: "totp-factor", level: "WARN", listed: true},
		{name: "TOTP, tenant policy", cognito: totp, policy: outcomes(config.Outcomes{OtherFactor: config.CarryOnTenantPolicy}), outcome: "totp-factor", level: "WARN", carried: true},
		{name: "TOTP, without", cognito: totp, policy: outcomes(config.Outcomes{OtherFactor: config.CarryWithoutFactor}), outcome: "totp-factor", level: "WARN", carried: true},
		{name: "choice", cognito: challenged("SELECT_MFA_TYPE"), outcome: "factor-choice", level: "WARN", listed: true},
		{name: "choice, tenant policy", cognito: challenged("SELECT_MFA_TYPE"), policy: outcomes(config.Outcomes{OtherFactor: config.CarryOnTenantPolicy}), outcome: "factor-choice", level: "INFO", carried: true, factor: "sms"},
		{name: "set-up", cognito: challenged("MFA_SETUP"), outcome: "factor-setup", level: "WARN", listed: true},

		{name: "temporary password", cognito: challenged("NEW_PASSWORD_REQUIRED"), outcome: "temporary-password", level: "INFO", carried: true, factor: "sms"},
		{name: "temporary password, refuse", cognito: challenged("NEW_PASSWORD_REQUIRED"), policy: outcomes(config.Outcomes{TemporaryPassword: config.Refuse}), outcome: "temporary-password", level: "WARN", listed: true},
		{name: "temporary password, TOTP after it", cognito: temporaryTOTP, outcome: "totp-factor", level: "WARN", listed: true},
		{name: "temporary password, without", cognito: temporaryTOTP, policy: outcomes(config.Outcomes{OtherFactor: config.CarryWithoutFactor}), outcome: "temporary-password", level: "WARN", carried: true},
		{name: "temporary password expired", cognito: says(notAuthorized, "Temporary password has expired and must be reset by an administrator."), outcome: "temporary-password-expired", level: "WARN", listed: true},

		{name: "reset required", cognito: says("PasswordResetRequiredException", ""), outcome: "reset-required", level: "WARN", listed: true},
		{name: "unconfirmed", cognito: says("UserNotConfirmedException", ""), outcome: "unconfirmed", level: "WARN", listed: true},
		{name: "disabled", cognito: says(notAuthorized, "User is disabled."), outcome: "disabled", level: "WARN", listed: true},
		{name: "locked out", cognito: says(notAuthorized, "Password attempts exceeded"), outcome: "locked-out", level: "WARN", listed: true},
		{name: "risk", cognito: says(notAuthorized, "Request not allowed due to security reasons."), outcome: "blocked-by-risk", level: "WARN", listed: true},
		{name: "firewall", cognito: says("ForbiddenException", ""), outcome: "blocked-by-firewall", level: "WARN", listed: true},
		{name: "trigger", cognito: says("UserLambdaValidationException", "PreAuthentication failed with error no."), outcome: "refused-by-trigger", level: "WARN", listed: true},

		{name: "throttled", cognito: says("TooManyRequestsException", "Rate exceeded"), outcome: "throttled", level: "WARN", listed: true},
		{name: "server error", cognito: func(_ *cognitotest.User, c *cognitotest.Cognito) {
			c.Say("InitiateAuth", cognitotest.Answer{Status: 500, Type: "InternalErrorException"})
		}, outcome: "unavailable", level: "WARN", listed: true},
		{name: "profile cannot be read", cognito: func(_ *cognitotest.User, c *cognitotest.Cognito) {
			c.Say("GetUser", cognitotest.Answer{Status: 500, Type: "InternalErrorException"})
		}, outcome: "unavailable", level: "WARN", listed: true},
		{name: "no such client", cognito: says("ResourceNotFoundException", "User pool client 1example does not exist."), outcome: "misconfigured", level: "ERROR", listed: true},
		{name: "flow off", cognito: says("InvalidParameterException", "USER_PASSWORD_AUTH flow not enabled for this client"), outcome: "misconfigured", level: "ERROR", listed: true},

		{name: "a passkey, please", cognito: challenged("WEB_AUTHN"), outcome: "unproven-challenge", level: "WARN", listed: true},
		{name: "custom challenge", cognito: challenged("CUSTOM_CHALLENGE"), outcome: "unproven-challenge", level: "WARN", listed: true},
		{name: "new challenge", cognito: challenged("RETINA_SCAN"), outcome: "unknown-challenge", level: "ERROR", listed: true},
		{name: "new error", cognito: says("BrandNewException", "Jane Doe is out."), outcome: "unclassified", level: "ERROR", listed: true},
		{name: "new text", cognito: says(notAuthorized, "Jane Doe is out."), outcome: "unclassified", level: "ERROR", listed: true},

		{name: "mapping that loses the login id", cognito: challenged(""), policy: func(c *config.Config) {
			c.Pools[0].Mapping.Rules = []plan.Rule{{Drop: "email"}}
		}, outcome: "mapping-fault", level: "ERROR", listed: true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			u, fake := jane(), &cognitotest.Cognito{}
			tt.cognito(&u, fake)
			fake.Users = []cognitotest.User{u}
			changes := []change{}
			if tt.policy != nil {
				changes = append(changes, tt.policy)
			}
			b := start(t, fake, changes...)
			w := b.signIn("jane@example.com", password)

			line := b.said(t)
			if line["outcome"] != tt.outcome || line["level"] != tt.level {
				t.Errorf("log: %v, want %s at %s", line, tt.outcome, tt.level)
			}
			if listed := len(b.ledger.entries) == 1; listed != tt.listed {
				t.Errorf("turned away: %+v", b.ledger.entries)
			}
			if !tt.carried {
				if w.Code != http.StatusNotFound || w.Body.Len() > 0 {
					t.Errorf("want 404 and nothing else, got %d %s", w.Code, w.Body)
				}
				return
			}
			var answer struct{ User account }
			if err := json.Unmarshal(w.Body.Bytes(), &answer); err != nil || w.Code != http.StatusOK {
				t.Fatalf("got %d %s", w.Code, w.Body)
			}
			factor := ""
			if f := answer.User.TwoFactor; f != nil {
				factor = f.Methods[0].Method
			}
			if factor != tt.factor {
				t.Errorf("factor %q, want %q", factor, tt.factor)
			}
			if got, want := answer.User.PasswordChangeRequired, tt.outcome == "temporary-password"; got != want {
				t.Errorf("passwordChangeRequired %v, want %v", got, want)
			}
			if without := line["without_factor"]; without != (factor == "" && u.Challenge != "") {
				t.Errorf("without_factor %v with factor %q", without, factor)
			}
		})
	}
}

func TestWhatIsReadOfTheUser(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name   string
		change func(*config.SignIn)
		want   string
	}{
		{"defaults", func(*config.SignIn) {}, "InitiateAuth GetUser RevokeToken"},
		{"ID token", func(s *config.SignIn) { s.Profile = config.ProfileIDToken }, "InitiateAuth RevokeToken"},
		{"groups by IAM", func(s *config.SignIn) { s.Groups = config.GroupsAdmin }, "InitiateAuth GetUser AdminListGroupsForUser RevokeToken"},
		{"flow by IAM", func(s *config.SignIn) { s.Flow = config.AdminUserPassword }, "AdminInitiateAuth GetUser RevokeToken"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			b := start(t, &cognitotest.Cognito{Users: []cognitotest.User{jane()}}, onPool(tt.change), func(c *config.Config) {
				c.Pools[0].Groups = map[string]string{"staff": sub}
			})
			w := b.signIn("jane@example.com", password)
			var answer struct {
				User struct {
					Memberships []struct{ GroupID string }
					Data        map[string]any
				}
			}
			if err := json.Unmarshal(w.Body.Bytes(), &answer); err != nil || w.Code != http.StatusOK {
				t.Fatalf("got %d %s: %v", w.Code, w.Body, b.said(t))
			}
			if m := answer.User.Memberships; len(m) != 1 || m[0].GroupID != sub {
				t.Errorf("memberships: %v", m)
			}
			if answer.User.Data["plan"] != "gold" {
				t.Errorf("data: %v", answer.User.Data)
			}
			if got := operations(b); got != tt.want {
				t.Errorf("asked of Cognito: %s, want %s", got, tt.want)
			}
		})
	}
}

var someone = credentials.NewStaticCredentialsProvider("AKIDEXAMPLE", "example", "")

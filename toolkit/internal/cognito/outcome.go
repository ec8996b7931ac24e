// Package cognito speaks to Amazon Cognito user pools. It tells every answer
// that Cognito can give to a sign-in apart, and reads users. It decides
// nothing: what becomes of an outcome is its caller's policy.
package cognito

// Outcome is what an answer of Cognito means, in a word that may stand in logs
// and metrics.
type Outcome string

// Outcomes that prove the password.
const (
	Tokens            Outcome = "tokens"
	SMSFactor         Outcome = "sms-factor"         // a code was sent by SMS
	EmailFactor       Outcome = "email-factor"       // a code was sent by e-mail
	TOTPFactor        Outcome = "totp-factor"        // a code of an authenticator app is asked for
	FactorChoice      Outcome = "factor-choice"      // the user is to choose between factors
	FactorSetup       Outcome = "factor-setup"       // the pool demands a factor, the user has none
	TemporaryPassword Outcome = "temporary-password" // an administrator set it; it has not expired
)

// Outcomes that prove nothing.
const (
	WrongCredentials Outcome = "wrong-credentials" // wrong password or unknown user

	ResetRequired    Outcome = "reset-required"
	Unconfirmed      Outcome = "unconfirmed"
	TemporaryExpired Outcome = "temporary-password-expired"
	Disabled         Outcome = "disabled"
	TriggerRefused   Outcome = "refused-by-trigger" // a Lambda trigger of the pool said no

	LockedOut       Outcome = "locked-out"          // too many attempts
	RiskBlocked     Outcome = "blocked-by-risk"     // threat protection
	FirewallBlocked Outcome = "blocked-by-firewall" // AWS WAF

	Throttled     Outcome = "throttled"
	Unavailable   Outcome = "unavailable" // a server error, or no connection
	TimedOut      Outcome = "timed-out"
	TriggerFailed Outcome = "trigger-failed" // a Lambda trigger of the pool broke

	CallerGone    Outcome = "caller-gone" // whoever asked has hung up
	Misconfigured Outcome = "misconfigured"

	TokenRefused      Outcome = "token-refused"      // a token that Cognito had just given
	UnprovenChallenge Outcome = "unproven-challenge" // a question that comes before the password
	UnknownChallenge  Outcome = "unknown-challenge"
	PageLost          Outcome = "page-lost"    // a paging token that is good no more
	Unclassified      Outcome = "unclassified" // an error that we do not know
)

// ProvesPassword tells whether the outcome shows that the password is right.
func (o Outcome) ProvesPassword() bool {
	switch o {
	case Tokens, SMSFactor, EmailFactor, TOTPFactor, FactorChoice, FactorSetup, TemporaryPassword:
		return true
	}
	return false
}

// Down tells whether the outcome is a sign that the pool cannot be reached.
// Throttling is not: a throttled pool answers.
func (o Outcome) Down() bool { return o == Unavailable || o == TimedOut }

// retryable tells whether asking once more may help and can do no harm.
func (o Outcome) retryable() bool { return o == Throttled || o == Unavailable }

// challenge tells what a challenge means after the password was put before
// Cognito. EMAIL_OTP proves the password only because no flow of ours lets
// it be the first factor. DEVICE_… is unknown on purpose: we never send a
// device key, so Cognito has no reason to ask.
func challenge(name string) Outcome {
	switch name {
	case "SMS_MFA":
		return SMSFactor
	case "EMAIL_OTP":
		return EmailFactor
	case "SOFTWARE_TOKEN_MFA":
		return TOTPFactor
	case "SELECT_MFA_TYPE":
		return FactorChoice
	case "MFA_SETUP":
		return FactorSetup
	case "NEW_PASSWORD_REQUIRED":
		return TemporaryPassword
	case "CUSTOM_CHALLENGE", "SELECT_CHALLENGE", "PASSWORD", "PASSWORD_SRP", "PASSWORD_VERIFIER", "WEB_AUTHN", "SMS_OTP":
		return UnprovenChallenge
	default:
		return UnknownChallenge
	}
}

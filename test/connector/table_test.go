package connector

import (
	"strings"
	"time"

	"wherry/pool"
)

// table is everything that Cognito is known to answer: challenges, errors by
// class, the states of a user, what goes wrong on the way. What the pool comes
// to by itself, by a state, a setting or a fault, is not put into its mouth.
func table() []row {
	const (
		notAuthorized = "NotAuthorizedException"
		saysRefuse    = "the password is right; connector.outcomes."
	)
	message := func(policy string) given { return settings("outcomes: {message_factor: " + policy + "}") }
	other := func(policy string) given { return settings("outcomes: {other_factor: " + policy + "}") }
	temporary := func(policy string) given { return settings("outcomes: {temporary_password: " + policy + "}") }
	refuses := func(kind, text string) []given { return []given{says(pool.Outcome{Type: kind, Message: text})} }
	challenges := func(name string) []given { return []given{says(pool.Outcome{Challenge: name})} }
	profile := func(kind, text string) []given {
		return []given{says(pool.Outcome{Operation: "GetUser", Type: kind, Message: text})}
	}
	broken := func(f pool.Faults) []given { return []given{faults(f)} }
	texts := mfaConfig(`{"SmsMfaConfiguration": {"SmsConfiguration": {}}}`)
	none := mfaConfig(`{"SoftwareTokenMfaConfiguration": {"Enabled": false}}`)
	admin := settings("flow: ADMIN_USER_PASSWORD_AUTH")
	srp := settings("flow: USER_SRP_AUTH")

	return []row{
		// Tokens.
		{name: "tokens", outcome: "tokens", carried: "plain", asked: byTokens},
		{name: "tokens, by another spelling of an alias", who: "Jane@Example.com", outcome: "tokens", carried: "plain", asked: byTokens},
		{name: "tokens, for a device that Cognito remembers", who: "devi", outcome: "tokens", carried: "plain", asked: byTokens},
		{name: "tokens, factors switched off in the pool", who: "theo", given: []given{mfa("OFF")}, outcome: "tokens", carried: "plain", asked: byTokens},

		// Challenges that prove the password: one factor that can be carried.
		{name: "SMS", who: "sam", outcome: "sms-factor", carried: "sms", asked: byIAM},
		{name: "SMS, set by the old API", who: "olda", outcome: "sms-factor", carried: "sms", asked: byIAM},
		{name: "SMS, because the pool demands it", who: "phil", given: []given{mfa("ON"), texts}, outcome: "sms-factor", carried: "sms", asked: byIAM},
		{name: "SMS, carry", who: "sam", given: []given{message("carry")}, outcome: "sms-factor", carried: "sms", asked: byIAM},
		{name: "SMS, refuse", who: "sam", given: []given{message("refuse")}, outcome: "sms-factor", why: saysRefuse + "message_factor says refuse"},
		{name: "SMS, carry without factor", who: "sam", given: []given{message("carry-without-factor")}, outcome: "sms-factor", carried: "without factor", asked: byIAM},
		{name: "SMS, number unverified", who: "sven", outcome: "factor-unverified", asked: byIAM, why: "an address that it has not verified"},
		{name: "SMS, number unverified, carry without factor", who: "sven", given: []given{message("carry-without-factor")}, outcome: "sms-factor", carried: "without factor", asked: byIAM},
		{name: "e-mail", who: "emma", outcome: "email-factor", carried: "email", asked: byIAM},
		{name: "e-mail, refuse", who: "emma", given: []given{message("refuse")}, outcome: "email-factor", why: saysRefuse + "message_factor says refuse"},
		{name: "e-mail, carry without factor", who: "emma", given: []given{message("carry-without-factor")}, outcome: "email-factor", carried: "without factor", asked: byIAM},
		{name: "e-mail, unverified", who: "eve", outcome: "factor-unverified", asked: byIAM, why: "an address that it has not verified"},

		// Challenges that prove the password: a factor that cannot be carried.
		{name: "TOTP", who: "theo", outcome: "totp-factor", why: saysRefuse + "other_factor says refuse"},
		{name: "TOTP, relying on the tenant", who: "theo", given: []given{other("carry-relying-on-tenant-policy")}, outcome: "totp-factor", carried: "without factor", asked: byIAM},
		{name: "TOTP, carry without factor", who: "theo", given: []given{other("carry-without-factor")}, outcome: "totp-factor", carried: "without factor", asked: byIAM},
		{name: "choice", who: "bea", outcome: "factor-choice", why: saysRefuse + "other_factor says refuse"},
		{name: "choice, relying on the tenant", who: "bea", given: []given{other("carry-relying-on-tenant-policy")}, outcome: "factor-choice", carried: "sms", asked: byIAM},
		{name: "choice, carry without factor", who: "bea", given: []given{other("carry-without-factor")}, outcome: "factor-choice", carried: "without factor", asked: byIAM},
		{name: "set-up", given: []given{mfa("ON")}, outcome: "factor-setup", why: saysRefuse + "other_factor says refuse"},
		{name: "set-up, relying on the tenant", given: []given{mfa("ON"), other("carry-relying-on-tenant-policy")}, outcome: "factor-setup", carried: "without factor", asked: byIAM},
		{name: "set-up, carry without factor", given: []given{mfa("ON"), other("carry-without-factor")}, outcome: "factor-setup", carried: "without factor", asked: byIAM},

		// The temporary password.
		{name: "temporary", who: "tom", outcome: "temporary-password", carried: "change", asked: byIAM},
		{name: "temporary, refuse", who: "tom", given: []given{temporary("refuse")}, outcome: "temporary-password", why: saysRefuse + "temporary_password says refuse"},
		{name: "temporary, then TOTP", who: "tessa", outcome: "totp-factor", asked: byIAM, why: "connector.outcomes.other_factor says refuse"},
		{name: "temporary, then TOTP, carry without factor", who: "tessa", given: []given{other("carry-without-factor")}, outcome: "temporary-password", carried: "change without factor", asked: byIAM},
		{name: "temporary, wrong", who: "tom", password: wrong, outcome: "wrong-credentials"},
		{name: "temporary, expired", who: "lara", outcome: "temporary-password-expired", why: notAuthorized},

		// Challenges that prove nothing, and those that nobody knows.
		{name: "custom challenge", given: challenges("CUSTOM_CHALLENGE"), outcome: "unproven-challenge", why: "CUSTOM_CHALLENGE"},
		{name: "choice of a first factor", given: challenges("SELECT_CHALLENGE"), outcome: "unproven-challenge", why: "SELECT_CHALLENGE"},
		{name: "password, please", given: challenges("PASSWORD"), outcome: "unproven-challenge", why: "PASSWORD"},
		{name: "password by SRP, please", given: challenges("PASSWORD_SRP"), outcome: "unproven-challenge", why: "PASSWORD_SRP"},
		{name: "SRP's own challenge, unasked for", given: challenges("PASSWORD_VERIFIER"), outcome: "unproven-challenge", why: "PASSWORD_VERIFIER"},
		{name: "passkey, please", given: challenges("WEB_AUTHN"), outcome: "unproven-challenge", why: "WEB_AUTHN"},
		{name: "SMS as first factor", given: challenges("SMS_OTP"), outcome: "unproven-challenge", why: "SMS_OTP"},
		{name: "e-mail before SRP's proof", given: append(challenges("EMAIL_OTP"), srp), outcome: "unproven-challenge", why: "EMAIL_OTP"},
		{name: "a device, which was never named", given: challenges("DEVICE_SRP_AUTH"), outcome: "unknown-challenge", why: "DEVICE_SRP_AUTH"},
		{name: "a device's password", given: challenges("DEVICE_PASSWORD_VERIFIER"), outcome: "unknown-challenge", why: "DEVICE_PASSWORD_VERIFIER"},
		{name: "a challenge of the future", given: challenges("RETINA_SCAN"), outcome: "unknown-challenge", why: "RETINA_SCAN"},

		// Wrong credentials.
		{name: "wrong password", password: wrong, outcome: "wrong-credentials"},
		{name: "wrong password of somebody with a factor", who: "theo", password: wrong, outcome: "wrong-credentials"},
		{name: "unknown user", who: "nobody", outcome: "wrong-credentials"},
		{name: "unknown user, hidden", who: "nobody", given: []given{client(hidingID, "")}, outcome: "wrong-credentials"},
		{name: "password that Cognito finds ill-formed", given: refuses(notAuthorized, "Invalid password format."), outcome: "wrong-credentials"},
		{name: "password longer than any", password: strings.Repeat("p", 257), outcome: "wrong-credentials", asked: " "},
		{name: "login id that no user can have", who: "jane doe", outcome: "wrong-credentials", asked: " "},

		// The states of a user.
		{name: "unconfirmed", who: "una", outcome: "unconfirmed", why: "UserNotConfirmedException"},
		{name: "unconfirmed, wrong password", who: "una", password: wrong, outcome: "unconfirmed", why: "UserNotConfirmedException"},
		{name: "reset required", who: "rita", outcome: "reset-required", why: "PasswordResetRequiredException"},
		{name: "reset required, wrong password", who: "rita", password: wrong, outcome: "reset-required", why: "PasswordResetRequiredException"},
		{name: "disabled", who: "dora", outcome: "disabled", why: notAuthorized},
		{name: "made by a provider", who: "Google_1234", outcome: "wrong-credentials"},
		{name: "archived", who: "archie", outcome: "wrong-credentials"},
		{name: "compromised", who: "coco", outcome: "wrong-credentials"},
		{name: "state unknown", who: "umi", outcome: "wrong-credentials"},
		{name: "confirmed, without password", who: "paula", outcome: "wrong-credentials"},
		{name: "refused by a trigger", given: refuses("UserLambdaValidationException", "PreAuthentication failed with error jane@example.com may not."), outcome: "refused-by-trigger", why: "UserLambdaValidationException"},

		// Locked and blocked.
		{name: "locked out", before: fiveWrong, outcome: "locked-out", why: notAuthorized},
		{name: "locked out, wrong password", before: fiveWrong, password: wrong, outcome: "locked-out", why: notAuthorized},
		{name: "attempt limit", given: refuses("LimitExceededException", "Attempt limit exceeded, please try after some time."), outcome: "locked-out", why: "LimitExceededException"},
		{name: "threat protection", given: refuses(notAuthorized, "Unable to login because of security reasons."), outcome: "blocked-by-risk", why: "threat protection"},
		{name: "threat protection, the other text", given: refuses(notAuthorized, "Request not allowed due to security reasons."), outcome: "blocked-by-risk", why: "threat protection"},
		{name: "firewall", given: []given{says(pool.Outcome{Type: "ForbiddenException", Message: "Request not allowed due to WAF block.", Status: 403})}, outcome: "blocked-by-firewall", why: "AWS WAF"},

		// Throttled, broken, gone: once more, and no further.
		{name: "throttled", given: broken(pool.Faults{Operations: []string{"InitiateAuth"}, Throttle: slow}), before: func(b *bench) { b.signIn("tom", password) }, outcome: "throttled", asked: "InitiateAuth×2", why: "TooManyRequestsException"},
		{name: "throttled once", given: []given{says(pool.Outcome{Operation: "InitiateAuth", Times: 1, Type: "TooManyRequestsException", Message: "Too many requests"})}, outcome: "tokens", carried: "plain", asked: "GetUser InitiateAuth×2 RevokeToken"},
		{name: "internal error", given: broken(pool.Faults{InternalErrors: 1}), outcome: "unavailable", asked: "InitiateAuth×2", why: "InternalErrorException"},
		{name: "internal error once, then a wrong password", password: wrong, given: []given{says(pool.Outcome{Times: 1, Type: "InternalErrorException", Status: 500})}, outcome: "wrong-credentials", asked: "InitiateAuth×2"},
		{name: "outage", given: broken(pool.Faults{Outage: pool.Outage{For: time.Hour}}), outcome: "unavailable", asked: "InitiateAuth×2", why: "ServiceUnavailableException"},
		{name: "connection broken", given: broken(pool.Faults{Resets: 1}), outcome: "unavailable", asked: "InitiateAuth×2", why: " "},
		{name: "no answer in time", given: []given{faults(pool.Faults{Latency: pool.Latency{Mean: time.Hour}}), deadline("100ms")}, outcome: "timed-out", why: " "},
		{name: "profile throttled once", given: []given{says(pool.Outcome{Operation: "GetUser", Times: 1, Type: "TooManyRequestsException", Message: "Rate exceeded"})}, outcome: "tokens", carried: "plain", asked: "GetUser×2 InitiateAuth RevokeToken"},
		{name: "profile cannot be read", given: broken(pool.Faults{Operations: []string{"GetUser"}, InternalErrors: 1}), outcome: "unavailable", asked: "GetUser×2 InitiateAuth RevokeToken", why: "InternalErrorException"},
		{name: "profile in no time", given: []given{faults(pool.Faults{Operations: []string{"GetUser"}, Latency: pool.Latency{Mean: time.Hour}}), deadline("1s")}, outcome: "timed-out", asked: byTokens, why: " "},
		{name: "trigger broken", given: refuses("UnexpectedLambdaException", "PreAuthentication failed."), outcome: "trigger-failed", why: "UnexpectedLambdaException"},
		{name: "trigger talks nonsense", given: refuses("InvalidLambdaResponseException", "Unrecognizable lambda output"), outcome: "trigger-failed", why: "InvalidLambdaResponseException"},

		// Faults of the configuration.
		{name: "no such client", given: []given{client("5nobody", "")}, outcome: "misconfigured", why: "ResourceNotFoundException"},
		{name: "no such pool", given: []given{admin, on(func(d *pool.Directory) { d.Pool.ID = "us-east-1_Another1" })}, outcome: "misconfigured", asked: "AdminInitiateAuth", why: "ResourceNotFoundException"},
		{name: "client secret missing", given: []given{client(secretID, "")}, outcome: "misconfigured", why: "client_secret is not set"},
		{name: "client secret wrong", given: []given{client(secretID, strings.ToUpper(clientSecret))}, outcome: "misconfigured", why: "client_secret is not the app client's secret"},
		{name: "client secret of a client without", given: []given{client(openID, clientSecret)}, outcome: "misconfigured", why: "client_secret is not the app client's secret"},
		{name: "password flow off", given: []given{client(bareID, "")}, outcome: "misconfigured", why: "ExplicitAuthFlows"},
		{name: "admin flow off", given: []given{client(bareID, ""), admin}, outcome: "misconfigured", asked: "AdminInitiateAuth", why: "ExplicitAuthFlows"},
		{name: "SRP flow off", given: []given{client(bareID, ""), srp}, outcome: "misconfigured", why: "ExplicitAuthFlows"},
		{name: "flow on the wrong operation", given: refuses("InvalidParameterException", "Initiate Auth method not supported."), outcome: "misconfigured", why: "ExplicitAuthFlows"},
		{name: "parameter missing", given: refuses("InvalidParameterException", "Missing required parameter DEVICE_KEY"), outcome: "misconfigured", why: "InvalidParameterException"},
		{name: "input invalid", given: refuses("InvalidParameterException", "Invalid input given"), outcome: "misconfigured", why: "InvalidParameterException"},
		{name: "factor demanded, none switched on", given: []given{mfa("ON"), none}, outcome: "misconfigured", why: "InvalidUserPoolConfigurationException"},
		{name: "SMS role", given: refuses("InvalidSmsRoleAccessPolicyException", "Role"), outcome: "misconfigured", why: "SMS role"},
		{name: "SMS role, trust", given: refuses("InvalidSmsRoleTrustRelationshipException", "Role"), outcome: "misconfigured", why: "SMS role"},
		{name: "e-mail role", given: refuses("InvalidEmailRoleAccessPolicyException", "Role"), outcome: "misconfigured", why: "may not send e-mail"},
		{name: "no way to send the code", given: refuses("MFAMethodNotFoundException", "No MFA"), outcome: "misconfigured", why: "MFAMethodNotFoundException"},
		{name: "not supported", given: refuses("UnsupportedOperationException", "Not here"), outcome: "misconfigured", why: "UnsupportedOperationException"},
		{name: "tokens without the scope", given: profile(notAuthorized, "Access Token does not have required scopes"), outcome: "misconfigured", asked: byTokens, why: "profile: id_token"},

		// Faults of the IAM credentials.
		{name: "IAM key unknown", given: []given{admin, signedWith("AKIDSOMEBODY", "else")}, outcome: "misconfigured", asked: "AdminInitiateAuth", why: "UnrecognizedClientException"},
		{name: "IAM key wrong", given: []given{admin, signedWith(accessKey.AccessKeyID, "wrong")}, outcome: "misconfigured", asked: "AdminInitiateAuth", why: "InvalidSignatureException"},
		{name: "IAM key expired", given: []given{admin, mayUntil(time.Now().Add(-time.Minute))}, outcome: "misconfigured", asked: "AdminInitiateAuth", why: "ExpiredTokenException"},
		{name: "IAM key may not", given: []given{admin, may("cognito-idp:ListUsers")}, outcome: "misconfigured", asked: "AdminInitiateAuth", why: "AccessDeniedException"},
		{name: "IAM key may not read users", who: "sam", given: []given{may("cognito-idp:AdminInitiateAuth")}, outcome: "misconfigured", asked: "AdminGetUser InitiateAuth", why: "AccessDeniedException"},
		{name: "IAM key may not read groups", who: "sam", given: []given{may("cognito-idp:AdminGetUser")}, outcome: "misconfigured", asked: byIAM, why: "AccessDeniedException"},
		{name: "no IAM key", given: []given{admin, signedWith("", "")}, outcome: "misconfigured", asked: " ", why: "IAM credentials"},
		{name: "no IAM key, not needed", given: []given{signedWith("", "")}, outcome: "tokens", carried: "plain", asked: byTokens},
		{name: "no IAM key, for a factor", who: "sam", given: []given{signedWith("", "")}, outcome: "misconfigured", why: "IAM credentials"},

		// Tokens that Cognito does not know a moment later, challenges answered too late.
		{name: "access token expired", given: profile(notAuthorized, "Access Token has expired"), outcome: "token-refused", asked: byTokens, why: notAuthorized},
		{name: "access token revoked", given: profile(notAuthorized, "Access Token has been revoked"), outcome: "token-refused", asked: byTokens, why: notAuthorized},
		{name: "access token invalid", given: profile(notAuthorized, "Invalid Access Token"), outcome: "token-refused", asked: byTokens, why: notAuthorized},
		{name: "user gone before the profile", given: profile("UserNotFoundException", "User does not exist."), outcome: "unclassified", asked: byTokens, why: "UserNotFoundException"},
		{name: "SRP answered too late", given: []given{srp, says(pool.Outcome{Operation: "RespondToAuthChallenge", Type: notAuthorized, Message: "Invalid session for the user, session is expired."})}, outcome: "token-refused", asked: "InitiateAuth RespondToAuthChallenge", why: "too late"},

		// What nobody knows.
		{name: "another text", given: refuses(notAuthorized, "jane@example.com is out."), outcome: "unclassified", why: notAuthorized},
		{name: "another error", given: refuses("BrandNewException", "jane@example.com is out."), outcome: "unclassified", why: "BrandNewException"},
		{name: "another error about a parameter", given: refuses("InvalidParameterException", "1 validation error detected: Value 'jane'"), outcome: "unclassified", why: "InvalidParameterException"},

		// What the connector adds.
		{name: "limit per login id", given: []given{guarded("per_login: {attempts: 1, within: 1h}")}, before: func(b *bench) { b.signIn("JANE", wrong) }, outcome: "rate-limited", asked: " ", why: "connector.per_login"},
		{name: "limit overall", given: []given{guarded("overall: {attempts: 1, within: 1h}")}, before: func(b *bench) { b.signIn("tom", wrong) }, outcome: "rate-limited", asked: " ", why: "connector.overall"},
		{name: "mapping that loses the login id", given: []given{mapping("rules: [{drop: username}]")}, outcome: "mapping-fault", asked: byTokens, why: "login id"},
	}
}

// slow lets one request through at once, and then as good as none.
var slow = pool.Throttle{On: true, Rates: map[string]float64{"UserAuthentication": 0.0001}}

func fiveWrong(b *bench) {
	for range 5 {
		b.signIn("jane", wrong)
	}
}

// may is an IAM key that may do this and nothing else.
func may(action string) given {
	return func(s *setting) { s.Credentials[0].Actions = []string{action} }
}

func mayUntil(end time.Time) given {
	return func(s *setting) { s.Credentials[0].Expires = end }
}

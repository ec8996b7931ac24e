package cognito

import "testing"

// TestClassify holds the rules against the texts that real pools are known to
// answer with.
func TestClassify(t *testing.T) {
	t.Parallel()
	const not, parameter = "NotAuthorizedException", "InvalidParameterException"
	for _, tt := range []struct {
		code, message string
		want          Outcome
	}{
		{not, "Incorrect username or password.", WrongCredentials},
		{not, "INCORRECT USERNAME OR PASSWORD", WrongCredentials},
		{not, "Invalid password format.", WrongCredentials},
		{"UserNotFoundException", "User does not exist.", WrongCredentials},

		{"PasswordResetRequiredException", "Password reset required for the user", ResetRequired},
		{"UserNotConfirmedException", "User is not confirmed.", Unconfirmed},
		{not, "Temporary password has expired and must be reset by an administrator.", TemporaryExpired},
		{not, "User is disabled.", Disabled},
		{"UserLambdaValidationException", "PreAuthentication failed with error not today.", TriggerRefused},

		{not, "Password attempts exceeded", LockedOut},
		{"LimitExceededException", "Attempt limit exceeded, please try after some time.", LockedOut},
		{not, "Unable to login because of security reasons.", RiskBlocked},
		{not, "Request not allowed due to security reasons.", RiskBlocked},
		{"ForbiddenException", "Request not allowed due to WAF", FirewallBlocked},

		{"TooManyRequestsException", "Rate exceeded", Throttled},
		{"TooManyRequestsException", "Too many requests", Throttled},
		{"ThrottlingException", "Rate exceeded", Throttled},
		{"InternalErrorException", "", Unavailable},
		{"InternalServerException", "", Unavailable},
		{"UnexpectedLambdaException", "", TriggerFailed},
		{"InvalidLambdaResponseException", "Unrecognizable lambda output", TriggerFailed},

		{"ResourceNotFoundException", "User pool client 1example does not exist.", Misconfigured},
		{"ResourceNotFoundException", "User pool us-east-1_Example does not exist.", Misconfigured},
		{not, "Unable to verify secret hash for client 1example", Misconfigured},
		{not, "SecretHash does not match for the client: 1example", Misconfigured},
		{not, "Client 1example is configured with secret but SECRET_HASH was not received", Misconfigured},
		{parameter, "USER_PASSWORD_AUTH flow not enabled for this client", Misconfigured},
		{not, "USER_PASSWORD_AUTH flow not enabled for this client", Misconfigured},
		{parameter, "USER_SRP_AUTH is not enabled for the client.", Misconfigured},
		{parameter, "Auth flow not enabled for this client", Misconfigured},
		{parameter, "Initiate Auth method not supported.", Misconfigured},
		{parameter, "Missing required parameter USERNAME", Misconfigured},
		{parameter, "Invalid input given", Misconfigured},
		{"InvalidUserPoolConfigurationException", "", Misconfigured},
		{"InvalidSmsRoleAccessPolicyException", "", Misconfigured},
		{"InvalidSmsRoleTrustRelationshipException", "", Misconfigured},
		{"InvalidEmailRoleAccessPolicyException", "", Misconfigured},
		{"MFAMethodNotFoundException", "", Misconfigured},
		{"UnsupportedOperationException", "", Misconfigured},
		{"AccessDeniedException", "User: … is not authorized to perform: cognito-idp:AdminGetUser", Misconfigured},
		{"UnrecognizedClientException", "The security token included in the request is invalid.", Misconfigured},
		{"InvalidSignatureException", "", Misconfigured},
		{"ExpiredTokenException", "", Misconfigured},
		{not, "Access Token does not have required scopes", Misconfigured},

		{not, "Access Token has expired", TokenRefused},
		{not, "Access Token has been revoked", TokenRefused},
		{not, "Invalid Access Token", TokenRefused},
		{not, "Invalid Refresh Token", TokenRefused},
		{not, "Refresh Token has been revoked", TokenRefused},
		{not, "Invalid session for the user, session is expired.", TokenRefused},

		// What is not known fails closed and never passes for a wrong password.
		{not, "", Unclassified},
		{not, "Something new.", Unclassified},
		{not, "The username or password is incorrect", Unclassified},
		{parameter, "1 validation error detected", Unclassified},
		{"CodeMismatchException", "Invalid verification code provided, please try again.", Unclassified},
		{"BrandNewException", "Incorrect username or password.", Unclassified},
		{"", "Incorrect username or password.", Unclassified},
	} {
		if got, _ := classify(tt.code, tt.message); got != tt.want {
			t.Errorf("%s %q: got %s, want %s", tt.code, tt.message, got, tt.want)
		}
	}
}

func TestNoErrorProvesThePassword(t *testing.T) {
	t.Parallel()
	for _, r := range rules {
		if r.outcome.ProvesPassword() {
			t.Errorf("%s %q is an error, and proves nothing", r.code, r.text)
		}
	}
}

// TestEveryRuleCanHold finds rules that an earlier one hides.
func TestEveryRuleCanHold(t *testing.T) {
	t.Parallel()
	for _, r := range rules {
		if outcome, hint := classify(r.code, r.text+"…"); outcome != r.outcome || hint != r.hint {
			t.Errorf("%s %q is hidden by an earlier rule: got %s", r.code, r.text, outcome)
		}
	}
}

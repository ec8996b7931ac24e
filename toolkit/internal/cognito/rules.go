package cognito

// rules is every error that a sign-in, or reading the user after it, is known
// to end with. NotAuthorizedException alone has a dozen meanings, and only its
// text tells them apart. A text that is not here is unclassified, which fails
// the sign-in and says so: it must never pass for a wrong password, let alone
// for a right one.
var rules = []rule{
	{"NotAuthorizedException", "incorrect username or password", WrongCredentials, ""},
	{"NotAuthorizedException", "invalid password format", WrongCredentials, ""},
	{"UserNotFoundException", "", WrongCredentials, ""},

	{"NotAuthorizedException", "temporary password has expired", TemporaryExpired, "an administrator has to set another temporary password"},
	{"NotAuthorizedException", "user is disabled", Disabled, ""},
	{"PasswordResetRequiredException", "", ResetRequired, ""},
	{"UserNotConfirmedException", "", Unconfirmed, ""},
	{"UserLambdaValidationException", "", TriggerRefused, "a Lambda trigger of the pool refused the sign-in"},

	{"NotAuthorizedException", "password attempts exceeded", LockedOut, ""},
	{"LimitExceededException", "", LockedOut, ""},
	{"NotAuthorizedException", "unable to login because of security reasons", RiskBlocked, threat},
	{"NotAuthorizedException", "request not allowed due to security reasons", RiskBlocked, threat},
	{"ForbiddenException", "", FirewallBlocked, "the pool's AWS WAF web ACL refused the connector's request"},

	{"TooManyRequestsException", "", Throttled, ""},
	{"ThrottlingException", "", Throttled, ""},
	{"Throttling", "", Throttled, ""},
	{"RequestLimitExceeded", "", Throttled, ""},
	{"InternalErrorException", "", Unavailable, ""},
	{"InternalServerException", "", Unavailable, ""},
	{"InternalFailure", "", Unavailable, ""},
	{"ServiceUnavailable", "", Unavailable, ""},
	{"ServiceUnavailableException", "", Unavailable, ""},
	{"UnexpectedLambdaException", "", TriggerFailed, "a Lambda trigger of the pool failed"},
	{"InvalidLambdaResponseException", "", TriggerFailed, "a Lambda trigger of the pool answered nonsense"},

	{"ResourceNotFoundException", "", Misconfigured, "the pool or its app client does not exist: check id, client_id and region"},
	{"NotAuthorizedException", "unable to verify secret hash", Misconfigured, "client_secret is not the app client's secret"},
	{"NotAuthorizedException", "secrethash does not match", Misconfigured, "client_secret is not the app client's secret"},
	{"NotAuthorizedException", "client ", Misconfigured, "the app client has a secret and client_secret is not set, or the other way round"},
	{"NotAuthorizedException", "access token does not have required scopes", Misconfigured, "the app client's tokens may not read their own user: use profile: id_token"},
	{"InvalidParameterException", "missing required parameter", Misconfigured, "the app client wants something that was not sent"},
	{"InvalidParameterException", "invalid input given", Misconfigured, "the app client wants something that was not sent"},
	{"InvalidUserPoolConfigurationException", "", Misconfigured, "the pool's own configuration is not valid"},
	{"InvalidSmsRoleAccessPolicyException", "", Misconfigured, "the pool may not send SMS: check its SMS role"},
	{"InvalidSmsRoleTrustRelationshipException", "", Misconfigured, "the pool may not send SMS: check its SMS role"},
	{"InvalidEmailRoleAccessPolicyException", "", Misconfigured, "the pool may not send e-mail: check its e-mail configuration"},
	{"MFAMethodNotFoundException", "", Misconfigured, "the pool finds no way to send its MFA code"},
	{"UnsupportedOperationException", "", Misconfigured, "the pool does not support this call"},
	{"AccessDeniedException", "", Misconfigured, iam},
	{"UnrecognizedClientException", "", Misconfigured, iam},
	{"InvalidClientTokenId", "", Misconfigured, iam},
	{"InvalidSignatureException", "", Misconfigured, iam},
	{"IncompleteSignatureException", "", Misconfigured, iam},
	{"MissingAuthenticationTokenException", "", Misconfigured, iam},
	{"ExpiredTokenException", "", Misconfigured, iam},
	{"ExpiredToken", "", Misconfigured, iam},

	// Which type comes with these texts is not certain.
	{"InvalidParameterException", "user_password_auth ", Misconfigured, flowOff},
	{"InvalidParameterException", "admin_user_password_auth ", Misconfigured, flowOff},
	{"InvalidParameterException", "admin_no_srp_auth ", Misconfigured, flowOff},
	{"InvalidParameterException", "user_srp_auth ", Misconfigured, flowOff},
	{"InvalidParameterException", "auth flow not enabled", Misconfigured, flowOff},
	{"InvalidParameterException", "initiate auth method not supported", Misconfigured, flowOff},
	{"NotAuthorizedException", "user_password_auth ", Misconfigured, flowOff},
	{"NotAuthorizedException", "admin_user_password_auth ", Misconfigured, flowOff},
	{"NotAuthorizedException", "user_srp_auth ", Misconfigured, flowOff},
	{"NotAuthorizedException", "auth flow not enabled", Misconfigured, flowOff},

	{"NotAuthorizedException", "access token has", TokenRefused, ""},
	{"NotAuthorizedException", "invalid access token", TokenRefused, ""},
	{"NotAuthorizedException", "invalid refresh token", TokenRefused, ""},
	{"NotAuthorizedException", "refresh token has", TokenRefused, ""},
	{"NotAuthorizedException", "invalid session", TokenRefused, "the answer to the challenge came too late"},
	{"UnauthorizedException", "", TokenRefused, ""},

	{"InvalidParameterException", "invalid pagination token", PageLost, ""},
	{"InvalidParameterException", "invalid paginationtoken", PageLost, ""},
	{"InvalidParameterException", "paging marker is invalid", PageLost, ""},
	{"InvalidParameterException", "pagination token", PageLost, ""},
}

const (
	flowOff = "the app client does not allow the flow: add it to its ExplicitAuthFlows, or choose another with connector.flow"
	iam     = "the IAM credentials are missing, expired, or may not do this"
	threat  = "Cognito's threat protection takes the sign-in for an attack"
)

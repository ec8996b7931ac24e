package api

import "wherry/pool/internal/awsjson"

// operation is one entry of the table.
type operation struct {
	signed bool // wants a signature: an administrator's operation
	run    func(*API, *Call, awsjson.Members) (any, error)
}

// unsigned is an operation that anybody may call.
func unsigned[In, Out any](f func(*API, *Call, *In) (Out, error)) operation {
	return operation{run: decoded(f)}
}

// signed is an operation for administrators.
func signed[In, Out any](f func(*API, *Call, *In) (Out, error)) operation {
	return operation{signed: true, run: decoded(f)}
}

func decoded[In, Out any](f func(*API, *Call, *In) (Out, error)) func(*API, *Call, awsjson.Members) (any, error) {
	return func(a *API, c *Call, members awsjson.Members) (any, error) {
		in := new(In)
		if err := awsjson.Decode(members, in); err != nil {
			return nil, err
		}
		return f(a, c, in)
	}
}

// nothing is the answer of operations that only do something.
type nothing struct{}

// operations is everything that the pool can be asked.
var operations = map[string]operation{
	// Signing in and out.
	"InitiateAuth":                unsigned((*API).initiateAuth),
	"RespondToAuthChallenge":      unsigned((*API).respondToAuthChallenge),
	"AdminInitiateAuth":           signed((*API).adminInitiateAuth),
	"AdminRespondToAuthChallenge": signed((*API).adminRespondToAuthChallenge),
	"GetTokensFromRefreshToken":   unsigned((*API).getTokensFromRefreshToken),
	"RevokeToken":                 unsigned((*API).revokeToken),
	"GlobalSignOut":               unsigned((*API).globalSignOut),
	"AdminUserGlobalSignOut":      signed((*API).adminUserGlobalSignOut),

	// Users.
	"GetUser":                   unsigned((*API).getUser),
	"AdminGetUser":              signed((*API).adminGetUser),
	"ListUsers":                 signed((*API).listUsers),
	"AdminCreateUser":           signed((*API).adminCreateUser),
	"AdminUpdateUserAttributes": signed((*API).adminUpdateUserAttributes),
	"AdminDeleteUserAttributes": signed((*API).adminDeleteUserAttributes),
	"AdminDisableUser":          signed((*API).adminDisableUser),
	"AdminEnableUser":           signed((*API).adminEnableUser),
	"AdminDeleteUser":           signed((*API).adminDeleteUser),
	"AdminLinkProviderForUser":  signed((*API).adminLinkProviderForUser),
	"AdminListDevices":          signed((*API).adminListDevices),
	"AdminListUserAuthEvents":   signed((*API).adminListUserAuthEvents),

	// Signing up, and passwords.
	"SignUp":                 unsigned((*API).signUp),
	"ConfirmSignUp":          unsigned((*API).confirmSignUp),
	"AdminConfirmSignUp":     signed((*API).adminConfirmSignUp),
	"ResendConfirmationCode": unsigned((*API).resendConfirmationCode),
	"ForgotPassword":         unsigned((*API).forgotPassword),
	"ConfirmForgotPassword":  unsigned((*API).confirmForgotPassword),
	"ChangePassword":         unsigned((*API).changePassword),
	"AdminSetUserPassword":   signed((*API).adminSetUserPassword),
	"AdminResetUserPassword": signed((*API).adminResetUserPassword),

	// Second factors.
	"AssociateSoftwareToken":    unsigned((*API).associateSoftwareToken),
	"VerifySoftwareToken":       unsigned((*API).verifySoftwareToken),
	"SetUserMFAPreference":      unsigned((*API).setUserMFAPreference),
	"AdminSetUserMFAPreference": signed((*API).adminSetUserMFAPreference),
	"GetUserPoolMfaConfig":      signed((*API).getUserPoolMfaConfig),
	"SetUserPoolMfaConfig":      signed((*API).setUserPoolMfaConfig),

	// Groups.
	"ListGroups":               signed((*API).listGroups),
	"GetGroup":                 signed((*API).getGroup),
	"CreateGroup":              signed((*API).createGroup),
	"UpdateGroup":              signed((*API).updateGroup),
	"DeleteGroup":              signed((*API).deleteGroup),
	"ListUsersInGroup":         signed((*API).listUsersInGroup),
	"AdminListGroupsForUser":   signed((*API).adminListGroupsForUser),
	"AdminAddUserToGroup":      signed((*API).adminAddUserToGroup),
	"AdminRemoveUserFromGroup": signed((*API).adminRemoveUserFromGroup),

	// Pools and clients.
	"ListUserPools":          signed((*API).listUserPools),
	"DescribeUserPool":       signed((*API).describeUserPool),
	"CreateUserPool":         signed((*API).createUserPool),
	"UpdateUserPool":         signed((*API).updateUserPool),
	"DeleteUserPool":         signed((*API).deleteUserPool),
	"AddCustomAttributes":    signed((*API).addCustomAttributes),
	"GetCSVHeader":           signed((*API).getCSVHeader),
	"ListUserPoolClients":    signed((*API).listUserPoolClients),
	"DescribeUserPoolClient": signed((*API).describeUserPoolClient),
	"CreateUserPoolClient":   signed((*API).createUserPoolClient),
	"UpdateUserPoolClient":   signed((*API).updateUserPoolClient),
	"DeleteUserPoolClient":   signed((*API).deleteUserPoolClient),

	// The rest of a pool's configuration.
	"ListIdentityProviders":     signed((*API).listIdentityProviders),
	"DescribeIdentityProvider":  signed((*API).describeIdentityProvider),
	"CreateIdentityProvider":    signed((*API).createIdentityProvider),
	"UpdateIdentityProvider":    signed((*API).updateIdentityProvider),
	"DeleteIdentityProvider":    signed((*API).deleteIdentityProvider),
	"ListResourceServers":       signed((*API).listResourceServers),
	"DescribeResourceServer":    signed((*API).describeResourceServer),
	"CreateResourceServer":      signed((*API).createResourceServer),
	"UpdateResourceServer":      signed((*API).updateResourceServer),
	"DeleteResourceServer":      signed((*API).deleteResourceServer),
	"DescribeUserPoolDomain":    signed((*API).describeUserPoolDomain),
	"CreateUserPoolDomain":      signed((*API).createUserPoolDomain),
	"GetUICustomization":        signed((*API).getUICustomization),
	"DescribeRiskConfiguration": signed((*API).describeRiskConfiguration),
}

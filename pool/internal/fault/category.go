package fault

import "strings"

// perPool is the categories in which each operation is limited per pool too.
var perPool = map[string]bool{
	"UserPoolResourceRead": true, "UserPoolResourceUpdate": true,
	"UserPoolClientRead": true, "UserPoolClientUpdate": true,
}

// userSide says which of a user's own two buckets a category draws from.
var userSide = map[string]string{
	"UserRead": "read", "UserResourceRead": "read",
	"UserUpdate": "write", "UserResourceUpdate": "write", "UserAccountRecovery": "write",
}

// respond is the operations with an allowance of their own.
var respond = map[string]bool{"RespondToAuthChallenge": true, "AdminRespondToAuthChallenge": true}

// categories says which quota an operation draws from.
var categories = byOperation(map[string]string{
	"UserAuthentication": `InitiateAuth AdminInitiateAuth RespondToAuthChallenge AdminRespondToAuthChallenge
		GetTokensFromRefreshToken`,
	"UserCreation": `SignUp AdminCreateUser ConfirmSignUp AdminConfirmSignUp`,
	"UserAccountRecovery": `ForgotPassword ConfirmForgotPassword ChangePassword AdminResetUserPassword
		AdminSetUserPassword`,
	"UserRead": `GetUser AdminGetUser GetUserAuthFactors`,
	"UserUpdate": `AdminAddUserToGroup AdminRemoveUserFromGroup AdminDeleteUser DeleteUser AdminDeleteUserAttributes
		DeleteUserAttributes AdminUpdateUserAttributes UpdateUserAttributes VerifyUserAttribute AdminDisableUser
		AdminEnableUser AdminLinkProviderForUser AdminDisableProviderForUser AdminUserGlobalSignOut GlobalSignOut`,
	"UserToken": `RevokeToken`,
	"UserResourceRead": `AdminListGroupsForUser AdminListDevices AdminGetDevice ListDevices GetDevice
		AdminListUserAuthEvents GetUserAttributeVerificationCode ResendConfirmationCode ListWebAuthnCredentials`,
	"UserResourceUpdate": `AdminForgetDevice ForgetDevice ConfirmDevice AdminUpdateDeviceStatus UpdateDeviceStatus
		AdminUpdateAuthEventFeedback UpdateAuthEventFeedback AdminSetUserMFAPreference SetUserMFAPreference
		AdminSetUserSettings SetUserSettings AssociateSoftwareToken VerifySoftwareToken StartWebAuthnRegistration
		CompleteWebAuthnRegistration DeleteWebAuthnCredential`,
	"UserList":       `ListUsers ListUsersInGroup`,
	"UserPoolRead":   `DescribeUserPool ListUserPools`,
	"UserPoolUpdate": `CreateUserPool UpdateUserPool DeleteUserPool`,
	"UserPoolResourceRead": `DescribeIdentityProvider DescribeResourceServer DescribeUserImportJob
		DescribeUserPoolDomain DescribeRiskConfiguration DescribeManagedLoginBranding
		DescribeManagedLoginBrandingByClient DescribeTerms GetCSVHeader GetGroup GetIdentityProviderByIdentifier
		GetLogDeliveryConfiguration GetSigningCertificate GetUICustomization GetUserPoolMfaConfig ListGroups
		ListIdentityProviders ListResourceServers ListTagsForResource ListTerms ListUserImportJobs`,
	"UserPoolResourceUpdate": `AddCustomAttributes CreateGroup CreateIdentityProvider CreateManagedLoginBranding
		CreateResourceServer CreateTerms CreateUserImportJob CreateUserPoolDomain DeleteGroup DeleteIdentityProvider
		DeleteManagedLoginBranding DeleteResourceServer DeleteTerms DeleteUserPoolDomain SetLogDeliveryConfiguration
		SetRiskConfiguration SetUICustomization SetUserPoolMfaConfig StartUserImportJob StopUserImportJob TagResource
		UntagResource UpdateGroup UpdateIdentityProvider UpdateManagedLoginBranding UpdateResourceServer UpdateTerms
		UpdateUserPoolDomain`,
	"UserPoolClientRead": `ListUserPoolClients DescribeUserPoolClient ListUserPoolClientSecrets`,
	"UserPoolClientUpdate": `CreateUserPoolClient UpdateUserPoolClient DeleteUserPoolClient AddUserPoolClientSecret
		DeleteUserPoolClientSecret`,
})

func byOperation(operations map[string]string) map[string]string {
	of := map[string]string{}
	for category, names := range operations {
		for name := range strings.FieldsSeq(names) {
			of[name] = category
		}
	}
	return of
}

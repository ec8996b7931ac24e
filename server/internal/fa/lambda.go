package fa

// Lambda is a JavaScript function that FusionAuth calls at the point that the
// type names.
//
// Source: https://fusionauth.io/docs/apis/lambdas
type Lambda struct {
	Named
	Body       string `json:"body"` // kept to the byte
	Debug      bool   `json:"debug"`
	EngineType string `json:"engineType"`
	Type       string `json:"type"`
	Rest       Rest   `json:",embed"`
}

// LambdaTypes is every type that a lambda can have.
var LambdaTypes = []string{
	"AppleReconcile", "ClientCredentialsJWTPopulate", "EpicGamesReconcile", "ExternalJWTReconcile", "FacebookReconcile", "GoogleReconcile",
	"HYPRReconcile", "JWTPopulate", "LDAPConnectorReconcile", "LinkedInReconcile", "LoginValidation", "MFARequirement", "NintendoReconcile",
	"OpenIDReconcile", "SAMLv2Populate", "SAMLv2Reconcile", "SCIMServerGroupRequestConverter", "SCIMServerGroupResponseConverter",
	"SCIMServerUserRequestConverter", "SCIMServerUserResponseConverter", "SelfServiceRegistrationValidation", "SonyPSNReconcile",
	"SteamReconcile", "TwitchReconcile", "TwitterReconcile", "UserInfoPopulate", "XboxReconcile",
}

// ApplicationLambdaConfiguration is the lambdas of an application; those that we
// do not call are kept in Rest.
type ApplicationLambdaConfiguration struct {
	AccessTokenPopulateID               ID   `json:"accessTokenPopulateId,omitzero"`
	IDTokenPopulateID                   ID   `json:"idTokenPopulateId,omitzero"`
	MultiFactorRequirementID            ID   `json:"multiFactorRequirementId,omitzero"`
	SelfServiceRegistrationValidationID ID   `json:"selfServiceRegistrationValidationId,omitzero"`
	UserinfoPopulateID                  ID   `json:"userinfoPopulateId,omitzero"`
	Rest                                Rest `json:",embed"`
}

// TenantLambdaConfiguration is the lambdas of a tenant.
type TenantLambdaConfiguration struct {
	LoginValidationID        ID   `json:"loginValidationId,omitzero"`
	MultiFactorRequirementID ID   `json:"multiFactorRequirementId,omitzero"`
	Rest                     Rest `json:",embed"`
}

// ConnectorLambdaConfiguration is the lambda of an LDAP connector.
type ConnectorLambdaConfiguration struct {
	ReconcileID ID   `json:"reconcileId,omitzero"`
	Rest        Rest `json:",embed"`
}

// NewLambda returns a lambda with every default filled in.
func NewLambda() Lambda { return Lambda{EngineType: "GraalJS"} }

// Validate reports everything that FusionAuth would refuse.
func (l *Lambda) Validate() error {
	var errs Errors
	errs.Name(l.Name, "lambda.name")
	errs.Require(l.Body, "lambda.body")
	errs.OneOf(l.EngineType, "lambda.engineType", "GraalJS")
	errs.OneOf(l.Type, "lambda.type", LambdaTypes...)
	return errs.OrNil()
}

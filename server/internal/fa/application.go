package fa

import (
	"slices"
	"strings"
)

// Application is what users register for and sign in to. Its id is its OAuth
// client_id.
//
// Source: https://fusionauth.io/docs/apis/applications
type Application struct {
	AccessControlConfiguration       AccessControlConfiguration                 `json:"accessControlConfiguration,omitzero"`
	Active                           bool                                       `json:"active"`
	AuthenticationTokenConfiguration Enableable                                 `json:"authenticationTokenConfiguration"`
	BaseURL                          string                                     `json:"baseURL,omitzero"` // of the links in mails
	Data                             Data                                       `json:"data"`
	EmailConfiguration               ApplicationEmailConfiguration              `json:"emailConfiguration,omitzero"`
	FormConfiguration                ApplicationFormConfiguration               `json:"formConfiguration,omitzero"`
	ID                               ID                                         `json:"id,omitzero"`
	InsertInstant                    int64                                      `json:"insertInstant,omitzero"`
	ExternalIdentifierConfiguration  ApplicationExternalIdentifierConfiguration `json:"externalIdentifierConfiguration"`
	JWTConfiguration                 JWTConfiguration                           `json:"jwtConfiguration"`
	LambdaConfiguration              ApplicationLambdaConfiguration             `json:"lambdaConfiguration,omitzero"`
	LastUpdateInstant                int64                                      `json:"lastUpdateInstant,omitzero"`
	LoginConfiguration               LoginConfiguration                         `json:"loginConfiguration"`
	MultiFactorConfiguration         ApplicationMultiFactorConfiguration        `json:"multiFactorConfiguration"`
	Name                             string                                     `json:"name"`
	OAuthConfiguration               OAuthConfiguration                         `json:"oauthConfiguration"`
	PasswordlessConfiguration        PasswordlessConfiguration                  `json:"passwordlessConfiguration"`
	RegistrationConfiguration        RegistrationConfiguration                  `json:"registrationConfiguration"`
	Roles                            []Role                                     `json:"roles"`
	Scopes                           []Scope                                    `json:"scopes"`
	State                            string                                     `json:"state"`
	TenantID                         ID                                         `json:"tenantId,omitzero"`
	ThemeID                          ID                                         `json:"themeId,omitzero"`
	Unverified                       RegistrationUnverified                     `json:"unverified"`
	WebAuthnConfiguration            ApplicationWebAuthnConfiguration           `json:"webAuthnConfiguration"`
	VerificationEmailTemplateID      ID                                         `json:"verificationEmailTemplateId,omitzero"`
	VerificationStrategy             string                                     `json:"verificationStrategy,omitzero"` // ClickableLink or FormField
	VerifyRegistration               bool                                       `json:"verifyRegistration"`
	Rest                             Rest                                       `json:",embed"`
}

// ApplicationWebAuthnConfiguration says, if it is enabled, which workflows the
// application has of those that its tenant has.
type ApplicationWebAuthnConfiguration struct {
	BootstrapWorkflow        Enableable `json:"bootstrapWorkflow"`
	Enabled                  bool       `json:"enabled"`
	ReauthenticationWorkflow Enableable `json:"reauthenticationWorkflow"`
	Rest                     Rest       `json:",embed"`
}

// Allows tells whether the application lets passkeys be used in a workflow.
func (c *ApplicationWebAuthnConfiguration) Allows(workflow string) bool {
	switch {
	case !c.Enabled:
		return true
	case workflow == WorkflowBootstrap:
		return c.BootstrapWorkflow.Enabled
	case workflow == WorkflowReauthentication:
		return c.ReauthenticationWorkflow.Enabled
	}
	return true
}

// PasswordlessConfiguration is whether people may sign in with what is sent to
// them, and whether that is a link or a code to type.
type PasswordlessConfiguration struct {
	EmailLoginStrategy string `json:"emailLoginStrategy"`
	Enabled            bool   `json:"enabled"`
	PhoneLoginStrategy string `json:"phoneLoginStrategy"`
	Rest               Rest   `json:",embed"`
}

// Enableable is a settings group of which we only know whether it is on.
type Enableable struct {
	Enabled bool `json:"enabled"`
	Rest    Rest `json:",embed"`
}

// LoginConfiguration is how the Login API treats the application.
type LoginConfiguration struct {
	AllowTokenRefresh     bool `json:"allowTokenRefresh"`
	GenerateRefreshTokens bool `json:"generateRefreshTokens"`
	RequireAuthentication bool `json:"requireAuthentication"` // the Login API needs an API key
	Rest                  Rest `json:",embed"`
}

// RegistrationConfiguration is self-service registration.
type RegistrationConfiguration struct {
	BirthDate            Requirable `json:"birthDate,omitzero"`
	CompleteRegistration bool       `json:"completeRegistration,omitzero"` // who signs in fills in what is missing
	ConfirmPassword      bool       `json:"confirmPassword"`
	Enabled              bool       `json:"enabled"`
	FirstName            Requirable `json:"firstName,omitzero"`
	FormID               ID         `json:"formId,omitzero"` // of an advanced one
	FullName             Requirable `json:"fullName,omitzero"`
	LastName             Requirable `json:"lastName,omitzero"`
	LoginIDType          string     `json:"loginIdType"` // email, phoneNumber or username
	MiddleName           Requirable `json:"middleName,omitzero"`
	MobilePhone          Requirable `json:"mobilePhone,omitzero"`
	PreferredLanguages   Requirable `json:"preferredLanguages,omitzero"`
	Type                 string     `json:"type"` // basic or advanced
	Rest                 Rest       `json:",embed"`
}

// Requirable is a field that people may be asked for, and may have to fill in.
type Requirable struct {
	Enabled  bool `json:"enabled"`
	Required bool `json:"required"`
	Rest     Rest `json:",embed"`
}

// IsZero tells whether nothing has been said about the field.
func (r Requirable) IsZero() bool { return !r.Enabled && !r.Required && len(r.Rest) == 0 }

// Advanced tells whether people register in a form of the administrator's.
func (c *RegistrationConfiguration) Advanced() bool { return c.Type == "advanced" && c.FormID != "" }

// ApplicationFormConfiguration is the forms for people who change what the
// application knows of them.
type ApplicationFormConfiguration struct {
	SelfServiceFormConfiguration SelfServiceFormConfiguration `json:"selfServiceFormConfiguration,omitzero"`
	SelfServiceFormID            ID                           `json:"selfServiceFormId,omitzero"`
	Rest                         Rest                         `json:",embed"`
}

// IsZero tells whether there are no forms at all.
func (c ApplicationFormConfiguration) IsZero() bool {
	return c.SelfServiceFormID == "" && c.SelfServiceFormConfiguration.IsZero() && len(c.Rest) == 0
}

// SelfServiceFormConfiguration is what changing a password takes.
type SelfServiceFormConfiguration struct {
	RequireCurrentPasswordOnPasswordChange bool `json:"requireCurrentPasswordOnPasswordChange"`
	Rest                                   Rest `json:",embed"`
}

// IsZero tells whether nothing is asked for.
func (c SelfServiceFormConfiguration) IsZero() bool {
	return !c.RequireCurrentPasswordOnPasswordChange && len(c.Rest) == 0
}

// OAuthConfiguration is the application as an OAuth client.
type OAuthConfiguration struct {
	AuthorizedOriginURLs          []string            `json:"authorizedOriginURLs"`
	AuthorizedRedirectURLs        []string            `json:"authorizedRedirectURLs"`
	AuthorizedURLValidationPolicy string              `json:"authorizedURLValidationPolicy"`
	ClientAuthenticationPolicy    string              `json:"clientAuthenticationPolicy"`
	ClientID                      ID                  `json:"clientId,omitzero"`
	ClientSecret                  string              `json:"clientSecret,omitzero"`
	ConsentMode                   string              `json:"consentMode"` // matters for a ThirdParty
	Debug                         bool                `json:"debug"`
	DeviceVerificationURL         string              `json:"deviceVerificationURL,omitzero"`
	EnabledGrants                 []string            `json:"enabledGrants"`
	GenerateRefreshTokens         bool                `json:"generateRefreshTokens"`
	LogoutBehavior                string              `json:"logoutBehavior"`
	LogoutURL                     string              `json:"logoutURL,omitzero"`
	ProofKeyForCodeExchangePolicy string              `json:"proofKeyForCodeExchangePolicy"`
	ProvidedScopePolicy           ProvidedScopePolicy `json:"providedScopePolicy"`
	Relationship                  string              `json:"relationship"`                // FirstParty or ThirdParty
	RequireClientAuthentication   bool                `json:"requireClientAuthentication"` // deprecated; follows the policy
	RequireRegistration           bool                `json:"requireRegistration"`
	ScopeHandlingPolicy           string              `json:"scopeHandlingPolicy"`
	UnknownScopePolicy            string              `json:"unknownScopePolicy"`
	Rest                          Rest                `json:",embed"`
}

// The values of the client authentication and PKCE policies.
const (
	Required                       = "Required"
	NotRequired                    = "NotRequired"
	NotRequiredWhenUsingPKCE       = "NotRequiredWhenUsingPKCE"
	NotRequiredWhenUsingClientAuth = "NotRequiredWhenUsingClientAuthentication"
	GrantAuthorizationCode         = "authorization_code"
	GrantClientCredentials         = "client_credentials" // of entities
	GrantDeviceCode                = "urn:ietf:params:oauth:grant-type:device_code"
	GrantImplicit                  = "implicit"
	GrantPassword                  = "password"
	GrantRefreshToken              = "refresh_token"
	LogoutAllApplications          = "AllApplications"
	ScopesCompatibility            = "Compatibility" // tokens carry what they carried before there were scopes
	ExactMatch                     = "ExactMatch"
	AllowWildcards                 = "AllowWildcards"
)

// NewApplication returns an application with every default filled in.
func NewApplication() Application {
	return Application{
		Active:             true,
		Data:               Data{},
		JWTConfiguration:   newJWTConfiguration(),
		LoginConfiguration: LoginConfiguration{RequireAuthentication: true},
		OAuthConfiguration: OAuthConfiguration{
			AuthorizedOriginURLs:          []string{},
			AuthorizedRedirectURLs:        []string{},
			AuthorizedURLValidationPolicy: ExactMatch,
			ConsentMode:                   ConsentAlwaysPrompt,
			EnabledGrants:                 []string{},
			LogoutBehavior:                LogoutAllApplications,
			ProofKeyForCodeExchangePolicy: NotRequired,
			ProvidedScopePolicy:           newProvidedScopePolicy(),
			Relationship:                  FirstParty,
			RequireClientAuthentication:   true,
			ScopeHandlingPolicy:           "Strict",
			UnknownScopePolicy:            "Reject",
		},
		PasswordlessConfiguration: PasswordlessConfiguration{EmailLoginStrategy: VerifyByLink, PhoneLoginStrategy: VerifyByForm},
		RegistrationConfiguration: RegistrationConfiguration{LoginIDType: "email", Type: "basic"},
		Roles:                     []Role{},
		Scopes:                    []Scope{},
		State:                     StateActive,
		Unverified:                RegistrationUnverified{Behavior: BehaviorAllow},
	}
}

// Normalize brings the application into the form in which it is stored.
func (a *Application) Normalize() {
	a.Name = strings.TrimSpace(a.Name)
	a.Data.Normalize()
	a.OAuthConfiguration.ClientID = a.ID
	a.OAuthConfiguration.settleClientAuthentication()
	a.JWTConfiguration.RefreshTokenRevocationPolicy = nil // only tenants have one
	a.MultiFactorConfiguration.normalize()
	a.State = StateInactive
	if a.Active {
		a.State = StateActive
	}
	a.SortRoles()
}

// SortRoles puts the roles in the order in which FusionAuth returns them.
func (a *Application) SortRoles() {
	slices.SortFunc(a.Roles, func(x, y Role) int { return strings.Compare(x.Name, y.Name) })
}

// settleClientAuthentication keeps the policy and the boolean that it replaced
// in step; the policy wins.
func (c *OAuthConfiguration) settleClientAuthentication() {
	if c.ClientAuthenticationPolicy == "" {
		c.ClientAuthenticationPolicy = NotRequired
		if c.RequireClientAuthentication {
			c.ClientAuthenticationPolicy = Required
		}
	}
	c.RequireClientAuthentication = c.ClientAuthenticationPolicy == Required
}

// Validate reports everything that FusionAuth would refuse.
func (a *Application) Validate() error {
	var errs Errors
	errs.Name(a.Name, "application.name")
	a.OAuthConfiguration.validate(&errs, "application.oauthConfiguration")
	a.checkClientID(&errs)
	for _, s := range a.Scopes {
		s.validate(&errs, "application.scopes")
	}
	if a.JWTConfiguration.Enabled {
		a.JWTConfiguration.validate(&errs, "application.jwtConfiguration")
	}
	a.MultiFactorConfiguration.validate(&errs, "application.multiFactorConfiguration")
	seen := map[string]bool{}
	for _, role := range a.Roles {
		role.validate(&errs, "application.roles")
		if seen[role.Name] {
			errs.Field("application.roles", "duplicate", "The role [%s] is given twice.", role.Name)
		}
		seen[role.Name] = true
	}
	return errs.OrNil()
}

var knownGrants = []string{GrantAuthorizationCode, GrantImplicit, GrantPassword, GrantRefreshToken, GrantDeviceCode}

func (c *OAuthConfiguration) validate(errs *Errors, path string) {
	errs.OneOf(c.AuthorizedURLValidationPolicy, path+".authorizedURLValidationPolicy", ExactMatch, AllowWildcards)
	errs.OneOf(c.ClientAuthenticationPolicy, path+".clientAuthenticationPolicy", Required, NotRequired, NotRequiredWhenUsingPKCE)
	errs.OneOf(c.ProofKeyForCodeExchangePolicy, path+".proofKeyForCodeExchangePolicy", Required, NotRequired, NotRequiredWhenUsingClientAuth)
	errs.OneOf(c.LogoutBehavior, path+".logoutBehavior", LogoutAllApplications, "RedirectOnly")
	errs.OneOf(c.ConsentMode, path+".consentMode", ConsentAlwaysPrompt, ConsentRememberDecision, ConsentNeverPrompt)
	errs.OneOf(c.Relationship, path+".relationship", FirstParty, ThirdParty)
	errs.OneOf(c.ScopeHandlingPolicy, path+".scopeHandlingPolicy", "Strict", ScopesCompatibility)
	errs.OneOf(c.UnknownScopePolicy, path+".unknownScopePolicy", "Allow", "Reject", "Remove")
	for _, grant := range c.EnabledGrants {
		errs.OneOf(grant, path+".enabledGrants", knownGrants...)
	}
	if c.DeviceVerificationURL != "" && !isURI(c.DeviceVerificationURL) {
		errs.Field(path+".deviceVerificationURL", "invalid", "[%s] is not an absolute URL without a fragment.", c.DeviceVerificationURL)
	}
	for _, u := range c.AuthorizedRedirectURLs {
		if !isURI(strings.ReplaceAll(u, "*", "0")) { // a wildcard may stand where only a number parses
			errs.Field(path+".authorizedRedirectURLs", "invalid", "[%s] is not an absolute URL without a fragment.", u)
		}
	}
}

// Role is a role that registrations for the application can have.
type Role struct {
	Description       string `json:"description,omitzero"`
	ID                ID     `json:"id,omitzero"`
	InsertInstant     int64  `json:"insertInstant,omitzero"`
	IsDefault         bool   `json:"isDefault"`
	IsSuperRole       bool   `json:"isSuperRole"`
	LastUpdateInstant int64  `json:"lastUpdateInstant,omitzero"`
	Name              string `json:"name"`
	Rest              Rest   `json:",embed"`
}

// UnmarshalJSON accepts a plain string, the role's name, as FusionAuth does.
func (r *Role) UnmarshalJSON(data []byte) error {
	if len(data) > 0 && data[0] == '"' {
		*r = Role{}
		return decodeInto(data, &r.Name)
	}
	type plain Role
	return decodeInto(data, (*plain)(r))
}

// Validate reports what is wrong with a role that is sent on its own.
func (r *Role) Validate() error {
	var errs Errors
	r.validate(&errs, "role")
	return errs.OrNil()
}

func (r *Role) validate(errs *Errors, path string) {
	errs.Name(r.Name, path+".name")
}

// Role returns the role of that name.
func (a *Application) Role(name string) (*Role, bool) {
	i := slices.IndexFunc(a.Roles, func(r Role) bool { return r.Name == name })
	if i < 0 {
		return nil, false
	}
	return &a.Roles[i], true
}

// RolesFor settles the roles of a registration: those that were asked for, or
// the default ones when none were. Unknown names are reported at path.
func (a *Application) RolesFor(asked []string, path string, errs *Errors) []string {
	roles := []string{}
	for _, name := range asked {
		if _, ok := a.Role(name); !ok {
			errs.Field(path, "invalid", "The role [%s] does not exist in the application.", name)
		}
		if !slices.Contains(roles, name) {
			roles = append(roles, name)
		}
	}
	if len(asked) == 0 {
		for _, r := range a.Roles {
			if r.IsDefault {
				roles = append(roles, r.Name)
			}
		}
	}
	return roles
}

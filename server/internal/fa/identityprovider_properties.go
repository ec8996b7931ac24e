package fa

import "cmp"

// ProviderProperties are the properties of identity providers that some types
// have and others do not. Their names are those of the other side's protocol.
type ProviderProperties struct {
	APIMode                          string                     `json:"apiMode,omitzero"`
	AppID                            string                     `json:"appId,omitzero"`
	AssertionConfiguration           *AssertionConfiguration    `json:"assertionConfiguration,omitzero"`
	AssertionDecryptionConfiguration *AssertionDecryption       `json:"assertionDecryptionConfiguration,omitzero"`
	BundleID                         string                     `json:"bundleId,omitzero"`
	ButtonImageURL                   string                     `json:"buttonImageURL,omitzero"`
	ButtonText                       string                     `json:"buttonText,omitzero"`
	ClaimMap                         map[string]string          `json:"claimMap,omitempty"`
	ClientID                         string                     `json:"client_id,omitzero"`
	ClientSecret                     string                     `json:"client_secret,omitzero"`
	ConsumerKey                      string                     `json:"consumerKey,omitzero"`
	ConsumerSecret                   string                     `json:"consumerSecret,omitzero"`
	DefaultKeyID                     ID                         `json:"defaultKeyId,omitzero"`
	Domains                          []string                   `json:"domains,omitzero"`
	EmailClaim                       string                     `json:"emailClaim,omitzero"`
	Fields                           string                     `json:"fields,omitzero"`
	HeaderKeyParameter               string                     `json:"headerKeyParameter,omitzero"`
	IdPEndpoint                      string                     `json:"idpEndpoint,omitzero"`
	IdPInitiatedConfiguration        *IdPInitiatedConfiguration `json:"idpInitiatedConfiguration,omitzero"`
	Issuer                           string                     `json:"issuer,omitzero"`
	KeyID                            ID                         `json:"keyId,omitzero"`
	LoginHintConfiguration           *LoginHintConfiguration    `json:"loginHintConfiguration,omitzero"`
	LoginMethod                      string                     `json:"loginMethod,omitzero"`
	NameIDFormat                     string                     `json:"nameIdFormat,omitzero"`
	OAuth2                           *ProviderOAuth2            `json:"oauth2,omitzero"`
	Permissions                      string                     `json:"permissions,omitzero"`
	PostRequest                      *bool                      `json:"postRequest,omitzero"`
	Properties                       *GoogleProperties          `json:"properties,omitzero"`
	RelyingPartyApplicationID        string                     `json:"relyingPartyApplicationId,omitzero"`
	RelyingPartyURL                  string                     `json:"relyingPartyURL,omitzero"`
	RequestSigningKeyID              ID                         `json:"requestSigningKeyId,omitzero"`
	Scope                            string                     `json:"scope,omitzero"`
	ServicesID                       string                     `json:"servicesId,omitzero"`
	SignRequest                      *bool                      `json:"signRequest,omitzero"`
	TeamID                           string                     `json:"teamId,omitzero"`
	UniqueIDClaim                    string                     `json:"uniqueIdClaim,omitzero"`
	UniqueIdentityClaim              string                     `json:"uniqueIdentityClaim,omitzero"`
	UseNameIDForEmail                *bool                      `json:"useNameIdForEmail,omitzero"`
	UsernameClaim                    string                     `json:"usernameClaim,omitzero"`
	WebAPIKey                        string                     `json:"webAPIKey,omitzero"`
	XMLSignatureC14nMethod           string                     `json:"xmlSignatureC14nMethod,omitzero"`
}

// ProviderOAuth2 is FusionAuth as a client of an OAuth 2.0 or OpenID Connect
// server. With an issuer the endpoints come from its discovery document.
type ProviderOAuth2 struct {
	AuthorizationEndpoint      string `json:"authorization_endpoint,omitzero"`
	ClientAuthenticationMethod string `json:"clientAuthenticationMethod,omitzero"`
	ClientID                   string `json:"client_id,omitzero"`
	ClientSecret               string `json:"client_secret,omitzero"`
	EmailClaim                 string `json:"emailClaim,omitzero"`
	EmailVerifiedClaim         string `json:"emailVerifiedClaim,omitzero"`
	Issuer                     string `json:"issuer,omitzero"`
	Scope                      string `json:"scope,omitzero"`
	TokenEndpoint              string `json:"token_endpoint,omitzero"`
	UniqueIDClaim              string `json:"uniqueIdClaim,omitzero"`
	UserinfoEndpoint           string `json:"userinfo_endpoint,omitzero"`
	UsernameClaim              string `json:"usernameClaim,omitzero"`
	Rest                       Rest   `json:",embed"`
}

// override puts what an application has of its own in the place of what all
// have.
//
// Source: https://fusionauth.io/docs/apis/identity-providers/
func (p *ProviderProperties) override(theirs *ProviderProperties) {
	for own, its := range map[*string]string{
		&p.AppID: theirs.AppID, &p.BundleID: theirs.BundleID, &p.ButtonText: theirs.ButtonText, &p.ClientID: theirs.ClientID,
		&p.ClientSecret: theirs.ClientSecret, &p.Fields: theirs.Fields, &p.Permissions: theirs.Permissions, &p.Scope: theirs.Scope,
		&p.ServicesID: theirs.ServicesID, &p.TeamID: theirs.TeamID,
	} {
		*own = cmp.Or(its, *own)
	}
	p.KeyID = cmp.Or(theirs.KeyID, p.KeyID)
	if p.OAuth2 == nil || theirs.OAuth2 == nil {
		return
	}
	client := *p.OAuth2
	client.ClientID = cmp.Or(theirs.OAuth2.ClientID, client.ClientID)
	client.ClientSecret = cmp.Or(theirs.OAuth2.ClientSecret, client.ClientSecret)
	client.Scope = cmp.Or(theirs.OAuth2.Scope, client.Scope)
	p.OAuth2 = &client
}

// GoogleProperties configure Google's scripts, as lines of key=value.
type GoogleProperties struct {
	API    string `json:"api,omitzero"`
	Button string `json:"button,omitzero"`
	Rest   Rest   `json:",embed"`
}

// AssertionConfiguration says for whom SAML assertions may be meant.
type AssertionConfiguration struct {
	Destination AssertionDestination `json:"destination"`
	Rest        Rest                 `json:",embed"`
}

// AssertionDestination is a part of AssertionConfiguration.
type AssertionDestination struct {
	Alternates []string `json:"alternates"`
	Policy     string   `json:"policy"`
	Rest       Rest     `json:",embed"`
}

// AssertionDecryption says with which key SAML assertions are decrypted.
type AssertionDecryption struct {
	Enabled                     bool `json:"enabled"`
	KeyTransportDecryptionKeyID ID   `json:"keyTransportDecryptionKeyId,omitzero"`
	Rest                        Rest `json:",embed"`
}

// IdPInitiatedConfiguration lets a SAML provider begin the sign-in.
type IdPInitiatedConfiguration struct {
	Enabled bool   `json:"enabled"`
	Issuer  string `json:"issuer,omitzero"`
	Rest    Rest   `json:",embed"`
}

// LoginHintConfiguration tells a SAML provider who is about to sign in.
type LoginHintConfiguration struct {
	Enabled       bool   `json:"enabled"`
	ParameterName string `json:"parameterName,omitzero"`
	Rest          Rest   `json:",embed"`
}

func (p *ProviderProperties) validateProperties(errs *Errors) {
	const path = "identityProvider."
	if p.LoginMethod != "" {
		errs.OneOf(p.LoginMethod, path+"loginMethod", "UsePopup", "UseRedirect", "UseVendorJavaScript")
	}
	if p.APIMode != "" {
		errs.OneOf(p.APIMode, path+"apiMode", "Public", "Partner")
	}
	if o := p.OAuth2; o != nil {
		o.validate(errs, path+"oauth2.")
	}
	if a := p.AssertionConfiguration; a != nil {
		errs.OneOf(a.Destination.Policy, path+"assertionConfiguration.destination.policy", "Enabled", "Disabled", "AllowAlternates")
	}
	if d := p.AssertionDecryptionConfiguration; d != nil && d.Enabled {
		errs.Require(string(d.KeyTransportDecryptionKeyID), path+"assertionDecryptionConfiguration.keyTransportDecryptionKeyId")
	}
	if i := p.IdPInitiatedConfiguration; i != nil && i.Enabled {
		errs.Require(i.Issuer, path+"idpInitiatedConfiguration.issuer")
	}
	if p.SignRequest != nil && *p.SignRequest {
		errs.Require(string(p.RequestSigningKeyID), path+"requestSigningKeyId")
	}
}

func (o *ProviderOAuth2) validate(errs *Errors, path string) {
	if o.ClientAuthenticationMethod == "" { // not a client: ExternalJWT
		return
	}
	errs.OneOf(o.ClientAuthenticationMethod, path+"clientAuthenticationMethod", "client_secret_basic", "client_secret_post", "none")
	if o.ClientAuthenticationMethod != "none" {
		errs.Require(o.ClientSecret, path+"client_secret")
	}
	if o.Issuer == "" {
		errs.Endpoint(o.AuthorizationEndpoint, path+"authorization_endpoint", "https", "http")
		errs.Endpoint(o.TokenEndpoint, path+"token_endpoint", "https", "http")
		errs.Endpoint(o.UserinfoEndpoint, path+"userinfo_endpoint", "https", "http")
	}
}

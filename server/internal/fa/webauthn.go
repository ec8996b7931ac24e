package fa

// WebAuthnCredential is a passkey of a user.
//
// Source: https://fusionauth.io/docs/apis/webauthn
type WebAuthnCredential struct {
	Algorithm                             string   `json:"algorithm,omitzero"`
	AttestationType                       string   `json:"attestationType,omitzero"`
	AuthenticatorSupportsUserVerification bool     `json:"authenticatorSupportsUserVerification"`
	CredentialID                          string   `json:"credentialId"` // base64url
	Data                                  Data     `json:"data"`
	Discoverable                          bool     `json:"discoverable"`
	DisplayName                           string   `json:"displayName,omitzero"`
	ID                                    ID       `json:"id"`
	InsertInstant                         int64    `json:"insertInstant"`
	LastUseInstant                        int64    `json:"lastUseInstant,omitzero"`
	Name                                  string   `json:"name,omitzero"`
	PublicKey                             string   `json:"publicKey,omitzero"` // PEM
	RelyingPartyID                        string   `json:"relyingPartyId"`
	SignCount                             uint32   `json:"signCount"`
	TenantID                              ID       `json:"tenantId"`
	Transports                            []string `json:"transports"`
	UserAgent                             string   `json:"userAgent,omitzero"`
	UserID                                ID       `json:"userId"`
	Rest                                  Rest     `json:",embed"`
}

// NewWebAuthnCredential returns a passkey with every default filled in.
func NewWebAuthnCredential() WebAuthnCredential {
	return WebAuthnCredential{Data: Data{}, Transports: []string{}}
}

// WebAuthnConfiguration is whether and how a tenant's users have passkeys.
type WebAuthnConfiguration struct {
	BootstrapWorkflow        WebAuthnWorkflow `json:"bootstrapWorkflow"`
	Debug                    bool             `json:"debug"`
	Enabled                  bool             `json:"enabled"`
	ReauthenticationWorkflow WebAuthnWorkflow `json:"reauthenticationWorkflow"`
	RelyingPartyID           string           `json:"relyingPartyId,omitzero"` // empty: the host of the request
	RelyingPartyName         string           `json:"relyingPartyName,omitzero"`
	Rest                     Rest             `json:",embed"`
}

// WebAuthnWorkflow is one of the ways in which passkeys are used: by somebody
// unknown so far (bootstrap), or again on a device (reauthentication).
type WebAuthnWorkflow struct {
	AuthenticatorAttachmentPreference string `json:"authenticatorAttachmentPreference"` // any, platform or crossPlatform
	Enabled                           bool   `json:"enabled"`
	UserVerificationRequirement       string `json:"userVerificationRequirement"` // required, preferred or discouraged
	Rest                              Rest   `json:",embed"`
}

// The names of the workflows.
const (
	WorkflowBootstrap        = "bootstrap"
	WorkflowGeneral          = "general"
	WorkflowReauthentication = "reauthentication"
)

func newWebAuthnConfiguration() WebAuthnConfiguration {
	return WebAuthnConfiguration{
		BootstrapWorkflow:        WebAuthnWorkflow{AuthenticatorAttachmentPreference: "any", UserVerificationRequirement: "required"},
		ReauthenticationWorkflow: WebAuthnWorkflow{AuthenticatorAttachmentPreference: "platform", UserVerificationRequirement: "required"},
	}
}

// Workflow returns the settings of a workflow; general is the one for which
// there are none.
func (c *WebAuthnConfiguration) Workflow(name string) (w WebAuthnWorkflow, ok bool) {
	switch name {
	case WorkflowBootstrap:
		return c.BootstrapWorkflow, true
	case WorkflowReauthentication:
		return c.ReauthenticationWorkflow, true
	case WorkflowGeneral:
		return WebAuthnWorkflow{AuthenticatorAttachmentPreference: "any", UserVerificationRequirement: "required", Enabled: true}, true
	}
	return w, false
}

func (c *WebAuthnConfiguration) validate(errs *Errors, path string) {
	for name, w := range map[string]WebAuthnWorkflow{"bootstrapWorkflow": c.BootstrapWorkflow, "reauthenticationWorkflow": c.ReauthenticationWorkflow} {
		errs.OneOf(w.AuthenticatorAttachmentPreference, path+"."+name+".authenticatorAttachmentPreference", "any", "platform", "crossPlatform")
		errs.OneOf(w.UserVerificationRequirement, path+"."+name+".userVerificationRequirement", "required", "preferred", "discouraged")
	}
}

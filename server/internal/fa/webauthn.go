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

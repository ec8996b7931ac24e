package fa

// IdentityProviderLink says that a user of an identity provider is one of ours.
//
// Source: https://fusionauth.io/docs/apis/identity-providers/links
type IdentityProviderLink struct {
	Data                   Data   `json:"data"`
	DisplayName            string `json:"displayName,omitzero"`
	IdentityProviderID     ID     `json:"identityProviderId,omitzero"`
	IdentityProviderName   string `json:"identityProviderName,omitzero"`
	IdentityProviderType   string `json:"identityProviderType,omitzero"`
	IdentityProviderUserID string `json:"identityProviderUserId,omitzero"`
	InsertInstant          int64  `json:"insertInstant,omitzero"`
	LastLoginInstant       int64  `json:"lastLoginInstant,omitzero"`
	TenantID               ID     `json:"tenantId,omitzero"`
	Token                  string `json:"token,omitzero"` // the provider's
	UserID                 ID     `json:"userId,omitzero"`
	Rest                   Rest   `json:",embed"`
}

// NewIdentityProviderLink returns a link with every default filled in.
func NewIdentityProviderLink() IdentityProviderLink { return IdentityProviderLink{Data: Data{}} }

// Validate reports everything that FusionAuth would refuse.
func (l *IdentityProviderLink) Validate() error {
	var errs Errors
	errs.Require(string(l.IdentityProviderID), "identityProviderLink.identityProviderId")
	errs.Name(l.IdentityProviderUserID, "identityProviderLink.identityProviderUserId")
	errs.Require(string(l.UserID), "identityProviderLink.userId")
	errs.Short(l.DisplayName, "identityProviderLink.displayName")
	return errs.OrNil()
}

// LinkMatch names links: those that agree with every value that is given.
type LinkMatch struct {
	IdentityProviderID     ID
	IdentityProviderUserID string
	TenantID               ID
	UserID                 ID
}

// PendingLink is a user of an identity provider who is still to say who of ours
// they are.
type PendingLink struct {
	DisplayName            string                  `json:"displayName,omitzero"`
	Email                  string                  `json:"email,omitzero"`
	IdentityProviderID     ID                      `json:"identityProviderId"`
	IdentityProviderLinks  []*IdentityProviderLink `json:"identityProviderLinks,omitempty"`
	IdentityProviderName   string                  `json:"identityProviderName"`
	IdentityProviderType   string                  `json:"identityProviderType"`
	IdentityProviderUserID string                  `json:"identityProviderUserId"`
	User                   *User                   `json:"user,omitzero"`
	Username               string                  `json:"username,omitzero"`
}

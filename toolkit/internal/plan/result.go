package plan

// Result is one user, mapped.
type Result struct {
	User    User
	Links   []Link   // identity providers that the user signs in with
	Remarks []Remark // what a person should know about this user's mapping
	Fields  []Field  // every field of User with where it comes from
}

// Remark says that something of a user did not go across as it stood. Remarks
// may quote attributes: they are for explain and for reports in the
// workspace, never for a log.
type Remark struct {
	Target string `json:"target,omitempty"` // "birthDate", "data.plan"; "" is the whole user
	Source string `json:"source,omitempty"` // "birthdate", "custom:plan", "groups", "login id"
	Rule   string `json:"rule"`             // "default", "mapping.script", "mapping.rules[0]"
	Text   string `json:"text"`
}

// Field is one field of the FusionAuth user.
type Field struct {
	Target string `json:"target"`
	Value  any    `json:"value"`
	Source string `json:"source"` // as in Remark; "" for a constant
	Rule   string `json:"rule"`
}

// Link is one entry of the attribute identities.
type Link struct {
	ProviderName string `json:"providerName"`
	ProviderType string `json:"providerType"` // Google, Facebook, LoginWithAmazon, SignInWithApple, OIDC, SAML
	UserID       string `json:"userId"`
	Issuer       string `json:"issuer,omitempty"`
	Primary      bool   `json:"primary"`               // the provider made the profile
	DateCreated  int64  `json:"dateCreated,omitempty"` // milliseconds
}

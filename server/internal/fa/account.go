package fa

// Account is a user with what the API never shows: the hash of the password, and
// of those that it must not be again.
type Account struct {
	User
	Credential
	Previous []Credential // the newest first

	// Given are the consents that a new account comes with. They are stored with
	// it and never read with it.
	Given []*UserConsent

	// EndSessions is what a change of the account asks for: all refresh tokens go
	// in the same transaction.
	EndSessions bool
}

// Credential is a hashed password; the zero value is none.
type Credential struct {
	Scheme string `json:"scheme"`
	Factor int    `json:"factor"`
	Salt   string `json:"salt"` // as on the wire: base64 for most schemes
	Hash   string `json:"hash"`
}

package fa

// Account is a user with what the API never shows: the password's hash.
type Account struct {
	User
	Credential
}

// Credential is a hashed password; the zero value is none.
type Credential struct {
	Scheme string // FusionAuth's encryptionScheme
	Factor int
	Salt   string // as on the wire: base64 for most schemes
	Hash   string
}

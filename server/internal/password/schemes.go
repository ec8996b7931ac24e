package password

import (
	"crypto/md5"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/sha512"
)

// The highest factors take a core one to five seconds, a hundred times what any
// sensible configuration takes and still no way to occupy a server for long.
const (
	maxChain  = 10_000_000
	maxPBKDF2 = 5_000_000
)

// Schemes holds the schemes of FusionAuth's own list, by the names that its API
// has for them (https://fusionauth.io/docs/reference/password-hashes), and those
// of its collection of plugins, by the names that they are published under
// (https://github.com/FusionAuth/fusionauth-contrib). Treat it as a constant.
var Schemes = Registry{
	"salted-md5":                     chain(20_000, salted(md5.New)),
	"salted-sha256":                  chain(20_000, salted(sha256.New)),
	"salted-hmac-sha256":             {salts: base64Salts, hash: hmacSHA256},
	"salted-pbkdf2-hmac-sha256":      pbkdf2Scheme(24_000, sha256.New, 32),
	"salted-pbkdf2-hmac-sha256-512":  pbkdf2Scheme(24_000, sha256.New, 64),
	"salted-pbkdf2-hmac-sha512-512":  pbkdf2Scheme(24_000, sha512.New, 64),
	"bcrypt":                         bcryptScheme,
	"phpass-md5":                     phpassScheme(md5.New, 22),
	"phpass-sha512":                  phpassScheme(sha512.New, 43),
	"example-salted-sha512":          chain(1, salted(sha512.New)),
	"example-salt-appended-md5":      chain(1, saltAppended(md5.New)),
	"example-ldap-salted-sha512":     chain(1, saltAppended(sha512.New)),
	"example-custom-md5":             customMD5Scheme,
	"example-phpass-md5":             phpassScheme(md5.New, 22),
	"example-wordpress-phpass":       wordPressScheme,
	"example-Rfc2898DeriveBytes":     pbkdf2Scheme(1000, sha1.New, 32),
	"example-asp-identity-v2":        pbkdf2Scheme(1000, sha1.New, 32),
	"example-keycloak":               pbkdf2Scheme(10_000, sha256.New, 64),
	"example-salted-firebase-scrypt": sampleFirebase(),
	"example-salted-stytch-scrypt":   stytchScheme,
	"example-argon2id":               argon2idScheme,

	"example-salted-pbkdf2-hmac-sha1-10000": pbkdf2SHA1Scheme,
}

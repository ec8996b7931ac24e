package config

import (
	"time"

	"wherry/internal/secret"
)

// Connector is what all pools of one connector share: who may call it, and
// how often.
type Connector struct {
	// Where FusionAuth reaches the connector, such as https://connector.example.com/. wherry apply tells it to the target.
	URL string `yaml:"url"`
	// What the connector is called in the target.
	Name string `yaml:"name" jsonschema:"default=Cognito connector"`
	// What comes before / and /pools/NAME in its paths.
	BasePath string `yaml:"base_path"`
	// The header that carries the secret.
	Header string `yaml:"header" jsonschema:"default=Authorization"`

	// What FusionAuth sends in the header, at least 16 characters.
	Secret secret.String `yaml:"secret"`
	// A file that holds the secret. It is read again when it changes.
	SecretFile string `yaml:"secret_file"`
	// Where AWS keeps the secret, for the Lambda: the ARN of a secret in Secrets Manager, or ssm:/NAME.
	SecretRef string `yaml:"secret_ref"`
	// A second secret that is valid too, while one replaces the other.
	PreviousSecret secret.String `yaml:"previous_secret"`
	// A file that holds the second secret.
	PreviousSecretFile string `yaml:"previous_secret_file"`

	// Who may call, as addresses or CIDR blocks. Default: everybody who has the secret.
	Networks []string `yaml:"networks"`
	// Proxies whose X-Forwarded-For is believed.
	TrustedProxies []string `yaml:"trusted_proxies"`
	// Certificates. Default: plain HTTP, for behind a proxy.
	TLS TLS `yaml:"tls"`

	// How often one login id may be tried. Default: 10 attempts within 1m.
	PerLogin *Limit `yaml:"per_login"`
	// How many sign-ins there may be at all. Default: no limit.
	Overall *Limit `yaml:"overall"`
	// The largest request, in bytes.
	MaxBody int64 `yaml:"max_body" jsonschema:"default=65536"`

	// The key that login ids are hashed with in logs. Default: one derived from the secret.
	LogKey secret.String `yaml:"log_key"`
	// A file that holds the key.
	LogKeyFile string `yaml:"log_key_file"`
	// A file that gets one JSON line for every user turned away by something other than the password.
	TurnedAwayLog string `yaml:"turned_away_log"`
}

// TLS names PEM files. The certificate is read again when it changes.
type TLS struct {
	// The certificate and its chain.
	CertFile string `yaml:"cert_file"`
	// The certificate's private key.
	KeyFile string `yaml:"key_file"`
	// The authority whose client certificates are asked for and accepted.
	ClientCAFile string `yaml:"client_ca_file"`
}

// Limit is so many attempts within so much time. What was not used is saved
// up to that number and no further.
type Limit struct {
	// How many; 0 for no limit.
	Attempts int `yaml:"attempts"`
	// The time they are for.
	Within time.Duration `yaml:"within" jsonschema:"default=1m"`
}

package config

import (
	"fmt"
	"net/netip"
	"net/textproto"
	"net/url"
	"strings"

	"wherry/internal/secret"
)

const shortestSecret = 16

func (c *Connector) check(k checker) {
	c.checkSecrets(k)
	if u, err := url.Parse(c.URL); c.URL != "" && (err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http") {
		k.say("url", "want an address such as https://connector.example.com/")
	}
	k.secretFile("log_key", &c.LogKey, &c.LogKeyFile)
	if c.Header != "" && !validHeader(c.Header) {
		k.say("header", "want the name of an HTTP header, such as Authorization")
	}
	if c.BasePath != "" && (!strings.HasPrefix(c.BasePath, "/") || strings.HasSuffix(c.BasePath, "/")) {
		k.say("base_path", "want a path such as /connector: with a slash in front and none at the end")
	}
	notNegative(k, "max_body", c.MaxBody)
	networks(k, "networks", c.Networks)
	networks(k, "trusted_proxies", c.TrustedProxies)
	c.TLS.check(k.at("tls"))
	c.PerLogin.check(k.at("per_login"))
	c.Overall.check(k.at("overall"))
}

// checkSecrets only looks whether files are there: the connector reads them,
// again and again.
func (c *Connector) checkSecrets(k checker) {
	given := 0
	for _, s := range []string{c.Secret.Reveal(), c.SecretFile, c.SecretRef} {
		if s != "" {
			given++
		}
	}
	if given > 1 {
		k.say("secret", "give one of secret, secret_file and secret_ref")
	}
	if c.PreviousSecret != "" && c.PreviousSecretFile != "" {
		k.say("previous_secret", "give one of previous_secret and previous_secret_file")
	}
	for name, s := range map[string]secret.String{"secret": c.Secret, "previous_secret": c.PreviousSecret} {
		if s != "" && len(s) < shortestSecret {
			k.say(name, "it guards every password: use at least %d characters, such as from: openssl rand -hex 24", shortestSecret)
		}
	}
	k.readable("secret_file", c.SecretFile)
	k.readable("previous_secret_file", c.PreviousSecretFile)
	if c.SecretRef != "" && !awsName.MatchString(c.SecretRef) {
		k.say("secret_ref", "want the ARN of a secret in Secrets Manager, or ssm:/NAME")
	}
}

func validHeader(name string) bool {
	const extra = "!#$%&'*+-.^_`|~" // RFC 9110, section 5.6.2
	for _, r := range name {
		letter := r >= '0' && r <= '9' || r >= 'A' && r <= 'Z' || r >= 'a' && r <= 'z'
		if !letter && !strings.ContainsRune(extra, r) {
			return false
		}
	}
	return textproto.CanonicalMIMEHeaderKey(name) != "Host"
}

func networks(k checker, name string, list []string) {
	for i, n := range list {
		if _, err := ParseNetwork(n); err != nil {
			k.say(fmt.Sprintf("%s[%d]", name, i), "%s is neither an address nor a block such as 10.0.0.0/8", n)
		}
	}
}

// ParseNetwork reads an address or a CIDR block.
func ParseNetwork(s string) (netip.Prefix, error) {
	if addr, err := netip.ParseAddr(s); err == nil {
		addr = addr.Unmap()
		return netip.PrefixFrom(addr, addr.BitLen()), nil
	}
	p, err := netip.ParsePrefix(s)
	return p.Masked(), err
}

func (t *TLS) check(k checker) {
	k.readable("cert_file", t.CertFile)
	k.readable("key_file", t.KeyFile)
	k.readable("client_ca_file", t.ClientCAFile)
	if (t.CertFile == "") != (t.KeyFile == "") {
		k.say("cert_file", "give cert_file and key_file together")
	}
	if t.ClientCAFile != "" && t.CertFile == "" {
		k.say("client_ca_file", "client certificates need TLS: give cert_file and key_file")
	}
}

func (l *Limit) check(k checker) {
	if l == nil {
		return
	}
	notNegative(k, "attempts", l.Attempts)
	notNegative(k, "within", l.Within)
}

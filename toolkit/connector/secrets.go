package connector

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"net/netip"
	"strings"

	"wherry/internal/exit"
	"wherry/internal/secret"
	"wherry/toolkit/config"
	"wherry/toolkit/internal/guard"
)

// secretsOf are the header secrets that the program was given, or else those
// of the settings.
func secretsOf(c Config) (Secrets, error) {
	s := c.Settings.Connector
	switch {
	case c.Secrets != nil:
		return c.Secrets, nil
	case s.SecretRef != "":
		return nil, exit.With(exit.Usage, errors.New("connector.secret_ref: only the Lambda function reads secrets from AWS"),
			"use connector.secret or connector.secret_file")
	case s.Secret == "" && s.SecretFile == "":
		return nil, exit.With(exit.Usage, errors.New("connector.secret: the connector tells right passwords from wrong ones, so it needs a secret of FusionAuth's"),
			"set connector.secret: ${CONNECTOR_SECRET}, or connector.secret_file")
	}
	var fixed guard.Fixed
	for _, given := range []secret.String{s.Secret, s.PreviousSecret} {
		if given != "" {
			fixed = append(fixed, given)
		}
	}
	var files []string
	for _, name := range []string{s.SecretFile, s.PreviousSecretFile} {
		if name != "" {
			files = append(files, c.Settings.Path(name))
		}
	}
	return guard.Files(c.Log, fixed, files...)
}

// prefixes are networks that the settings' check has read before.
func prefixes(list []string) []netip.Prefix {
	var networks []netip.Prefix
	for _, s := range list {
		if p, err := config.ParseNetwork(s); err == nil {
			networks = append(networks, p)
		}
	}
	return networks
}

// namer gives login ids the names under which logs and limits know them: the
// same for every spelling of a login id, and of no use to whoever lacks the
// key.
type namer struct {
	key     []byte
	lasting bool // another connector with the same settings gives the same names
}

// newNamer takes its key from the settings, or derives it from the header
// secret, so that several connectors with the same secret agree.
func newNamer(key secret.String, header []secret.String) namer {
	switch {
	case key != "":
		return namer{[]byte(key.Reveal()), true}
	case len(header) > 0:
		mac := hmac.New(sha256.New, []byte(header[0].Reveal()))
		mac.Write([]byte("login ids in logs"))
		return namer{mac.Sum(nil), true}
	default:
		return namer{[]byte(rand.Text()), false}
	}
}

func (n namer) hash(pool, login string) guard.Key {
	mac := hmac.New(sha256.New, n.key)
	mac.Write([]byte(pool + "\x00" + strings.ToLower(strings.TrimSpace(login))))
	return guard.Key(mac.Sum(nil)[:16])
}

func (n namer) name(pool, login string) string {
	hash := n.hash(pool, login)
	return hex.EncodeToString(hash[:])
}

package keys

import (
	"encoding/json"
	"errors"
	"fmt"

	"github.com/go-jose/go-jose/v4"
)

// Signer signs tokens with one key.
type Signer struct {
	kid       string
	algorithm Algorithm
	key       jose.SigningKey
}

// Signer returns what signs with the key, which needs its private part.
func (k Key) Signer() (*Signer, error) {
	t := algorithms[k.Algorithm]
	s := &Signer{kid: k.Kid, algorithm: k.Algorithm, key: jose.SigningKey{Algorithm: t.alg}}
	switch {
	case t.kind == HMAC && k.Secret != "":
		s.key.Key = []byte(k.Secret.Reveal())
		return s, nil
	case t.kind == HMAC || k.PrivateKey == "":
		return nil, fmt.Errorf("key %s cannot sign: its private part is not here", k.Kid)
	}
	private, err := parsePrivate(k.PrivateKey)
	if err != nil {
		return nil, fmt.Errorf("key %s cannot sign: %w", k.Kid, err)
	}
	s.key.Key = private
	return s, nil
}

// Sign returns the claims as a JWT in compact form. Its header has alg, kid and
// typ JWT, and what extra says: gty for one, or another typ.
func (s *Signer) Sign(claims any, extra map[string]any) (string, error) {
	payload, err := json.Marshal(claims)
	if err != nil {
		return "", fmt.Errorf("write the claims: %w", err)
	}
	options := new(jose.SignerOptions).WithType("JWT")
	for name, value := range extra {
		if name == "alg" || name == "crit" || name == "b64" {
			return "", errors.New("the header " + name + " is not the caller's to set")
		}
		options.WithHeader(jose.HeaderKey(name), value)
	}
	signer, err := jose.NewSigner(s.key, options.WithHeader("kid", s.kid))
	if err != nil {
		return "", fmt.Errorf("sign with key %s: %w", s.kid, err)
	}
	signed, err := signer.Sign(payload)
	if err != nil {
		return "", fmt.Errorf("sign with key %s: %w", s.kid, err)
	}
	return signed.CompactSerialize()
}

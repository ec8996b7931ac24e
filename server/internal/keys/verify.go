package keys

import (
	"errors"
	"fmt"

	"github.com/go-jose/go-jose/v4"
)

// ErrToken says that a token is none, or that its signature is not of the key it
// names. What exactly is wrong is nobody's business who might have forged it.
var ErrToken = errors.New("the token is not valid")

// Verifier checks the signatures of one key.
type Verifier struct {
	algorithm Algorithm
	key       any
}

// Verifier returns what checks signatures of the key: its public part, or the
// secret.
func (k Key) Verifier() (*Verifier, error) {
	if algorithms[k.Algorithm].kind == HMAC {
		if k.Secret == "" {
			return nil, fmt.Errorf("key %s cannot verify: its secret is not here", k.Kid)
		}
		return &Verifier{k.Algorithm, []byte(k.Secret.Reveal())}, nil
	}
	public, err := parsePublic(k.PublicKey)
	if err == nil && public == nil {
		err = errors.New("its public part is not here")
	}
	if err != nil {
		return nil, fmt.Errorf("key %s cannot verify: %w", k.Kid, err)
	}
	return &Verifier{k.Algorithm, public}, nil
}

// Token is a token whose signature is good. What its claims say is still to be
// checked.
type Token struct {
	Algorithm Algorithm
	Kid       string
	Header    map[string]any // what else the header says: typ, gty
	Claims    []byte         // JSON, if the signer wrote JSON
}

// Verify checks the signature of a token in compact form, by the key that find
// has for the token's kid, which may be empty. The algorithm must be among those
// allowed and be that of the key: the token has no say in it. An error of find
// comes back wrapped, so for a kid that is unknown it returns ErrToken, and for
// a store that is down something else. Everything else is ErrToken.
func Verify(token string, find func(kid string) (*Verifier, error), allowed ...Algorithm) (*Token, error) {
	return VerifyBy(token, "kid", find, allowed...)
}

// VerifyBy is Verify for tokens whose key is named by another parameter of the
// header, such as x5t.
func VerifyBy(token, parameter string, find func(name string) (*Verifier, error), allowed ...Algorithm) (*Token, error) {
	parsed, err := jose.ParseSignedCompact(token, names(allowed))
	if err != nil {
		return nil, ErrToken
	}
	header := parsed.Signatures[0].Protected
	name := header.KeyID
	if parameter != "kid" {
		name, _ = header.ExtraHeaders[jose.HeaderKey(parameter)].(string)
	}
	v, err := find(name)
	if err != nil {
		return nil, fmt.Errorf("find the key of a token: %w", err)
	}
	if v.algorithm.JWA() != header.Algorithm {
		return nil, ErrToken
	}
	claims, err := parsed.Verify(v.key)
	if err != nil {
		return nil, ErrToken
	}
	verified := &Token{Algorithm: v.algorithm, Kid: header.KeyID, Header: map[string]any{}, Claims: claims}
	for name, value := range header.ExtraHeaders {
		verified.Header[string(name)] = value
	}
	return verified, nil
}

func names(algorithms []Algorithm) []jose.SignatureAlgorithm {
	names := make([]jose.SignatureAlgorithm, len(algorithms))
	for i, a := range algorithms {
		names[i] = jose.SignatureAlgorithm(a.JWA())
	}
	return names
}

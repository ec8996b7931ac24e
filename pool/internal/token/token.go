package token

import (
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/go-jose/go-jose/v4"
)

// ErrInvalid is a token that this mint did not make.
var ErrInvalid = errors.New("not a token of this pool")

// Access signs an access token.
func (m *Mint) Access(g *Grant) (string, error) { return sign(m.accessSigner, m.accessClaims(g)) }

// ID signs an ID token.
func (m *Mint) ID(g *Grant) (string, error) { return sign(m.idSigner, m.idClaims(g)) }

func sign(s jose.Signer, claims map[string]any) (string, error) {
	payload, err := json.Marshal(claims)
	if err != nil {
		return "", fmt.Errorf("encode claims: %w", err)
	}
	signed, err := s.Sign(payload)
	if err != nil {
		return "", fmt.Errorf("sign a token: %w", err)
	}
	return signed.CompactSerialize()
}

// Claims is what the pool wants to know of an access token that it gets back.
type Claims struct {
	Sub      string `json:"sub"`
	ClientID string `json:"client_id"`
	Username string `json:"username"`
	Use      string `json:"token_use"`
	Event    string `json:"event_id"`
	Expires  int64  `json:"exp"`
	SignedIn int64  `json:"auth_time"`
	Session  uint64 `json:"-"`
}

// Peek reads the claims of a token without believing them.
func Peek(token string) (Claims, error) {
	var c Claims
	signed, err := jose.ParseSignedCompact(token, []jose.SignatureAlgorithm{jose.RS256})
	if err != nil {
		return c, ErrInvalid
	}
	if json.Unmarshal(signed.UnsafePayloadWithoutVerification(), &c) != nil {
		return c, ErrInvalid
	}
	return c, nil
}

// Verify checks the signature of an access token, and reads it. Whether it has
// expired or was revoked is for the caller to ask.
func (m *Mint) Verify(token string) (Claims, error) {
	var c Claims
	signed, err := jose.ParseSignedCompact(token, []jose.SignatureAlgorithm{jose.RS256})
	if err != nil {
		return c, ErrInvalid
	}
	payload, err := signed.Verify(&m.accessKey.public)
	if err != nil || json.Unmarshal(payload, &c) != nil || c.Use != "access" {
		return c, ErrInvalid
	}
	if c.Session, err = m.session(c.Event); err != nil {
		return c, ErrInvalid
	}
	return c, nil
}

// Refresh is what a refresh token says inside. Nobody but the mint can read it.
type Refresh struct {
	ClientID string `json:"client_id"`
	Sub      string `json:"sub"`
	Session  uint64 `json:"session"`
	SignedIn int64  `json:"auth_time"`
	Expires  int64  `json:"exp"` // epoch milliseconds
	Number   int    `json:"number,omitempty"`
}

// Seal makes a refresh token.
func (m *Mint) Seal(r Refresh) (string, error) {
	payload, err := json.Marshal(r)
	if err != nil {
		return "", fmt.Errorf("encode a refresh token: %w", err)
	}
	sealed, err := m.sealer.Encrypt(payload)
	if err != nil {
		return "", fmt.Errorf("seal a refresh token: %w", err)
	}
	return sealed.CompactSerialize()
}

// Open reads a refresh token.
func (m *Mint) Open(token string) (Refresh, error) {
	var r Refresh
	sealed, err := jose.ParseEncryptedCompact(token, []jose.KeyAlgorithm{jose.DIRECT}, []jose.ContentEncryption{jose.A256GCM})
	if err != nil {
		return r, ErrInvalid
	}
	payload, err := sealed.Decrypt(m.sealKey)
	if err != nil || json.Unmarshal(payload, &r) != nil {
		return r, ErrInvalid
	}
	return r, nil
}

// Expired tells whether a token with this exp has had its time.
func (c *Claims) Expired(now time.Time) bool { return now.Unix() >= c.Expires }

package srp

import (
	"crypto/cipher"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"math/big"
	"strings"
	"time"
)

// What a client can do wrong. Only ErrClaim says anything about the password.
var (
	ErrA         = errors.New("SRP_A is not usable")
	ErrBlock     = errors.New("SECRET_BLOCK is not ours, has expired or belongs to another sign-in")
	ErrTimestamp = errors.New("TIMESTAMP cannot be read")
	ErrClaim     = errors.New("PASSWORD_CLAIM_SIGNATURE is wrong")
)

// Server answers USER_SRP_AUTH.
type Server struct {
	key  [32]byte // seals SECRET_BLOCK and makes up verifiers
	aead cipher.AEAD
	now  func() time.Time
	rand io.Reader
}

// New makes a server. Servers with the same key understand each other's
// challenges. The servers' secret numbers are drawn from rand.
func New(key [32]byte, now func() time.Time, rand io.Reader) *Server {
	return &Server{key, newAEAD(key), now, rand}
}

// Login says who signs in where. A challenge answers for this one only.
type Login struct {
	Pool   string // the part of the pool id after "_"
	Client string // the app client's id
	User   string // the real username, USER_ID_FOR_SRP
}

// Challenge is what PASSWORD_VERIFIER shows the client, besides its names.
type Challenge struct {
	Salt        string // hexadecimal
	B           string // hexadecimal
	SecretBlock string // Base64
}

// Answer is the client's answer, as sent.
type Answer struct {
	SecretBlock string // PASSWORD_CLAIM_SECRET_BLOCK
	Signature   string // PASSWORD_CLAIM_SIGNATURE
	Timestamp   string // TIMESTAMP
}

// Challenge answers srpA, a client's SRP_A. The answer to it is accepted before
// expiry. The only error of a client is ErrA.
func (s *Server) Challenge(l Login, v Verifier, srpA string, expiry time.Time) (Challenge, error) {
	A, err := parseA(srpA)
	if err != nil {
		return Challenge{}, err
	}
	secret := make([]byte, 32)
	if _, err := io.ReadFull(s.rand, secret); err != nil {
		return Challenge{}, fmt.Errorf("draw the server's secret: %w", err)
	}
	sealed, err := s.seal(l, block{Expiry: expiry.UnixMilli(), A: A.Bytes(), B: secret})
	if err != nil {
		return Challenge{}, err
	}
	return Challenge{
		Salt:        v.Salt.Text(16),
		B:           v.public(number(secret)).Text(16),
		SecretBlock: base64.StdEncoding.EncodeToString(sealed),
	}, nil
}

// Check tells whether the answer proves the password behind v. Its errors are
// ErrBlock, ErrTimestamp and ErrClaim.
func (s *Server) Check(l Login, v Verifier, a Answer) error {
	sealed, err := base64.StdEncoding.DecodeString(a.SecretBlock)
	if err != nil {
		return ErrBlock
	}
	b, err := s.open(l, sealed)
	if err != nil {
		return err
	}
	timestamp, err := canonical(a.Timestamp)
	if err != nil {
		return err
	}
	claim, err := base64.StdEncoding.DecodeString(a.Signature)
	if err != nil {
		return ErrClaim
	}
	key := v.key(number(b.A), number(b.B))
	if !hmac.Equal(claim, signature(key, l.Pool, l.User, sealed, timestamp)) {
		return ErrClaim
	}
	return nil
}

// Simulate makes up the verifier of a user who does not exist: always the same
// one, so that asking twice gives nothing away, and with no known password.
func (s *Server) Simulate(pool, user string) Verifier {
	h := hmac.New(sha256.New, s.key[:])
	h.Write([]byte("simulated\x00" + pool + "\x00" + user))
	sum := h.Sum(nil)
	return NewVerifier(pool, user, string(sum[16:]), sum[:16])
}

// parseA refuses what would let a client choose the key (RFC 5054 section
// 2.5.4), and numbers longer than the group's, which only cost time.
func parseA(text string) (*big.Int, error) {
	if len(text) > len(prime)+2 || strings.ContainsAny(text, "+-_") {
		return nil, ErrA
	}
	A, ok := new(big.Int).SetString(text, 16)
	if !ok || new(big.Int).Mod(A, groupN).Sign() == 0 {
		return nil, ErrA
	}
	return A, nil
}

const layout = "Mon Jan 2 15:04:05 UTC 2006"

// canonical reads a TIMESTAMP and writes it again. The signature is checked over
// what it writes, as Cognito does: a padded day or a wrong weekday is thereby a
// wrong password.
func canonical(timestamp string) (string, error) {
	t, err := time.Parse("Mon Jan 2 15:04:05 MST 2006", timestamp)
	if err != nil {
		return "", ErrTimestamp
	}
	return t.UTC().Format(layout), nil
}

package gen

import (
	"strings"

	"wherry/pool/internal/model"
)

// Pool is a user pool whose users are computed. It is a model.Population. The
// pool allows aliases and tells Jane from jane.
type Pool struct {
	ID       string // groups of SAML and OIDC providers are named after it
	ClientID string // of the one app client

	size  uint64
	seed  uint64
	perms [traits]permutation
}

var _ model.Population = (*Pool)(nil)

// New makes a pool with ids of its own, which may be replaced before use. Up to
// four billion users are possible. Its cost does not depend on count.
func New(count int, seed uint64) *Pool {
	p := &Pool{size: uint64(count), seed: scramble(seed + golden)}
	p.ID = "us-east-1_" + letters(p.seed, "pool", anyCase, 9)
	p.ClientID = letters(p.seed, "client", lower, 26)
	if count > 0 {
		for t := range p.perms {
			p.perms[t] = newPermutation(count, scramble(p.seed+uint64(t)))
		}
	}
	return p
}

const (
	lower    = "0123456789abcdefghijklmnopqrstuvwxyz"
	anyCase  = lower + "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
	base32   = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
	hexDigit = "0123456789abcdef"
)

// letters makes up n letters of an alphabet.
func letters(seed uint64, salt, alphabet string, n int) string {
	b := make([]byte, n)
	for i := range b {
		seed = digest(seed, salt)
		b[i] = alphabet[seed%uint64(len(alphabet))]
	}
	return string(b)
}

// digest is a number that follows from a seed and a purpose (FNV-1a, stirred).
func digest(seed uint64, salt string) uint64 {
	h := seed ^ 0xcbf29ce484222325
	for i := range len(salt) {
		h = (h ^ uint64(salt[i])) * 0x100000001b3
	}
	return scramble(h)
}

// Len implements model.Population.
func (p *Pool) Len() int { return int(p.size) }

// person is one user while being computed.
type person struct {
	*Pool
	n     uint64
	seed  uint64 // of this user
	ranks [traits]uint64
	rows  [traits]string
}

func (p *Pool) person(n uint64) *person {
	who := &person{Pool: p, n: n, seed: p.userSeed(n)}
	for t := range mix {
		who.ranks[t] = p.perms[t].at(n)
		who.rows[t] = mix[t].row(who.ranks[t], p.size)
	}
	who.settle()
	return who
}

func (p *Pool) userSeed(n uint64) uint64 { return scramble(p.seed ^ n*golden) }

// settle makes the rows fit each other: who never signed in with a password of
// their own has no second factor, a factor by SMS needs a number, one by e-mail
// a verified address.
func (p *person) settle() {
	never := !p.hasPassword() || strings.HasPrefix(p.rows[profile], "temporary") || p.rows[profile] == "unconfirmed"
	if never || p.rows[mfa] == "e-mail" && !p.emailVerified() {
		p.rows[mfa] = "none"
	}
	switch {
	case p.rows[mfa] == "SMS, number unverified":
		p.rows[phone] = "unverified"
	case strings.Contains(p.rows[mfa], "SMS"):
		p.rows[phone] = "verified"
	}
}

// hasPassword tells whether the user ever got one.
func (p *person) hasPassword() bool {
	switch p.rows[profile] {
	case "federated", "federated, several identities", "confirmed, without password", "archived", "unknown":
		return false
	default:
		return true
	}
}

// chance is a number for a purpose, the same each time.
func (p *person) chance(salt string) uint64 { return digest(p.seed, salt) }

func pick[T any](p *person, salt string, from []T) T {
	return from[p.chance(salt)%uint64(len(from))]
}

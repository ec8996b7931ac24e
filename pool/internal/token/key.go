package token

import (
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"math/big"
	"math/rand/v2"

	"github.com/go-jose/go-jose/v4"
)

const (
	keyBytes = 256 // RSA 2048
	primes   = 8   // see Key
	exponent = 65537
)

// Key is an RSA key of 2048 bits. It is the product of eight primes instead
// of two (RFC 8017, section 3.2), which nobody can tell who knows the public
// half; a signature takes a fifth of the time, and the key itself no time at
// all. It is made from a seed, so that tokens outlive a restart of the pool.
// Nothing here resists somebody who watches the clock or has the seed: it is
// a key for made-up users.
type Key struct {
	public  rsa.PublicKey
	kid     string
	factors [primes]factor
}

// factor is one prime with what signing needs of it.
type factor struct {
	prime, exponent *big.Int // exponent: the private one, modulo prime-1
	weight          *big.Int // 1 modulo this prime, 0 modulo the others
}

// NewKey makes the key that belongs to a seed.
func NewKey(seed string) *Key {
	random := rand.NewChaCha8(sha256.Sum256([]byte(seed)))
	k := &Key{public: rsa.PublicKey{N: big.NewInt(1), E: exponent}}
	for i := range k.factors {
		k.factors[i].prime, k.factors[i].exponent = prime(random)
		k.public.N.Mul(k.public.N, k.factors[i].prime)
	}
	for i := range k.factors {
		f := &k.factors[i]
		others := new(big.Int).Div(k.public.N, f.prime)
		f.weight = new(big.Int).Mul(others, new(big.Int).ModInverse(others, f.prime))
	}
	digest := sha256.Sum256(k.public.N.Bytes())
	k.kid = base64.StdEncoding.EncodeToString(digest[:])
	return k
}

// prime finds the next prime, and the private exponent for it. Its upper four
// bits are set, so that the product of eight has exactly 2048 bits.
func prime(random *rand.ChaCha8) (p, d *big.Int) {
	b := make([]byte, keyBytes/primes)
	for {
		_, _ = random.Read(b) // never fails
		b[0] |= 0xf0
		b[len(b)-1] |= 1
		p = new(big.Int).SetBytes(b)
		if !p.ProbablyPrime(0) { // Baillie-PSW: no exception is known
			continue
		}
		less := new(big.Int).Sub(p, big.NewInt(1))
		if d = new(big.Int).ModInverse(big.NewInt(exponent), less); d != nil {
			return p, d
		}
	}
}

// power raises m to the private exponent: one small power for each prime, put
// together by the Chinese remainder theorem.
func (k *Key) power(m *big.Int) *big.Int {
	sum, t := new(big.Int), new(big.Int)
	for i := range k.factors {
		f := &k.factors[i]
		t.Exp(t.Mod(m, f.prime), f.exponent, f.prime)
		sum.Add(sum, t.Mul(t, f.weight))
	}
	return sum.Mod(sum, k.public.N)
}

// digestInfo begins what RS256 signs (RFC 8017, section 9.2, note 1).
var digestInfo = []byte{0x30, 0x31, 0x30, 0x0d, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01, 0x05, 0x00, 0x04, 0x20}

// SignPayload signs by RSASSA-PKCS1-v1_5 with SHA-256. It makes Key a
// jose.OpaqueSigner, with Public and Algs.
func (k *Key) SignPayload(payload []byte, alg jose.SignatureAlgorithm) ([]byte, error) {
	if alg != jose.RS256 {
		return nil, errors.New("token: this key signs by RS256 only")
	}
	hash := sha256.Sum256(payload)
	m := make([]byte, 0, keyBytes)
	m = append(m, 0x00, 0x01)
	for range keyBytes - 3 - len(digestInfo) - len(hash) {
		m = append(m, 0xff)
	}
	m = append(m, 0x00)
	m = append(append(m, digestInfo...), hash[:]...)
	return k.power(new(big.Int).SetBytes(m)).FillBytes(make([]byte, keyBytes)), nil
}

// Public is the key as jwks.json shows it.
func (k *Key) Public() *jose.JSONWebKey {
	return &jose.JSONWebKey{Key: &k.public, KeyID: k.kid, Algorithm: string(jose.RS256), Use: "sig"}
}

// Algs lists the one algorithm that the key signs by.
func (k *Key) Algs() []jose.SignatureAlgorithm { return []jose.SignatureAlgorithm{jose.RS256} }

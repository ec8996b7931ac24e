// Package srp is the server's half of USER_SRP_AUTH, Cognito's dialect of SRP-6a
// (RFC 5054): the 3072-bit group of RFC 3526, SHA-256, numbers padded as
// two's complement, and a key drawn out by HKDF under a name of its own.
//
// A sign-in is one Challenge and one Check. What the server must remember in
// between travels sealed in the SECRET_BLOCK, so nothing is stored.
package srp

import (
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/sha256"
	"math/big"
)

const prime = "FFFFFFFFFFFFFFFFC90FDAA22168C234C4C6628B80DC1CD129024E088A67CC74" +
	"020BBEA63B139B22514A08798E3404DDEF9519B3CD3A431B302B0A6DF25F1437" +
	"4FE1356D6D51C245E485B576625E7EC6F44C42E9A637ED6B0BFF5CB6F406B7ED" +
	"EE386BFB5A899FA5AE9F24117C4B1FE649286651ECE45B3DC2007CB8A163BF05" +
	"98DA48361C55D39A69163FA8FD24CF5F83655D23DCA3AD961C62F356208552BB" +
	"9ED529077096966D670C354E4ABC9804F1746C08CA18217C32905E462E36CE3B" +
	"E39E772C180E86039B2783A2EC07A28FB5C55DF06F4C52C9DE2BCBF695581718" +
	"3995497CEA956AE515D2261898FA051015728E5A8AAAC42DAD33170D04507A33" +
	"A85521ABDF1CBA64ECFB850458DBEF0A8AEA71575D060C7DB3970F85A6E1E4C7" +
	"ABF5AE8CDB0933D71E8C94E04A25619DCEE3D2261AD2EE6BF12FFA06D98A0864" +
	"D87602733EC86A64521F2B18177B200CBBE117577A615D6C770988C0BAD946E2" +
	"08E24FA074E5AB3143DB5BFCE0FD108E4B82D120A93AD2CAFFFFFFFFFFFFFFFF"

// The group: RFC 3526 section 5, and SRP-6a's multiplier k = H(PAD(N) | PAD(g)).
var (
	groupN = fromHex(prime)
	groupG = big.NewInt(2)
	groupK = number(hash(pad(groupN), pad(groupG)))
)

// Verifier is what a server keeps of a password.
type Verifier struct {
	Salt *big.Int
	V    *big.Int // g^x mod N
}

// NewVerifier makes the verifier of a user's password. Pool is the part of the
// pool id after "_", user the real username, which clients are told as
// USER_ID_FOR_SRP.
func NewVerifier(pool, user, password string, salt []byte) Verifier {
	s := number(salt)
	x := number(hash(pad(s), hash([]byte(pool+user+":"+password))))
	return Verifier{Salt: s, V: new(big.Int).Exp(groupG, x, groupN)}
}

// public returns B for the server's secret b.
func (v Verifier) public(b *big.Int) *big.Int {
	B := new(big.Int).Mul(groupK, v.V)
	B.Add(B, new(big.Int).Exp(groupG, b, groupN))
	return B.Mod(B, groupN)
}

// key returns what both sides agree on when the client knows the password.
func (v Verifier) key(A, b *big.Int) []byte {
	u := scramble(A, v.public(b))
	S := new(big.Int).Exp(v.V, u, groupN)
	S.Mul(S, A).Exp(S, b, groupN)
	return derive(u, S)
}

func scramble(A, B *big.Int) *big.Int { return number(hash(pad(A), pad(B))) }

// derive cannot fail: HKDF gives far more than 16 bytes.
func derive(u, S *big.Int) []byte {
	key, _ := hkdf.Key(sha256.New, pad(S), pad(u), "Caldera Derived Key", 16)
	return key
}

// signature is PASSWORD_CLAIM_SIGNATURE before Base64.
func signature(key []byte, pool, user string, block []byte, timestamp string) []byte {
	h := hmac.New(sha256.New, key)
	h.Write([]byte(pool + user))
	h.Write(block)
	h.Write([]byte(timestamp))
	return h.Sum(nil)
}

// pad writes n as Java's BigInteger.toByteArray does, not at the group's width.
func pad(n *big.Int) []byte {
	b := n.Bytes()
	if len(b) == 0 || b[0] >= 0x80 {
		b = append([]byte{0}, b...)
	}
	return b
}

func number(b []byte) *big.Int { return new(big.Int).SetBytes(b) }

func fromHex(digits string) *big.Int {
	n, _ := new(big.Int).SetString(digits, 16)
	return n
}

func hash(parts ...[]byte) []byte {
	h := sha256.New()
	for _, p := range parts {
		h.Write(p)
	}
	return h.Sum(nil)
}

package srp

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"math/big"
	"strings"
	"testing"
	"time"
)

// The vector that client and server share.
const (
	vectorPool     = "ExamplePool"
	vectorUser     = "3f1c9a2e-8b1d-70c4-9a55-0d2f6b7e1c11"
	vectorPassword = "Correct-Horse-1"
	vectorSalt     = "f00123456789abcdef0123456789abcd"
	vectorBlock    = "ZXhhbXBsZSBzZWNyZXQgYmxvY2s="
	vectorTime     = "Thu Jan 5 03:04:05 UTC 2023"
)

func TestServerMeetsTheVector(t *testing.T) {
	t.Parallel()
	a, b := fromHex(strings.Repeat("a1", 32)), fromHex(strings.Repeat("b2", 32))
	A := new(big.Int).Exp(groupG, a, groupN)
	v := NewVerifier(vectorPool, vectorUser, vectorPassword, fromHex(vectorSalt).Bytes())
	B := v.public(b)
	key := v.key(A, b)
	block, err := base64.StdEncoding.DecodeString(vectorBlock)
	if err != nil {
		t.Fatal(err)
	}
	claim := signature(key, vectorPool, vectorUser, block, vectorTime)
	for _, tt := range []struct{ name, got, want string }{
		{"k", groupK.Text(16), "538282c4354742d7cbbde2359fcf67f9f5b3a6b08791e5011b43b8a5b66d9ee6"},
		{"u", scramble(A, B).Text(16), "45de3a9562c3c3fd4826f8702aaaa498547f0f9aabf7b3a91e1ed4c330d41a0a"},
		{"PAD(A)", hex.EncodeToString(hash(pad(A))), "31421f07eb763d09c3565f8e34a296719127d9bebda6c4a66c3ff445701d5b96"},
		{"PAD(B)", hex.EncodeToString(hash(pad(B))), "324158afe506d75b81faec385424fbf2935abde778402648b88b91ad4a3af7c8"},
		{"PAD(v)", hex.EncodeToString(hash(pad(v.V))), "14950e630a60ad9b0ad8b4d976ee9096e344c08bce511e7123499f2d30a3141e"},
		{"key", hex.EncodeToString(key), "7e99a13588588219dc02a2fb29301018"},
		{"signature", base64.StdEncoding.EncodeToString(claim), "/qFqL5ERdGjdLmYsO080j/vMMarlzwmZtOsO+Aypyfw="},
	} {
		if tt.got != tt.want {
			t.Errorf("%s is %s, want %s", tt.name, tt.got, tt.want)
		}
	}
}

// clientKey is a client, written from the protocol and sharing only the sizes
// of numbers with the server.
func clientKey(a, B, salt *big.Int, pool, user, password string) []byte {
	A := new(big.Int).Exp(groupG, a, groupN)
	u := number(hash(pad(A), pad(B)))
	x := number(hash(pad(salt), hash([]byte(pool+user+":"+password))))
	S := new(big.Int).Exp(groupG, x, groupN)
	S.Mul(S, groupK).Sub(B, S).Mod(S, groupN)
	S.Exp(S, new(big.Int).Add(a, new(big.Int).Mul(u, x)), groupN)
	prk := hmac.New(sha256.New, pad(u))
	prk.Write(pad(S))
	key := hmac.New(sha256.New, prk.Sum(nil))
	key.Write([]byte("Caldera Derived Key\x01"))
	return key.Sum(nil)[:16]
}

func TestClientMeetsTheVectors(t *testing.T) {
	t.Parallel()
	n := big.NewInt(1234567890)
	if got := hex.EncodeToString(clientKey(n, n, n, "myPool", "test", "test")); got != "d96cde6c95dda17175c1293140c5a81f" {
		t.Errorf("second vector: key is %s", got)
	}
	a, b, salt := fromHex(strings.Repeat("a1", 32)), fromHex(strings.Repeat("b2", 32)), fromHex(vectorSalt)
	B := NewVerifier(vectorPool, vectorUser, vectorPassword, salt.Bytes()).public(b)
	if got := hex.EncodeToString(clientKey(a, B, salt, vectorPool, vectorUser, vectorPassword)); got != "7e99a13588588219dc02a2fb29301018" {
		t.Errorf("first vector: key is %s", got)
	}
}

var (
	noon = time.Date(2023, 1, 5, 12, 34, 56, 0, time.UTC)
	jane = Login{Pool: "AbCdEf123", Client: "1example23456789", User: "jane"}
)

func server(now time.Time) *Server {
	return New([32]byte{1, 2, 3}, func() time.Time { return now }, rand.Reader)
}

// attempt is one sign-in from both sides; tamper may spoil what the client sends.
type attempt struct {
	password string
	at       time.Time // when the server checks
	login    Login     // whom it is checked for
	tamper   func(*Answer)
	stamp    string
}

func (a attempt) run(t *testing.T) error {
	t.Helper()
	v := NewVerifier(jane.Pool, jane.User, "Correct-Horse-1", []byte("0123456789abcdef"))
	secret := number([]byte(strings.Repeat("s", 128)))
	srpA := new(big.Int).Exp(groupG, secret, groupN).Text(16)
	c, err := server(noon).Challenge(jane, v, srpA, noon.Add(3*time.Minute))
	if err != nil {
		t.Fatal(err)
	}
	key := clientKey(secret, fromHex(c.B), fromHex(c.Salt), jane.Pool, jane.User, a.password)
	block, err := base64.StdEncoding.DecodeString(c.SecretBlock)
	if err != nil {
		t.Fatal(err)
	}
	claim := signature(key, jane.Pool, jane.User, block, a.stamp)
	answer := Answer{c.SecretBlock, base64.StdEncoding.EncodeToString(claim), a.stamp}
	if a.tamper != nil {
		a.tamper(&answer)
	}
	return server(a.at).Check(a.login, v, answer)
}

func TestSignIn(t *testing.T) {
	t.Parallel()
	const stamp = "Thu Jan 5 12:34:56 UTC 2023"
	other := jane
	other.User = "john"
	for _, tt := range []struct {
		name string
		attempt
		want error
	}{
		{"right password", attempt{password: "Correct-Horse-1"}, nil},
		{"wrong password", attempt{password: "Correct-Horse-2"}, ErrClaim},
		{"day padded", attempt{password: "Correct-Horse-1", stamp: "Thu Jan 05 12:34:56 UTC 2023"}, ErrClaim},
		{"day padded by a space", attempt{password: "Correct-Horse-1", stamp: "Thu Jan  5 12:34:56 UTC 2023"}, ErrClaim},
		{"wrong weekday", attempt{password: "Correct-Horse-1", stamp: "Mon Jan 5 12:34:56 UTC 2023"}, ErrClaim},
		{"another zone", attempt{password: "Correct-Horse-1", stamp: "Thu Jan 5 12:34:56 GMT 2023"}, ErrClaim},
		{"another language", attempt{password: "Correct-Horse-1", stamp: "Do Jan 5 12:34:56 UTC 2023"}, ErrTimestamp},
		{"another format", attempt{password: "Correct-Horse-1", stamp: "2023-01-05T12:34:56Z"}, ErrTimestamp},
		{"no time", attempt{password: "Correct-Horse-1", tamper: func(a *Answer) { a.Timestamp = "" }}, ErrTimestamp},
		{"too late", attempt{password: "Correct-Horse-1", at: noon.Add(3 * time.Minute)}, ErrBlock},
		{"just in time", attempt{password: "Correct-Horse-1", at: noon.Add(3*time.Minute - time.Millisecond)}, nil},
		{"somebody else's challenge", attempt{password: "Correct-Horse-1", login: other}, ErrBlock},
		{"block that is no Base64", attempt{tamper: func(a *Answer) { a.SecretBlock = "?" }}, ErrBlock},
		{"block of nothing", attempt{tamper: func(a *Answer) { a.SecretBlock = "" }}, ErrBlock},
		{"block altered", attempt{tamper: func(a *Answer) { a.SecretBlock = "AAAA" + a.SecretBlock[4:] }}, ErrBlock},
		{"signature that is no Base64", attempt{tamper: func(a *Answer) { a.Signature = "?" }}, ErrClaim},
		{"signature of nothing", attempt{tamper: func(a *Answer) { a.Signature = "" }}, ErrClaim},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if tt.login == (Login{}) {
				tt.login = jane
			}
			if tt.at.IsZero() {
				tt.at = noon
			}
			if tt.stamp == "" {
				tt.stamp = stamp
			}
			if got := tt.run(t); !errors.Is(got, tt.want) {
				t.Errorf("got %v, want %v", got, tt.want)
			}
		})
	}
}

func TestUnusableA(t *testing.T) {
	t.Parallel()
	v := NewVerifier("p", "u", "w", []byte("salt"))
	for name, srpA := range map[string]string{
		"empty":               "",
		"zero":                "0",
		"the group's prime":   groupN.Text(16),
		"no number":           "xyz",
		"signed":              "-2",
		"one digit too many":  strings.Repeat("0", len(prime)+2) + "2",
		"underscored":         "1_0",
		"with a prefix":       "0x10",
		"a megabyte of digit": strings.Repeat("1", 1<<20),
	} {
		if _, err := server(noon).Challenge(jane, v, srpA, noon); !errors.Is(err, ErrA) {
			t.Errorf("%s: got %v, want %v", name, err, ErrA)
		}
	}
}

func TestSimulatedUsers(t *testing.T) {
	t.Parallel()
	s := server(noon)
	first, again, other := s.Simulate("p", "nobody"), s.Simulate("p", "nobody"), s.Simulate("p", "nobody else")
	if first.Salt.Cmp(again.Salt) != 0 || first.V.Cmp(again.V) != 0 {
		t.Error("asking twice gives another verifier")
	}
	if first.Salt.Cmp(other.Salt) == 0 || first.V.Cmp(other.V) == 0 {
		t.Error("two users have the same verifier")
	}
}

func FuzzCheckRefusesWhatNobodySigned(f *testing.F) {
	f.Add(vectorBlock, "/qFqL5ERdGjdLmYsO080j/vMMarlzwmZtOsO+Aypyfw=", vectorTime)
	f.Add("", "", "")
	v := NewVerifier(jane.Pool, jane.User, "Correct-Horse-1", []byte("0123456789abcdef"))
	f.Fuzz(func(t *testing.T, block, claim, stamp string) {
		if server(noon).Check(jane, v, Answer{block, claim, stamp}) == nil {
			t.Error("let in")
		}
	})
}

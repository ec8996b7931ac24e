package cognito

import (
	"bytes"
	"encoding/hex"
	"math/big"
	"net/http"
	"testing"
	"time"

	"wherry/toolkit/internal/cognitotest"
)

// The vector of a client and a server that agree, confirmed by an independent
// implementation.
const (
	vectorPool = "ExamplePool"
	vectorUser = "3f1c9a2e-8b1d-70c4-9a55-0d2f6b7e1c11"
	vectorSalt = "f00123456789abcdef0123456789abcd"
	vectorTime = "Thu Jan 5 03:04:05 UTC 2023"
)

// vectorB is what the server of the vector sends: k·v + g^b.
func vectorB() *big.Int {
	salt, _ := new(big.Int).SetString(vectorSalt, 16)
	x := number(hash(padded(salt), hash([]byte(vectorPool+vectorUser+":Correct-Horse-1"))))
	b := new(big.Int).Exp(srpG, number(bytes.Repeat([]byte{0xb2}, 32)), srpN)
	kv := new(big.Int).Mul(srpK, new(big.Int).Exp(srpG, x, srpN))
	return b.Add(b, kv).Mod(b, srpN)
}

func vectorA() *big.Int { return number(bytes.Repeat([]byte{0xa1}, 32)) }

func TestSRPVector(t *testing.T) {
	t.Parallel()
	s := srpWith(vectorA())
	for name, tt := range map[string]struct {
		got  []byte
		want string
	}{
		"k": {srpK.Bytes(), "538282c4354742d7cbbde2359fcf67f9f5b3a6b08791e5011b43b8a5b66d9ee6"},
		"A": {hash(padded(s.publicA)), "31421f07eb763d09c3565f8e34a296719127d9bebda6c4a66c3ff445701d5b96"},
		"B": {hash(padded(vectorB())), "324158afe506d75b81faec385424fbf2935abde778402648b88b91ad4a3af7c8"},
	} {
		if got := hex.EncodeToString(tt.got); got != tt.want {
			t.Errorf("%s: got %s, want %s", name, got, tt.want)
		}
	}
	at, err := time.Parse("Mon Jan 2 15:04:05 MST 2006", vectorTime)
	if err != nil {
		t.Fatal(err)
	}
	answer, err := s.answer(vectorPool, vectorUser, "Correct-Horse-1", vectorChallenge(), at)
	if err != nil {
		t.Fatal(err)
	}
	if got, want := answer["PASSWORD_CLAIM_SIGNATURE"], "/qFqL5ERdGjdLmYsO080j/vMMarlzwmZtOsO+Aypyfw="; got != want {
		t.Errorf("signature: got %s, want %s", got, want)
	}
}

// TestSRPSecondVector is a client's alone: one number for everything.
func TestSRPSecondVector(t *testing.T) {
	t.Parallel()
	n := big.NewInt(1234567890)
	key, err := srpWith(n).key(n, n, "myPool", "test", "test")
	if err != nil || hex.EncodeToString(key) != "d96cde6c95dda17175c1293140c5a81f" {
		t.Errorf("got %x, %v", key, err)
	}
}

func TestSRPTimestampHas24Hours(t *testing.T) {
	t.Parallel()
	evening := time.Date(2023, time.January, 5, 21, 4, 5, 0, time.FixedZone("", 3600))
	answer, err := srpWith(vectorA()).answer(vectorPool, vectorUser, "x", vectorChallenge(), evening)
	if got, want := answer["TIMESTAMP"], "Thu Jan 5 20:04:05 UTC 2023"; err != nil || got != want {
		t.Errorf("got %q, %v, want %q", got, err, want)
	}
}

func TestSRPRefusesBadServers(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(map[string]string){
		"B is zero":       func(c map[string]string) { c["SRP_B"] = "0" },
		"B is N":          func(c map[string]string) { c["SRP_B"] = srpPrime },
		"B is missing":    func(c map[string]string) { delete(c, "SRP_B") },
		"salt is not hex": func(c map[string]string) { c["SALT"] = "xyz" },
		"block":           func(c map[string]string) { c["SECRET_BLOCK"] = "?" },
	} {
		challenge := vectorChallenge()
		change(challenge)
		if _, err := srpWith(vectorA()).answer(vectorPool, vectorUser, "x", challenge, time.Now()); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
}

func vectorChallenge() map[string]string {
	return map[string]string{
		"SRP_B": vectorB().Text(16), "SALT": vectorSalt, "SECRET_BLOCK": "ZXhhbXBsZSBzZWNyZXQgYmxvY2s=", "USER_ID_FOR_SRP": vectorUser,
	}
}

func TestSRPConversation(t *testing.T) {
	t.Parallel()
	fake := &cognitotest.Cognito{}
	fake.Say("InitiateAuth", cognitotest.Answer{Body: map[string]any{"ChallengeName": "PASSWORD_VERIFIER", "ChallengeParameters": vectorChallenge()}})
	fake.Say("RespondToAuthChallenge", cognitotest.Answer{Body: map[string]any{"ChallengeName": "SOFTWARE_TOKEN_MFA"}})
	at := time.Date(2023, time.January, 5, 3, 4, 5, 0, time.UTC)
	c := start(t, fake, func(o *Options) {
		o.Flow, o.ClientSecret, o.Now = "USER_SRP_AUTH", testSecret, func() time.Time { return at }
		o.Random = bytes.NewReader(append(make([]byte, 96), bytes.Repeat([]byte{0xa1}, 32)...))
	})
	got, err := c.SignIn(t.Context(), "jane@example.com", "Correct-Horse-1")
	if err != nil || got.Outcome != TOTPFactor {
		t.Fatalf("got %+v, %v", got, err)
	}
	sent, _ := fake.Asked()[1].Input["ChallengeResponses"].(map[string]any)
	for key, want := range map[string]string{
		"USERNAME":                 vectorUser,
		"SECRET_HASH":              secretHash(vectorUser, testClient, testSecret),
		"PASSWORD_CLAIM_SIGNATURE": "/qFqL5ERdGjdLmYsO080j/vMMarlzwmZtOsO+Aypyfw=",
		"TIMESTAMP":                vectorTime,
	} {
		if sent[key] != want {
			t.Errorf("%s: got %v, want %s", key, sent[key], want)
		}
	}
	if _, sent := fake.Asked()[0].Input["AuthParameters"].(map[string]any)["PASSWORD"]; sent {
		t.Error("SRP must not send the password")
	}
}

func TestSRPIsNotProvenBeforeItsAnswer(t *testing.T) {
	t.Parallel()
	fake := &cognitotest.Cognito{}
	fake.Say("InitiateAuth", cognitotest.Answer{Body: map[string]any{"ChallengeName": "SMS_MFA"}})
	c := start(t, fake, func(o *Options) { o.Flow = "USER_SRP_AUTH" })
	wantOutcome(t, fail(c.SignIn(t.Context(), "jane", "x")), UnprovenChallenge)

	fake.Say("InitiateAuth", cognitotest.Answer{Body: map[string]any{"ChallengeName": "PASSWORD_VERIFIER", "ChallengeParameters": vectorChallenge()}})
	fake.Say("RespondToAuthChallenge", cognitotest.Answer{Type: "NotAuthorizedException", Message: "Incorrect username or password.", Status: http.StatusBadRequest})
	wantOutcome(t, fail(c.SignIn(t.Context(), "jane", "x")), WrongCredentials)
}

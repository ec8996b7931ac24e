package compat

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"net/http"
	"testing"
)

// passkey is an authenticator in software, for a credential that is imported.
type passkey struct{ key *ecdsa.PrivateKey }

func newPasskey(t *testing.T) passkey {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return passkey{key}
}

// public answers with the public key, as imports take it.
func (p passkey) public() (answer, error) {
	der, err := x509.MarshalPKIXPublicKey(&p.key.PublicKey)
	block := pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der})
	return answer{Status: http.StatusOK, Body: map[string]any{"publicKey": string(block)}}, err
}

// sign answers with the credential that a browser sends on: sign, challenge,
// id of the credential, id of the user, relying party.
func (p passkey) sign(args []any) (answer, error) {
	challenge, id, user, party := fmt.Sprint(args[0]), fmt.Sprint(args[1]), fmt.Sprint(args[2]), fmt.Sprint(args[3])
	client, err := json.Marshal(map[string]any{"type": "webauthn.get", "challenge": challenge, "origin": "https://" + party, "crossOrigin": false})
	if err != nil {
		return answer{}, err
	}
	const presentAndVerified, count = 0x05, 1000
	hash := sha256.Sum256([]byte(party))
	data := binary.BigEndian.AppendUint32(append(hash[:], presentAndVerified), count)
	hash = sha256.Sum256(client)
	digest := sha256.Sum256(append(data[:len(data):len(data)], hash[:]...))
	signature, err := ecdsa.SignASN1(rand.Reader, p.key, digest[:])
	text := base64.RawURLEncoding.EncodeToString
	return answer{Status: http.StatusOK, Body: map[string]any{"credential": map[string]any{
		"id": id, "type": "public-key",
		"response": map[string]any{
			"authenticatorData": text(data), "clientDataJSON": text(client), "signature": text(signature), "userHandle": text([]byte(user)),
		},
	}}}, err
}

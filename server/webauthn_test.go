package server_test

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
	"net/http"
	"testing"
	"time"

	"github.com/go-webauthn/webauthn/protocol/webauthncbor"
)

const (
	party       = "auth.example.com"
	origin      = "https://auth.example.com"
	withPasskey = "PATCH /api/tenant/" + tenantID + ` {"tenant":{"webAuthnConfiguration":{"enabled":true,"relyingPartyId":"` + party + `","bootstrapWorkflow":{"enabled":true}}}}`
)

// authenticator is one in software: it holds one passkey.
type authenticator struct {
	t     testing.TB
	key   *ecdsa.PrivateKey
	id    []byte
	count uint32
	flags byte // user present and verified
}

func newAuthenticator(t testing.TB) *authenticator {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return &authenticator{t: t, key: key, id: []byte(rand.Text()), flags: 0x05}
}

func b64(raw []byte) string { return base64.RawURLEncoding.EncodeToString(raw) }

// clientData is what a browser on a page of an origin signs with.
func clientData(kind, challenge, origin string) []byte {
	data, _ := json.Marshal(map[string]any{"type": kind, "challenge": challenge, "origin": origin, "crossOrigin": false})
	return data
}

func (a *authenticator) data(flags byte) []byte {
	hash := sha256.Sum256([]byte(party))
	return binary.BigEndian.AppendUint32(append(hash[:], flags), a.count)
}

// create answers the options for a new passkey, with the body of the request
// that ends it.
func (a *authenticator) create(options response, origin, more string) string {
	a.t.Helper()
	point, err := a.key.PublicKey.Bytes()
	if err != nil {
		a.t.Fatal(err)
	}
	cose, err := webauthncbor.Marshal(map[int]any{1: 2, 3: -7, -1: 1, -2: point[1:33], -3: point[33:]})
	if err != nil {
		a.t.Fatal(err)
	}
	data := append(a.data(a.flags|0x40), make([]byte, 16)...)
	data = append(binary.BigEndian.AppendUint16(data, uint16(len(a.id))), a.id...)
	attestation, err := webauthncbor.Marshal(map[string]any{"fmt": "none", "attStmt": map[string]any{}, "authData": append(data, cose...)})
	if err != nil {
		a.t.Fatal(err)
	}
	return a.body(map[string]any{
		"id": b64(a.id), "type": "public-key", "transports": []string{"internal"}, "clientExtensionResults": map[string]any{"credProps": map[string]any{"rk": true}},
		"response": map[string]any{"attestationObject": b64(attestation), "clientDataJSON": b64(clientData("webauthn.create", options.text("options.challenge"), origin))},
	}, origin, more)
}

// assert answers the options for a passkey that is there.
func (a *authenticator) assert(options response, origin, more string) string {
	a.t.Helper()
	a.count++
	client, data := clientData("webauthn.get", options.text("options.challenge"), origin), a.data(a.flags)
	hash := sha256.Sum256(client)
	signed := sha256.Sum256(append(data, hash[:]...))
	signature, err := ecdsa.SignASN1(rand.Reader, a.key, signed[:])
	if err != nil {
		a.t.Fatal(err)
	}
	return a.body(map[string]any{"id": b64(a.id), "type": "public-key", "response": map[string]any{
		"authenticatorData": b64(data), "clientDataJSON": b64(client), "signature": b64(signature), "userHandle": b64([]byte(janeID)),
	}}, origin, more)
}

func (a *authenticator) body(credential map[string]any, origin, more string) string {
	text, err := json.Marshal(credential)
	if err != nil {
		a.t.Fatal(err)
	}
	return `{"credential":` + string(text) + `,"origin":"` + origin + `","rpId":"` + party + `"` + more + `}`
}

const (
	startPasskey = "POST /api/webauthn/register/start " + `{"userId":"` + janeID + `","name":"Jane","displayName":"Jane's key","workflow":"bootstrap"}`
	askPasskey   = "POST /api/webauthn/start " + `{"loginId":"jane","applicationId":"` + applicationID + `","workflow":"bootstrap","state":{"page":"home"}}`
)

// registered is a passkey of Jane's.
func (i *instance) registered(t testing.TB) (*authenticator, response) {
	t.Helper()
	i.do(withPasskey).must(t)
	a := newAuthenticator(t)
	made := i.do("POST /api/webauthn/register/complete " + a.create(i.do(startPasskey).must(t), origin, `,"userId":"`+janeID+`"`)).must(t)
	return a, made
}

func (i *instance) passkeyLogin(body string) response {
	return i.send(call{do: "POST /api/webauthn/login " + body, as: noKey})
}

func TestPasskeys(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, i *instance) {
		a, made := i.registered(t)
		made.want(t, values{
			"credential.algorithm": "ES256", "credential.attestationType": "none", "credential.credentialId": b64(a.id), "credential.discoverable": true,
			"credential.relyingPartyId": party, "credential.userId": janeID, "credential.tenantId": tenantID, "credential.displayName": "Jane's key",
			"credential.transports": []string{"internal"}, "credential.signCount": 0, "credential.authenticatorSupportsUserVerification": true,
		})
		asked := i.do(askPasskey).must(t)
		asked.want(t, values{"options.rpId": party, "options.allowCredentials.0.id": b64(a.id), "options.userVerification": "required"})
		body := a.assert(asked, origin, `,"applicationId":"`+applicationID+`"`)
		out := i.passkeyLogin(body).must(t)
		out.want(t, values{"user.id": janeID, "state.page": "home"})
		if claims := payload(t, out.text("token")); claims["authenticationType"] != "WEBAUTHN" || claims["applicationId"] != applicationID {
			t.Errorf("claims: %v", claims)
		}
		if r := i.passkeyLogin(body); r.status != 404 {
			t.Errorf("a second time: %d", r.status)
		}
		id := made.text("credential.id")
		i.do("GET /api/webauthn/"+id).must(t).want(t, values{"credential.signCount": 1})
		i.do("GET /api/webauthn?userId="+janeID).must(t).want(t, values{"credentials.0.id": id, "credentials.1": absent})
		i.send(call{do: "POST /api/webauthn/assert " + a.assert(i.do(askPasskey).must(t), origin, ""), as: noKey}).must(t).want(t, values{"credential.id": id})
		i.do("DELETE /api/webauthn/" + id).must(t)
		if r := i.do(askPasskey); r.status != 404 {
			t.Errorf("start without a passkey: %d", r.status)
		}
	})
}

// TestPasskeyAsFactors: an authenticator that knew who used it stands for both
// factors, another for one.
func TestPasskeyAsFactors(t *testing.T) {
	t.Parallel()
	i := start(t)
	i.do("PATCH /api/tenant/" + tenantID + ` {"tenant":{"webAuthnConfiguration":{"bootstrapWorkflow":{"userVerificationRequirement":"preferred"}}}}`).must(t)
	a, _ := i.registered(t)
	i.do(withAuthenticator).must(t)
	i.passkeyLogin(a.assert(i.do(askPasskey).must(t), origin, "")).must(t)
	a.flags = 0x01
	if r := i.passkeyLogin(a.assert(i.do(askPasskey).must(t), origin, "")); r.status != 242 {
		t.Errorf("not knowing who: %d", r.status)
	}
	a.flags = 0x05
	i.do("DELETE /api/user/" + janeID).must(t)
	if r := i.passkeyLogin(a.assert(i.do(askPasskey).must(t), origin, "")); r.status != 423 {
		t.Errorf("deactivated: %d", r.status)
	}
}

// TestForgedPasskeys: each answer with something wrong.
func TestForgedPasskeys(t *testing.T) {
	t.Parallel()
	i := start(t)
	a, _ := i.registered(t)
	ask := func() response { return i.do(askPasskey).must(t) }
	refused := func(what, body string) {
		t.Helper()
		if r := i.passkeyLogin(body); r.status != 404 || r.body != "" {
			t.Errorf("%s: %d %s", what, r.status, r.body)
		}
	}
	refused("nothing", `{"credential":{}}`)
	refused("a page of another site", a.assert(ask(), "https://evil.example.com", ""))
	refused("a page that is not encrypted", a.assert(ask(), "http://auth.example.com", ""))
	other := newAuthenticator(t)
	refused("an unknown passkey", other.assert(ask(), origin, ""))
	other.id = a.id
	refused("another key", other.assert(ask(), origin, ""))
	asked := ask()
	i.clock.advance(3 * time.Minute)
	refused("too late", a.assert(asked, origin, ""))
	a.flags = 0x01
	refused("without the user's verification, which is required", a.assert(ask(), origin, ""))
	a.flags = 0x05
	i.passkeyLogin(a.assert(ask(), origin, "")).must(t)
	a.count -= 2
	refused("a count that does not grow", a.assert(ask(), origin, ""))
	a.count += 5
	i.passkeyLogin(a.assert(ask(), "https://www.auth.example.com", "")).must(t) // below the relying party's domain

	fresh := newAuthenticator(t)
	complete := func(body string) int { return i.do("POST /api/webauthn/register/complete " + body).status }
	started := i.do(startPasskey).must(t)
	if status := complete(fresh.create(started, "https://evil.example.com", `,"userId":"`+janeID+`"`)); status != 404 {
		t.Errorf("registered from another site: %d", status)
	}
	joe := i.do(`POST /api/user {"user":{"username":"joe"}}`).must(t).text("user.id")
	if status := complete(fresh.create(i.do(startPasskey).must(t), origin, `,"userId":"`+joe+`"`)); status != 404 {
		t.Errorf("registered for somebody else: %d", status)
	}
	if status := complete(a.create(i.do(startPasskey).must(t), origin, `,"userId":"`+janeID+`"`)); status != http.StatusConflict {
		t.Errorf("registered a second time: %d", status)
	}
}

func TestPasskeysByToken(t *testing.T) {
	t.Parallel()
	i := start(t)
	i.do(withPasskey).must(t)
	token := "Bearer " + i.do(login("jane", password)).must(t).text("token")
	a := newAuthenticator(t)
	options := i.send(call{do: `POST /api/webauthn/register/start {"workflow":"bootstrap"}`, as: token}).must(t)
	made := i.send(call{do: "POST /api/webauthn/register/complete " + a.create(options, origin, ""), as: token}).must(t)
	joe := i.do(`POST /api/user {"user":{"username":"joe","password":"` + password + `"}}`).must(t)
	other := "Bearer " + i.do(`POST /api/login {"loginId":"joe","password":"`+password+`"}`).must(t).text("token")
	if r := i.send(call{do: "GET /api/webauthn/" + made.text("credential.id"), as: other}); r.status != 404 {
		t.Errorf("somebody else's: %d", r.status)
	}
	i.send(call{do: "GET /api/webauthn?userId=" + joe.text("user.id"), as: token}).must(t).want(t, values{"credentials.0.userId": janeID})
	i.send(call{do: "DELETE /api/webauthn", as: token}).must(t)
	i.do("GET /api/webauthn?userId="+janeID).must(t).want(t, values{"credentials": []any{}})
}

// TestImportedPasskeys: one that was made elsewhere signs in here.
func TestImportedPasskeys(t *testing.T) {
	t.Parallel()
	i := start(t)
	i.do(withPasskey).must(t)
	a := newAuthenticator(t)
	der, err := x509.MarshalPKIXPublicKey(&a.key.PublicKey)
	if err != nil {
		t.Fatal(err)
	}
	text, _ := json.Marshal(string(pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der})))
	request := func(key string) string {
		return `POST /api/webauthn/import {"credentials":[{"userId":"` + janeID + `","credentialId":"` + b64(a.id) + `","relyingPartyId":"` + party + `","publicKey":` + key + `,"signCount":7}]}`
	}
	for name, tt := range map[string]struct{ do, codes string }{
		"no key":     {request(`""`), "[invalid]credentials.publicKey"},
		"nobody":     {`POST /api/webauthn/import {"credentials":[{"userId":"` + nobodyID + `"}]}`, "[invalid]credentials.userId"},
		"nothing":    {`POST /api/webauthn/import {}`, "[missing]credentials"},
		"everything": {`POST /api/webauthn/import {"credentials":[{"userId":"` + janeID + `"}]}`, "[blank]credentials.credentialId [blank]credentials.relyingPartyId [invalid]credentials.publicKey"},
	} {
		if r := i.do(tt.do); r.status != 400 || r.codes() != tt.codes {
			t.Errorf("%s: %d %s", name, r.status, r.body)
		}
	}
	i.do(request(string(text))).must(t)
	if r := i.do(request(string(text))); r.codes() != "[duplicate]credentials.credentialId" {
		t.Errorf("again: %d %s", r.status, r.body)
	}
	a.count = 7
	i.passkeyLogin(a.assert(i.do(askPasskey).must(t), origin, "")).must(t)
}

func TestPasskeyRefusals(t *testing.T) {
	t.Parallel()
	check(t, []scenario{
		{name: "not enabled", do: startPasskey, status: 400, codes: "[WebAuthnDisabled]"},
		{name: "workflow not enabled", given: []string{withPasskey}, do: `POST /api/webauthn/register/start {"userId":"` + janeID + `","workflow":"reauthentication"}`, status: 400, codes: "[WebAuthnDisabled]"},
		{name: "unknown workflow", given: []string{withPasskey}, do: `POST /api/webauthn/register/start {"userId":"` + janeID + `","workflow":"walk"}`, status: 400, codes: "[invalid]workflow"},
		{name: "nobody", given: []string{withPasskey}, do: `POST /api/webauthn/register/start {"userId":"` + nobodyID + `"}`, status: 404},
		{name: "no user", do: `POST /api/webauthn/register/start {}`, status: 400, codes: "[missing]userId"},
		{name: "start: no user", do: `POST /api/webauthn/start {}`, status: 400, codes: "[blank]loginId"},
		{name: "start: unknown passkey", do: `POST /api/webauthn/start {"credentialId":"` + nobodyID + `"}`, status: 404},
		{name: "start: no passkey", given: []string{withPasskey}, do: askPasskey, status: 404},
		{name: "login: unknown application", do: `POST /api/webauthn/login {"applicationId":"` + nobodyID + `"}`, status: 400, codes: "[invalid]applicationId"},
		{name: "login: bad base64", do: `POST /api/webauthn/login {"credential":{"response":{"signature":"*"}}}`, status: 400, codes: "[couldNotConvert]credential.response.signature"},
		{name: "one that is not there", do: "GET /api/webauthn/" + nobodyID, status: 404},
		{
			name: "an application that wants none", given: []string{withPasskey, "PATCH /api/application/" + applicationID + ` {"application":{"webAuthnConfiguration":{"enabled":true,"reauthenticationWorkflow":{"enabled":true}}}}`},
			do: askPasskey, status: 400, codes: "[WebAuthnDisabled]",
		},
		{name: "settings of nonsense", do: "PATCH /api/tenant/" + tenantID + ` {"tenant":{"webAuthnConfiguration":{"bootstrapWorkflow":{"userVerificationRequirement":"maybe"}}}}`, status: 400, codes: "[invalid]tenant.webAuthnConfiguration.bootstrapWorkflow.userVerificationRequirement"},
	})
}

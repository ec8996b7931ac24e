// Package passkey is WebAuthn: it makes the options that a browser is given and
// checks what an authenticator answers. It wraps the one library that does it,
// and knows nothing of users, tenants or storage.
//
// Source: https://www.w3.org/TR/webauthn-3/
package passkey

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/go-webauthn/webauthn/protocol"
	"github.com/go-webauthn/webauthn/protocol/webauthncose"
	"github.com/go-webauthn/webauthn/webauthn"
)

// ErrRefused says that an answer does not prove what it should. What exactly is
// wrong is nobody's business who might have forged it.
var ErrRefused = errors.New("the answer of the authenticator is not valid")

// Party is the relying party: its domain, and its name for people.
type Party struct{ ID, Name string }

// Person is whose passkey it is. The ID becomes the user handle.
type Person struct{ ID, Name, DisplayName string }

// Key is a passkey that is known.
type Key struct {
	CredentialID string // base64url
	PublicKey    string // PEM
	SignCount    uint32
	Transports   []string
}

// Wishes are what an authenticator should be and do; empty ones are left to the
// browser.
type Wishes struct {
	Attachment       string // platform or crossPlatform
	Discoverable     bool   // the authenticator keeps the user with the key
	UserVerification string // required, preferred or discouraged
}

// Ceremony is what has to be kept until the answer comes.
type Ceremony struct {
	Challenge string          // base64url; the answer repeats it
	Session   json.RawMessage // for this package
	Options   json.RawMessage // for the browser
}

// Made is a new passkey.
type Made struct {
	Key
	Algorithm    string // such as ES256
	Attestation  string // the type of attestation, such as none
	Verified     bool   // the authenticator knew who used it
	Discoverable bool
}

// Creation is the browser's answer to the options for a new passkey.
type Creation struct {
	ID                     string   `json:"id"`
	Transports             []string `json:"transports"`
	Type                   string   `json:"type"`
	ClientExtensionResults struct {
		CredProps struct {
			RK bool `json:"rk"`
		} `json:"credProps"`
	} `json:"clientExtensionResults"`
	Response struct {
		AttestationObject protocol.URLEncodedBase64 `json:"attestationObject"`
		ClientDataJSON    protocol.URLEncodedBase64 `json:"clientDataJSON"`
	} `json:"response"`
}

// Assertion is the browser's answer to the options for a passkey that is there.
type Assertion struct {
	ID       string `json:"id"`
	Type     string `json:"type"`
	Response struct {
		AuthenticatorData protocol.URLEncodedBase64 `json:"authenticatorData"`
		ClientDataJSON    protocol.URLEncodedBase64 `json:"clientDataJSON"`
		Signature         protocol.URLEncodedBase64 `json:"signature"`
		UserHandle        protocol.URLEncodedBase64 `json:"userHandle"`
	} `json:"response"`
}

// Challenge is the challenge that client data repeats, or "".
func Challenge(clientData []byte) string {
	var data protocol.CollectedClientData
	_ = json.Unmarshal(clientData, &data) // whoever sends something else has no challenge
	return data.Challenge
}

// Create begins the making of a passkey. Those that the person has already are
// not made again.
func Create(party Party, person Person, known []Key, w Wishes) (Ceremony, error) {
	rp, err := party.open("")
	if err != nil {
		return Ceremony{}, err
	}
	selection := protocol.AuthenticatorSelection{
		AuthenticatorAttachment: attachment(w.Attachment), ResidentKey: protocol.ResidentKeyRequirementPreferred,
		UserVerification: protocol.UserVerificationRequirement(w.UserVerification),
	}
	if w.Discoverable {
		selection.ResidentKey = protocol.ResidentKeyRequirementRequired
	}
	creation, session, err := rp.BeginRegistration(user{Person: person}, webauthn.WithAuthenticatorSelection(selection),
		webauthn.WithExclusions(descriptors(known)), webauthn.WithConveyancePreference(protocol.PreferNoAttestation),
		webauthn.WithExtensions(webauthn.WithExtensionCredProps()))
	if err != nil {
		return Ceremony{}, fmt.Errorf("begin a registration: %w", err)
	}
	return ceremony(session, creation.Response)
}

// Created checks the answer from a page of an origin.
func Created(party Party, origin string, person Person, session json.RawMessage, answer Creation) (Made, error) {
	rp, kept, err := party.resume(origin, session)
	if err != nil {
		return Made{}, err
	}
	raw, err := base64.RawURLEncoding.DecodeString(answer.ID)
	if err != nil {
		return Made{}, ErrRefused
	}
	parsed, err := protocol.CredentialCreationResponse{
		PublicKeyCredential: protocol.PublicKeyCredential{Credential: protocol.Credential{ID: answer.ID, Type: "public-key"}, RawID: raw},
		AttestationResponse: protocol.AuthenticatorAttestationResponse{
			AuthenticatorResponse: protocol.AuthenticatorResponse{ClientDataJSON: answer.Response.ClientDataJSON},
			AttestationObject:     answer.Response.AttestationObject,
		},
	}.Parse()
	if err != nil {
		return Made{}, ErrRefused
	}
	credential, err := rp.CreateCredential(user{Person: person}, kept, parsed)
	if err != nil {
		return Made{}, ErrRefused
	}
	var key webauthncose.PublicKeyData
	if err := unmarshalCOSE(credential.PublicKey, &key); err != nil {
		return Made{}, ErrRefused
	}
	return Made{
		Key: Key{
			CredentialID: base64.RawURLEncoding.EncodeToString(credential.ID), PublicKey: webauthncose.DisplayPublicKey(credential.PublicKey),
			SignCount: credential.Authenticator.SignCount, Transports: answer.Transports,
		},
		Algorithm: algorithms[webauthncose.COSEAlgorithmIdentifier(key.Algorithm)], Attestation: credential.AttestationFormat,
		Verified: credential.Flags.UserVerified, Discoverable: answer.ClientExtensionResults.CredProps.RK,
	}, nil
}

// Ask begins the use of one of the passkeys that are known.
func Ask(party Party, person Person, known []Key, w Wishes) (Ceremony, error) {
	rp, err := party.open("")
	if err != nil {
		return Ceremony{}, err
	}
	u, err := newUser(person, known)
	if err != nil {
		return Ceremony{}, err
	}
	assertion, session, err := rp.BeginLogin(u, webauthn.WithUserVerification(protocol.UserVerificationRequirement(w.UserVerification)))
	if err != nil {
		return Ceremony{}, fmt.Errorf("begin an assertion: %w", err)
	}
	return ceremony(session, assertion.Response)
}

// Asked checks the answer from a page of an origin. It returns the count of
// signatures from now on, and whether the authenticator knew who used it. A count
// that does not grow is refused: the key may have been copied.
func Asked(party Party, origin string, person Person, key Key, session json.RawMessage, answer Assertion) (count uint32, verified bool, err error) {
	rp, kept, err := party.resume(origin, session)
	if err != nil {
		return 0, false, err
	}
	raw, err := base64.RawURLEncoding.DecodeString(answer.ID)
	if err != nil {
		return 0, false, ErrRefused
	}
	parsed, err := protocol.CredentialAssertionResponse{
		PublicKeyCredential: protocol.PublicKeyCredential{Credential: protocol.Credential{ID: answer.ID, Type: "public-key"}, RawID: raw},
		AssertionResponse: protocol.AuthenticatorAssertionResponse{
			AuthenticatorResponse: protocol.AuthenticatorResponse{ClientDataJSON: answer.Response.ClientDataJSON},
			AuthenticatorData:     answer.Response.AuthenticatorData, Signature: answer.Response.Signature, UserHandle: answer.Response.UserHandle,
		},
	}.Parse()
	if err != nil {
		return 0, false, ErrRefused
	}
	u, err := newUser(person, []Key{key})
	if err != nil {
		return 0, false, err
	}
	flags := parsed.Response.AuthenticatorData.Flags
	u.credentials[0].Flags = webauthn.NewCredentialFlags(flags) // FusionAuth keeps none to compare them with
	kept.AllowedCredentialIDs = [][]byte{u.credentials[0].ID}
	credential, err := rp.ValidateLogin(u, kept, parsed)
	if err != nil || credential.Authenticator.CloneWarning {
		return 0, false, ErrRefused
	}
	return credential.Authenticator.SignCount, flags.HasUserVerified(), nil
}

// open is the relying party for pages of an origin; empty: of none yet.
func (p Party) open(origin string) (*webauthn.WebAuthn, error) {
	if origin == "" {
		origin = "https://" + p.ID
	}
	rp, err := webauthn.New(&webauthn.Config{RPID: p.ID, RPDisplayName: p.Name, RPOrigins: []string{origin}})
	if err != nil {
		return nil, fmt.Errorf("set WebAuthn up: %w", err)
	}
	return rp, nil
}

func (p Party) resume(origin string, session json.RawMessage) (*webauthn.WebAuthn, webauthn.SessionData, error) {
	var kept webauthn.SessionData
	if err := json.Unmarshal(session, &kept); err != nil {
		return nil, kept, fmt.Errorf("read a ceremony: %w", err)
	}
	rp, err := p.open(origin)
	return rp, kept, err
}

func ceremony(session *webauthn.SessionData, options any) (c Ceremony, err error) {
	c.Challenge = session.Challenge
	if c.Session, err = json.Marshal(session); err == nil {
		c.Options, err = json.Marshal(options)
	}
	return c, err
}

// attachment is WebAuthn's word for FusionAuth's.
func attachment(name string) protocol.AuthenticatorAttachment {
	switch name {
	case "platform":
		return protocol.Platform
	case "crossPlatform":
		return protocol.CrossPlatform
	}
	return ""
}

// user is the library's view of a person.
type user struct {
	Person
	credentials []webauthn.Credential
}

func newUser(person Person, known []Key) (user, error) {
	u := user{Person: person}
	for _, key := range known {
		id, err := base64.RawURLEncoding.DecodeString(key.CredentialID)
		if err != nil {
			return u, fmt.Errorf("read the id of a passkey: %w", err)
		}
		cose, err := coseOf(key.PublicKey)
		if err != nil {
			return u, err
		}
		u.credentials = append(u.credentials, webauthn.Credential{
			ID: id, PublicKey: cose, Authenticator: webauthn.Authenticator{SignCount: key.SignCount}, Transport: transports(key.Transports),
		})
	}
	return u, nil
}

func (u user) WebAuthnID() []byte                         { return []byte(u.ID) }
func (u user) WebAuthnName() string                       { return u.Name }
func (u user) WebAuthnDisplayName() string                { return u.DisplayName }
func (u user) WebAuthnCredentials() []webauthn.Credential { return u.credentials }

func descriptors(known []Key) (all []protocol.CredentialDescriptor) {
	for _, key := range known {
		if id, err := base64.RawURLEncoding.DecodeString(key.CredentialID); err == nil {
			all = append(all, protocol.CredentialDescriptor{Type: protocol.PublicKeyCredentialType, CredentialID: id, Transport: transports(key.Transports)})
		}
	}
	return all
}

func transports(names []string) (all []protocol.AuthenticatorTransport) {
	for _, name := range names {
		all = append(all, protocol.AuthenticatorTransport(name))
	}
	return all
}

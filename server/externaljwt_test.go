package server_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/pem"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/jwt"
)

const (
	foreignID    = "eeeeeeee-0000-0000-0000-00000000000b" // the provider
	foreignKeyID = "eeeeeeee-0000-0000-0000-00000000000c"
	fromTokenID  = "1a000000-0000-0000-0000-00000000000d"
)

// foreigner signs tokens as a system elsewhere does.
type foreigner struct {
	key *ecdsa.PrivateKey
	kid string
}

// theForeigner is the one whom the tests trust.
var theForeigner = sync.OnceValues(func() (foreigner, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	return foreigner{key, "their key"}, err
})

func newForeigner(t *testing.T) foreigner {
	t.Helper()
	f, err := theForeigner()
	if err != nil {
		t.Fatal(err)
	}
	return f
}

// token signs claims that are good for an hour unless they say otherwise.
func (f foreigner) token(t *testing.T, changed map[string]any, header map[string]string) string {
	t.Helper()
	said := map[string]any{"sub": "their-42", "exp": time.Now().Add(time.Hour).Unix()}
	for name, value := range changed {
		if said[name] = value; value == nil {
			delete(said, name)
		}
	}
	options := &jose.SignerOptions{}
	if header == nil {
		header = map[string]string{"kid": f.kid}
	}
	for name, value := range header {
		options.WithHeader(jose.HeaderKey(name), value)
	}
	signer, err := jose.NewSigner(jose.SigningKey{Algorithm: jose.ES256, Key: f.key}, options)
	if err != nil {
		t.Fatal(err)
	}
	token, err := jwt.Signed(signer).Claims(said).Serialize()
	if err != nil {
		t.Fatal(err)
	}
	return token
}

// importKey is the request that brings the public key.
func (f foreigner) importKey(t *testing.T) string {
	t.Helper()
	der, err := x509.MarshalPKIXPublicKey(&f.key.PublicKey)
	if err != nil {
		t.Fatal(err)
	}
	public := string(pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der}))
	return `POST /api/key/import/` + foreignKeyID + ` {"key":{"algorithm":"ES256","kid":"their key","name":"Theirs","publicKey":` + encoded(t, public) + `}}`
}

// makeForeign makes the provider.
func makeForeign(strategy, more string) string {
	return `POST /api/identity-provider/` + foreignID + ` {"identityProvider":{"type":"ExternalJWT","name":"Foreign","enabled":true,"uniqueIdentityClaim":"sub",` +
		`"linkingStrategy":"` + strategy + `","applicationConfiguration":{"` + applicationID + `":{"enabled":true}}` + more + `}}`
}

func reconcile(token, more string) string {
	return `POST /api/jwt/reconcile {"applicationId":"` + applicationID + `","identityProviderId":"` + foreignID + `","encodedJWT":"` + token + `"` + more + `}`
}

// TestLinkingStrategies: who of ours somebody is who comes with a token.
func TestLinkingStrategies(t *testing.T) {
	t.Parallel()
	f := newForeigner(t)
	type claim = map[string]any
	hers := claim{"email": "Jane@example.com", "email_verified": true, "preferred_username": "jane"}
	news := claim{"email": "new@example.com", "preferred_username": "new"}
	link := func(id string) string {
		return `POST /api/identity-provider/link {"identityProviderId":"` + foreignID + `","identityProviderUserId":"` + id + `","userId":"` + janeID + `","displayName":"old","token":"old"}`
	}
	pendingVerification := []string{
		`PATCH /api/tenant/` + tenantID + ` {"tenant":{"emailConfiguration":{"verifyEmail":true,"verificationEmailTemplateId":"` + nobodyID + `"}}}`,
		`POST /api/user {"user":{"email":"new@example.com","password":"` + password + `"}}`,
	}
	jane := values{"user.id": janeID, "token": present, "refreshToken": absent}
	for _, tt := range []struct {
		name, strategy, more string
		given                []string
		claims               claim
		request              string
		status               int
		codes                string
		want                 values
	}{
		{name: "by e-mail", strategy: "LinkByEmail", claims: hers, status: 200, want: jane},
		{name: "by e-mail, nobody yet", strategy: "LinkByEmail", claims: news, status: 200, want: values{"user.email": "new@example.com", "user.username": absent, "user.registrations.0.roles": []string{"reader"}, "user.identities.0.verified": true}},
		{name: "by e-mail, said to be unverified", strategy: "LinkByEmail", claims: claim{"email": "jane@example.com", "email_verified": false}, status: 400, codes: "[ExternalAuthenticationException]UnverifiedEmail"},
		{name: "by e-mail, said to be unverified in words", strategy: "LinkByEmail", claims: claim{"email": "new@example.com", "email_verified": "false"}, status: 400, codes: "[ExternalAuthenticationException]UnverifiedEmail"},
		{name: "by e-mail, verified in words", strategy: "LinkByEmail", claims: claim{"email": "jane@example.com", "email_verified": "true"}, status: 200, want: jane},
		{name: "by e-mail, without one", strategy: "LinkByEmail", status: 400, codes: "[ExternalAuthenticationException]MissingEmail"},
		{name: "by e-mail, which is not one", strategy: "LinkByEmail", claims: claim{"email": "no address"}, status: 400, codes: "[notEmail]user.email"},
		{name: "by e-mail, which awaits its verification", strategy: "LinkByEmail", given: pendingVerification, claims: news, status: 400, codes: "[ExternalAuthenticationException]ExistingUserNotVerified"},
		{name: "by e-mail, another person there", strategy: "LinkByEmail", given: []string{link("their-41")}, claims: hers, status: 400, codes: "[ExternalAuthenticationException]ExistingUserAlreadyLinked"},
		{name: "by e-mail of those who are there", strategy: "LinkByEmailForExistingUser", claims: hers, status: 200, want: jane},
		{name: "by e-mail of those who are there, nobody", strategy: "LinkByEmailForExistingUser", claims: news, status: 404},
		{name: "by username", strategy: "LinkByUsername", claims: claim{"preferred_username": "JANE"}, status: 200, want: jane},
		{name: "by username, nobody yet", strategy: "LinkByUsername", claims: news, status: 200, want: values{"user.username": "new", "user.email": absent}},
		{name: "by username, without one", strategy: "LinkByUsername", claims: claim{"email": "new@example.com"}, status: 400, codes: "[ExternalAuthenticationException]MissingUsername"},
		{name: "by username of those who are there", strategy: "LinkByUsernameForExistingUser", claims: hers, status: 200, want: jane},
		{name: "by username of those who are there, nobody", strategy: "LinkByUsernameForExistingUser", claims: news, status: 404},
		{name: "anonymously", strategy: "LinkAnonymously", claims: hers, status: 200, want: values{"user.email": absent, "user.username": absent, "user.identities": absent, "user.registrations.0.applicationId": applicationID, "token": present}},
		{name: "pending", strategy: "CreatePendingLink", claims: hers, status: 232, want: values{"pendingIdPLinkId": present, "user": absent, "token": absent}},
		{name: "disabled", strategy: "Disabled", claims: hers, status: 404},
		{name: "linked before", strategy: "Disabled", given: []string{link("their-42")}, status: 200, want: jane},
		{name: "linked before, with another address now", strategy: "LinkByEmail", given: []string{link("their-42")}, claims: claim{"email": "new@example.com", "email_verified": false}, status: 200, want: jane},
		{name: "links alone", strategy: "LinkByEmail", claims: hers, request: `,"noLink":true`, status: 404},
		{name: "links alone, and there is one", strategy: "LinkByEmail", given: []string{link("their-42")}, request: `,"noLink":true`, status: 200, want: jane},

		{name: "nobody there", strategy: "LinkByEmail", claims: claim{"sub": nil, "email": "jane@example.com"}, status: 400, codes: "[ExternalAuthenticationException]MissingUniqueId"},
		{name: "known by a number", strategy: "LinkByEmail", claims: claim{"sub": 12345678901234567, "email": "jane@example.com"}, status: 200, want: jane},
		{name: "known by the address", strategy: "LinkByEmail", claims: claim{"sub": "jane@example.com"}, status: 200, want: jane},
		{name: "deactivated", strategy: "LinkByEmail", given: []string{"DELETE /api/user/" + janeID}, claims: hers, status: 423},
		{name: "needs a factor", strategy: "LinkByEmail", given: []string{withAuthenticator}, claims: hers, status: 242, want: values{"twoFactorId": present, "token": absent}},
		{name: "has to change the password", strategy: "LinkByEmail", given: []string{`PATCH /api/user/` + janeID + ` {"user":{"passwordChangeRequired":true}}`}, claims: hers, status: 203},
		{name: "without a token of ours", strategy: "LinkByEmail", claims: hers, request: `,"noJWT":true`, status: 200, want: values{"token": absent, "user.id": janeID}},
		{name: "not to be registered", strategy: "LinkByEmail", given: []string{`PATCH /api/identity-provider/` + foreignID + ` {"identityProvider":{"applicationConfiguration":{"` + applicationID + `":{"createRegistration":false}}}}`}, claims: news, status: 202, want: values{"user.registrations": []string{}}},
		{name: "registered later", strategy: "LinkByEmail", given: []string{"DELETE /api/user/registration/" + janeID + "/" + applicationID}, claims: hers, status: 200, want: values{"user.registrations.0.applicationId": applicationID}},
		{name: "the default roles", strategy: "LinkByEmail", given: []string{`POST /api/application/` + applicationID + `/role {"role":{"name":"sailor","isDefault":true}}`}, claims: news, status: 200, want: values{"user.registrations.0.roles": []string{"reader", "sailor"}}},
		{name: "a domain that is blocked", strategy: "LinkByEmail", given: []string{`PATCH /api/tenant/` + tenantID + ` {"tenant":{"registrationConfiguration":{"blockedDomains":["example.com"]}}}`}, claims: news, status: 400, codes: "[blocked]user.email"},

		{
			name: "claims that are mapped", strategy: "LinkByEmail", more: `,"claimMap":{"given":"firstName","custom:dept":"UserData","level":"RegistrationData","mail":"email"},"attributeMappings":{"user.lastName":"name.last","user.data.all.here":"deep","registration.data.x":"custom:dept","user.id":"sub"}`,
			claims: claim{"mail": "new@example.com", "given": "Neo", "custom:dept": "Sea", "level": 3, "name": map[string]any{"last": "New"}, "deep": []string{"a"}, "sub": nobodyID},
			status: 200, want: values{"user.email": "new@example.com", "user.firstName": "Neo", "user.lastName": "New", "user.data": values{"custom:dept": "Sea", "all": values{"here": []string{"a"}}}, "user.registrations.0.data": values{"level": 3, "x": "Sea"}},
		},
		{name: "mapped onto somebody who is there", strategy: "LinkByEmail", more: `,"claimMap":{"given":"firstName"}`, claims: claim{"email": "jane@example.com", "given": "Janet"}, status: 200, want: values{"user.firstName": "Janet", "user.lastName": "Example", "user.data.favouriteNumber": number("12345678901234567890")}},
		{name: "mapped to what it cannot be", strategy: "LinkByEmail", more: `,"claimMap":{"given":"firstName"}`, claims: claim{"email": "jane@example.com", "given": []int{7}}, status: 400, codes: "[couldNotConvert]user.firstName"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			i := start(t)
			for _, request := range append([]string{f.importKey(t), makeForeign(tt.strategy, tt.more)}, tt.given...) {
				i.do(request).must(t)
			}
			r := i.anonymously(reconcile(f.token(t, tt.claims, nil), tt.request))
			if r.status != tt.status || r.codes() != tt.codes {
				t.Fatalf("status %d, errors %q, want %d, %q: %s", r.status, r.codes(), tt.status, tt.codes, r.body)
			}
			r.want(t, tt.want)
		})
	}
}

// TestForeignTokens: what is no token of theirs signs nobody in.
func TestForeignTokens(t *testing.T) {
	t.Parallel()
	f := newForeigner(t)
	i := start(t)
	i.do(f.importKey(t)).must(t)
	i.do(makeForeign("LinkByEmail", "")).must(t)
	own := i.do(login("jane", password)).must(t).text("token")
	email := func(more map[string]any) map[string]any {
		said := map[string]any{"email": "jane@example.com"}
		for name, value := range more {
			said[name] = value
		}
		return said
	}
	good := f.token(t, email(nil), nil)
	other, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	for name, tt := range map[string]struct {
		token  string
		status int
	}{
		"good":                            {good, 200},
		"with a little over its time":     {f.token(t, email(map[string]any{"nbf": time.Now().Add(-time.Minute).Unix()}), nil), 200},
		"expired":                         {f.token(t, email(map[string]any{"exp": time.Now().Add(-time.Second).Unix()}), nil), 401},
		"without an end":                  {f.token(t, email(map[string]any{"exp": nil}), nil), 401},
		"with an end that is text":        {f.token(t, email(map[string]any{"exp": "tomorrow"}), nil), 401},
		"not yet good":                    {f.token(t, email(map[string]any{"nbf": time.Now().Add(time.Hour).Unix()}), nil), 401},
		"of an unknown key":               {f.token(t, email(nil), map[string]string{"kid": "unknown"}), 401},
		"of no key":                       {f.token(t, email(nil), map[string]string{}), 401},
		"signed by somebody else":         {foreigner{other, "their key"}.token(t, email(nil), nil), 401},
		"changed":                         {good[:len(good)-6] + "AAAAAA", 401},
		"no token":                        {"made-up", 401},
		"one of our own, by the same API": {own, 401},
		"with NUL":                        {f.token(t, map[string]any{"email": "a\x00b@example.com"}, nil), 401},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for _, path := range []string{"/api/jwt/reconcile", "/api/identity-provider/login"} {
				r := i.do(strings.Replace(reconcile(tt.token, ""), "/api/jwt/reconcile", path, 1))
				if r.status != tt.status {
					t.Errorf("%s: status %d, want %d: %s", path, r.status, tt.status, r.body)
				}
			}
		})
	}
}

// TestForeignKeys: how the key is found.
func TestForeignKeys(t *testing.T) {
	t.Parallel()
	f := newForeigner(t)
	said := map[string]any{"email": "jane@example.com"}
	byDefault := `,"defaultKeyId":"` + foreignKeyID + `"`
	for name, tt := range map[string]struct {
		more   string
		header map[string]string
		status int
	}{
		"by another header":       {`,"headerKeyParameter":"x5t"`, map[string]string{"x5t": "their key"}, 200},
		"not by kid then":         {`,"headerKeyParameter":"x5t"`, map[string]string{"kid": "their key"}, 401},
		"by default":              {byDefault, map[string]string{}, 200},
		"by default, and by name": {byDefault, nil, 200},
		"not by another name":     {byDefault, map[string]string{"kid": "another"}, 401},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			i := start(t)
			i.do(f.importKey(t)).must(t)
			i.do(makeForeign("LinkByEmail", tt.more)).must(t)
			if r := i.anonymously(reconcile(f.token(t, said, tt.header), "")); r.status != tt.status {
				t.Errorf("status %d, want %d: %s", r.status, tt.status, r.body)
			}
		})
	}
}

// TestFederationRequests: what is wrong with a request before anybody is asked.
func TestFederationRequests(t *testing.T) {
	t.Parallel()
	f := newForeigner(t)
	const path = "POST /api/identity-provider/login "
	body := func(provider, more string) string {
		return `{"applicationId":"` + applicationID + `","identityProviderId":"` + provider + `"` + more + `}`
	}
	token := `,"encodedJWT":"` + f.token(t, map[string]any{"email": "jane@example.com"}, nil) + `"`
	saml := `POST /api/identity-provider/` + documentID + ` {"identityProvider":{"type":"Steam","name":"Steam","enabled":true,"client_id":"a","webAPIKey":"made-up","applicationConfiguration":{"` + applicationID + `":{"enabled":true}}}}`
	given := []string{f.importKey(t), makeForeign("LinkByEmail", ""), makeOpenID, saml}
	off := `PATCH /api/identity-provider/` + foreignID + ` {"identityProvider":`
	check(t, []scenario{
		{name: "nothing", given: given, do: path + "{}", status: 400, codes: "[blank]applicationId [blank]identityProviderId"},
		{name: "unknown provider", given: given, do: path + body(nobodyID, token), status: 400, codes: "[invalid]identityProviderId"},
		{name: "disabled provider", given: append(given, off+`{"enabled":false}}`), do: path + body(foreignID, token), status: 400, codes: "[invalid]identityProviderId"},
		{name: "not for the application", given: append(given, off+`{"applicationConfiguration":{"`+applicationID+`":{"enabled":false}}}}`), do: path + body(foreignID, token), status: 400, codes: "[invalid]identityProviderId"},
		{name: "unknown application", given: given, do: path + strings.Replace(body(foreignID, token), applicationID, nobodyID, 1), status: 400, codes: "[invalid]applicationId"},
		{name: "no token", given: given, do: path + body(foreignID, ""), status: 400, codes: "[blank]encodedJWT"},
		{name: "no code", given: given, do: path + body(openIDProviderID, ""), status: 400, codes: "[blank]data.code"},
		{name: "no redirect URL", given: given, do: path + body(openIDProviderID, `,"data":{"code":"made-up"}`), status: 400, codes: "[blank]data.redirect_uri"},
		{name: "a type that is not supported", given: given, do: path + body(documentID, `,"data":{"code":"made-up"}`), status: 400, codes: "[invalid]identityProviderId"},
		{name: "reconcile with a code", given: given, do: "POST /api/jwt/reconcile " + body(openIDProviderID, `,"data":{"code":"made-up"}`), status: 400, codes: "[invalid]identityProviderId"},
		{name: "started", given: given, do: "POST /api/identity-provider/start " + body(openIDProviderID, ""), status: 400, codes: "[invalid]identityProviderId"},
		{name: "without a key", given: append(given, `PATCH /api/application/`+applicationID+` {"application":{"loginConfiguration":{"generateRefreshTokens":true}}}`), do: path + body(foreignID, token), as: noKey, status: 200, want: values{"user.id": janeID, "refreshToken": present}},
		{name: "a private address", given: given, do: path + body(openIDProviderID, `,"data":{"code":"made-up","redirect_uri":"https://app.example.com"}`), status: 401},
	})
}

// TestForeignSharedSecrets: a secret that both sides have counts as the default
// key alone, as this server could sign with it.
func TestForeignSharedSecrets(t *testing.T) {
	t.Parallel()
	const secret = "a made-up secret of thirty-two b"
	signer, err := jose.NewSigner(jose.SigningKey{Algorithm: jose.HS256, Key: []byte(secret)}, (&jose.SignerOptions{}).WithHeader("kid", "shared"))
	if err != nil {
		t.Fatal(err)
	}
	token, err := jwt.Signed(signer).Claims(map[string]any{"sub": "42", "email": "jane@example.com", "exp": time.Now().Add(time.Hour).Unix()}).Serialize()
	if err != nil {
		t.Fatal(err)
	}
	for more, status := range map[string]int{"": 401, `,"defaultKeyId":"` + foreignKeyID + `"`: 200} {
		i := start(t)
		i.do(`POST /api/key/import/` + foreignKeyID + ` {"key":{"algorithm":"HS256","kid":"shared","name":"Shared","secret":"` + secret + `"}}`).must(t)
		i.do(makeForeign("LinkByEmail", more)).must(t)
		if r := i.anonymously(reconcile(token, "")); r.status != status {
			t.Errorf("with %q: status %d, want %d: %s", more, r.status, status, r.body)
		}
	}
}

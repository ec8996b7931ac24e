package server_test

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/jwt"

	"wherry/server"
)

// vendor is a service at which people sign in, wherever its addresses are.
type vendor struct {
	*httptest.Server
	signer foreigner
	// said is what an ID token says, and info what UserInfo does.
	said, info map[string]any
	answer     map[string]http.HandlerFunc // instead of the usual one, by the end of the path

	mu    sync.Mutex
	asked url.Values // what the token endpoint was asked last, and
	basic string     // the client that it was asked by in the header
}

func newVendor(t *testing.T) *vendor {
	t.Helper()
	v := &vendor{signer: newForeigner(t), said: map[string]any{}, info: map[string]any{}, answer: map[string]http.HandlerFunc{}}
	v.Server = httptest.NewServer(v)
	t.Cleanup(v.Close)
	v.said = map[string]any{"iss": v.URL, "sub": "their-42", "aud": "ours", "iat": time.Now().Unix(), "email": "new@example.com", "email_verified": true}
	v.info = map[string]any{"sub": "their-42", "email": "new@example.com", "email_verified": true}
	return v
}

func (v *vendor) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	for end, answer := range v.answer {
		if strings.HasSuffix(r.URL.Path, end) {
			answer(w, r)
			return
		}
	}
	reply := func(body any) {
		w.Header().Set("Content-Type", "application/json")
		_ = json.NewEncoder(w).Encode(body)
	}
	switch {
	case strings.HasSuffix(r.URL.Path, "/.well-known/openid-configuration"):
		reply(map[string]any{
			"issuer": v.URL, "authorization_endpoint": v.URL + "/authorize", "token_endpoint": v.URL + "/token", "userinfo_endpoint": v.URL + "/userinfo",
			"jwks_uri": v.URL + "/keys", "id_token_signing_alg_values_supported": []string{"ES256"},
		})
	case strings.HasSuffix(r.URL.Path, "/keys"):
		reply(jose.JSONWebKeySet{Keys: []jose.JSONWebKey{{Key: &v.signer.key.PublicKey, KeyID: v.signer.kid, Algorithm: "ES256", Use: "sig"}}})
	case strings.HasSuffix(strings.ToLower(r.URL.Path), "token") && r.Method == http.MethodPost:
		_ = r.ParseForm()
		v.mu.Lock()
		v.asked = r.PostForm
		v.basic, _, _ = r.BasicAuth()
		v.mu.Unlock()
		reply(map[string]any{"access_token": "made-up access", "token_type": "Bearer", "expires_in": 3600, "id_token": v.idToken()})
	case r.Header.Get("Authorization") == "Bearer made-up access":
		reply(v.info)
	default:
		w.WriteHeader(http.StatusNotFound)
	}
}

func (v *vendor) idToken() string {
	said := maps.Clone(v.said)
	if _, given := said["exp"]; !given {
		said["exp"] = time.Now().Add(time.Minute).Unix()
	}
	signer, err := jose.NewSigner(jose.SigningKey{Algorithm: jose.ES256, Key: v.signer.key}, (&jose.SignerOptions{}).WithHeader("kid", v.signer.kid))
	if err != nil {
		return err.Error()
	}
	token, err := jwt.Signed(signer).Claims(said).Serialize()
	if err != nil {
		return err.Error()
	}
	return token
}

// vendors are a server that finds a service under its type at v.
func (v *vendor) users(t *testing.T, kind string) *instance {
	t.Helper()
	return open(t, server.Config{Data: kickstartedData(t), Key: sampleKey, AllowPrivateConnectors: true, Vendors: map[string]string{kind: v.URL}})
}

const forUs = `"enabled":true,"applicationConfiguration":{"` + applicationID + `":{"enabled":true}}`

// signInWith asks the server to sign somebody in with data that an application has.
func (i *instance) signInWith(provider, data string) response {
	return i.do(`POST /api/identity-provider/login {"applicationId":"` + applicationID + `","identityProviderId":"` + provider + `","data":` + data + `}`)
}

const withCode = `{"code":"made-up code","redirect_uri":"https://app.example.com/callback","code_verifier":"made-up verifier"}`

func TestVendors(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		kind, settings string
		info           map[string]any
		asked          string // of the authorization endpoint
		how            string
		want           values
	}{
		{"Google", `"client_id":"ours","client_secret":"made-up secret","scope":"profile"`, nil, "/authorize?client_id=ours", "GOOGLE", values{"user.email": "new@example.com"}},
		{"Facebook", `"appId":"ours","client_secret":"made-up secret","fields":"email,first_name","attributeMappings":{"user.firstName":"first_name"}`, map[string]any{"id": "their-42", "email": "new@example.com", "first_name": "Neo"}, "/v23.0/dialog/oauth?client_id=ours", "FACEBOOK", values{"user.email": "new@example.com", "user.firstName": "Neo", "user.identities.0.verified": true}},
		{"LinkedIn", `"client_id":"ours","client_secret":"made-up secret"`, nil, "/oauth/v2/authorization?client_id=ours", "LINKEDIN", values{"user.email": "new@example.com"}},
		{"Twitch", `"client_id":"ours","client_secret":"made-up secret","linkingStrategy":"LinkByUsername"`, map[string]any{"sub": "their-42", "preferred_username": "neo"}, "/oauth2/authorize?claims=", "TWITCH", values{"user.username": "neo"}},
		{"OpenIDConnect", `"oauth2":{"client_id":"ours","client_secret":"made-up secret","issuer":"ISSUER","emailClaim":"mail"}`, map[string]any{"sub": "their-42", "mail": "new@example.com"}, "/authorize?client_id=ours", "OPENID_CONNECT", values{"user.email": "new@example.com"}},
	} {
		t.Run(tt.kind, func(t *testing.T) {
			t.Parallel()
			v := newVendor(t)
			if tt.info != nil {
				v.info = tt.info
			}
			i := v.users(t, tt.kind)
			settings := strings.ReplaceAll(tt.settings, "ISSUER", v.URL)
			i.do(`POST /api/identity-provider/` + upstreamID + ` {"identityProvider":{"type":"` + tt.kind + `","name":"Theirs",` + forUs + `,` + settings + `}}`).must(t)
			r := i.signInWith(upstreamID, withCode).must(t)
			r.want(t, tt.want)
			if got := claims(t, r.text("token"))["authenticationType"]; got != tt.how {
				t.Errorf("signed in by %v", got)
			}
			if v.asked.Get("code") != "made-up code" || v.asked.Get("code_verifier") != "made-up verifier" || v.asked.Get("redirect_uri") != callback {
				t.Errorf("asked for %v", v.asked)
			}
			inHeader := tt.kind == "OpenIDConnect"
			if inHeader != (v.basic == "ours") || inHeader == (v.asked.Get("client_secret") == "made-up secret") {
				t.Errorf("asked by %q, %v", v.basic, v.asked)
			}
			away := i.showForm(with(authorization(), "idp_hint", upstreamID)).header.Get("Location")
			if !strings.HasPrefix(away, v.URL+tt.asked) {
				t.Errorf("sent to %s", away)
			}
			if to, err := url.Parse(away); err != nil || tt.kind == "Google" && to.Query().Get("scope") != "openid email profile" {
				t.Errorf("sent to %s", away)
			}
			i.nothingLeaks(t, "made-up secret", "made-up access", "made-up verifier")
		})
	}
}

// TestApple: it knows us by a token that we sign, answers with a form, and tells
// the name once.
func TestApple(t *testing.T) {
	t.Parallel()
	v := newVendor(t)
	i := v.users(t, "Apple")
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	private := string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der}))
	i.do(`POST /api/key/import/` + foreignKeyID + ` {"key":{"algorithm":"ES256","kid":"apple's","name":"Apple","privateKey":` + encoded(t, private) + `}}`).must(t)
	i.do(`POST /api/identity-provider/` + upstreamID + ` {"identityProvider":{"type":"Apple","name":"Apple",` + forUs +
		`,"keyId":"` + foreignKeyID + `","teamId":"our team","servicesId":"ours","bundleId":"our.app","scope":"name email","attributeMappings":{"user.firstName":"given_name"}}}`).must(t)
	knownAs := func() string {
		token, err := jwt.ParseSigned(v.asked.Get("client_secret"), []jose.SignatureAlgorithm{jose.ES256})
		if err != nil {
			t.Fatal(err)
		}
		var said jwt.Claims
		if err := token.Claims(&key.PublicKey, &said); err != nil || said.Issuer != "our team" || !said.Audience.Contains("https://appleid.apple.com") || token.Headers[0].KeyID != "apple's" {
			t.Errorf("%v: %+v", err, said)
		}
		return said.Subject
	}
	away, _ := url.Parse(i.showForm(with(authorization(), "idp_hint", upstreamID)).header.Get("Location"))
	if away.Query().Get("response_mode") != "form_post" || away.Query().Get("scope") != "name email" {
		t.Errorf("sent to %s", away)
	}
	name := `"appleUser":"{\"name\":{\"firstName\":\"Neo\",\"lastName\":\"New\"}}"`
	i.signInWith(upstreamID, `{"code":"made-up code","redirect_uri":"https://app.example.com/callback",`+name+`}`).must(t).want(t, values{"user.firstName": "Neo", "user.email": "new@example.com"})
	if as := knownAs(); as != "ours" {
		t.Errorf("known as %s", as)
	}
	v.said["aud"] = "our.app"
	i.signInWith(upstreamID, `{"code":"made-up code","redirect_uri":"https://app.example.com/callback","isNativeApp":"true"}`).must(t).want(t, values{"user.firstName": "Neo"})
	if as := knownAs(); as != "our.app" {
		t.Errorf("known as %s", as)
	}
	i.nothingLeaks(t, v.asked.Get("client_secret"))
}

// TestTokensOfVendors: an application brings what a vendor's own library has got,
// which has to be for us.
func TestTokensOfVendors(t *testing.T) {
	t.Parallel()
	v := newVendor(t)
	i := open(t, server.Config{
		Data: kickstartedData(t), Key: sampleKey, AllowPrivateConnectors: true, Vendors: map[string]string{"Google": v.URL, "Facebook": v.URL, "LinkedIn": v.URL},
	})
	const facebookID, linkedInID = "eeeeeeee-0000-0000-0000-00000000000e", "eeeeeeee-0000-0000-0000-00000000000f"
	i.do(`POST /api/identity-provider/` + upstreamID + ` {"identityProvider":{"type":"Google","name":"Google",` + forUs + `,"client_id":"ours","client_secret":"made-up secret"}}`).must(t)
	i.do(`POST /api/identity-provider/` + facebookID + ` {"identityProvider":{"type":"Facebook","name":"Facebook",` + forUs + `,"appId":"ours","client_secret":"made-up secret"}}`).must(t)
	i.do(`POST /api/identity-provider/` + linkedInID + ` {"identityProvider":{"type":"LinkedIn","name":"LinkedIn",` + forUs + `,"client_id":"ours","client_secret":"made-up secret"}}`).must(t)
	bring := func(provider, token string) response {
		return i.signInWith(provider, `{"token":"`+token+`"}`)
	}
	bring(upstreamID, v.idToken()).must(t).want(t, values{"user.email": "new@example.com"})
	v.said["aud"] = "another's"
	if r := bring(upstreamID, v.idToken()); r.status != http.StatusUnauthorized {
		t.Errorf("a token for another client: status %d: %s", r.status, r.body)
	}
	v.info = map[string]any{"id": "fb-42", "email": "facebook@example.com"}
	app := "ours"
	v.answer["/debug_token"] = func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Authorization") != "Bearer ours|made-up secret" || r.URL.Query().Get("input_token") != "made-up access" {
			w.WriteHeader(http.StatusBadRequest)
			return
		}
		_, _ = w.Write([]byte(`{"data":{"is_valid":true,"app_id":"` + app + `"}}`))
	}
	bring(facebookID, "made-up access").must(t).want(t, values{"user.email": "facebook@example.com"})
	app = "another's"
	if r := bring(facebookID, "made-up access"); r.status != http.StatusUnauthorized {
		t.Errorf("a token for another application: status %d: %s", r.status, r.body)
	}
	if r := bring(linkedInID, "made-up access"); r.status != http.StatusUnauthorized {
		t.Errorf("a token where only codes are taken: status %d: %s", r.status, r.body)
	}
	i.nothingLeaks(t, "made-up access", "made-up secret")
}

// TestBadProviders: whatever a provider answers, nobody is signed in or stored,
// and the event log has the reason.
func TestBadProviders(t *testing.T) {
	t.Parallel()
	says := func(body string) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "application/json")
			_, _ = w.Write([]byte(body))
		}
	}
	large := bytes.Repeat([]byte(" "), 1<<16)
	for name, tt := range map[string]struct {
		end    string
		answer http.HandlerFunc
		said   map[string]any // in the ID token
		info   map[string]any
		reason string
	}{
		"another issuer": {end: "/openid-configuration", answer: says(`{"issuer":"https://evil.example.net","jwks_uri":"x"}`), reason: "issuer"},
		"no discovery":   {end: "/openid-configuration", answer: http.NotFound, reason: "404"},
		"garbage":        {end: "/token", answer: says("\x00\xffnot JSON"), reason: "could not sign anybody in"},
		"no tokens":      {end: "/token", answer: says(`{}`), reason: "could not sign anybody in"},
		"refused": {end: "/token", answer: func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "application/json")
			w.WriteHeader(http.StatusBadRequest)
			_, _ = w.Write([]byte(`{"error":"invalid_grant","error_description":"made-up code is spent"}`))
		}, reason: "invalid_grant [secret] is spent"},
		"a redirect": {end: "/token", answer: func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, "/elsewhere", http.StatusTemporaryRedirect)
		}, reason: "307"},
		"very much": {end: "/userinfo", answer: func(w http.ResponseWriter, _ *http.Request) {
			for range 200 << 20 / len(large) {
				if _, err := w.Write(large); err != nil {
					return
				}
			}
		}, reason: "could not sign anybody in"},
		"a token for another":     {said: map[string]any{"aud": "another's"}, reason: "audience"},
		"a token of another":      {said: map[string]any{"iss": "https://evil.example.net"}, reason: "issued by a different provider"},
		"an expired token":        {said: map[string]any{"exp": time.Now().Add(-time.Hour).Unix()}, reason: "expired"},
		"made for several":        {said: map[string]any{"aud": []string{"ours", "another's"}}, reason: "another client"},
		"another party":           {said: map[string]any{"azp": "another's"}, reason: "another client"},
		"another access token":    {said: map[string]any{"at_hash": "AAAAAAAAAAAAAAAAAAAAAA"}, reason: "another access token"},
		"UserInfo of another":     {info: map[string]any{"sub": "somebody"}, reason: "somebody else"},
		"UserInfo that is down":   {end: "/userinfo", answer: func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(500) }, reason: "answers 500"},
		"UserInfo with NUL":       {end: "/userinfo", answer: says(`{"sub":"their-42","email":"a\u0000b@example.com"}`), reason: "cannot be used"},
		"UserInfo that is a list": {end: "/userinfo", answer: says(`[]`), reason: "cannot be used"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			v := newVendor(t)
			maps.Copy(v.said, tt.said)
			maps.Copy(v.info, tt.info)
			if tt.answer != nil {
				v.answer[tt.end] = tt.answer
			}
			i := v.users(t, "OpenIDConnect")
			i.do(`POST /api/identity-provider/` + upstreamID + ` {"identityProvider":{"type":"OpenIDConnect","name":"Theirs",` + forUs +
				`,"oauth2":{"client_id":"ours","client_secret":"made-up secret","issuer":"` + v.URL + `"}}}`).must(t)
			if r := i.signInWith(upstreamID, withCode); r.status != http.StatusUnauthorized || r.body != "" {
				t.Errorf("status %d: %s", r.status, r.body)
			}
			i.eventually(t, tt.reason)
			if r := i.do("GET /api/user?email=new@example.com"); r.status != http.StatusNotFound {
				t.Errorf("stored: %s", r.body)
			}
			i.nothingLeaks(t, "made-up code", "made-up secret", "made-up access", "made-up verifier")
		})
	}
}

// TestClientsOfProviders: how we prove who we are, and what an application has of
// its own.
func TestClientsOfProviders(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		settings, overrides   string
		client, basic, secret string
	}{
		"in the header":              {`"client_secret":"made-up secret"`, "", "ours", "ours", ""},
		"in the form":                {`"client_secret":"made-up secret","clientAuthenticationMethod":"client_secret_post"`, "", "ours", "", "made-up secret"},
		"not at all":                 {`"clientAuthenticationMethod":"none"`, "", "ours", "", ""},
		"the application's own":      {`"client_secret":"made-up secret","clientAuthenticationMethod":"client_secret_post"`, `,"oauth2":{"client_id":"theirs","client_secret":"another made-up secret","scope":"openid"},"buttonText":"Their button"`, "theirs", "", "another made-up secret"},
		"of which a part is missing": {`"client_secret":"made-up secret","clientAuthenticationMethod":"client_secret_post"`, `,"oauth2":{"client_id":"","scope":"openid"}`, "ours", "", "made-up secret"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			v := newVendor(t)
			v.said["aud"] = tt.client
			i := v.users(t, "OpenIDConnect")
			i.do(`POST /api/identity-provider/` + upstreamID + ` {"identityProvider":{"type":"OpenIDConnect","name":"Theirs","enabled":true,"applicationConfiguration":{"` + applicationID + `":{"enabled":true` + tt.overrides +
				`}},"oauth2":{"client_id":"ours","issuer":"` + v.URL + `",` + tt.settings + `}}}`).must(t)
			i.signInWith(upstreamID, withCode).must(t)
			if v.basic != tt.basic || v.asked.Get("client_secret") != tt.secret || tt.basic == "" && v.asked.Get("client_id") != tt.client {
				t.Errorf("by %q, %v", v.basic, v.asked)
			}
			page := i.showForm(authorization())
			if strings.Contains(tt.overrides, "Their button") != strings.Contains(page.body, "Their button") {
				t.Errorf("the page: %s", page.body)
			}
			away, _ := url.Parse(i.showForm(with(authorization(), "idp_hint", upstreamID)).header.Get("Location"))
			if away.Query().Get("client_id") != tt.client || tt.overrides != "" && away.Query().Get("scope") != "openid" {
				t.Errorf("sent to %s", away)
			}
		})
	}
}

// TestRequestByForm: some providers want the request posted.
func TestRequestByForm(t *testing.T) {
	t.Parallel()
	v := newVendor(t)
	i := v.users(t, "OpenIDConnect")
	i.do(`POST /api/identity-provider/` + upstreamID + ` {"identityProvider":{"type":"OpenIDConnect","name":"Theirs","postRequest":true,` + forUs +
		`,"oauth2":{"client_id":"ours","client_secret":"made-up secret","issuer":"` + v.URL + `"}}}`).must(t)
	page := i.showForm(with(authorization(), "idp_hint", upstreamID)).page(t, "a form", 200, `action="`+v.URL+`/authorize"`)
	for _, name := range []string{"state", "nonce", "code_challenge"} {
		if hiddenFields(page.body).Get(name) == "" {
			t.Errorf("%s is missing: %s", name, page.body)
		}
	}
	if policy := page.header.Get("Content-Security-Policy"); !strings.Contains(policy, "form-action 'self' "+v.URL) {
		t.Errorf("policy %s", policy)
	}
}

// TestWhatLambdasAreTold of a sign-in by OpenID Connect.
func TestWhatLambdasAreTold(t *testing.T) {
	t.Parallel()
	v := newVendor(t)
	v.said["only"], v.info["level"] = "in the ID token", 7
	i := v.users(t, "OpenIDConnect")
	i.lambda(t, fromTokenID, "OpenIDReconcile", `function reconcile(user, registration, jwt, id_token, tokens) {
		user.data.said = [jwt.level + 1, jwt.only, id_token.only, id_token.level === undefined, tokens.access_token, typeof tokens.id_token, registration.applicationId];
	}`)
	i.do(`POST /api/identity-provider/` + upstreamID + ` {"identityProvider":{"type":"OpenIDConnect","name":"Theirs",` + forUs +
		`,"lambdaConfiguration":{"reconcileId":"` + fromTokenID + `"},"oauth2":{"client_id":"ours","client_secret":"made-up secret","issuer":"` + v.URL + `"}}}`).must(t)
	i.signInWith(upstreamID, withCode).must(t).want(t, values{"user.data.said": []any{8, "in the ID token", "in the ID token", true, "made-up access", "string", applicationID}})
}

// TestProvidersElsewhere: providers may not be where only this server can reach
// them, unless the operator says so.
func TestProvidersElsewhere(t *testing.T) {
	t.Parallel()
	v := newVendor(t)
	i := start(t)
	i.do(`POST /api/identity-provider/` + upstreamID + ` {"identityProvider":{"type":"OpenIDConnect","name":"Theirs",` + forUs +
		`,"oauth2":{"client_id":"ours","client_secret":"made-up secret","issuer":"` + v.URL + `"}}}`).must(t)
	if r := i.signInWith(upstreamID, withCode); r.status != http.StatusUnauthorized {
		t.Errorf("status %d: %s", r.status, r.body)
	}
	i.showForm(with(authorization(), "idp_hint", upstreamID)).page(t, "on the page", 403, "Logging in with the other service did not work")
	i.eventually(t, "the address is private")
}

// TestSlashOfTheIssuer: Cognito wants none at the end, where some issuers have
// one.
func TestSlashOfTheIssuer(t *testing.T) {
	t.Parallel()
	for theirs, ours := range map[string]string{"/": "", "": "/"} {
		t.Run("ends with "+theirs, func(t *testing.T) {
			t.Parallel()
			v := newVendor(t)
			v.answer["/openid-configuration"] = func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("Content-Type", "application/json")
				_ = json.NewEncoder(w).Encode(map[string]any{
					"issuer": v.URL + theirs, "authorization_endpoint": v.URL + "/authorize", "token_endpoint": v.URL + "/token", "jwks_uri": v.URL + "/keys",
					"id_token_signing_alg_values_supported": []string{"ES256"},
				})
			}
			v.said["iss"] = v.URL + theirs
			i := v.users(t, "OpenIDConnect")
			i.do(`POST /api/identity-provider/` + upstreamID + ` {"identityProvider":{"type":"OpenIDConnect","name":"Theirs",` + forUs +
				`,"oauth2":{"client_id":"ours","client_secret":"made-up secret","issuer":"` + v.URL + ours + `"}}}`).must(t)
			i.signInWith(upstreamID, withCode).must(t)
			v.said["iss"] = v.URL + ours
			if r := i.signInWith(upstreamID, withCode); r.status != http.StatusUnauthorized {
				t.Errorf("a token that says otherwise: status %d: %s", r.status, r.body)
			}
		})
	}
}

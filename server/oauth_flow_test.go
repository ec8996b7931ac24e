package server_test

import (
	"context"
	"errors"
	"html"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"
	"golang.org/x/oauth2/clientcredentials"
)

// TestAuthorizationCode drives the whole flow with clients that other people
// wrote, as an application does.
func TestAuthorizationCode(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name     string
		policy   string
		style    oauth2.AuthStyle
		secret   string
		pkce     bool
		redirect string
	}{
		{name: "secret in the header", style: oauth2.AuthStyleInHeader, secret: clientSecret, redirect: callback},
		{name: "secret in the form", style: oauth2.AuthStyleInParams, secret: clientSecret, redirect: callback},
		{name: "secret and PKCE", style: oauth2.AuthStyleInHeader, secret: clientSecret, pkce: true, redirect: callback},
		{name: "public client with PKCE", policy: "NotRequiredWhenUsingPKCE", style: oauth2.AuthStyleInParams, pkce: true, redirect: callback},
		{name: "public client", policy: "NotRequired", style: oauth2.AuthStyleInParams, redirect: callback},
		{name: "to a URL with a query", style: oauth2.AuthStyleInHeader, secret: clientSecret, redirect: "https://app.example.com/with?query=1"},
		{name: "to an app", policy: "NotRequired", style: oauth2.AuthStyleInParams, pkce: true, redirect: "com.example.app:/callback"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			i := start(t)
			i.setPolicies(t, tt.policy, "")
			c := i.client(t)
			c.ClientSecret, c.Endpoint.AuthStyle, c.RedirectURL = tt.secret, tt.style, tt.redirect
			verifier := oauth2.GenerateVerifier()
			var start, exchange []oauth2.AuthCodeOption
			if tt.pkce {
				start, exchange = []oauth2.AuthCodeOption{oauth2.S256ChallengeOption(verifier)}, []oauth2.AuthCodeOption{oauth2.VerifierOption(verifier)}
			}
			back := c.signIn(t, c.AuthCodeURL("some state", append(start, oidc.Nonce("some nonce"))...))
			if !strings.HasPrefix(back.String(), tt.redirect) {
				t.Fatalf("sent to %s", back)
			}
			for name, want := range map[string]string{"state": "some state", "userState": "Authenticated", "locale": "en", "iss": c.issuer} {
				if got := back.Query().Get(name); got != want {
					t.Errorf("%s is %q, want %q", name, got, want)
				}
			}
			token, err := c.Exchange(t.Context(), back.Query().Get("code"), exchange...)
			if err != nil {
				t.Fatal(err)
			}
			if token.TokenType != "Bearer" || token.Extra("userId") != janeID || token.Extra("scope") != "openid email profile" || token.ExpiresIn < 3590 {
				t.Errorf("token response: %+v, user %v, scope %v", token, token.Extra("userId"), token.Extra("scope"))
			}
			if token.RefreshToken != "" {
				t.Error("refresh tokens are not offered yet")
			}
			c.checkTokens(t, token)
		})
	}
}

// relyingParty is an application as it is built with go-oidc and x/oauth2.
type relyingParty struct {
	oauth2.Config
	issuer   string
	provider *oidc.Provider
	browser  *http.Client
}

// client makes the issuer of the tenant one that can be discovered, and
// discovers it.
func (i *instance) client(t testing.TB) *relyingParty {
	t.Helper()
	base := i.serve(t)
	issuer := base + "/" + tenantID
	i.do(`PATCH /api/tenant/` + tenantID + ` {"tenant":{"issuer":"` + issuer + `"}}`).must(t)
	provider, err := oidc.NewProvider(t.Context(), issuer)
	if err != nil {
		t.Fatal(err)
	}
	return &relyingParty{
		Config: oauth2.Config{
			ClientID: applicationID, ClientSecret: clientSecret, RedirectURL: callback,
			Endpoint: provider.Endpoint(), Scopes: []string{"openid", "email", "profile"},
		},
		issuer: issuer, provider: provider,
		browser: &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }},
	}
}

// setPolicies sets how the example application has to prove itself; empty ones
// stay.
func (i *instance) setPolicies(t testing.TB, clientAuthentication, proofKey string) {
	t.Helper()
	for name, value := range map[string]string{"clientAuthenticationPolicy": clientAuthentication, "proofKeyForCodeExchangePolicy": proofKey} {
		if value != "" {
			i.do(`PATCH /api/application/` + applicationID + ` {"application":{"oauthConfiguration":{"` + name + `":"` + value + `"}}}`).must(t)
		}
	}
}

// signIn opens the login page, fills in the form, and returns where the browser
// is sent.
func (c *relyingParty) signIn(t testing.TB, at string) *url.URL {
	t.Helper()
	page := c.visit(t, http.MethodGet, at, nil)
	fields := hiddenFields(page.body)
	fields.Set("loginId", "jane@example.com")
	fields.Set("password", password)
	answer := c.visit(t, http.MethodPost, c.Endpoint.AuthURL, fields)
	if answer.status != http.StatusFound {
		t.Fatalf("status %d: %s", answer.status, answer.body)
	}
	to, err := url.Parse(answer.header.Get("Location"))
	if err != nil {
		t.Fatal(err)
	}
	return to
}

func (c *relyingParty) visit(t testing.TB, method, at string, form url.Values) response {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, at, strings.NewReader(form.Encode()))
	if err != nil {
		t.Fatal(err)
	}
	if form != nil {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	resp, err := c.browser.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return response{resp.StatusCode, resp.Header, string(body)}
}

var hiddenField = regexp.MustCompile(`<input type="hidden" name="([^"]*)" value="([^"]*)">`)

// hiddenFields is what the form on a page carries along.
func hiddenFields(page string) url.Values {
	fields := url.Values{}
	for _, field := range hiddenField.FindAllStringSubmatch(page, -1) {
		fields.Add(html.UnescapeString(field[1]), html.UnescapeString(field[2]))
	}
	return fields
}

// checkTokens verifies both tokens with the keys that are published.
func (c *relyingParty) checkTokens(t testing.TB, token *oauth2.Token) {
	t.Helper()
	raw, _ := token.Extra("id_token").(string)
	id, err := c.provider.Verifier(&oidc.Config{ClientID: applicationID}).Verify(t.Context(), raw)
	if err != nil {
		t.Fatal(err)
	}
	if err := id.VerifyAccessToken(token.AccessToken); err != nil {
		t.Errorf("at_hash: %v", err)
	}
	if id.Subject != janeID || id.Nonce != "some nonce" {
		t.Errorf("ID token: %+v", id)
	}
	var claims map[string]any
	if err := id.Claims(&claims); err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]any{
		"email": "jane@example.com", "email_verified": false, "given_name": "Jane", "family_name": "Example", "preferred_username": "Jane",
		"tid": tenantID, "authenticationType": "PASSWORD", "roles": nil, "applicationId": nil,
	} {
		if claims[name] != want {
			t.Errorf("ID token: %s is %v, want %v", name, claims[name], want)
		}
	}
	access, err := c.provider.Verifier(&oidc.Config{ClientID: applicationID}).Verify(t.Context(), token.AccessToken)
	if err != nil {
		t.Fatal(err)
	}
	claims = nil
	if err := access.Claims(&claims); err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]any{"applicationId": applicationID, "scope": "openid email profile", "email": nil, "nonce": nil} {
		if claims[name] != want {
			t.Errorf("access token: %s is %v, want %v", name, claims[name], want)
		}
	}
	if roles, _ := claims["roles"].([]any); len(roles) != 1 || roles[0] != "reader" {
		t.Errorf("access token: roles %v", claims["roles"])
	}
}

// TestClientPolicies: which client may exchange a code with what.
func TestClientPolicies(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name, policy, proofKey string
		secret                 string
		challenge, verifier    bool
		want                   string // the error and its reason; empty: tokens
	}{
		{name: "required: none", secret: "", want: "invalid_client client_authentication_missing"},
		{name: "required: none, but PKCE", challenge: true, verifier: true, want: "invalid_client client_authentication_missing"},
		{name: "required: wrong", secret: "wrong", want: "invalid_client invalid_client_authentication"},
		{name: "required: right", secret: clientSecret},
		{name: "not required: none", policy: "NotRequired"},
		{name: "not required: wrong all the same", policy: "NotRequired", secret: "wrong", want: "invalid_client invalid_client_authentication"},
		{name: "not required with PKCE: none", policy: "NotRequiredWhenUsingPKCE", want: "invalid_client client_authentication_missing"},
		{name: "not required with PKCE: PKCE", policy: "NotRequiredWhenUsingPKCE", challenge: true, verifier: true},
		{name: "not required with PKCE: a verifier for nothing", policy: "NotRequiredWhenUsingPKCE", verifier: true, want: "invalid_grant invalid_pkce_code_verifier"},
		{name: "not required with PKCE: secret", policy: "NotRequiredWhenUsingPKCE", secret: clientSecret},
		{name: "PKCE: no verifier", secret: clientSecret, challenge: true, want: "invalid_request missing_code_verifier"},
		{name: "PKCE: a verifier that nobody asked for", secret: clientSecret, verifier: true, want: "invalid_grant invalid_pkce_code_verifier"},
		{name: "PKCE without authentication: neither", policy: "NotRequired", proofKey: "NotRequiredWhenUsingClientAuthentication", want: "invalid_grant missing_code_challenge"},
		{name: "PKCE without authentication: PKCE", policy: "NotRequired", proofKey: "NotRequiredWhenUsingClientAuthentication", challenge: true, verifier: true},
		{name: "PKCE without authentication: secret", policy: "NotRequired", proofKey: "NotRequiredWhenUsingClientAuthentication", secret: clientSecret},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			i := start(t)
			i.setPolicies(t, tt.policy, tt.proofKey)
			c := i.client(t)
			c.ClientSecret, c.Endpoint.AuthStyle = tt.secret, oauth2.AuthStyleInParams
			verifier := oauth2.GenerateVerifier()
			var start, exchange []oauth2.AuthCodeOption
			if tt.challenge {
				start = append(start, oauth2.S256ChallengeOption(verifier))
			}
			if tt.verifier {
				exchange = append(exchange, oauth2.VerifierOption(verifier))
			}
			back := c.signIn(t, c.AuthCodeURL("", start...))
			_, err := c.Exchange(t.Context(), back.Query().Get("code"), exchange...)
			if got := refusal(err); got != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}

// refusal is the error of the token endpoint, and its reason.
func refusal(err error) string {
	if err == nil {
		return ""
	}
	refused, ok := errors.AsType[*oauth2.RetrieveError](err)
	if !ok {
		return err.Error()
	}
	return refused.ErrorCode + " " + response{body: string(refused.Body)}.text("error_reason")
}

// TestScopesChooseClaims: without openid there is no ID token, and a profile
// only where it was asked for.
func TestScopesChooseClaims(t *testing.T) {
	t.Parallel()
	i := start(t)
	c := i.client(t)
	exchange := func(ctx context.Context, scopes ...string) *oauth2.Token {
		c.Scopes = scopes
		token, err := c.Exchange(ctx, c.signIn(t, c.AuthCodeURL("")).Query().Get("code"))
		if err != nil {
			t.Fatal(err)
		}
		return token
	}
	if token := exchange(t.Context()); token.Extra("id_token") != nil || token.Extra("scope") != nil {
		t.Errorf("nothing was asked for: %v, %v", token.Extra("id_token"), token.Extra("scope"))
	}
	claims := payload(t, exchange(t.Context(), "openid").Extra("id_token").(string))
	if claims["email"] != nil || claims["given_name"] != nil {
		t.Errorf("only openid was asked for: %v", claims)
	}
}

// TestGoClients completes the other flows with x/oauth2 and go-oidc.
func TestGoClients(t *testing.T) {
	t.Parallel()
	i := start(t)
	i.withRefreshTokens(t, "")
	i.setOAuth(t, allGrants)
	i.withEntities(t)
	c := i.client(t)
	c.Scopes = []string{"openid", "offline_access", "email"}
	back := c.signIn(t, c.AuthCodeURL("some state"))
	token, err := c.Exchange(t.Context(), back.Query().Get("code"))
	if err != nil || token.RefreshToken == "" {
		t.Fatalf("%+v, %v", token, err)
	}
	token.Expiry = time.Now().Add(-time.Hour)
	refreshed, err := c.TokenSource(t.Context(), token).Token()
	if err != nil || refreshed.AccessToken == token.AccessToken {
		t.Fatalf("refreshed: %+v, %v", refreshed, err)
	}
	info, err := c.provider.UserInfo(t.Context(), oauth2.StaticTokenSource(refreshed))
	if err != nil || info.Subject != janeID || info.Email != "jane@example.com" {
		t.Errorf("user info: %+v, %v", info, err)
	}
	byPassword, err := c.PasswordCredentialsToken(t.Context(), "jane@example.com", password)
	if err != nil || byPassword.Extra("userId") != janeID {
		t.Errorf("password: %+v, %v", byPassword, err)
	}
	entity := clientcredentials.Config{
		ClientID: "reader-client", ClientSecret: "made-up secret", TokenURL: c.Endpoint.TokenURL, Scopes: []string{"target-entity:" + libraryEntity + ":read"},
	}
	if token, err := entity.Token(t.Context()); err != nil || payload(t, token.AccessToken)["aud"] != libraryEntity {
		t.Errorf("client credentials: %+v, %v", token, err)
	}
	c.Endpoint.DeviceAuthURL = strings.Replace(c.Endpoint.TokenURL, "/token", "/device_authorize", 1)
	device, err := c.DeviceAuth(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	to := i.anonymously("GET /oauth2/device?interactive_user_code=" + device.UserCode).header.Get("Location")
	i.sendForm(filledIn(hiddenFields(i.anonymously("GET "+to).body), "jane", password))
	device.Interval = 1
	if token, err := c.DeviceAccessToken(t.Context(), device); err != nil || token.Extra("userId") != janeID {
		t.Errorf("device: %+v, %v", token, err)
	}
}

package identity_test

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"wherry/server/internal/fa"
	"wherry/server/internal/identity"
)

// signer writes down what it signs.
type signer struct{ err error }

func (s signer) Sign(_ context.Context, key fa.ID, header, claims map[string]any) (string, error) {
	text, err := json.Marshal(map[string]any{"key": key, "header": header, "claims": claims})
	return string(text), errors.Join(err, s.err)
}

func (s signer) Hash(_ context.Context, key fa.ID, value string) (string, error) {
	return "hash of " + value + " for " + string(key), s.err
}

// signed is a token as the signer wrote it.
type signed struct {
	Key    fa.ID
	Header map[string]any
	Claims map[string]any
}

func read(t *testing.T, token identity.Token, err error) (s signed) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal([]byte(token.Compact), &s); err != nil {
		t.Fatal(err)
	}
	return s
}

func newTokens() *identity.Tokens {
	return &identity.Tokens{Signer: signer{}, Identifiers: noIdentifiers{}, Now: func() time.Time { return start }, NewID: func() fa.ID { return id(500) }}
}

var accessKey, idKey, ownKey = id(21), id(22), id(23)

// grant is somebody with everything that a token can say.
func grant(scopes ...string) identity.Grant {
	tenant, app, user := fa.NewTenant(), fa.NewApplication(), fa.NewUser()
	tenant.ID, tenant.Issuer = tenantID, "https://auth.example.com"
	tenant.JWTConfiguration.AccessTokenKeyID, tenant.JWTConfiguration.IDTokenKeyID = accessKey, idKey
	app.ID, app.Roles = forum, []fa.Role{{Name: "admin"}, {Name: "user"}}
	user.ID, user.Email, user.Username, user.PhoneNumber, user.MobilePhone = adaID, "ada@example.com", "ada", "+13035550100", "+15550199"
	user.FirstName, user.MiddleName, user.LastName, user.FullName = "Ada", "June", "Marsh", "Ada Marsh"
	user.BirthDate, user.ImageURL, user.Timezone, user.PreferredLanguages = "1988-04-03", "https://example.com/ada.png", "Europe/Lisbon", []string{"pt", "en"}
	user.SettleIdentities(fa.VerifiedDisabled, 1)
	user.TrustIdentities(true, 1)
	registration := fa.NewRegistration()
	registration.ApplicationID, registration.Roles = forum, []string{"admin", "user"}
	return identity.Grant{
		Tenant: &tenant, Application: &app, User: &user, Registration: &registration,
		AuthenticationType: "PASSWORD", AuthTime: start.Add(-time.Minute), Scopes: scopes,
	}
}

// with is a set of claims and some more.
func with(claims map[string]any, more map[string]any) map[string]any {
	all := map[string]any{}
	for _, set := range []map[string]any{claims, more} {
		for name, value := range set {
			all[name] = value
		}
	}
	return all
}

// common is what every token of grant says.
var common = map[string]any{
	"iss": "https://auth.example.com", "sub": string(adaID), "aud": string(forum), "jti": string(id(500)), "tid": string(tenantID),
	"iat": float64(start.Unix()), "exp": float64(start.Unix() + 3600), "auth_time": float64(start.Unix() - 60), "authenticationType": "PASSWORD",
}

func TestAccessTokens(t *testing.T) {
	t.Parallel()
	registered := map[string]any{"applicationId": string(forum), "roles": []any{"admin", "user"}}
	personal := map[string]any{"email": "ada@example.com", "email_verified": true, "preferred_username": "ada"}
	tests := map[string]struct {
		change func(*identity.Grant)
		scopes []string
		want   map[string]any
	}{
		"strict":             {nil, nil, with(common, registered)},
		"strict with scopes": {nil, []string{"openid", "email", "profile"}, with(common, with(registered, map[string]any{"scope": "openid email profile"}))},
		"compatibility": {
			func(g *identity.Grant) { g.Application.OAuthConfiguration.ScopeHandlingPolicy = fa.ScopesCompatibility }, nil,
			with(common, with(registered, personal)),
		},
		"compatibility without an address": {
			func(g *identity.Grant) {
				g.Application.OAuthConfiguration.ScopeHandlingPolicy = fa.ScopesCompatibility
				g.User.Email, g.User.Username = "", ""
			}, nil, with(common, registered),
		},
		"no roles": {
			func(g *identity.Grant) { g.Registration.Roles = []string{} }, nil,
			with(common, map[string]any{"applicationId": string(forum), "roles": []any{}}),
		},
		"not registered":   {func(g *identity.Grant) { g.Registration = nil }, nil, common},
		"signed in by now": {func(g *identity.Grant) { g.AuthTime = time.Time{} }, nil, with(with(common, registered), map[string]any{"auth_time": float64(start.Unix())})},
	}
	for name, test := range tests {
		g := grant(test.scopes...)
		if test.change != nil {
			test.change(&g)
		}
		token, err := newTokens().Access(t.Context(), g)
		got := read(t, token, err)
		if diff := cmp.Diff(test.want, got.Claims); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
		if got.Key != accessKey || len(got.Header) != 0 || !token.Expires.Equal(start.Add(time.Hour)) {
			t.Errorf("%s: key %s, header %v, expires %v", name, got.Key, got.Header, token.Expires)
		}
	}
	g := grant()
	g.Application, g.Registration = nil, nil
	token, err := newTokens().Access(t.Context(), g)
	if got := read(t, token, err); got.Claims["aud"] != nil || got.Key != accessKey {
		t.Errorf("to no application: %+v", got)
	}
}

func TestIDTokensSayWhatTheScopesAllow(t *testing.T) {
	t.Parallel()
	hashes := map[string]any{"at_hash": "hash of access for " + string(idKey)}
	email := map[string]any{"email": "ada@example.com", "email_verified": true}
	phone := map[string]any{"phone_number": "+13035550100", "phone_number_verified": true}
	profile := map[string]any{
		"given_name": "Ada", "middle_name": "June", "family_name": "Marsh", "name": "Ada Marsh", "preferred_username": "ada",
		"birthdate": "1988-04-03", "picture": "https://example.com/ada.png", "zoneinfo": "Europe/Lisbon", "locale": "pt",
	}
	bare := func(g *identity.Grant) {
		*g.User = fa.User{ID: adaID, MobilePhone: "+15550199"}
	}
	tests := map[string]struct {
		scopes string
		change func(*identity.Grant)
		want   map[string]any
	}{
		"openid":              {"openid", nil, nil},
		"address":             {"openid address", nil, nil},
		"email":               {"openid email", nil, email},
		"phone":               {"openid phone", nil, phone},
		"profile":             {"openid profile", nil, profile},
		"all":                 {"openid email phone profile", nil, with(email, with(phone, profile))},
		"nothing to say":      {"openid email profile", bare, nil},
		"a phone for nothing": {"openid phone", bare, map[string]any{"phone_number": "+15550199"}},
		"not verified": {
			"openid email phone", func(g *identity.Grant) { g.User.TrustIdentities(false, 2) },
			with(with(email, phone), map[string]any{"email_verified": false, "phone_number_verified": false}),
		},
		"nonce":         {"openid", func(g *identity.Grant) { g.Nonce = "n-1" }, map[string]any{"nonce": "n-1"}},
		"code":          {"openid", func(g *identity.Grant) { g.Code = "c" }, map[string]any{"c_hash": "hash of c for " + string(idKey)}},
		"compatibility": {"openid", func(g *identity.Grant) { g.Application.OAuthConfiguration.ScopeHandlingPolicy = fa.ScopesCompatibility }, nil},
	}
	for name, test := range tests {
		g := grant(strings.Fields(test.scopes)...)
		if test.change != nil {
			test.change(&g)
		}
		token, err := newTokens().ID(t.Context(), g, "access")
		got := read(t, token, err)
		want := with(with(common, hashes), with(test.want, map[string]any{"scope": test.scopes}))
		if diff := cmp.Diff(want, got.Claims); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
		if got.Key != idKey {
			t.Errorf("%s: signed with %s", name, got.Key)
		}
	}
	token, err := newTokens().ID(t.Context(), grant("openid"), "")
	if got := read(t, token, err); got.Claims["at_hash"] != nil {
		t.Errorf("without an access token: %+v", got.Claims)
	}
}

func TestAnApplicationsOwnTokens(t *testing.T) {
	t.Parallel()
	own := fa.JWTConfiguration{Enabled: true, TimeToLiveInSeconds: 60, AccessTokenKeyID: ownKey, IDTokenKeyID: ownKey}
	for name, test := range map[string]struct {
		config        fa.JWTConfiguration
		access, id    fa.ID
		livesInSecond float64
	}{
		"everything":   {own, ownKey, ownKey, 60},
		"off":          {fa.JWTConfiguration{TimeToLiveInSeconds: 60, AccessTokenKeyID: ownKey, IDTokenKeyID: ownKey}, accessKey, idKey, 3600},
		"access key":   {fa.JWTConfiguration{Enabled: true, TimeToLiveInSeconds: 60, AccessTokenKeyID: ownKey}, ownKey, idKey, 60},
		"ID key":       {fa.JWTConfiguration{Enabled: true, TimeToLiveInSeconds: 60, IDTokenKeyID: ownKey}, accessKey, ownKey, 60},
		"only shorter": {fa.JWTConfiguration{Enabled: true, TimeToLiveInSeconds: 60}, accessKey, idKey, 60},
	} {
		g := grant("openid")
		g.Application.JWTConfiguration = test.config
		access, err := newTokens().Access(t.Context(), g)
		a := read(t, access, err)
		idToken, err := newTokens().ID(t.Context(), g, "access")
		i := read(t, idToken, err)
		if a.Key != test.access || i.Key != test.id || i.Claims["at_hash"] != "hash of access for "+string(test.id) {
			t.Errorf("%s: signed with %s and %s, hash %v", name, a.Key, i.Key, i.Claims["at_hash"])
		}
		for _, s := range []signed{a, i} {
			if s.Claims["exp"].(float64)-s.Claims["iat"].(float64) != test.livesInSecond {
				t.Errorf("%s: lives from %v to %v", name, s.Claims["iat"], s.Claims["exp"])
			}
		}
		if g.Application.JWTConfiguration.AccessTokenKeyID != test.config.AccessTokenKeyID {
			t.Errorf("%s: the application was changed", name)
		}
	}
}

func TestTokensNameTheirGrant(t *testing.T) {
	t.Parallel()
	g := grant("openid")
	g.GrantTypes = []string{fa.GrantAuthorizationCode}
	access, err := newTokens().Access(t.Context(), g)
	if gty, _ := read(t, access, err).Header["gty"].([]any); !slices.Equal(gty, []any{"authorization_code"}) {
		t.Errorf("gty: %v", gty)
	}
}

func TestTokensThatCannotBeSigned(t *testing.T) {
	t.Parallel()
	failure := errors.New("the key is gone")
	tokens := newTokens()
	tokens.Signer = signer{err: failure}
	for name, make := range map[string]func() (identity.Token, error){
		"access":     func() (identity.Token, error) { return tokens.Access(t.Context(), grant()) },
		"ID":         func() (identity.Token, error) { return tokens.ID(t.Context(), grant("openid"), "") },
		"ID, hashed": func() (identity.Token, error) { return tokens.ID(t.Context(), grant("openid"), "access") },
	} {
		if token, err := make(); !errors.Is(err, failure) || token.Compact != "" {
			t.Errorf("%s: %v, %v", name, token, err)
		}
	}
}

package pool

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	cip "github.com/aws/aws-sdk-go-v2/service/cognitoidentityprovider"
	"github.com/aws/aws-sdk-go-v2/service/cognitoidentityprovider/types"
	"github.com/go-jose/go-jose/v4"

	"wherry/pool"
)

// tokens signs a user in.
func (s *standIn) tokens(t testing.TB, username string) *types.AuthenticationResultType {
	t.Helper()
	out, err := s.signIn(t, username, password)
	if err != nil || out.AuthenticationResult == nil {
		t.Fatalf("sign in %s: got %+v, %v", username, out, err)
	}
	return out.AuthenticationResult
}

// get fetches a JSON document of the pool's.
func get(t testing.TB, url string, v any) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	if answer.StatusCode != http.StatusOK {
		t.Fatalf("%s: %s", url, answer.Status)
	}
	if err := json.NewDecoder(answer.Body).Decode(v); err != nil {
		t.Fatal(err)
	}
}

// claims verifies a token by the keys that the pool publishes.
func (s *standIn) claims(t testing.TB, token string) (kid string, claims map[string]any) {
	t.Helper()
	var keys jose.JSONWebKeySet
	get(t, s.url+"/"+poolID+"/.well-known/jwks.json", &keys)
	signed, err := jose.ParseSignedCompact(token, []jose.SignatureAlgorithm{jose.RS256})
	if err != nil {
		t.Fatal(err)
	}
	payload, err := signed.Verify(keys)
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(payload, &claims); err != nil {
		t.Fatal(err)
	}
	if len(keys.Keys) != 2 {
		t.Errorf("got %d keys, want two", len(keys.Keys))
	}
	return signed.Signatures[0].Header.KeyID, claims
}

func TestClaims(t *testing.T) {
	t.Parallel()
	s := start(t, withClient(clientID, func(c *pool.Client) {
		c.ReadAttributes = []string{"email", "email_verified", "custom:plan"}
	}), func(d *pool.Directory) {
		d.Users[11].Set("identities", `[{"userId":"77","providerName":"Google","providerType":"Google","issuer":null,"primary":false,"dateCreated":1642699117273}]`)
		d.Users[11].Set("name", "Grace, whose name the client may not read")
	})
	tokens := s.tokens(t, "grace")
	idKey, id := s.claims(t, *tokens.IdToken)
	accessKey, access := s.claims(t, *tokens.AccessToken)
	if idKey == accessKey || idKey == "" {
		t.Errorf("ID and access token have keys %q and %q", idKey, accessKey)
	}
	const issuer = "https://cognito-idp.us-east-1.amazonaws.com/" + poolID
	check := func(of string, claims map[string]any, want string) {
		t.Helper()
		for _, changing := range []string{"exp", "iat", "auth_time", "jti", "origin_jti", "event_id"} {
			if claims[changing] == nil {
				t.Errorf("%s token lacks %s", of, changing)
			}
			delete(claims, changing)
		}
		got, err := json.Marshal(claims)
		if err != nil {
			t.Fatal(err)
		}
		if string(got) != want {
			t.Errorf("%s token:\ngot  %s\nwant %s", of, got, want)
		}
	}
	if lifetime := id["exp"].(float64) - id["iat"].(float64); lifetime != 3600 {
		t.Errorf("the ID token lasts %v seconds", lifetime)
	}
	if id["origin_jti"] != access["origin_jti"] || id["jti"] == access["jti"] {
		t.Error("both tokens come from one sign-in, and are two")
	}
	check("ID", id, `{"aud":"1example23456789","cognito:groups":["admins","editors"],"cognito:preferred_role":"arn:aws:iam::123456789012:role/admins",`+
		`"cognito:roles":["arn:aws:iam::123456789012:role/admins"],"cognito:username":"grace","custom:plan":"gold","email":"grace@example.com","email_verified":true,`+
		`"identities":[{"dateCreated":"1642699117273","issuer":null,"primary":"false","providerName":"Google","providerType":"Google","userId":"77"}],`+
		`"iss":"`+issuer+`","sub":"`+sub(11)+`","token_use":"id"}`)
	check("access", access, `{"client_id":"1example23456789","cognito:groups":["admins","editors"],"iss":"`+issuer+`",`+
		`"scope":"aws.cognito.signin.user.admin","sub":"`+sub(11)+`","token_use":"access","username":"grace"}`)
}

func TestGetUserShowsWhatTheClientMayRead(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		readable []string
		plan     string
		email    string
	}{
		"standard attributes by default": {nil, "", "jane@example.com"},
		"what is listed":                 {[]string{"custom:plan"}, "gold", ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := start(t, withClient(clientID, func(c *pool.Client) { c.ReadAttributes = tt.readable }))
			user, err := s.GetUser(t.Context(), &cip.GetUserInput{AccessToken: s.tokens(t, "jane").AccessToken})
			if err != nil {
				t.Fatal(err)
			}
			plan, email, subject := value(user.UserAttributes, "custom:plan"), value(user.UserAttributes, "email"), value(user.UserAttributes, "sub")
			if plan != tt.plan || email != tt.email || subject != sub(0) {
				t.Errorf("got plan %q, email %q, sub %q", plan, email, subject)
			}
		})
	}
}

func TestGetUserTellsTheFactors(t *testing.T) {
	t.Parallel()
	s := start(t, withMFA("OFF"), func(d *pool.Directory) { d.Users[15].MFA.Preferred = "SMS_MFA" })
	user, err := s.GetUser(t.Context(), &cip.GetUserInput{AccessToken: s.tokens(t, "both").AccessToken})
	if err != nil || len(user.UserMFASettingList) != 2 || aws.ToString(user.PreferredMfaSetting) != "SMS_MFA" || user.MFAOptions != nil {
		t.Errorf("got %+v, %v", user, err)
	}
	user, err = s.GetUser(t.Context(), &cip.GetUserInput{AccessToken: s.tokens(t, "olda").AccessToken})
	if err != nil || len(user.MFAOptions) != 1 || *user.MFAOptions[0].AttributeName != "phone_number" {
		t.Errorf("got %+v, %v", user, err)
	}
}

func TestAccessTokensThatAreRefused(t *testing.T) {
	t.Parallel()
	other := start(t, func(d *pool.Directory) { d.Pool.ID = "us-east-1_Another01" })
	for _, tt := range []struct {
		name  string
		token func(*testing.T, *standIn) string
		want  string
	}{
		{"no token", func(*testing.T, *standIn) string { return "nonsense" }, "Invalid Access Token"},
		{"an ID token", func(t *testing.T, s *standIn) string { return *s.tokens(t, "jane").IdToken }, "Invalid Access Token"},
		{"a changed one", func(t *testing.T, s *standIn) string { return forged(*s.tokens(t, "jane").AccessToken) }, "Invalid Access Token"},
		{"another pool's", func(t *testing.T, _ *standIn) string { return *other.tokens(t, "jane").AccessToken }, "Invalid Access Token"},
		{"an old one", func(t *testing.T, s *standIn) string {
			token := *s.tokens(t, "jane").AccessToken
			s.pool.MoveClock(time.Hour)
			return token
		}, "Access Token has expired"},
		{"a disabled user's", func(t *testing.T, s *standIn) string {
			token := *s.tokens(t, "jane").AccessToken
			_, err := s.AdminDisableUser(t.Context(), &cip.AdminDisableUserInput{UserPoolId: aws.String(poolID), Username: aws.String("jane")})
			if err != nil {
				t.Fatal(err)
			}
			return token
		}, "Access Token has been revoked"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s := start(t)
			token := tt.token(t, s)
			_, err := s.GetUser(t.Context(), &cip.GetUserInput{AccessToken: &token})
			wantRefusal(t, err, "NotAuthorizedException: "+tt.want)
		})
	}
}

// forged is a token of the same payload under no signature of the pool's.
func forged(token string) string {
	parts := strings.Split(token, ".")
	return parts[0] + "." + parts[1] + "." + strings.Repeat("A", len(parts[2]))
}

func TestDeletedUsersTokenFindsNobody(t *testing.T) {
	t.Parallel()
	s := start(t)
	token := s.tokens(t, "jane").AccessToken
	if _, err := s.AdminDeleteUser(t.Context(), &cip.AdminDeleteUserInput{UserPoolId: aws.String(poolID), Username: aws.String("jane")}); err != nil {
		t.Fatal(err)
	}
	_, err := s.GetUser(t.Context(), &cip.GetUserInput{AccessToken: token})
	wantRefusal(t, err, "UserNotFoundException: User does not exist.")
}

func (s *standIn) refresh(t testing.TB, refreshToken *string) (*cip.InitiateAuthOutput, error) {
	t.Helper()
	return s.InitiateAuth(t.Context(), &cip.InitiateAuthInput{
		ClientId: aws.String(clientID), AuthFlow: "REFRESH_TOKEN_AUTH", AuthParameters: map[string]string{"REFRESH_TOKEN": *refreshToken},
	})
}

func TestRefresh(t *testing.T) {
	t.Parallel()
	s := start(t)
	first := s.tokens(t, "jane")
	_, before := s.claims(t, *first.AccessToken)
	s.pool.MoveClock(2 * time.Hour)
	out, err := s.refresh(t, first.RefreshToken)
	if err != nil || out.AuthenticationResult == nil || out.AuthenticationResult.RefreshToken != nil {
		t.Fatalf("got %+v, %v", out, err)
	}
	_, after := s.claims(t, *out.AuthenticationResult.AccessToken)
	if before["auth_time"] != after["auth_time"] || before["origin_jti"] != after["origin_jti"] || before["iat"] == after["iat"] {
		t.Errorf("got %v after %v", after, before)
	}
	if _, err := s.GetUser(t.Context(), &cip.GetUserInput{AccessToken: out.AuthenticationResult.AccessToken}); err != nil {
		t.Error(err)
	}
	exchanged, err := s.GetTokensFromRefreshToken(t.Context(), &cip.GetTokensFromRefreshTokenInput{
		ClientId: aws.String(clientID), RefreshToken: first.RefreshToken,
	})
	if err != nil || exchanged.AuthenticationResult.RefreshToken != nil {
		t.Errorf("got %+v, %v", exchanged, err)
	}
}

func TestRefreshTokensThatAreRefused(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name, want string
		spoil      func(*testing.T, *standIn, *types.AuthenticationResultType)
	}{
		{"forged", "Invalid Refresh Token", func(_ *testing.T, _ *standIn, r *types.AuthenticationResultType) {
			r.RefreshToken = aws.String((*r.RefreshToken)[:len(*r.RefreshToken)-6] + "AAAAAA")
		}},
		{"nonsense", "Invalid Refresh Token", func(_ *testing.T, _ *standIn, r *types.AuthenticationResultType) {
			r.RefreshToken = aws.String("nonsense")
		}},
		{"old", "Refresh Token has expired", func(_ *testing.T, s *standIn, _ *types.AuthenticationResultType) {
			s.pool.MoveClock(30 * 24 * time.Hour)
		}},
		{"revoked", "Refresh Token has been revoked", func(t *testing.T, s *standIn, r *types.AuthenticationResultType) {
			_, err := s.RevokeToken(t.Context(), &cip.RevokeTokenInput{ClientId: aws.String(clientID), Token: r.RefreshToken})
			if err != nil {
				t.Fatal(err)
			}
		}},
		{"signed out", "Refresh Token has been revoked", func(t *testing.T, s *standIn, r *types.AuthenticationResultType) {
			if _, err := s.GlobalSignOut(t.Context(), &cip.GlobalSignOutInput{AccessToken: r.AccessToken}); err != nil {
				t.Fatal(err)
			}
		}},
		{"disabled", "User is disabled.", func(t *testing.T, s *standIn, _ *types.AuthenticationResultType) {
			_, err := s.AdminDisableUser(t.Context(), &cip.AdminDisableUserInput{UserPoolId: aws.String(poolID), Username: aws.String("jane")})
			if err != nil {
				t.Fatal(err)
			}
		}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s := start(t)
			tokens := s.tokens(t, "jane")
			tt.spoil(t, s, tokens)
			_, err := s.refresh(t, tokens.RefreshToken)
			wantRefusal(t, err, "NotAuthorizedException: "+tt.want)
			_, err = s.GetTokensFromRefreshToken(t.Context(), &cip.GetTokensFromRefreshTokenInput{
				ClientId: aws.String(clientID), RefreshToken: tokens.RefreshToken,
			})
			wantRefusal(t, err, "NotAuthorizedException: "+tt.want)
		})
	}
}

func TestRefreshTokenOfAnotherClient(t *testing.T) {
	t.Parallel()
	s := start(t)
	token := s.tokens(t, "jane").RefreshToken
	_, err := s.GetTokensFromRefreshToken(t.Context(), &cip.GetTokensFromRefreshTokenInput{ClientId: aws.String(hidingID), RefreshToken: token})
	wantRefusal(t, err, "NotAuthorizedException: Invalid Refresh Token")
	_, err = s.RevokeToken(t.Context(), &cip.RevokeTokenInput{ClientId: aws.String(hidingID), Token: token})
	wantRefusal(t, err, "UnauthorizedException: Token is not issued to this client")
}

// One sign-in ends, another of the same second goes on.
func TestRevokingOneSignIn(t *testing.T) {
	t.Parallel()
	s := start(t)
	first, second := s.tokens(t, "jane"), s.tokens(t, "jane")
	if _, err := s.RevokeToken(t.Context(), &cip.RevokeTokenInput{ClientId: aws.String(clientID), Token: first.RefreshToken}); err != nil {
		t.Fatal(err)
	}
	if _, err := s.GetUser(t.Context(), &cip.GetUserInput{AccessToken: second.AccessToken}); err != nil {
		t.Error(err)
	}
	_, err := s.RevokeToken(t.Context(), &cip.RevokeTokenInput{ClientId: aws.String(clientID), Token: second.AccessToken})
	wantRefusal(t, err, "UnsupportedTokenTypeException: Unsupported token type")
}

// Where tokens cannot be revoked one by one, they say so, and signing out
// everywhere works all the same.
func TestWithoutRevocation(t *testing.T) {
	t.Parallel()
	s := start(t, withClient(clientID, func(c *pool.Client) { c.EnableTokenRevocation = new(false) }))
	tokens := s.tokens(t, "jane")
	_, err := s.RevokeToken(t.Context(), &cip.RevokeTokenInput{ClientId: aws.String(clientID), Token: tokens.RefreshToken})
	wantRefusal(t, err, "UnsupportedOperationException: Token revocation is disabled for this client")
	if _, claims := s.claims(t, *tokens.AccessToken); claims["origin_jti"] != nil {
		t.Errorf("got %v", claims)
	}
	if _, err := s.GlobalSignOut(t.Context(), &cip.GlobalSignOutInput{AccessToken: tokens.AccessToken}); err != nil {
		t.Fatal(err)
	}
	_, err = s.GetUser(t.Context(), &cip.GetUserInput{AccessToken: tokens.AccessToken})
	wantRefusal(t, err, "NotAuthorizedException: Access Token has been revoked")
	if _, err := s.GetUser(t.Context(), &cip.GetUserInput{AccessToken: s.tokens(t, "jane").AccessToken}); err != nil {
		t.Error(err)
	}
}

// Everything from before a sign-out is over, what follows at once is not.
func TestSigningOutEverywhere(t *testing.T) {
	t.Parallel()
	s := start(t)
	for name, signOut := range map[string]func(token *string) error{
		"by the user": func(token *string) error {
			_, err := s.GlobalSignOut(t.Context(), &cip.GlobalSignOutInput{AccessToken: token})
			return err
		},
		"by an administrator": func(*string) error {
			_, err := s.AdminUserGlobalSignOut(t.Context(), &cip.AdminUserGlobalSignOutInput{UserPoolId: aws.String(poolID), Username: aws.String("jane")})
			return err
		},
	} {
		first, second := s.tokens(t, "jane"), s.tokens(t, "jane")
		if err := signOut(first.AccessToken); err != nil {
			t.Fatal(name, err)
		}
		for _, old := range []*string{first.AccessToken, second.AccessToken} {
			_, err := s.GetUser(t.Context(), &cip.GetUserInput{AccessToken: old})
			wantRefusal(t, err, "NotAuthorizedException: Access Token has been revoked")
		}
		if _, err := s.GetUser(t.Context(), &cip.GetUserInput{AccessToken: s.tokens(t, "jane").AccessToken}); err != nil {
			t.Error(name, err)
		}
	}
}

func TestRotation(t *testing.T) {
	t.Parallel()
	s := start(t, withClient(clientID, func(c *pool.Client) {
		c.RefreshTokenRotation = &pool.RefreshTokenRotation{Feature: "ENABLED", RetryGracePeriodSeconds: 10}
	}))
	exchange := func(token *string) (*string, error) {
		out, err := s.GetTokensFromRefreshToken(t.Context(), &cip.GetTokensFromRefreshTokenInput{ClientId: aws.String(clientID), RefreshToken: token})
		if err != nil {
			return nil, err
		}
		return out.AuthenticationResult.RefreshToken, nil
	}
	first := s.tokens(t, "jane").RefreshToken
	second, err := exchange(first)
	if err != nil || second == nil {
		t.Fatalf("got %v, %v", second, err)
	}
	if _, err := exchange(first); err != nil {
		t.Errorf("within the grace period: %v", err)
	}
	s.pool.MoveClock(11 * time.Second)
	_, err = exchange(first)
	wantRefusal(t, err, "RefreshTokenReuseException: Refresh token reuse detected.")
	if _, err := exchange(second); err != nil {
		t.Error(err)
	}
	_, err = s.refresh(t, first)
	wantRefusal(t, err, "InvalidParameterException: REFRESH_TOKEN_AUTH flow not enabled for this client")
}

func TestRefreshWithASecret(t *testing.T) {
	t.Parallel()
	s := start(t)
	out, err := s.InitiateAuth(t.Context(), &cip.InitiateAuthInput{
		ClientId: aws.String(secretID), AuthFlow: "USER_PASSWORD_AUTH",
		AuthParameters: map[string]string{"USERNAME": "jane", "PASSWORD": password, "SECRET_HASH": hash("jane")},
	})
	if err != nil {
		t.Fatal(err)
	}
	token := out.AuthenticationResult.RefreshToken
	for hashed, want := range map[string]string{
		hash("jane"):  "tokens",
		hash("janet"): "NotAuthorizedException: Unable to verify secret hash for client " + secretID,
	} {
		out, err := s.InitiateAuth(t.Context(), &cip.InitiateAuthInput{
			ClientId: aws.String(secretID), AuthFlow: "REFRESH_TOKEN_AUTH", AuthParameters: map[string]string{"REFRESH_TOKEN": *token, "SECRET_HASH": hashed},
		})
		if got := ended(out, err); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
	for secret, want := range map[string]string{
		"":           "NotAuthorizedException: Client " + secretID + " is configured with secret but client secret was not received",
		"wrong":      "NotAuthorizedException: Invalid client secret for client " + secretID,
		clientSecret: "",
	} {
		in := &cip.RevokeTokenInput{ClientId: aws.String(secretID), Token: token}
		if secret != "" {
			in.ClientSecret = &secret
		}
		_, err := s.RevokeToken(t.Context(), in)
		wantRefusal(t, err, want)
	}
}

func TestTokenLifetimes(t *testing.T) {
	t.Parallel()
	s := start(t, withClient(clientID, func(c *pool.Client) {
		c.AccessTokenValidity, c.IDTokenValidity, c.RefreshTokenValidity = 10, 1, 2
		c.TokenValidityUnits = &pool.TokenValidityUnits{AccessToken: "minutes", IDToken: "days", RefreshToken: "hours"}
	}))
	tokens := s.tokens(t, "jane")
	_, id := s.claims(t, *tokens.IdToken)
	if tokens.ExpiresIn != 600 || id["exp"].(float64)-id["iat"].(float64) != 86400 {
		t.Errorf("got %d and %v", tokens.ExpiresIn, id)
	}
	s.pool.MoveClock(2*time.Hour - time.Minute)
	if _, err := s.refresh(t, tokens.RefreshToken); err != nil {
		t.Error(err)
	}
	s.pool.MoveClock(time.Minute)
	_, err := s.refresh(t, tokens.RefreshToken)
	wantRefusal(t, err, "NotAuthorizedException: Refresh Token has expired")
}

func TestDiscovery(t *testing.T) {
	t.Parallel()
	s := startWith(t, pool.Config{Directories: []pool.Directory{directory()}, Issuer: "http://127.0.0.1:9229"})
	var found struct {
		Issuer string `json:"issuer"`
		Keys   string `json:"jwks_uri"`
	}
	get(t, s.url+"/"+poolID+"/.well-known/openid-configuration", &found)
	const issuer = "http://127.0.0.1:9229/" + poolID
	_, claims := s.claims(t, *s.tokens(t, "jane").IdToken)
	if found.Issuer != issuer || found.Keys != issuer+"/.well-known/jwks.json" || claims["iss"] != issuer {
		t.Errorf("got %+v, and tokens by %v", found, claims["iss"])
	}
}

// Tokens outlive a restart of the stand-in with the same keys.
func TestTokensOutliveARestart(t *testing.T) {
	t.Parallel()
	before, after := start(t), start(t)
	tokens := before.tokens(t, "jane")
	if _, err := after.GetUser(t.Context(), &cip.GetUserInput{AccessToken: tokens.AccessToken}); err != nil {
		t.Error(err)
	}
	if _, err := after.refresh(t, tokens.RefreshToken); err != nil {
		t.Error(err)
	}
	other := startWith(t, pool.Config{Directories: []pool.Directory{directory()}, Keys: "others"})
	_, err := other.GetUser(t.Context(), &cip.GetUserInput{AccessToken: tokens.AccessToken})
	wantRefusal(t, err, "NotAuthorizedException: Invalid Access Token")
}

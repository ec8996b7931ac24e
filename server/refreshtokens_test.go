package server_test

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"
)

const formKind = "application/x-www-form-urlencoded"

// withRefreshTokens lets the example application give refresh tokens out
// everywhere, by these further settings of its tokens.
func (i *instance) withRefreshTokens(t testing.TB, settings string) {
	t.Helper()
	if settings != "" {
		settings = `,"jwtConfiguration":{"enabled":true,` + settings + `}`
	}
	i.do(`PATCH /api/application/` + applicationID + ` {"application":{"loginConfiguration":{"generateRefreshTokens":true,"allowTokenRefresh":true},` +
		`"oauthConfiguration":{"generateRefreshTokens":true}` + settings + `}}`).must(t)
}

// logIn signs Jane in at the Login API.
func (i *instance) logIn(t testing.TB) response {
	t.Helper()
	return i.do(`POST /api/login {"loginId":"jane@example.com","password":"` + password + `","applicationId":"` + applicationID +
		`","metaData":{"device":{"name":"Jane's phone","type":"MOBILE"}}}`).must(t)
}

func (i *instance) refresh(value string) response {
	return i.send(call{do: `POST /api/jwt/refresh {"refreshToken":"` + value + `"}`, as: noKey})
}

func (i *instance) sessions(t testing.TB) response {
	t.Helper()
	return i.do("GET /api/jwt/refresh?userId=" + janeID).must(t)
}

func TestRefreshAtTheJWTAPI(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, i *instance) {
		if r := i.logIn(t); r.at("refreshToken") != absent {
			t.Fatalf("nobody asked for refresh tokens: %s", r.body)
		}
		i.withRefreshTokens(t, "")
		in := i.logIn(t)
		value, id := in.text("refreshToken"), in.text("refreshTokenId")
		claims := payload(t, in.text("token"))
		if value == "" || claims["sid"] != id {
			t.Fatalf("refresh token %s, sid %v: %s", id, claims["sid"], in.body)
		}
		i.clock.advance(time.Minute)
		r := i.refresh(value).must(t)
		r.want(t, values{"refreshToken": value, "refreshTokenId": id})
		refreshed := payload(t, r.text("token"))
		for name, want := range map[string]any{
			"authenticationType": "REFRESH_TOKEN", "sub": janeID, "applicationId": applicationID, "auth_time": claims["auth_time"], "sid": id,
		} {
			if refreshed[name] != want {
				t.Errorf("%s is %v, want %v", name, refreshed[name], want)
			}
		}
		cookies := strings.Join(r.header["Set-Cookie"], "\n")
		for _, want := range []string{"access_token=" + r.text("token") + "; Path=/; HttpOnly", "refresh_token=" + value + "; Path=/; Expires="} {
			if !strings.Contains(cookies, want) {
				t.Errorf("no cookie %s in %s", want, cookies)
			}
		}
		byCookie := i.send(call{do: "POST /api/jwt/refresh", as: noKey, header: http.Header{"Cookie": {"refresh_token=" + value}}})
		byCookie.must(t).want(t, values{"refreshTokenId": id})

		one := i.do("GET /api/jwt/refresh/" + id).must(t)
		one.want(t, values{
			"refreshToken.id": id, "refreshToken.userId": janeID, "refreshToken.applicationId": applicationID, "refreshToken.tenantId": tenantID,
			"refreshToken.metaData.device.name": "Jane's phone", "refreshToken.metaData.device.type": "MOBILE", "refreshToken.token": absent,
			"refreshToken.startInstant": present, "refreshToken.metaData.device.lastAccessedInstant": present,
		})
		if strings.Contains(one.body, value) || strings.Contains(one.body, "authenticationType") {
			t.Errorf("too much: %s", one.body)
		}
		i.sessions(t).want(t, values{"refreshTokens.0.id": id, "refreshTokens.1": absent})
		if r := i.send(call{do: "GET /api/jwt/refresh/" + id, as: noKey}); r.status != http.StatusUnauthorized {
			t.Errorf("without a key: status %d", r.status)
		}
	})
}

func TestRefreshRefusals(t *testing.T) {
	t.Parallel()
	const refused = "[invalid]refreshToken"
	for _, tt := range []struct {
		name    string
		between []string // requests between the sign-in and the refresh
		later   time.Duration
		value   string
		more    string
		codes   string
	}{
		{name: "none", value: " ", codes: refused},
		{name: "unknown", value: "x", codes: refused},
		{name: "not text", value: `\ud83d\ude00`, codes: refused},
		{name: "over-long", value: strings.Repeat("x", 100_000), codes: refused},
		{name: "expired", later: 30*24*hour + time.Second, codes: refused},
		{name: "a moment before", later: 30*24*hour - time.Second},
		{name: "not allowed", between: []string{`PATCH /api/application/` + applicationID + ` {"application":{"loginConfiguration":{"allowTokenRefresh":false}}}`}, codes: refused},
		{name: "application gone", between: []string{`DELETE /api/application/` + applicationID}, codes: refused},
		{name: "user deactivated", between: []string{`DELETE /api/user/` + janeID}, codes: refused},
		{name: "user gone", between: []string{`DELETE /api/user/` + janeID + `?hardDelete=true`}, codes: refused},
		{name: "registration gone", between: []string{`DELETE /api/user/registration/` + janeID + `/` + applicationID}, codes: refused},
		{name: "password changed", between: []string{
			`PATCH /api/user/` + janeID + ` {"user":{"password":"another made-up password"}}`,
		}, codes: refused},
		{name: "password changed by login id", between: []string{
			`POST /api/user/change-password {"loginId":"jane@example.com","password":"another made-up password"}`,
		}, codes: refused},
		{name: "password changed, which ends nothing", between: []string{
			`PATCH /api/tenant/` + tenantID + ` {"tenant":{"jwtConfiguration":{"refreshTokenRevocationPolicy":{"onPasswordChanged":false}}}}`,
			`PATCH /api/user/` + janeID + ` {"user":{"password":"another made-up password"}}`,
		}},
		{name: "name changed", between: []string{`PATCH /api/user/` + janeID + ` {"user":{"firstName":"June"}}`}},
		{name: "a shorter life", more: `,"timeToLiveInSeconds":60`},
		{name: "a longer life", more: `,"timeToLiveInSeconds":3601`, codes: "[invalid]timeToLiveInSeconds"},
		{name: "no life", more: `,"timeToLiveInSeconds":-1`, codes: "[invalid]timeToLiveInSeconds"},
		{name: "revoked by id", between: []string{"DELETE /api/jwt/refresh/{id}"}, codes: refused},
		{name: "revoked by value", between: []string{"DELETE /api/jwt/refresh?token={value}"}, codes: refused},
		{name: "revoked by user", between: []string{"DELETE /api/jwt/refresh?userId=" + janeID}, codes: refused},
		{name: "revoked by application", between: []string{"DELETE /api/jwt/refresh?applicationId=" + applicationID}, codes: refused},
		{name: "revoked by both", between: []string{"DELETE /api/jwt/refresh?userId=" + janeID + "&applicationId=" + applicationID}, codes: refused},
		{name: "revoked by a body", between: []string{`DELETE /api/jwt/refresh {"token":"{value}"}`}, codes: refused},
		{name: "somebody else's revoked", between: []string{"DELETE /api/jwt/refresh?userId=" + nobodyID}},
		{name: "another application's revoked", between: []string{"DELETE /api/jwt/refresh?userId=" + janeID + "&applicationId=" + adminAppID}},
		{name: "logged out", between: []string{`POST /api/logout?refreshToken={value}`}, codes: refused},
		{name: "logged out everywhere", between: []string{`POST /api/logout {"global":true,"refreshToken":"{value}"}`}, codes: refused},
		{name: "logged out without a token", between: []string{`POST /api/logout?global=true`}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			i := start(t)
			i.withRefreshTokens(t, "")
			in := i.logIn(t)
			fill := strings.NewReplacer("{value}", in.text("refreshToken"), "{id}", in.text("refreshTokenId"))
			for _, request := range tt.between {
				i.do(fill.Replace(request)).must(t)
			}
			i.clock.advance(tt.later)
			value := tt.value
			if value == "" {
				value = in.text("refreshToken")
			}
			r := i.send(call{do: `POST /api/jwt/refresh {"refreshToken":"` + value + `"` + tt.more + `}`, as: noKey})
			if r.codes() != tt.codes || (r.status == http.StatusOK) != (tt.codes == "") {
				t.Fatalf("status %d, %q: %s", r.status, r.codes(), r.body)
			}
		})
	}
	i := start(t)
	if r := i.send(call{do: "POST /api/jwt/refresh", as: noKey}); r.codes() != "[missing]refreshToken" {
		t.Errorf("nothing: status %d, %s", r.status, r.body)
	}
	if r := i.do("DELETE /api/jwt/refresh"); r.codes() != "[missing]token" {
		t.Errorf("revoke nothing: status %d, %s", r.status, r.body)
	}
}

// TestRevokeMyOwn: whoever has an access token can end their own sessions, and
// nobody else's.
func TestRevokeMyOwn(t *testing.T) {
	t.Parallel()
	i := start(t)
	i.withRefreshTokens(t, "")
	const joeID = "00000000-0000-0000-0000-333333333333"
	i.do(`POST /api/user/registration/` + joeID + ` {"user":{"email":"joe@example.com","password":"` + password + `"},"registration":{"applicationId":"` + applicationID + `"}}`).must(t)
	joe := i.do(`POST /api/login {"loginId":"joe@example.com","password":"` + password + `","applicationId":"` + applicationID + `"}`).must(t)
	jane := i.logIn(t)
	as := "Bearer " + joe.text("token")
	if r := i.send(call{do: "DELETE /api/jwt/refresh?token=" + jane.text("refreshToken"), as: as}); r.status != http.StatusUnauthorized {
		t.Errorf("Jane's by value: status %d", r.status)
	}
	if r := i.send(call{do: "DELETE /api/jwt/refresh/" + jane.text("refreshTokenId"), as: as}); r.status != http.StatusNotFound {
		t.Errorf("Jane's by id: status %d", r.status)
	}
	i.send(call{do: "DELETE /api/jwt/refresh?userId=" + janeID, as: as}).must(t)
	i.refresh(jane.text("refreshToken")).must(t)
	if r := i.refresh(joe.text("refreshToken")); r.codes() != "[invalid]refreshToken" {
		t.Errorf("Joe has ended his own: status %d", r.status)
	}
	own := i.logIn(t)
	i.send(call{do: "DELETE /api/jwt/refresh token=" + own.text("refreshToken"), as: "Bearer " + own.text("token"), kind: formKind}).must(t)
	if r := i.refresh(own.text("refreshToken")); r.codes() != "[invalid]refreshToken" {
		t.Errorf("by a form: status %d", r.status)
	}
}

// TestRefreshTokenEnds: how long a refresh token lives that is used every so
// often.
func TestRefreshTokenEnds(t *testing.T) {
	t.Parallel()
	const days10 = `"timeToLiveInSeconds":60,"refreshTokenTimeToLiveInMinutes":14400,`
	for _, tt := range []struct {
		name, settings string
		every          time.Duration
		uses           int // after which it is over
	}{
		{"fixed", days10 + `"refreshTokenExpirationPolicy":"Fixed"`, 3 * 24 * hour, 3},
		{"sliding", days10 + `"refreshTokenExpirationPolicy":"SlidingWindow"`, 9 * 24 * hour, 50},
		{"sliding, left alone", days10 + `"refreshTokenExpirationPolicy":"SlidingWindow"`, 10 * 24 * hour, 0},
		{"sliding up to a maximum", days10 + `"refreshTokenExpirationPolicy":"SlidingWindowWithMaximumLifetime",` +
			`"refreshTokenSlidingWindowConfiguration":{"maximumTimeToLiveInMinutes":28800}`, 9 * 24 * hour, 2},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			i := start(t)
			i.withRefreshTokens(t, tt.settings)
			value, uses := i.logIn(t).text("refreshToken"), 0
			for uses < 50 {
				i.clock.advance(tt.every)
				if r := i.refresh(value); r.status != http.StatusOK {
					break
				}
				uses++
			}
			if uses != tt.uses {
				t.Errorf("refreshed %d times, want %d", uses, tt.uses)
			}
			want := tt.uses == 50
			if listed := i.sessions(t).at("refreshTokens.0") != absent; listed != want {
				t.Errorf("listed: %v", listed)
			}
		})
	}
}

func TestRefreshTokensForOneUse(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, i *instance) {
		i.withRefreshTokens(t, `"timeToLiveInSeconds":60,"refreshTokenTimeToLiveInMinutes":14400,"refreshTokenUsagePolicy":"OneTimeUse"`)
		in := i.logIn(t)
		first := in.text("refreshToken")
		r := i.refresh(first).must(t)
		second := r.text("refreshToken")
		if second == first || r.text("refreshTokenId") != in.text("refreshTokenId") {
			t.Fatalf("not rotated: %s", r.body)
		}
		if r := i.refresh(first); r.codes() != "[invalid]refreshToken" {
			t.Errorf("used twice: status %d", r.status)
		}
		third := i.refresh(second).must(t).text("refreshToken") // nobody asked that a reuse end it
		i.do(`PATCH /api/tenant/` + tenantID + ` {"tenant":{"jwtConfiguration":{"refreshTokenRevocationPolicy":{"onOneTimeTokenReuse":true}}}}`).must(t)
		if r := i.refresh(first); r.codes() != "[invalid]refreshToken" {
			t.Errorf("used twice: status %d", r.status)
		}
		if r := i.refresh(third); r.codes() != "[invalid]refreshToken" {
			t.Errorf("a value of two generations ago came back, and the session goes on: status %d", r.status)
		}
	})
}

func TestGraceForRefreshTokens(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, i *instance) {
		i.withRefreshTokens(t, `"timeToLiveInSeconds":60,"refreshTokenTimeToLiveInMinutes":14400,"refreshTokenUsagePolicy":"OneTimeUse",`+
			`"refreshTokenOneTimeUseConfiguration":{"gracePeriodInSeconds":60}`)
		i.do(`PATCH /api/tenant/` + tenantID + ` {"tenant":{"jwtConfiguration":{"refreshTokenRevocationPolicy":{"onOneTimeTokenReuse":true}}}}`).must(t)
		first := i.logIn(t).text("refreshToken")
		second := i.refresh(first).must(t).text("refreshToken")
		if again := i.refresh(first).must(t).text("refreshToken"); again != second {
			t.Errorf("the current value is not told again")
		}
		third := i.refresh(second).must(t).text("refreshToken")
		if again := i.refresh(first).must(t).text("refreshToken"); again != third || third == second {
			t.Errorf("two uses ago: not the current value")
		}
		i.clock.advance(61 * time.Second)
		if r := i.refresh(second); r.codes() != "[invalid]refreshToken" {
			t.Errorf("too late: status %d", r.status)
		}
		if r := i.refresh(third); r.codes() != "[invalid]refreshToken" {
			t.Errorf("after a reuse: status %d", r.status)
		}
	})
}

// TestRefreshTogether: of many who come with a value for one use, one gets the
// next, or all of them the same in the time of grace.
func TestRefreshTogether(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, i *instance) {
		for grace, want := range map[int]int{0: 1, 60: 20} {
			i.withRefreshTokens(t, fmt.Sprintf(`"timeToLiveInSeconds":60,"refreshTokenTimeToLiveInMinutes":14400,"refreshTokenUsagePolicy":"OneTimeUse",`+
				`"refreshTokenOneTimeUseConfiguration":{"gracePeriodInSeconds":%d}`, grace))
			value := i.logIn(t).text("refreshToken")
			answers := make(chan response, 20)
			for range 20 {
				go func() { answers <- i.refresh(value) }()
			}
			got := map[string]int{}
			for range 20 {
				if r := <-answers; r.status == http.StatusOK {
					got[r.text("refreshToken")]++
				}
			}
			if len(got) != 1 {
				t.Fatalf("grace %d: values %v", grace, len(got))
			}
			for _, n := range got {
				if n != want {
					t.Errorf("grace %d: %d got the next value, want %d", grace, n, want)
				}
			}
		}
	})
}

func TestImportRefreshTokens(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, i *instance) {
		i.withRefreshTokens(t, "")
		// Cognito's are JWE of this length.
		value := "made-up." + strings.Repeat("a-B_9", 350)
		began := time.Now().Add(-24 * hour).UnixMilli()
		one := func(application, user, token string) string {
			return fmt.Sprintf(`{"applicationId":%q,"userId":%q,"token":%q,"startInstant":%d,"metaData":{"device":{"name":"Jane's tablet"}}}`, application, user, token, began)
		}
		send := func(validate bool, tokens ...string) response {
			return i.do(fmt.Sprintf(`POST /api/user/refresh-token/import {"refreshTokens":[%s],"validateDbConstraints":%v}`, strings.Join(tokens, ","), validate))
		}
		for _, tt := range []struct {
			name     string
			validate bool
			tokens   []string
			status   int
			codes    string
		}{
			{"none", false, nil, 400, "[empty]refreshTokens"},
			{"nothing said", false, []string{"{}"}, 400, "[blank]refreshTokens.applicationId [blank]refreshTokens.token [blank]refreshTokens.userId [missing]refreshTokens.startInstant"},
			{"no such user", true, []string{one(applicationID, janeID, "fine"), one(applicationID, nobodyID, "x")}, 400, "[invalid]refreshTokens.userId"},
			{"not registered", false, []string{one(adminAppID, janeID, "x")}, 400, "[invalid]refreshTokens.userId"},
			{"twice", true, []string{one(applicationID, janeID, "same"), one(applicationID, janeID, "same")}, 400, "[duplicate]refreshTokens.token"},
			{"twice, not looked for", false, []string{one(applicationID, janeID, "same"), one(applicationID, janeID, "same")}, 500, ""},
		} {
			r := send(tt.validate, tt.tokens...)
			if r.status != tt.status || r.codes() != tt.codes || tt.status == 500 && r.body != "" {
				t.Errorf("%s: status %d, %q: %s", tt.name, r.status, r.codes(), r.body)
			}
		}
		if i.sessions(t).at("refreshTokens.0") != absent {
			t.Fatal("all or none")
		}
		if r := send(true, one(applicationID, janeID, value)); r.status != 200 || r.body != "" {
			t.Fatalf("status %d: %s", r.status, r.body)
		}
		if r := send(true, one(applicationID, janeID, value)); r.codes() != "[duplicate]refreshTokens.token" || strings.Contains(r.body, value) {
			t.Errorf("again: status %d: %s", r.status, r.body)
		}
		i.sessions(t).want(t, values{"refreshTokens.0.metaData.device.name": "Jane's tablet", "refreshTokens.0.startInstant": began})
		claims := payload(t, i.refresh(value).must(t).text("token"))
		if claims["sub"] != janeID || claims["auth_time"] != float64(began/1000) {
			t.Errorf("claims: %v", claims)
		}
		r := i.exchange(refreshForm(value)).must(t)
		r.want(t, values{"refresh_token": value, "scope": "openid offline_access", "userId": janeID})
		if id := payload(t, r.text("id_token")); id["sub"] != janeID || id["aud"] != applicationID {
			t.Errorf("ID token: %v", id)
		}
		i.clock.advance(29*24*hour + time.Minute) // it began a day before
		if r := i.refresh(value); r.codes() != "[invalid]refreshToken" {
			t.Errorf("after 30 days: status %d", r.status)
		}
		if strings.Contains(i.log.String(), value) || strings.Contains(i.log.String(), "fine") {
			t.Error("the log tells a refresh token")
		}
	})
}

func TestJWTAPI(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, i *instance) {
		i.withRefreshTokens(t, "")
		const otherID = "bbbbbbbb-0000-0000-0000-000000000001"
		i.do(`POST /api/application/` + otherID + ` {"application":{"name":"Other","loginConfiguration":{"generateRefreshTokens":true},"roles":[{"name":"boss","isDefault":true}]}}`).must(t)
		in := i.logIn(t)
		as := "Bearer " + in.text("token")
		i.send(call{do: "GET /api/jwt/validate", as: as}).must(t).want(t, values{"jwt.sub": janeID, "jwt.roles": []string{"reader"}})
		for name, token := range map[string]string{"none": noKey, "a key": superKey, "nonsense": "Bearer x", "another's": "Bearer " + in.text("token") + "x"} {
			if r := i.send(call{do: "GET /api/jwt/validate", as: token}); r.status != http.StatusUnauthorized {
				t.Errorf("validate with %s: status %d", name, r.status)
			}
		}
		issue := "GET /api/jwt/issue?applicationId=" + otherID
		if r := i.send(call{do: issue, as: as}); r.status != http.StatusUnauthorized {
			t.Errorf("not registered there: status %d: %s", r.status, r.body)
		}
		i.do(`POST /api/user/registration/` + janeID + ` {"registration":{"applicationId":"` + otherID + `"}}`).must(t)
		if r := i.send(call{do: "GET /api/jwt/issue", as: as}); r.codes() != "[missing]applicationId" {
			t.Errorf("which: status %d: %s", r.status, r.body)
		}
		i.clock.advance(10 * time.Minute)
		r := i.send(call{do: issue + "&refreshToken=" + in.text("refreshToken"), as: as}).must(t)
		issued, first := payload(t, r.text("token")), payload(t, in.text("token"))
		if issued["aud"] != otherID || issued["authenticationType"] != "JWT_SSO" || issued["exp"] != first["exp"] {
			t.Errorf("issued: %v", issued)
		}
		if r.text("refreshToken") == "" || r.text("refreshToken") == in.text("refreshToken") {
			t.Errorf("refresh token: %s", r.body)
		}
		began := i.sessions(t)
		if began.digits("refreshTokens.0.startInstant") != began.digits("refreshTokens.1.startInstant") {
			t.Errorf("the second session begins later: %s", began.body)
		}
		i.clock.advance(hour)
		if r := i.send(call{do: "GET /api/jwt/validate", as: as}); r.status != http.StatusUnauthorized {
			t.Errorf("validate what has expired: status %d", r.status)
		}
		if r := i.send(call{do: "GET /api/jwt/public-key?applicationId=" + applicationID, as: noKey}).must(t); !strings.Contains(r.text("publicKey"), "PUBLIC KEY") {
			t.Errorf("public key: %s", r.body)
		}
		all := i.send(call{do: "GET /api/jwt/public-key", as: noKey}).must(t)
		kid := header(t, in.text("token"))["kid"].(string)
		i.send(call{do: "GET /api/jwt/public-key?kid=" + url.QueryEscape(kid), as: noKey}).must(t).want(t, values{"publicKey": all.at("publicKeys." + kid)})
		if r := i.send(call{do: "GET /api/jwt/public-key?kid=unknown", as: noKey}); r.status != http.StatusNotFound {
			t.Errorf("unknown kid: status %d", r.status)
		}
	})
}

func TestVend(t *testing.T) {
	t.Parallel()
	i := start(t)
	r := i.do(`POST /api/jwt/vend {"claims":{"sub":"somebody","exp":1,"iat":1,"jti":"x","number":12345678901},"timeToLiveInSeconds":60}`).must(t)
	claims := payload(t, r.text("token"))
	if claims["sub"] != "somebody" || claims["exp"].(float64)-claims["iat"].(float64) != 60 || claims["jti"] == "x" || claims["number"] != float64(12345678901) {
		t.Errorf("claims: %v", claims)
	}
	// What somebody vends is no access token of ours.
	if r := i.send(call{do: "GET /api/jwt/validate", as: "Bearer " + i.do(`POST /api/jwt/vend {"claims":{"sub":"`+janeID+`"}}`).must(t).text("token")}); r.status != http.StatusUnauthorized {
		t.Errorf("validate a vended token: status %d: %s", r.status, r.body)
	}
	for body, codes := range map[string]string{
		`{"claims":[1]}`: "[couldNotConvert]claims", `{"keyId":"` + nobodyID + `"}`: "[invalid]keyId", `{"timeToLiveInSeconds":-1}`: "[invalid]timeToLiveInSeconds",
	} {
		if r := i.do("POST /api/jwt/vend " + body); r.codes() != codes {
			t.Errorf("%s: %q", body, r.codes())
		}
	}
	if r := i.send(call{do: "POST /api/jwt/vend {}", as: noKey}); r.status != http.StatusUnauthorized {
		t.Errorf("without a key: status %d", r.status)
	}
}

// TestRotateTheSigningKey: tokens of the key before are good until they expire;
// those of any other key never were.
func TestRotateTheSigningKey(t *testing.T) {
	t.Parallel()
	i := start(t)
	old := i.logIn(t)
	next := i.do(`POST /api/key/generate {"key":{"algorithm":"ES384","name":"Next"}}`).must(t).text("key.id")
	other := i.do(`POST /api/key/generate {"key":{"algorithm":"ES256","name":"Other"}}`).must(t).text("key.id")
	forged := i.do(`POST /api/jwt/vend {"keyId":"` + other + `","claims":{"sub":"` + janeID + `","tid":"` + tenantID + `","aud":"` + applicationID + `"}}`).must(t)
	i.do(`PATCH /api/tenant/` + tenantID + ` {"tenant":{"jwtConfiguration":{"accessTokenKeyId":"` + next + `","idTokenKeyId":"` + next + `"}}}`).must(t)
	fresh := i.logIn(t)
	if header(t, fresh.text("token"))["alg"] != "ES384" {
		t.Errorf("header %v", header(t, fresh.text("token")))
	}
	for name, token := range map[string]string{"old": old.text("token"), "new": fresh.text("token")} {
		if r := i.send(call{do: "GET /api/jwt/validate", as: "Bearer " + token}); r.status != http.StatusOK {
			t.Errorf("%s: status %d", name, r.status)
		}
	}
	if r := i.send(call{do: "GET /api/jwt/validate", as: "Bearer " + forged.text("token")}); r.status != http.StatusUnauthorized {
		t.Errorf("signed with a key that signs nothing for the tenant: status %d", r.status)
	}
}

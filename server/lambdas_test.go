package server_test

import (
	"encoding/base64"
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"testing"
)

const (
	populateID = "1a000000-0000-0000-0000-000000000001"
	validateID = "1a000000-0000-0000-0000-000000000002"
)

// lambda makes a lambda.
func (i *instance) lambda(t *testing.T, id, kind, body string) {
	t.Helper()
	i.do(`POST /api/lambda/` + id + ` {"lambda":{"name":"` + kind + `","type":"` + kind + `","body":` + encoded(t, body) + `}}`).must(t)
}

// claims are what a token says.
func claims(t *testing.T, token string) map[string]any {
	t.Helper()
	parts := strings.Split(token, ".")
	if len(parts) != 3 {
		t.Fatalf("no token: %q", token)
	}
	raw, err := base64.RawURLEncoding.DecodeString(parts[1])
	if err != nil {
		t.Fatal(err)
	}
	var all map[string]any
	if err := json.Unmarshal(raw, &all); err != nil {
		t.Fatal(err)
	}
	return all
}

func TestLambdaThatPopulatesTokens(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, i *instance) {
		t.Helper()
		i.lambda(t, populateID, "JWTPopulate", `function populate(jwt, user, registration) { jwt.nick = user.username + registration.roles.length; jwt.sub = "x"; console.log("made", jwt.tid); }`)
		i.do(`PATCH /api/application/` + applicationID + ` {"application":{"lambdaConfiguration":{"accessTokenPopulateId":"` + populateID + `"}}}`).must(t)
		got := claims(t, i.do(login("jane", password)).must(t).text("token"))
		if got["nick"] != "Jane1" || got["sub"] != janeID {
			t.Errorf("claims: %v", got)
		}
		i.eventually(t, "made "+tenantID)
		i.do(`PATCH /api/lambda/` + populateID + ` {"lambda":{"body":"function populate() { throw new Error('made up') }"}}`).must(t)
		if got := claims(t, i.do(login("jane", password)).must(t).text("token")); got["nick"] != nil || got["sub"] != janeID {
			t.Errorf("claims: %v", got)
		}
		i.eventually(t, "failed: Error: made up")
		i.nothingLeaks(t, password)
	})
}

func TestLambdaThatValidatesLogins(t *testing.T) {
	t.Parallel()
	i := start(t)
	i.lambda(t, validateID, "LoginValidation", `function validate(result, user, registration, context) {
		if (context.eventInfo.ipAddress === "203.0.113.7") result.errors.generalErrors = [{code: "[NotFromThere]", message: "Not from there."}];
	}`)
	i.do(`PATCH /api/tenant/` + tenantID + ` {"tenant":{"lambdaConfiguration":{"loginValidationId":"` + validateID + `"}}}`).must(t)
	i.do(login("jane", password)).must(t)
	from := strings.TrimSuffix(login("jane", password), "}") + `,"ipAddress":"203.0.113.7"}`
	if r := i.do(from); r.status != http.StatusBadRequest || r.codes() != "[NotFromThere]" {
		t.Errorf("status %d: %s", r.status, r.body)
	}
	if r := i.do(strings.Replace(from, password, "wrong", 1)); r.status != http.StatusNotFound {
		t.Errorf("only who is right is told: status %d: %s", r.status, r.body)
	}
	i.do(`PATCH /api/lambda/` + validateID + ` {"lambda":{"body":"function validate() { throw new Error('made up') }"}}`).must(t)
	page := i.browse("/oauth2/authorize", url.Values{
		"client_id": {applicationID}, "response_type": {"code"}, "redirect_uri": {callback}, "loginId": {"jane"}, "password": {password},
	})
	if page.status != http.StatusForbidden || !strings.Contains(page.body, "not allowed to log in at the moment") {
		t.Errorf("on the page: status %d: %s", page.status, page.body)
	}
	if r := i.do(`POST /api/lambda {"lambda":{"name":"x","type":"JWTPopulate","body":"function ("}}`); r.codes() != "[invalid]lambda.body" {
		t.Errorf("a body that is no JavaScript: status %d: %s", r.status, r.body)
	}
}

package plan

import (
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"strings"
	"testing"

	"wherry/pool"
)

type doc = map[string]any

// shop is the pool of testdata/shop.yaml as wherry.yaml names it.
func shop(s *scene, more string) string {
	return fmt.Sprintf("  - {id: us-east-1_ShopPool1, client_id: 4wherry5example6road, endpoint: %q, tenant: Shop%s}\n", s.pool, more)
}

// named picks the object of a name out of a list.
func (s *scene) named(path, list, name string) doc {
	s.t.Helper()
	all, _ := s.get(path)[list].([]any)
	for _, element := range all {
		if d := element.(doc); d["name"] == name {
			return d
		}
	}
	s.t.Fatalf("GET %s has no %q among %d", path, name, len(all))
	return nil
}

// at is what stands at a path of names in an object, as JSON.
func at(d doc, path string) string {
	var v any = d
	for name := range strings.SplitSeq(path, "/") {
		inner, _ := v.(doc)
		v = inner[name]
	}
	text, _ := json.Marshal(v)
	return string(text)
}

func TestApply(t *testing.T) {
	t.Parallel()
	s := begin(t, "shop.yaml")
	s.configure(shop(s, ""))
	preview := s.must(4, "apply", "--dry-run")
	if !strings.Contains(preview.stdout, `+ application "Shop app"`) || !strings.Contains(preview.stdout, "trigger PreSignUp") {
		t.Errorf("the preview: %s", preview.stdout)
	}
	if all, _ := s.get("/api/tenant")["tenants"].([]any); len(all) != 1 {
		t.Fatalf("a dry run made tenants")
	}
	said := s.must(0, "apply", "--yes")
	again := s.must(5, "apply", "--yes")
	if strings.Contains(again.stdout, "~") || strings.Contains(again.stdout, "+") {
		t.Errorf("the second run: %s", again.stdout)
	}
	s.holdsEverything()
	for _, secret := range []string{apiKey, header, "secret-of-the-test", "9c1example5secret"} {
		if all := fmt.Sprint(preview, said, again, s.read("wherry.applied.json")); strings.Contains(all, secret) {
			t.Errorf("%q was shown", secret)
		}
	}
}

// holdsEverything looks at each object that the pool of the shop becomes.
func (s *scene) holdsEverything() {
	s.t.Helper()
	tenant := s.named("/api/tenant", "tenants", "Shop")
	id := tenant["id"].(string)
	app, office := s.named("/api/application", "applications", "Shop app"), s.named("/api/application", "applications", "Back office")
	google := s.named("/api/identity-provider", "identityProviders", "Google (Shop)")
	amazon := s.named("/api/identity-provider", "identityProviders", "LoginWithAmazon (Shop)")
	saml := s.named("/api/identity-provider", "identityProviders", "CorpSAML (Shop)")
	facebook := s.named("/api/identity-provider", "identityProviders", "Facebook (Shop)")
	orders := s.named("/api/entity/type", "entityTypes", "https://api.example.com/orders (Shop)")
	admins := s.named("/api/group", "groups", "admins")
	connector := s.named("/api/connector", "connectors", "Cognito connector")
	mail := s.named("/api/email/template", "emailTemplates", "Cognito forgotten password (Shop)")
	job := s.entity("3job4example5machine", "Nightly job")
	for _, tt := range []struct {
		name       string
		d          doc
		path, want string
	}{
		{"length of passwords", tenant, "passwordValidationRules/minLength", "14"},
		{"both cases", tenant, "passwordValidationRules/requireMixedCase", "true"},
		{"symbols", tenant, "passwordValidationRules/requireNonAlpha", "true"},
		{"history", tenant, "passwordValidationRules/rememberPreviousPasswords", `{"count":5,"enabled":true}`},
		{"nobody's password is turned away", tenant, "passwordValidationRules/validateOnLogin", "false"},
		{"second factors", tenant, "multiFactorConfiguration/loginPolicy", `"Enabled"`},
		{"sender", tenant, "emailConfiguration/defaultFromEmail", `"no-reply@example.com"`},
		{"longest refresh token", tenant, "jwtConfiguration/refreshTokenTimeToLiveInMinutes", "43200"},
		{"issuer", tenant, "issuer", fmt.Sprintf("%q", s.server)},

		{"public client", app, "oauthConfiguration/clientAuthenticationPolicy", `"NotRequired"`},
		{"PKCE", app, "oauthConfiguration/proofKeyForCodeExchangePolicy", `"Required"`},
		{
			"redirect and logout URLs", app, "oauthConfiguration/authorizedRedirectURLs",
			`["https://app.example.com/callback","com.example.shop:/callback","https://app.example.com/bye","https://app.example.com/closed"]`,
		},
		{"where signing out ends", app, "oauthConfiguration/logoutURL", `"https://app.example.com/bye"`},
		{"grants", app, "oauthConfiguration/enabledGrants", `["authorization_code","refresh_token"]`},
		{"access tokens of half an hour", app, "jwtConfiguration/timeToLiveInSeconds", "1800"},
		{"refresh tokens of a week", app, "jwtConfiguration/refreshTokenTimeToLiveInMinutes", "10080"},
		{"rotation", app, "jwtConfiguration/refreshTokenUsagePolicy", `"OneTimeUse"`},
		{"grace of rotation", app, "jwtConfiguration/refreshTokenOneTimeUseConfiguration/gracePeriodInSeconds", "10"},
		{"scopes of Cognito's own", app, "oauthConfiguration/unknownScopePolicy", `"Remove"`},
		{"old client id", app, "data/cognito/clientId", `"1spa2example3public"`},
		{"the secret comes along", office, "oauthConfiguration/clientSecret", `"9c1example5secret7value3aaaaaaaaaaaaaaaaaaaaaaaaaaa"`},
		{"it is asked for", office, "oauthConfiguration/clientAuthenticationPolicy", `"Required"`},
		{"grants of a client with passwords", office, "oauthConfiguration/enabledGrants", `["authorization_code","password","refresh_token"]`},

		{"group", admins, "data/cognito/roleArn", `"arn:aws:iam::123456789012:role/admin"`},
		{"group's precedence", admins, "data/cognito/precedence", "0"},

		{"Google", google, "client_id", `"google-client"`},
		{"Google's secret", google, "client_secret", `"google-secret-of-the-test"`},
		{"only in this tenant", google, "tenantId", fmt.Sprintf("%q", id)},
		{"linking", google, "linkingStrategy", `"LinkByEmail"`},
		{"Google in the office", google, "applicationConfiguration/" + office["id"].(string) + "/enabled", "true"},
		{"no Facebook in the office", facebook, "applicationConfiguration/" + office["id"].(string), "null"},
		{"Facebook's scopes", facebook, "permissions", `"public_profile,email"`},
		{"Amazon is an OAuth server", amazon, "type", `"OpenIDConnect"`},
		{"Amazon's users", amazon, "oauth2/uniqueIdClaim", `"user_id"`},
		{"SAML's sign-in", saml, "idpEndpoint", `"https://idp.example.com/sso"`},
		{"SAML's addresses", saml, "emailClaim", `"mail"`},

		{"resource server", orders, "data/cognito/identifier", `"https://api.example.com/orders"`},
		{"program's secret", job, "clientSecret", `"8machine7secret6value5bbbbbbbbbbbbbbbbbbbbbbbbbbbbb"`},
		{"connector", connector, "authenticationURL", `"https://connector.example.com/"`},
		{"connector's secret", connector, "headers/Authorization", `"` + header + `"`},
		{"mail", mail, "defaultSubject", `"Your code"`},
	} {
		if got := at(tt.d, tt.path); got != tt.want {
			s.t.Errorf("%s: %s is %s, want %s", tt.name, tt.path, got, tt.want)
		}
	}
	s.holdsLists(app, orders, admins, job, connector, tenant)
	if html := mail["defaultHtmlTemplate"].(string); !strings.Contains(html, `/password/change/${changePasswordId}`) || strings.Contains(html, "${nothing}") {
		s.t.Errorf("the mail says %s", html)
	}
}

// names are the names of a list's objects.
func names(list any) string {
	var all []string
	for _, element := range list.([]any) {
		all = append(all, element.(doc)["name"].(string))
	}
	return strings.Join(all, " ")
}

func (s *scene) holdsLists(app, orders, admins, job, connector, tenant doc) {
	s.t.Helper()
	grant, _ := s.get("/api/entity/grant/search?name=*")["grants"].([]any)
	policies := tenant["connectorPolicies"].([]any)
	roles := admins["roles"].(doc)
	for what, tt := range map[string][2]string{
		"roles":                {names(app["roles"]), "admins buyers sellers staff"},
		"permissions":          {names(orders["permissions"]), "read write"},
		"grants":               {fmt.Sprint(len(grant)), "2"},
		"a role in each app":   {fmt.Sprint(len(roles)), "2"},
		"first asked":          {policies[0].(doc)["connectorId"].(string), connector["id"].(string)},
		"policies":             {fmt.Sprint(len(policies)), "2"},
		"the program's id":     {fmt.Sprint(job["clientId"]), "3job4example5machine"},
		"no group of Google's": {fmt.Sprint(len(s.get("/api/group")["groups"].([]any))), "4"},
	} {
		if tt[0] != tt[1] {
			s.t.Errorf("%s: got %s, want %s", what, tt[0], tt[1])
		}
	}
}

// entity finds the entity that a client became by the map of client ids.
func (s *scene) entity(clientID, name string) doc {
	s.t.Helper()
	var clients []struct{ ClientID, Name, Kind, ID string }
	if err := json.Unmarshal([]byte(s.read("wherry-applied/client-ids.json")), &clients); err != nil {
		s.t.Fatal(err)
	}
	for _, c := range clients {
		if c.ClientID == clientID && c.Name == name && c.Kind == "entity" {
			return s.get("/api/entity/" + c.ID)["entity"].(doc)
		}
	}
	s.t.Fatalf("no client %s in %v", clientID, clients)
	return nil
}

// An apply that fails half way says what stands, and only that. The next one
// makes the rest, and teardown knows what the first one has made.
func TestApplyGoesOnWhereItFailed(t *testing.T) {
	t.Parallel()
	for at, stands := range map[string]string{
		"POST /api/application":       `what stands: e-mail template`,
		"POST /api/group":             `role "staff" created`,
		"POST /api/identity-provider": `group "sellers" created`,
		"POST /api/connector":         `entity "Nightly job" created`,
	} {
		t.Run(at, func(t *testing.T) {
			t.Parallel()
			s := begin(t, "shop.yaml")
			door := s.behindADoor()
			s.configure(shop(s, ""))
			door.breaks(at)
			failed := s.must(1, "apply", "--yes")
			for _, want := range []string{stands, `tenant "Shop" created`, "run it again: it continues from what stands"} {
				if !strings.Contains(failed.stderr, want) {
					t.Errorf("want %q in %s", want, failed.stderr)
				}
			}
			if strings.Contains(failed.stdout, "connector policy") {
				t.Errorf("it shows what was not done: %s", failed.stdout)
			}
			door.breaks("")
			if again := s.must(0, "apply", "--yes"); strings.Contains(again.stdout, `+ tenant "Shop"`) || !strings.Contains(again.stdout, "connector policy") {
				t.Errorf("the second run: %s", again.stdout)
			}
			s.must(5, "apply", "--yes")
			s.holdsEverything()
			s.must(0, "teardown", "--tenant", "Shop")
			if left := s.get("/api/tenant")["tenants"].([]any); len(left) != 1 {
				t.Errorf("teardown leaves %v", left)
			}
		})
	}
}

// What others changed is put right again, and nothing besides.
func TestApplyMends(t *testing.T) {
	t.Parallel()
	s := begin(t, "shop.yaml")
	s.configure(shop(s, ""))
	s.must(0, "apply", "--yes")
	app := s.named("/api/application", "applications", "Back office")["id"].(string)
	if status, _ := s.call(http.MethodPut, "/api/application/"+app, doc{"application": doc{"name": "Back office", "oauthConfiguration": doc{
		"authorizedRedirectURLs": []string{"https://another.example.com/"}, "clientSecret": "changed-by-somebody",
	}}}); status != http.StatusOK {
		t.Fatalf("status %d", status)
	}
	said := s.must(0, "apply", "--yes")
	if strings.Contains(said.stdout, "+ ") || !strings.Contains(said.stdout, "oauthConfiguration.clientSecret: [secret]") {
		t.Errorf("it says %s", said.stdout)
	}
	mended := s.named("/api/application", "applications", "Back office")
	if got := at(mended, "oauthConfiguration/authorizedRedirectURLs"); got != `["https://another.example.com/","https://office.example.com/callback"]` {
		t.Errorf("redirect URLs: %s", got)
	}
	s.must(5, "apply")
}

// A new secret of the connector, and more time for it, reach the target by
// another apply.
func TestApplyTellsWhatIsNewAboutTheConnector(t *testing.T) {
	t.Parallel()
	s := begin(t, "shop.yaml")
	s.configure(shop(s, ""))
	s.must(0, "apply", "--yes")
	const another = "another-header-nobody-may-read"
	s.write("wherry.yaml", fmt.Sprintf("target: {url: %q, api_key: %q}\nconnector: {url: \"https://connector.example.com/\", secret: %q, previous_secret: %q}\npools:\n%s",
		s.server, s.key, another, header, shop(s, ", connector: {deadline: 3s}")))
	said := s.must(0, "apply", "--yes")
	if !strings.Contains(said.stdout, `~ connector "Cognito connector"`) || strings.Contains(said.stdout, "+ ") || strings.Contains(said.stdout, another) {
		t.Errorf("it says %s", said.stdout)
	}
	connector := s.named("/api/connector", "connectors", "Cognito connector")
	if got := at(connector, "headers/Authorization") + at(connector, "readTimeout"); got != `"`+another+`"4000` {
		t.Errorf("the target has %s", got)
	}
	s.must(5, "apply", "--yes")
}

// An application that people have made by hand is taken for the one that is
// wanted, wherever it is referred to.
func TestApplyTakesWhatIsThere(t *testing.T) {
	t.Parallel()
	s := begin(t, "shop.yaml")
	s.configure(shop(s, ""))
	_, made := s.call(http.MethodPost, "/api/tenant", doc{"tenant": doc{"name": "Shop"}})
	tenant := at(made, "tenant/id")
	_, made = s.call(http.MethodPost, "/api/application", doc{"application": doc{"name": "Shop app", "tenantId": strings.Trim(tenant, `"`)}})
	id := strings.Trim(at(made, "application/id"), `"`)
	s.must(0, "apply", "--yes")
	google := s.named("/api/identity-provider", "identityProviders", "Google (Shop)")
	if got := at(google, "applicationConfiguration/"+id+"/enabled"); got != "true" {
		t.Errorf("Google does not know the application that was there: %v", google["applicationConfiguration"])
	}
	if !strings.Contains(s.read("wherry.applied.json"), id) || strings.Contains(s.read("wherry.applied.json"), `"kind": "tenant"`) {
		t.Errorf("the record: %s", s.read("wherry.applied.json"))
	}
	s.must(5, "apply")
}

// What a seed file does not describe: the look of the hosted pages, factors by
// e-mail, and mails through a server that the configuration names.
func TestApplyCarriesLookAndMails(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("testdata/shop.yaml")
	if err != nil {
		t.Fatal(err)
	}
	directories, err := pool.ReadSeed("shop.yaml", text, os.Getenv)
	if err != nil {
		t.Fatal(err)
	}
	d := &directories[0]
	d.UI = []pool.UICustomization{{ClientID: "ALL", CSS: ".submitButton-customizable{background-color:#123456}", ImageURL: "https://example.com/logo.png"}}
	d.MFA.Email = map[string]any{"Message": "Your code is {####}", "Subject": "Code"}
	s := beginWith(t, pool.Config{Directories: directories})
	s.configure(shop(s, `, apply: {issuer: "https://id.example.com", email: {host: 127.0.0.1, port: 2525, security: NONE, username: u, password: mail-secret-of-the-test}}`))
	s.must(0, "apply", "--yes")
	s.must(5, "apply")
	tenant := s.named("/api/tenant", "tenants", "Shop")
	theme := s.named("/api/theme", "themes", "Cognito (Shop)")
	factor := s.named("/api/email/template", "emailTemplates", "Cognito second factor (Shop)")
	verification := s.named("/api/email/template", "emailTemplates", "Cognito verification (Shop)")
	for _, tt := range []struct {
		d          doc
		path, want string
	}{
		{theme, "type", `"simple"`},
		{theme, "variables/primaryButtonColor", `"#123456"`},
		{theme, "variables/logoImageURL", `"https://example.com/logo.png"`},
		{tenant, "themeId", fmt.Sprintf("%q", theme["id"])},
		{tenant, "issuer", `"https://id.example.com"`},
		{tenant, "multiFactorConfiguration/email", fmt.Sprintf(`{"enabled":true,"templateId":%q}`, factor["id"])},
		{tenant, "emailConfiguration/host", `"127.0.0.1"`},
		{tenant, "emailConfiguration/verifyEmail", "true"},
		{tenant, "emailConfiguration/verificationEmailTemplateId", fmt.Sprintf("%q", verification["id"])},
		{factor, "defaultTextTemplate", `"Your code is ${code}"`},
	} {
		if got := at(tt.d, tt.path); got != tt.want {
			t.Errorf("%s is %s, want %s", tt.path, got, tt.want)
		}
	}
}

// Scopes of resource servers come along where the target knows scopes, and are
// reported where it does not; either way the second run finds nothing to do.
func TestApplyCarriesScopes(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("testdata/shop.yaml")
	if err != nil {
		t.Fatal(err)
	}
	directories, err := pool.ReadSeed("shop.yaml", text, os.Getenv)
	if err != nil {
		t.Fatal(err)
	}
	client := &directories[0].Clients[0]
	client.AllowedOAuthScopes = append(client.AllowedOAuthScopes, "stock/read")
	s := beginWith(t, pool.Config{Directories: directories})
	s.configure(shop(s, ""))
	said := s.must(0, "apply", "--yes")
	scopes, known := s.named("/api/application", "applications", "Shop app")["scopes"].([]any)
	switch {
	case known && (len(scopes) != 1 || scopes[0].(doc)["name"] != "stock/read"):
		t.Errorf("scopes: %v", scopes)
	case !known && !strings.Contains(said.stdout, `! scope "stock/read" of "Shop app"`):
		t.Errorf("it says %s", said.stdout)
	}
	s.must(5, "apply")
}

package plan

import (
	"encoding/json"
	"fmt"
	"html"
	"io"
	"log/slog"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"wherry/toolkit/config"
	"wherry/toolkit/connector"
)

// open is a scene whose configuration has been applied, with a connector
// between the two that has read the record of it.
func open(t *testing.T, more string) *scene {
	t.Helper()
	s := begin(t, "shop.yaml")
	var answering http.Handler
	door := s.serve(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { answering.ServeHTTP(w, r) }))
	s.write("wherry.yaml", fmt.Sprintf("target: {url: %q, api_key: %q}\nconnector: {url: %q, secret: %q}\npools:\n%s", s.server, s.key, door, header, shop(s, more)))
	s.must(0, "apply", "--yes")
	settings, err := config.Load(filepath.Join(s.dir, "wherry.yaml"), os.Getenv)
	if err != nil {
		t.Fatal(err)
	}
	c, err := connector.New(t.Context(), connector.Config{Settings: settings, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	answering = c.Handler()
	return s
}

// Whoever signs in after apply is registered for what the app clients became,
// with the roles and memberships that the groups became: the connector reads
// their ids from the record.
func TestPeopleComeAcrossIntoWhatWasApplied(t *testing.T) {
	t.Parallel()
	s := open(t, "")
	office := s.named("/api/application", "applications", "Back office")["id"].(string)
	status, answer := s.call(http.MethodPost, "/api/login", doc{"loginId": "jane@example.com", "password": "Correct-Horse-1-Battery", "applicationId": office})
	if status != http.StatusOK {
		t.Fatalf("sign in: %d %v", status, answer)
	}
	jane := s.get("/api/user/3f1c9a2e-8b1d-40c4-9a55-0d2f6b7e1c11")["user"].(doc)
	roles := map[string]string{}
	for _, element := range jane["registrations"].([]any) {
		r := element.(doc)
		text, _ := json.Marshal(r["roles"])
		roles[r["applicationId"].(string)] = string(text)
	}
	if len(roles) != 2 || roles[office] != `["admins","buyers"]` {
		t.Errorf("registrations: %v", roles)
	}
	if groups := jane["memberships"].([]any); len(groups) != 2 {
		t.Errorf("memberships: %v", groups)
	}
	if claims := claims(t, answer["token"].(string)); !slices.Equal(claims.Roles, []string{"admins", "buyers"}) || claims.Aud != office {
		t.Errorf("the token says %+v", claims)
	}
}

// An application that keeps its client id and its secret has nothing to change
// but the issuer: its users sign in on the page with their old password, and
// its tokens say their roles.
func TestApplicationsSignPeopleInAsBefore(t *testing.T) {
	t.Parallel()
	s := open(t, ", apply: {keep_client_ids: true}")
	const client, secret, callback = "2web3example4secret", "9c1example5secret7value3aaaaaaaaaaaaaaaaaaaaaaaaaaa", "https://office.example.com/callback"
	code := s.signIn(url.Values{"client_id": {client}, "redirect_uri": {callback}, "response_type": {"code"}, "scope": {"openid email"}, "state": {"s"}},
		url.Values{"loginId": {"jane@example.com"}, "password": {"Correct-Horse-1-Battery"}})
	answer := s.token(client, secret, url.Values{"grant_type": {"authorization_code"}, "code": {code}, "redirect_uri": {callback}})
	access, _ := answer["access_token"].(string)
	if access == "" {
		t.Fatal(answer)
	}
	if claims := claims(t, access); !slices.Equal(claims.Roles, []string{"admins", "buyers"}) || claims.Aud != client {
		t.Errorf("the access token says %+v", claims)
	}
}

var hidden = regexp.MustCompile(`<input type="hidden" name="([^"]*)" value="([^"]*)"`)

// signIn signs somebody in on the page, as a browser without JavaScript does,
// and returns the code that the application gets.
func (s *scene) signIn(request, person url.Values) string {
	s.t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		s.t.Fatal(err)
	}
	browser := http.Client{Jar: jar, CheckRedirect: func(r *http.Request, _ []*http.Request) error {
		if strings.HasPrefix(r.URL.String(), s.server) {
			return nil
		}
		return http.ErrUseLastResponse
	}}
	resp, err := browser.Get(s.server + "/oauth2/authorize?" + request.Encode()) //nolint:noctx // the client ends with the test
	if err != nil {
		s.t.Fatal(err)
	}
	page, err := io.ReadAll(resp.Body)
	resp.Body.Close()
	if err != nil {
		s.t.Fatal(err)
	}
	for _, field := range hidden.FindAllStringSubmatch(string(page), -1) {
		person.Add(html.UnescapeString(field[1]), html.UnescapeString(field[2]))
	}
	req, err := http.NewRequestWithContext(s.t.Context(), http.MethodPost, s.server+"/oauth2/authorize", strings.NewReader(person.Encode()))
	if err != nil {
		s.t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	req.Header.Set("Origin", s.server)
	if resp, err = browser.Do(req); err != nil {
		s.t.Fatal(err)
	}
	defer resp.Body.Close()
	to, err := url.Parse(resp.Header.Get("Location"))
	if err != nil || to.Query().Get("code") == "" {
		page, _ := io.ReadAll(resp.Body)
		s.t.Fatalf("%s, to %v\n%s", resp.Status, to, page)
	}
	return to.Query().Get("code")
}

// token asks the token endpoint.
func (s *scene) token(client, secret string, form url.Values) (answer doc) {
	s.t.Helper()
	req, err := http.NewRequestWithContext(s.t.Context(), http.MethodPost, s.server+"/oauth2/token", strings.NewReader(form.Encode()))
	if err != nil {
		s.t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	req.SetBasicAuth(client, secret)
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		s.t.Fatal(err)
	}
	defer resp.Body.Close()
	if err := json.NewDecoder(resp.Body).Decode(&answer); err != nil {
		s.t.Fatal(err)
	}
	return answer
}

type tokenClaims struct {
	Aud   string
	Roles []string
}

func claims(t *testing.T, token string) (c tokenClaims) {
	t.Helper()
	parts := strings.Split(token, ".")
	text, err := decode(parts[1])
	if err == nil {
		err = json.Unmarshal(text, &c)
	}
	if err != nil {
		t.Fatal(err)
	}
	slices.Sort(c.Roles)
	return c
}

// A client authenticates with the secret that it had in Cognito.
func TestClientsKeepTheirSecrets(t *testing.T) {
	t.Parallel()
	s := begin(t, "shop.yaml")
	s.configure(shop(s, ""))
	s.must(0, "apply", "--yes")
	office := s.named("/api/application", "applications", "Back office")["id"].(string)
	for secret, want := range map[string]string{
		"9c1example5secret7value3aaaaaaaaaaaaaaaaaaaaaaaaaaa": "invalid_grant", // the client is known, the code is not
		"another": "invalid_client",
	} {
		answer := s.token(office, secret, url.Values{"grant_type": {"authorization_code"}, "code": {"nobody-has-it"}, "redirect_uri": {"https://office.example.com/callback"}})
		if answer["error"] != want {
			t.Errorf("with %q: %v, want %s", secret, answer, want)
		}
	}
}

// A program gets a token by the id and the secret that it had in Cognito, for
// what its scopes permitted there.
func TestProgramsGetTheirPermissions(t *testing.T) {
	t.Parallel()
	s := begin(t, "shop.yaml")
	s.configure(shop(s, ""))
	s.must(0, "apply", "--yes")
	var orders string
	for _, n := range s.notes() {
		if _, after, found := strings.Cut(n, "target-entity:"); found && orders == "" {
			orders, _, _ = strings.Cut(after, ":")
		}
	}
	answer := s.token("3job4example5machine", "8machine7secret6value5bbbbbbbbbbbbbbbbbbbbbbbbbbbbb",
		url.Values{"grant_type": {"client_credentials"}, "scope": {"target-entity:" + orders + ":read"}})
	access, _ := answer["access_token"].(string)
	if access == "" {
		t.Fatal(answer)
	}
	text, err := decode(strings.Split(access, ".")[1])
	var token struct{ Permissions map[string][]string }
	if err == nil {
		err = json.Unmarshal(text, &token)
	}
	if err != nil || !slices.Equal(token.Permissions[orders], []string{"read"}) {
		t.Errorf("the token says %s, %v", text, err)
	}
}

// notes are what apply has told about the programs.
func (s *scene) notes() (all []string) {
	for line := range strings.Lines(s.read("wherry-applied/report.md")) {
		if strings.Contains(line, "app client Nightly job") {
			all = append(all, line)
		}
	}
	return all
}

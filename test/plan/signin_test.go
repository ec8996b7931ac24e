package plan

import (
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"wherry/toolkit/config"
	"wherry/toolkit/connector"
)

// Whoever signs in after apply is registered for what the app clients became,
// with the roles and memberships that the groups became: the connector reads
// their ids from the record.
func TestPeopleComeAcrossIntoWhatWasApplied(t *testing.T) {
	t.Parallel()
	s := begin(t, "shop.yaml")
	var answering http.Handler
	door := s.serve(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { answering.ServeHTTP(w, r) }))
	s.write("wherry.yaml", fmt.Sprintf("target: {url: %q, api_key: %q}\nconnector: {url: %q, secret: %q}\npools:\n%s", s.server, s.key, door, header, shop(s, "")))
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
		form := url.Values{"grant_type": {"authorization_code"}, "code": {"nobody-has-it"}, "redirect_uri": {"https://office.example.com/callback"}}
		req := httptest.NewRequest(http.MethodPost, s.server+"/oauth2/token", strings.NewReader(form.Encode()))
		req.RequestURI = ""
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		req.SetBasicAuth(office, secret)
		resp, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		var answer struct{ Error string }
		err = json.NewDecoder(resp.Body).Decode(&answer)
		resp.Body.Close()
		if err != nil || answer.Error != want {
			t.Errorf("with %q: %s, %v, want %s", secret, answer.Error, err, want)
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
	form := url.Values{"grant_type": {"client_credentials"}, "scope": {"target-entity:" + orders + ":read"}}
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, s.server+"/oauth2/token", strings.NewReader(form.Encode()))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	req.SetBasicAuth("3job4example5machine", "8machine7secret6value5bbbbbbbbbbbbbbbbbbbbbbbbbbbbb")
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	var answer struct {
		AccessToken string `json:"access_token"`
		Error       string
	}
	if err := json.NewDecoder(resp.Body).Decode(&answer); err != nil || answer.AccessToken == "" {
		t.Fatalf("%d %s %v", resp.StatusCode, answer.Error, err)
	}
	text, err := decode(strings.Split(answer.AccessToken, ".")[1])
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

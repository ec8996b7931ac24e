package bulk

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"wherry/pool"
)

// otherTenant is a second tenant of the target, with users of its own.
const otherTenant = "aaaaaaaa-0000-4000-8000-00000000000a"

// badness is a way in which a user cannot go across.
type badness struct {
	name   string
	reason string
	fits   func(e pool.Expected) bool
	spoil  func(t *testing.T, s *site, u doc, e pool.Expected)
}

// attribute gives a user in Cognito's words another attribute.
func attribute(name, value string) func(*testing.T, *site, doc, pool.Expected) {
	return func(_ *testing.T, _ *site, u doc, _ pool.Expected) {
		u["Attributes"] = append(u["Attributes"].([]any), doc{"Name": name, "Value": value})
	}
}

func group(name string) func(*testing.T, *site, doc, pool.Expected) {
	return func(_ *testing.T, _ *site, u doc, _ pool.Expected) {
		groups, _ := u["Groups"].([]any)
		u["Groups"] = append(groups, name)
	}
}

// squatter has an account in the target before: under another id, or the same
// id in another tenant.
func squatter(account func(e pool.Expected) (id, tenant string, user doc)) func(*testing.T, *site, doc, pool.Expected) {
	return func(t *testing.T, s *site, _ doc, e pool.Expected) {
		t.Helper()
		id, tenant, user := account(e)
		user["active"], user["tenantId"] = true, tenant
		if id != "" {
			user["id"] = id
		}
		s.mustIn(t, tenant, http.MethodPost, "/api/user/import", doc{"users": []doc{user}})
	}
}

// mustIn is must in another tenant.
func (s *site) mustIn(t *testing.T, tenant, method, path string, body any) {
	t.Helper()
	text, err := json.Marshal(body)
	if err != nil {
		t.Fatal(err)
	}
	req, err := http.NewRequestWithContext(t.Context(), method, s.dry+path, strings.NewReader(string(text)))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Authorization", siteKey)
	req.Header.Set("X-FusionAuth-TenantId", tenant)
	req.Header.Set("Content-Type", "application/json")
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	if answer, _ := io.ReadAll(resp.Body); resp.StatusCode != http.StatusOK {
		t.Fatalf("%s %s: %d %s", method, path, resp.StatusCode, answer)
	}
}

var anybody = func(pool.Expected) bool { return true }

// hasBothCases tells whether a name in capitals is still the same name: it is not
// with a letter that shares its capital with another one.
func hasBothCases(name string) bool { return name != "" && !strings.ContainsAny(name, "ςı") }

var badnesses = []badness{
	{"e-mail address taken", "[duplicate]user.email", func(e pool.Expected) bool { return e.User.Email != "" }, squatter(func(e pool.Expected) (string, string, doc) {
		return "", siteTenant, doc{"email": e.User.Email}
	})},
	{"username taken", "[duplicate]user.username", func(e pool.Expected) bool { return hasBothCases(e.User.Username) }, squatter(func(e pool.Expected) (string, string, doc) {
		return "", siteTenant, doc{"username": strings.ToUpper(e.User.Username)}
	})},
	{"phone number taken", "[duplicate]user.phoneNumber", func(e pool.Expected) bool { return e.User.PhoneNumber != "" }, squatter(func(e pool.Expected) (string, string, doc) {
		return "", siteTenant, doc{"phoneNumber": e.User.PhoneNumber}
	})},
	{"id taken in another tenant", "[duplicate]user.id", anybody, squatter(func(e pool.Expected) (string, string, doc) {
		return e.User.ID, otherTenant, doc{"username": "squatter of " + e.User.ID}
	})},
	{"unknown role", "[invalid]user.registration.roles", anybody, group("ghosts")},
	{"unknown group", "[invalid]user.membership.groupId", anybody, group("phantoms")},
	{"a character that cannot be stored", "[invalid]user", anybody, attribute("nickname", "a\x00b")},
	{"too deep", "[invalid]user", anybody, attribute("address", strings.Repeat(`{"a":`, 100)+"1"+strings.Repeat("}", 100))},
	{"expression fails", "mapping: mapping.rules[0]: mapping.rules[0].as: the expression failed for this user", anybody, attribute("custom:trial", "soon")},
}

// TestTheBadUsersAreRefusedAndNobodyElse plants users whom the target refuses,
// or the mapping, among generated ones: WHERRY_BAD_USERS says how many users
// there are, WHERRY_BAD how many of them are bad. Exactly those are refused, each
// with its reason, and a verification has a reason for everybody.
func TestTheBadUsersAreRefusedAndNobodyElse(t *testing.T) {
	t.Parallel()
	users, bad := number(t, "WHERRY_BAD_USERS", 4000), number(t, "WHERRY_BAD", 45)
	s := newSite(t)
	s.must(t, http.MethodPost, "/api/tenant/"+otherTenant, doc{"tenant": doc{"name": "Other"}}, nil)
	c := beginAt(t, s, users)
	text, err := os.ReadFile(filepath.Join(c.dir, "wherry.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	c.write(t, "wherry.yaml", strings.NewReplacer(
		"editors: editor}", "editors: editor, ghosts: ghost}",
		"groups: {readers:", "groups: {phantoms: aaaaaaaa-0000-4000-8000-0000000000ff, readers:",
		"import: {", `mapping: {rules: [{compute: data.trial, as: 'int(attributes["custom:trial"])', when: '"custom:trial" in attributes'}]}, import: {`,
	).Replace(string(text)))
	c.must(t, 0, "export", "--rate", "100000", "--quiet", "--out", "users.json")
	want := c.plant(t, s, bad)
	c.must(t, 0, "export", "--quiet", "--in", "planted.json", "--whole")

	output := c.must(t, 3, "import", "--collisions", "verified", "--stop-after", "0", "--refused", "refused.json", "--json", "--quiet")
	rivals := 0
	for id, reason := range c.refused(t) {
		switch planted, ok := want[id]; {
		case strings.HasPrefix(reason, "collision: ") && !ok:
			rivals++ // as generated
		case !ok:
			t.Errorf("%s was refused: %s", id, reason)
		case planted != reason:
			t.Errorf("%s was refused: %s, want %s", id, reason, planted)
		}
		delete(want, id)
	}
	for id, reason := range want {
		t.Errorf("%s was not refused: %s", id, reason)
	}
	if across := len(s.accounts(t, c)); across != c.carried()-bad {
		t.Errorf("%d users are across, want %d", across, c.carried()-bad)
	}
	c.must(t, 0, "verify", "--rate", "2000", "--links", "planned", "--quiet")
	t.Logf("%d users: %d bad ones and %d rivals were refused, each with its reason: %s", users, bad, rivals, output)
}

// plant writes the users with bad ones among them, and tells why each shall be
// refused.
func (c *crossing) plant(t *testing.T, s *site, bad int) map[string]string {
	t.Helper()
	chosen := map[string]int{} // the badness, by the id
	expected := map[string]pool.Expected{}
	every := max(1, c.generated.Len()/(2*bad))
	for n := 0; n < c.generated.Len() && len(chosen) < bad; n++ {
		e := c.generated.Expected(n)
		kind := len(chosen) % len(badnesses)
		if n >= len(chosen)*every && e.Bulk.Carried && e.Rival == nil && badnesses[kind].fits(e) {
			chosen[e.User.ID], expected[e.User.ID] = kind, e
		}
	}
	if len(chosen) != bad {
		t.Fatalf("only %d users can be spoilt", len(chosen))
	}
	in, err := os.Open(filepath.Join(c.dir, "users.json"))
	if err != nil {
		t.Fatal(err)
	}
	defer in.Close()
	out, err := os.Create(filepath.Join(c.dir, "planted.json"))
	if err != nil {
		t.Fatal(err)
	}
	defer out.Close()
	w := bufio.NewWriter(out)
	lines := bufio.NewScanner(in)
	lines.Buffer(nil, 1<<20)
	why := map[string]string{}
	for lines.Scan() {
		line := lines.Text()
		var u doc
		if strings.HasPrefix(line, `{"Username"`) {
			if err := json.Unmarshal([]byte(strings.TrimSuffix(line, ",")), &u); err != nil {
				t.Fatal(err)
			}
		}
		if id := subOf(u); id != "" {
			if kind, ok := chosen[id]; ok {
				badnesses[kind].spoil(t, s, u, expected[id])
				why[id] = badnesses[kind].reason
				text, err := json.Marshal(u)
				if err != nil {
					t.Fatal(err)
				}
				line = string(text) + strings.Repeat(",", len(line)-len(strings.TrimSuffix(line, ",")))
			}
		}
		fmt.Fprintln(w, line)
	}
	if err := w.Flush(); err != nil {
		t.Fatal(err)
	}
	if len(why) != bad {
		t.Fatalf("%d users were spoilt, want %d", len(why), bad)
	}
	return why
}

func subOf(u doc) string {
	attributes, _ := u["Attributes"].([]any)
	for _, a := range attributes {
		if a := a.(doc); a["Name"] == "sub" {
			return a["Value"].(string)
		}
	}
	return ""
}

// refused are the reasons in the file that --refused wrote, by the users' ids.
func (c *crossing) refused(t *testing.T) map[string]string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(c.dir, "refused.json"))
	if err != nil {
		t.Fatal(err)
	}
	var file struct{ Refused []struct{ ID, Reason string } }
	if err := json.Unmarshal(text, &file); err != nil {
		t.Fatal(err)
	}
	why := map[string]string{}
	for _, r := range file.Refused {
		why[r.ID] = r.Reason
	}
	return why
}

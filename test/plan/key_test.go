package plan

import (
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"wherry/pool"
)

// crowd is more people for the shop, one of them from Google.
const crowd = `      - {sub: 2b7f6a1e-3c5d-4e8f-9a0b-1c2d3e4f5a6b, attributes: {email: omar@example.com, email_verified: true}}
      - {sub: 9d0c4b8a-6e2f-4d1c-8b3a-5f7e9d1c3b2a, attributes: {email: mei@example.com, email_verified: true}}
      - {sub: 5c6d7e8f-9a0b-41c2-83d4-e5f60718293a, identities: [{provider: Google, user_id: "117", primary: true}], attributes: {email: victor@example.com, email_verified: true}}
`

// The key that apply makes is enough for every command of the bulk road, and
// there is nothing that it may do and no command does.
func TestTheKeyForTheBulkRoad(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("testdata/shop.yaml")
	if err != nil {
		t.Fatal(err)
	}
	directories, err := pool.ReadSeed("shop.yaml", append(text, crowd...), os.Getenv)
	if err != nil {
		t.Fatal(err)
	}
	s := beginWith(t, pool.Config{Directories: directories})
	door := s.behindADoor()
	s.configure(shop(s, `, apply: {email: {host: 127.0.0.1, port: 2525, security: NONE}}`))
	s.must(0, "apply", "--yes")
	var permissions map[string]bool
	s.key, permissions = s.madeKey()
	door.watch(s.key, permissions)
	s.configure(shop(s, ""))
	s.theWholeBulkRoad(door)
	door.report()
}

// madeKey is the key for the bulk road, and what it may do, as "METHOD
// /endpoint".
func (s *scene) madeKey() (key string, permissions map[string]bool) {
	s.t.Helper()
	files, err := filepath.Glob(filepath.Join(s.dir, "wherry-applied", "api-key-*"))
	if err != nil || len(files) != 1 {
		s.t.Fatalf("keys: %v, %v", files, err)
	}
	name := filepath.Base(files[0])
	permissions = map[string]bool{}
	made := s.get("/api/api-key/" + strings.TrimPrefix(name, "api-key-"))["apiKey"].(doc)
	for endpoint, methods := range made["permissions"].(doc)["endpoints"].(doc) {
		for _, method := range methods.([]any) {
			permissions[fmt.Sprint(method, " ", endpoint)] = true
		}
	}
	return strings.TrimSpace(s.read(filepath.Join("wherry-applied", name))), permissions
}

var runNumber = regexp.MustCompile(`run (\d+)`)

func (s *scene) theWholeBulkRoad(door *door) {
	s.t.Helper()
	workspace := "--workspace=" + filepath.Join(s.dir, "wherry.db")
	must := func(code int, args ...string) string { return s.must(code, append(args, workspace)...).stdout }
	must(0, "export")
	imported := runNumber.FindStringSubmatch(must(0, "import"))
	linked := runNumber.FindStringSubmatch(must(0, "links"))
	must(0, "reset", "--change-required", "--at-most", "1", "--rate", "100")
	door.lose("/api/user/forgot-password")
	must(0, "reset", "--rate", "100")
	if status, _ := s.call(http.MethodDelete, "/api/user/9d0c4b8a-6e2f-4d1c-8b3a-5f7e9d1c3b2a?hardDelete=true", nil); status != http.StatusOK {
		s.t.Fatalf("delete a user: %d", status)
	}
	must(4, "verify")
	s.write("tokens.csv", "sub,clientId,refreshToken,issuedAt\n3f1c9a2e-8b1d-40c4-9a55-0d2f6b7e1c11,2web3example4secret,eyJjdHkiOiJKV1Qi-jane,2026-11-22T17:45:00Z\n")
	s.must(0, "tokens", "--in="+s.dir+"/tokens.csv", "--journal="+s.dir+"/journal")
	s.must(5, "tokens", "--in="+s.dir+"/tokens.csv", "--journal="+s.dir+"/a-new-journal")
	must(0, "undo", linked[1], "--yes")
	must(0, "undo", imported[1], "--yes", "--force")
	// Without the record, tenant and applications are found by their names.
	if err := os.Remove(filepath.Join(s.dir, "wherry.applied.json")); err != nil {
		s.t.Fatal(err)
	}
	s.configure(shop(s, `, applications: [{name: Back office}]`))
	must(0, "import")
}

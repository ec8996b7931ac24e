package plan

import (
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"wherry/server"
)

const examples = "../../examples"

// made is an environment in which every variable of the examples is set.
func made(name string) string {
	if name == "FUSIONAUTH_API_KEY" {
		return apiKey
	}
	return "made-up-value-of-" + strings.ToLower(name)
}

// A fresh server begins with the example of a kickstart file.
func TestTheExampleOfAKickstartRuns(t *testing.T) {
	t.Parallel()
	srv, err := server.New(t.Context(), server.Config{Data: t.TempDir(), Kickstart: filepath.Join(examples, "kickstart.json"), Getenv: made})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = srv.Close() })
	s := &scene{t: t, dir: t.TempDir()}
	s.server = s.serve(srv.Handler())
	if status, _ := s.call(http.MethodPost, "/api/login", doc{
		"loginId": "admin@example.com", "password": made("ADMIN_PASSWORD"), "applicationId": "9f2d4c1b-3a5e-4b7d-8c6f-1e0a2b3c4d5e",
	}); status != http.StatusOK {
		t.Errorf("sign in: %d", status)
	}
}

// The example of a mapping makes a user, whom wherry explain shows.
func TestTheExampleOfAMappingMaps(t *testing.T) {
	t.Parallel()
	s := begin(t, "shop.yaml")
	script, err := os.ReadFile(filepath.Join(examples, "mapping.js"))
	if err != nil {
		t.Fatal(err)
	}
	s.write("mapping.js", string(script))
	s.configure(shop(s, ", mapping: {script: mapping.js}"))
	r := s.must(0, "explain", "jane@example.com", "--json")
	for _, want := range []string{`"plan":"gold"`, `"newsletter":false`, `"email":"jane@example.com"`} {
		if !strings.Contains(strings.ReplaceAll(r.stdout, `": `, `":`), want) {
			t.Errorf("want %s in %s", want, r.stdout)
		}
	}
}

// The examples of collected tokens are read; of their people nobody is here.
func TestTheExamplesOfTokensAreRead(t *testing.T) {
	t.Parallel()
	s := begin(t, "shop.yaml")
	s.configure(shop(s, ""))
	s.must(0, "apply", "--yes")
	for _, file := range []string{"tokens.csv", "tokens.jsonl"} {
		text, err := os.ReadFile(filepath.Join(examples, file))
		if err != nil {
			t.Fatal(err)
		}
		s.write(file, strings.ReplaceAll(string(text), "5pmi4ct0o4n6ulqj7vlnkm6nhh", "2web3example4secret"))
		r := s.must(3, "tokens", "--in="+filepath.Join(s.dir, file), "--journal="+filepath.Join(s.dir, file+".journal"))
		if strings.Count(r.stdout, "the user is not in the target") != 2 {
			t.Errorf("%s: %s", file, r.stdout)
		}
	}
}

package pool

import (
	"os"
	"strings"
	"testing"

	"wherry/pool"
)

// The examples of docs/pool.md are read as they stand there.
func TestExamplesOfTheDocumentation(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("../../docs/pool.md")
	if err != nil {
		t.Fatal(err)
	}
	var examples []string
	for i, part := range strings.Split(string(text), "```") {
		if example, ok := strings.CutPrefix(part, "yaml\n"); ok && i%2 == 1 {
			examples = append(examples, example)
		}
	}
	if len(examples) != 2 {
		t.Fatalf("got %d examples in YAML, want a seed and faults", len(examples))
	}
	directories, err := pool.ReadSeed("seed.yaml", []byte(examples[0]), os.Getenv)
	if err != nil {
		t.Fatal(err)
	}
	s := startWith(t, pool.Config{Directories: directories})
	s.mustAsk(t, "jane", "SOFTWARE_TOKEN_MFA")
	if out, err := s.signIn(t, "tom", "Temporary-Bridge-32"); err != nil || out.ChallengeName != "NEW_PASSWORD_REQUIRED" {
		t.Errorf("got %+v, %v", out, err)
	}
	a := wherryPool(t, "--control", "127.0.0.1:0")
	if status, answer := do(t, "PUT", a.Control+"/faults", examples[1]); status != 200 {
		t.Errorf("got %d %s", status, answer)
	}
}

package plan

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"wherry/pool"
	"wherry/toolkit/cli"
	"wherry/toolkit/config"
)

// env is an environment with what the written file names.
func env(name string) string {
	return map[string]string{"FUSIONAUTH_API_KEY": apiKey, "CONNECTOR_SECRET": header, "COGNITO_CLIENT_SECRET": "hidden"}[name]
}

func TestInitFindsPoolAndClient(t *testing.T) {
	t.Parallel()
	s := begin(t, "shop.yaml")
	file := filepath.Join(s.dir, "crossing.yaml")
	s.must(0, "init", "--out", file, "--endpoint", s.pool, "--region", "us-east-1", "--target", s.server)
	c, err := config.Load(file, env)
	if err != nil {
		t.Fatal(err)
	}
	p := c.Pools[0]
	if p.ID != "us-east-1_ShopPool1" || p.ClientID != "4wherry5example6road" || p.Tenant != "Shop" || c.Target.URL != s.server || p.Region != "us-east-1" {
		t.Errorf("got %+v", p)
	}
	if _, err := os.Stat(filepath.Join(s.dir, "wherry.schema.json")); err != nil {
		t.Error(err)
	}
	if r := s.must(2, "init", "--out", file); !strings.Contains(r.stderr, "is there already") {
		t.Errorf("it says %s", r.stderr)
	}
}

func TestInitNeedsNoAWS(t *testing.T) {
	t.Parallel()
	s := begin(t, "shop.yaml")
	file := filepath.Join(s.dir, "crossing.yaml")
	s.must(0, "init", "--out", file, "--endpoint", "http://127.0.0.1:1", "--pool", "eu-west-1_Example01", "--client", "1example", "--target", "https://auth.example.com", "--connector", "https://c.example.com/")
	c, err := config.Load(file, env)
	if err != nil || c.Pools[0].Tenant != "Cognito import test" || c.Connector.URL != "https://c.example.com/" {
		t.Errorf("got %+v, %v", c, err)
	}
}

func TestInitSaysWhichFlagAnswers(t *testing.T) {
	t.Parallel()
	directories, err := pool.ReadSeed("two.yaml", []byte("pools: [{id: us-east-1_First0001, name: First}, {id: us-east-1_Second002, name: Second}]"), os.Getenv)
	if err != nil {
		t.Fatal(err)
	}
	s := beginWith(t, pool.Config{Directories: directories})
	for _, tt := range []struct {
		want string
		args []string
	}{
		{"one of: us-east-1_First0001  First, us-east-1_Second002  Second", []string{"--endpoint", s.pool, "--region", "us-east-1"}},
		{"wherry deploy app-client", []string{"--endpoint", s.pool, "--pool", "us-east-1_First0001"}},
		{"answer with --target", []string{"--endpoint", s.pool, "--pool", "us-east-1_First0001", "--client", "c"}},
		{"None could be found", []string{"--endpoint", "http://127.0.0.1:1", "--region", "us-east-1"}},
	} {
		if r := s.must(2, append([]string{"init", "--out", filepath.Join(s.dir, "none.yaml")}, tt.args...)...); !strings.Contains(r.stderr, tt.want) {
			t.Errorf("want %q in %s", tt.want, r.stderr)
		}
	}
}

func TestInitAsksOnATerminal(t *testing.T) {
	t.Parallel()
	s := begin(t, "shop.yaml")
	file := filepath.Join(s.dir, "crossing.yaml")
	var out strings.Builder
	code := cli.Main(t.Context(), cli.Process{
		Args:   []string{"init", "--out", file, "--endpoint", s.pool, "--region", "us-east-1"},
		Getenv: os.Getenv, Stdin: strings.NewReader("https://id.example.com\n\n"), Stdout: &out, Stderr: &out, Terminal: true,
	})
	c, err := config.Load(file, env)
	if code != 0 || err != nil || c.Target.URL != "https://id.example.com" || c.Pools[0].Tenant != "Shop" {
		t.Errorf("exit code %d, %v\n%s", code, err, out.String())
	}
}

func TestInitPrintsTheSchema(t *testing.T) {
	t.Parallel()
	s := begin(t, "shop.yaml")
	if r := s.must(0, "init", "--schema"); r.stdout != string(config.Schema()) {
		t.Error("it is another schema")
	}
}

package bulk

import (
	"fmt"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"wherry/pool"
)

// TestScripts runs the scripts of testdata/script in folders of their own, each
// with the sample pool and a configuration for it. They read as the manual
// does.
func TestScripts(t *testing.T) {
	t.Parallel()
	testscript.Run(t, testscript.Params{
		Dir:   "testdata/script",
		Setup: scene,
		Cmds:  map[string]func(*testscript.TestScript, bool, []string){"exits": exits},
	})
}

// scene starts the sample pool. Its environment names what scripts need.
func scene(env *testscript.Env) error {
	sample := pool.Sample()
	p, err := pool.New(pool.Config{
		Directories: []pool.Directory{sample},
		Credentials: []pool.Credential{
			{AccessKeyID: "AKIDEXAMPLE", SecretAccessKey: "example"},
			{AccessKeyID: "AKIDFEW", SecretAccessKey: "example", Actions: []string{"cognito-idp:DescribeUserPool", "cognito-idp:ListGroups"}},
		},
	})
	if err != nil {
		return err
	}
	server := httptest.NewServer(p.Handler())
	env.Defer(server.Close)
	env.Setenv("PATH", filepath.Dir(wherry)+string(os.PathListSeparator)+env.Getenv("PATH"))
	env.Setenv("POOL", sample.Pool.ID)
	env.Setenv("ENDPOINT", server.URL)
	env.Setenv("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE")
	env.Setenv("AWS_SECRET_ACCESS_KEY", "example")
	env.Setenv("AWS_EC2_METADATA_DISABLED", "true")
	return os.WriteFile(filepath.Join(env.WorkDir, "wherry.yaml"), fmt.Appendf(nil,
		"pools: [{id: '${POOL}', client_id: 1example23456789, endpoint: '${ENDPOINT}'}]\nconnector: {turned_away_log: turned-away.jsonl}\n"), 0o600)
}

// exits runs the program and compares its exit code: exits 4 export.
func exits(ts *testscript.TestScript, _ bool, args []string) {
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	err = ts.Exec("wherry", args[1:]...)
	code := 0
	if err != nil {
		exited, ok := err.(*exec.ExitError) //nolint:errorlint // testscript hands it on as it is
		if !ok {
			ts.Fatalf("%v", err)
		}
		code = exited.ExitCode()
	}
	if code != want {
		ts.Fatalf("exit code %d, want %d", code, want)
	}
}

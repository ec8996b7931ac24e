package pool

import (
	"bufio"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	cip "github.com/aws/aws-sdk-go-v2/service/cognitoidentityprovider"

	"wherry/pool"
	"wherry/toolkit/cli"
)

// announced is what `wherry pool --json` says once it answers.
type announced struct {
	Listen, Control string
	Pools           []struct {
		ID      string
		Clients []string
	}
}

// wherryPool runs `wherry pool` until the test ends.
func wherryPool(t *testing.T, args ...string) announced {
	t.Helper()
	ctx, stop := context.WithCancel(t.Context())
	out, in := io.Pipe()
	done := make(chan int, 1)
	go func() {
		done <- cli.Main(ctx, process(in, in, append([]string{"pool", "--json", "--listen", "127.0.0.1:0"}, args...)...), poolCommand())
		in.Close()
	}()
	line, err := bufio.NewReader(out).ReadString('\n')
	go func() { _, _ = io.Copy(io.Discard, out) }()
	t.Cleanup(func() {
		stop()
		if code := <-done; code != 0 {
			t.Errorf("it ended with %d", code)
		}
	})
	var a announced
	if err != nil || json.Unmarshal([]byte(line), &a) != nil {
		t.Fatalf("got %q, %v", line, err)
	}
	return a
}

func poolCommand() cli.Command {
	return cli.Command{Name: "pool", Help: "Run a stand-in user pool.", Cmd: &pool.Command{}}
}

func process(stdout, stderr io.Writer, args ...string) cli.Process {
	return cli.Process{Args: args, Getenv: func(string) string { return "" }, Stdin: strings.NewReader(""), Stdout: stdout, Stderr: stderr}
}

// do calls the control endpoint.
func do(t *testing.T, method, url, body string) (int, string) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, url, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	return answer.StatusCode, string(text)
}

func TestCommandServesTheSample(t *testing.T) {
	t.Parallel()
	a := wherryPool(t)
	if len(a.Pools) != 1 || len(a.Pools[0].Clients) == 0 || a.Control != "" {
		t.Fatalf("got %+v", a)
	}
	out, err := client(a.Listen, anyKey).ListUsers(t.Context(), &cip.ListUsersInput{UserPoolId: &a.Pools[0].ID})
	if err != nil || len(out.Users) == 0 {
		t.Errorf("got %+v, %v", out, err)
	}
}

func TestCommandServesASeedAndAGeneratedPool(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	file, faults := filepath.Join(dir, "seed.yaml"), filepath.Join(dir, "faults.yaml")
	if err := os.WriteFile(faults, []byte("short_pages: 0.5\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	seed := "pools:\n  - id: us-east-1_FromFile1\n    clients: [{id: abc}]\n    users: [{username: jane, password: Correct-Horse-1}]\n"
	if err := os.WriteFile(file, []byte(seed), 0o600); err != nil {
		t.Fatal(err)
	}
	a := wherryPool(t, "--file", file, "--users", "1000000", "--seed", "7", "--faults-file", faults, "--control", "127.0.0.1:0")
	var disturbed struct {
		Seed       uint64
		ShortPages float64 `json:"short_pages"`
	}
	if get(t, a.Control+"/faults", &disturbed); disturbed.ShortPages != 0.5 || disturbed.Seed != 7 {
		t.Errorf("got %+v", disturbed)
	}
	c := client(a.Listen, anyKey)
	for i, want := range map[int]int32{0: 1, 1: 1_000_000} {
		out, err := c.DescribeUserPool(t.Context(), &cip.DescribeUserPoolInput{UserPoolId: &a.Pools[i].ID})
		if err != nil || out.UserPool.EstimatedNumberOfUsers != want {
			t.Errorf("got %+v, %v", out, err)
		}
	}
	var known struct{ Username, Password string }
	get(t, a.Control+"/generated/"+a.Pools[1].ID+"/123456", &known)
	user, err := c.AdminGetUser(t.Context(), &cip.AdminGetUserInput{UserPoolId: &a.Pools[1].ID, Username: &known.Username})
	if err != nil || *user.Username != known.Username {
		t.Errorf("got %+v, %v", user, err)
	}
	if status, text := do(t, http.MethodGet, a.Control+"/generated/"+a.Pools[1].ID+"/1000000", ""); status != http.StatusNotFound {
		t.Errorf("got %d %s", status, text)
	}
}

func TestControl(t *testing.T) {
	t.Parallel()
	a := wherryPool(t, "--control", "127.0.0.1:0", "--faults", "throttle,seed=3")
	c, id := client(a.Listen, anyKey), a.Pools[0].ID
	list := func() error {
		_, err := c.ListUsers(t.Context(), &cip.ListUsersInput{UserPoolId: &id})
		return err
	}
	if status, text := do(t, http.MethodPut, a.Control+"/faults", "empty_pages: 2\n"); status != http.StatusBadRequest || !strings.Contains(text, "faults:1: empty_pages: ") {
		t.Errorf("got %d %s", status, text)
	}
	if status, text := do(t, http.MethodPut, a.Control+"/faults", "internal_errors: 1\n"); status != http.StatusOK {
		t.Errorf("got %d %s", status, text)
	}
	wantRefusal(t, list(), "InternalErrorException: Internal server error.")
	if status, text := do(t, http.MethodPut, a.Control+"/faults", "{}"); status != http.StatusOK {
		t.Errorf("got %d %s", status, text)
	}

	outcomes := `[{"operation":"ListUsers","times":1,"type":"ForbiddenException","message":"No."}]`
	if status, text := do(t, http.MethodPut, a.Control+"/outcomes", outcomes); status != http.StatusOK {
		t.Errorf("got %d %s", status, text)
	}
	var wanted []pool.Outcome
	if get(t, a.Control+"/outcomes", &wanted); len(wanted) != 1 {
		t.Errorf("got %+v", wanted)
	}
	wantRefusal(t, list(), "ForbiddenException: No.")
	if status, _ := do(t, http.MethodPut, a.Control+"/outcomes", `[{"kind":"x"}]`); status != http.StatusBadRequest {
		t.Errorf("got %d", status)
	}

	var counted pool.Counters
	if get(t, a.Control+"/counters", &counted); counted.Operations["ListUsers"] != 2 {
		t.Errorf("got %+v", counted)
	}
	if status, _ := do(t, http.MethodDelete, a.Control+"/counters", ""); status != http.StatusNoContent {
		t.Errorf("got %d", status)
	}
	counted = pool.Counters{}
	if get(t, a.Control+"/counters", &counted); len(counted.Operations) != 0 {
		t.Errorf("got %+v", counted)
	}

	_, err := c.ForgotPassword(t.Context(), &cip.ForgotPasswordInput{ClientId: &a.Pools[0].Clients[0], Username: aws.String("grace")})
	if err != nil {
		t.Fatal(err)
	}
	var sent []pool.Message
	if get(t, a.Control+"/messages?username=grace", &sent); len(sent) != 1 || len(sent[0].Code) != 6 || sent[0].Purpose != "ForgotPassword" {
		t.Errorf("got %+v", sent)
	}

	var clock struct{ Moved string }
	if status, text := do(t, http.MethodPost, a.Control+"/clock?move=soon", ""); status != http.StatusBadRequest {
		t.Errorf("got %d %s", status, text)
	}
	do(t, http.MethodPost, a.Control+"/clock?move=61m", "")
	if get(t, a.Control+"/clock", &clock); clock.Moved != "1h1m0s" {
		t.Errorf("got %+v", clock)
	}
}

func TestCommandRefusesWhatMakesNoSense(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "seed.yaml")
	if err := os.WriteFile(file, []byte("pools:\n  - id: nowhere\n    colour: red\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		args []string
		want []string
	}{
		{[]string{"--faults", "rain"}, []string{`no fault is called "rain"`}},
		{[]string{"--faults", "throttle", "--faults-file", file}, []string{"give one of them"}},
		{[]string{"--users=-1"}, []string{"--users counts users"}},
		{[]string{"--access-key-id", "A"}, []string{"belong together"}},
		{[]string{"--listen", "nowhere"}, []string{`cannot listen on "nowhere"`}},
		{[]string{"--file", file, "--faults", "rain"}, []string{"seed.yaml:2: pools[0].id: ", "seed.yaml:3: pools[0].colour: unknown setting", `no fault is called "rain"`}},
	} {
		var errs strings.Builder
		code := cli.Main(t.Context(), process(io.Discard, &errs, append([]string{"pool"}, tt.args...)...), poolCommand())
		for _, want := range tt.want {
			if code != 2 || !strings.Contains(errs.String(), want) {
				t.Errorf("%v: got %d %s", tt.args, code, errs.String())
			}
		}
	}
}

func TestCommandTellsWhatItServes(t *testing.T) {
	t.Parallel()
	ctx, stop := context.WithCancel(t.Context())
	out, in := io.Pipe()
	done := make(chan int, 1)
	go func() {
		done <- cli.Main(ctx, process(in, io.Discard, "pool", "--listen", "127.0.0.1:0", "--control", "127.0.0.1:0"), poolCommand())
		in.Close()
	}()
	lines := bufio.NewScanner(out)
	for _, want := range []string{"stand-in pool at http://127.0.0.1:", "control at http://127.0.0.1:", "pool us-"} {
		if !lines.Scan() || !strings.HasPrefix(lines.Text(), want) {
			t.Errorf("got %q, want %q", lines.Text(), want)
		}
	}
	stop()
	if code := <-done; code != 0 {
		t.Errorf("it ended with %d", code)
	}
}

func TestCommandPrintsTheSchemaOfSeeds(t *testing.T) {
	t.Parallel()
	var out strings.Builder
	code := cli.Main(t.Context(), process(&out, io.Discard, "pool", "--schema"), poolCommand())
	var schema struct {
		Properties map[string]any `json:"properties"`
		Defs       map[string]any `json:"$defs"`
	}
	if err := json.Unmarshal([]byte(out.String()), &schema); code != 0 || err != nil || schema.Defs["Pool"] == nil {
		t.Errorf("got %d, %v: %.200s", code, err, out.String())
	}
}

package cli_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"wherry/internal/exit"
	"wherry/toolkit/cli"
)

type failing struct {
	Err error `kong:"-"`
}

func (f *failing) Run() error { return f.Err }

func run(t *testing.T, err error, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	var out, errs bytes.Buffer
	p := cli.Process{Args: args, Getenv: func(string) string { return "" }, Stdout: &out, Stderr: &errs}
	code = cli.Main(t.Context(), p, cli.Command{Name: "fail", Help: "Fail.", Cmd: &failing{err}})
	return code, out.String(), errs.String()
}

func TestMainExitCodes(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name string
		err  error
		args []string
		code int
		says string
	}{
		{"help", nil, []string{"--help"}, exit.Done, "Exit codes: 0 done"},
		{"version", nil, []string{"version"}, exit.Done, "wherry "},
		{"no command", nil, nil, exit.Usage, "wherry: hint:"},
		{"unknown flag", nil, []string{"version", "--nope"}, exit.Usage, "--nope"},
		{"failure", errors.New("it broke"), []string{"fail"}, exit.Failed, "wherry: it broke"},
		{"hint", exit.With(exit.Differences, errors.New("differ"), "look at the report"), []string{"fail"}, exit.Differences, "wherry: hint: look at the report"},
		{"interrupted", context.Canceled, []string{"fail"}, exit.Interrupted, "interrupted"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			code, out, errs := run(t, tt.err, tt.args...)
			if code != tt.code || !strings.Contains(out+errs, tt.says) {
				t.Errorf("exit %d, want %d, with %q in:\n%s%s", code, tt.code, tt.says, out, errs)
			}
		})
	}
}

func TestMainJSON(t *testing.T) {
	t.Parallel()
	for _, args := range [][]string{{"--json", "version"}, {"--json", "fail"}} {
		_, out, errs := run(t, exit.With(exit.Refused, errors.New("two refused"), ""), args...)
		var answer map[string]any
		if err := json.Unmarshal([]byte(out), &answer); err != nil || errs != "" {
			t.Errorf("%v: want one JSON object and a silent stderr, got %q and %q", args, out, errs)
		}
	}
}

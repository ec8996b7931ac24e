package cli_test

import (
	"bytes"
	"encoding/json"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"wherry/internal/exit"
	"wherry/toolkit/cli"
	"wherry/toolkit/internal/cognitotest"
)

const janeSub = "34c84488-e0e1-70ae-d2ee-991ad1a898c8"

const adminGetUser = `{"Username": "jane", "UserAttributes": [
	{"Name": "sub", "Value": "` + janeSub + `"}, {"Name": "email", "Value": "Jane@example.com"}, {"Name": "email_verified", "Value": "true"},
	{"Name": "phone_number", "Value": "+14325551212"}, {"Name": "birthdate", "Value": "05/30/1976"}, {"Name": "nickname", "Value": "\u001b[31mJ"}],
	"UserCreateDate": "2021-11-17T00:27:47.442000+00:00", "Enabled": true, "UserStatus": "CONFIRMED"}`

func write(t *testing.T, name, text string) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}

// explain runs the command on a pool with one rule.
func explain(t *testing.T, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	config := write(t, "wherry.yaml", `
pools:
  - id: eu-west-1_Example01
    client_id: abc
    mapping:
      rules: [{set: data.origin, value: old}]
`)
	var out, errs bytes.Buffer
	all := append([]string{"explain", "--config", config}, args...)
	code = cli.Main(t.Context(), cli.Process{Args: all, Getenv: env, Stdout: &out, Stderr: &errs})
	return code, out.String(), errs.String()
}

func TestExplainFromAFile(t *testing.T) {
	t.Parallel()
	files := map[string]string{
		"admin-get-user":   adminGetUser,
		"list-users":       `{"Users": [{"Username": "joe", "Attributes": []}, ` + strings.Replace(adminGetUser, "UserAttributes", "Attributes", 1) + `]}`,
		"list-users query": `[` + adminGetUser + `]`,
	}
	for name, text := range files {
		file := write(t, "users.json", text)
		for _, login := range []string{"jane", "JANE@example.com"} {
			t.Run(name+" "+login, func(t *testing.T) {
				t.Parallel()
				code, out, errs := explain(t, login, "--in", file)
				for _, line := range []string{
					"jane, by the slow road",
					"id " + janeSub + " sub as is",
					"email jane@example.com email as FusionAuth stores it",
					"data.origin old mapping.rules[0]",
					"birthDate birthdate default is not a date as YYYY-MM-DD; kept in data.birthdate",
					`data.nickname "\x1b[31mJ" nickname as is`,
				} {
					if !strings.Contains(squeeze(out), line) {
						t.Errorf("no line %q in:\n%s", line, out)
					}
				}
				if code != exit.Done || errs != "" {
					t.Errorf("exit %d: %s", code, errs)
				}
			})
		}
	}
}

// squeeze makes one blank of many.
func squeeze(text string) string {
	var lines []string
	for line := range strings.Lines(text) {
		lines = append(lines, strings.Join(strings.Fields(line), " "))
	}
	return strings.Join(lines, "\n")
}

func TestExplainJSON(t *testing.T) {
	t.Parallel()
	code, out, _ := explain(t, janeSub, "--road", "bulk", "--json", "--in", write(t, "users.json", adminGetUser))
	var answer struct {
		Username, Road string
		Fields         []struct {
			Target, Source, Rule, Remark string
			Value                        any
		}
		User struct {
			ID            string
			InsertInstant int64
		}
	}
	if err := json.Unmarshal([]byte(out), &answer); err != nil || code != exit.Done {
		t.Fatalf("exit %d, %v: %s", code, err, out)
	}
	if answer.Username != "jane" || answer.Road != "bulk" || answer.User.ID != janeSub || answer.User.InsertInstant != 1637108867442 {
		t.Errorf("got %+v", answer)
	}
	if first := answer.Fields[0]; first.Target != "id" || first.Value != janeSub || first.Source != "sub" {
		t.Errorf("the first field is %+v", first)
	}
}

func TestExplainShowsAnUnverifiedEmail(t *testing.T) {
	t.Parallel()
	unverified := strings.Replace(adminGetUser, `"email_verified", "Value": "true"`, `"email_verified", "Value": "false"`, 1)
	code, out, _ := explain(t, "jane", "--in", write(t, "users.json", unverified))
	for _, line := range []string{
		"data.cognito.email Jane@example.com email as is",
		"email email default the address is not verified, so it is no login identity; kept in data.cognito.email",
	} {
		if !strings.Contains(squeeze(out), line) {
			t.Errorf("no line %q in:\n%s", line, out)
		}
	}
	if code != exit.Done {
		t.Errorf("exit %d", code)
	}
}

func TestExplainTellsWhyNot(t *testing.T) {
	t.Parallel()
	file := write(t, "users.json", adminGetUser)
	for name, tt := range map[string]struct {
		args []string
		code int
		says string
	}{
		"phone is no login here": {[]string{"+14325551212", "--in", file}, exit.Refused, "see mapping.phone_number"},
		"nobody":                 {[]string{"joe", "--in", file}, exit.Failed, "hint: look the user up by the sub"},
		"no file":                {[]string{"joe", "--in", file + "x"}, exit.Usage, "hint: name a file with --in"},
		"another file":           {[]string{"joe", "--in", write(t, "x.json", `{"a": 1}`)}, exit.Usage, "hint: want what aws cognito-idp"},
		"no JSON":                {[]string{"joe", "--in", write(t, "x.json", `Username`)}, exit.Usage, "hint: want what aws cognito-idp"},
		"another pool":           {[]string{"joe", "--in", file, "--pool", "x"}, exit.Usage, "give --pool one of eu-west-1_Example01"},
		"another road":           {[]string{"joe", "--road", "rail"}, exit.Usage, "slow"},
		"another configuration":  {[]string{"joe", "--config", write(t, "w.yaml", "pools: [{id: eu-west-1_a, client_id: c, applications: [{name: Shop}]}]")}, exit.Usage, "applications[0].id"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			code, out, errs := explain(t, tt.args...)
			if code != tt.code || !strings.Contains(out+errs, tt.says) {
				t.Errorf("exit %d:\n%s%s", code, out, errs)
			}
		})
	}
}

func TestExplainFromThePool(t *testing.T) {
	t.Setenv("AWS_ACCESS_KEY_ID", "none")
	t.Setenv("AWS_SECRET_ACCESS_KEY", "none")
	fake := httptest.NewServer(&cognitotest.Cognito{Users: []cognitotest.User{{
		Username: "jane", Groups: []string{"admins"}, Attributes: map[string]string{"sub": janeSub, "email": "jane@example.com"},
	}}})
	defer fake.Close()
	config := write(t, "wherry.yaml", "pools: [{id: eu-west-1_Example01, client_id: abc, endpoint: '"+fake.URL+"'}]")
	for login, want := range map[string]struct {
		code int
		says string
	}{
		"jane":   {exit.Done, `data.cognito.groups ["admins"] groups as is`},
		"nobody": {exit.Failed, "no user has this"},
	} {
		code, out, errs := explain(t, login, "--config", config)
		if code != want.code || !strings.Contains(squeeze(out)+errs, want.says) {
			t.Errorf("%s: exit %d:\n%s%s", login, code, out, errs)
		}
	}
}

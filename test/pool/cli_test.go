package pool

import (
	"encoding/json"
	"os"
	"os/exec"
	"strings"
	"testing"

	"wherry/internal/need"
	"wherry/pool"
)

// awsCLI is the AWS command line, pointed at a stand-in.
type awsCLI struct {
	path, url, home string
}

func (s *standIn) cli(t *testing.T) awsCLI {
	t.Helper()
	return awsCLI{need.Program(t, "apt-get install awscli", "aws"), s.url, t.TempDir()}
}

// run runs `aws cognito-idp …` and returns what it prints to either stream.
func (c awsCLI) run(t *testing.T, args ...string) (stdout, stderr string, err error) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), c.path, append([]string{"cognito-idp", "--endpoint-url", c.url, "--output", "json"}, args...)...)
	cmd.Env = append(os.Environ(), "HOME="+c.home, "AWS_ACCESS_KEY_ID=AKIAEXAMPLE", "AWS_SECRET_ACCESS_KEY=secret",
		"AWS_DEFAULT_REGION=us-east-1", "AWS_EC2_METADATA_DISABLED=true", "AWS_MAX_ATTEMPTS=1")
	var out, errs strings.Builder
	cmd.Stdout, cmd.Stderr = &out, &errs
	err = cmd.Run()
	return out.String(), errs.String(), err
}

// The CLI signs requests, follows pages and prints times in its own way; what
// it prints is a seed again.
func TestAWSCommandLine(t *testing.T) {
	t.Parallel()
	s := startWith(t, pool.Config{
		Directories: []pool.Directory{directory(crowd(130))},
		Credentials: []pool.Credential{{AccessKeyID: "AKIAEXAMPLE", SecretAccessKey: "secret"}},
	})
	aws := s.cli(t)
	must := func(v any, args ...string) string {
		t.Helper()
		out, errs, err := aws.run(t, args...)
		if err != nil {
			t.Fatalf("aws %v: %v\n%s", args, err, errs)
		}
		if v != nil {
			if err := json.Unmarshal([]byte(out), v); err != nil {
				t.Fatalf("aws %v: %v\n%s", args, err, out)
			}
		}
		return out
	}

	var listed struct{ Users []struct{ Username string } }
	text := must(&listed, "list-users", "--user-pool-id", poolID)
	if len(listed.Users) != 130 {
		t.Errorf("got %d users", len(listed.Users))
	}
	if again, err := pool.ReadSeed("list.json", []byte(text), os.Getenv); err != nil || len(again[0].Users) != 130 {
		t.Errorf("the list is no seed: %v", err)
	}

	must(nil, "admin-create-user", "--user-pool-id", poolID, "--username", "nina", "--message-action", "SUPPRESS",
		"--user-attributes", "Name=email,Value=nina@example.com")
	must(nil, "admin-set-user-password", "--user-pool-id", poolID, "--username", "nina", "--password", password, "--permanent")
	var signedIn struct{ AuthenticationResult struct{ AccessToken string } }
	must(&signedIn, "initiate-auth", "--client-id", clientID, "--auth-flow", "USER_PASSWORD_AUTH",
		"--auth-parameters", "USERNAME=nina,PASSWORD="+password)
	var user struct{ Username string }
	if must(&user, "get-user", "--access-token", signedIn.AuthenticationResult.AccessToken); user.Username != "nina" {
		t.Errorf("got %+v", user)
	}

	_, errs, err := aws.run(t, "admin-get-user", "--user-pool-id", poolID, "--username", "nobody")
	if err == nil || !strings.Contains(errs, "An error occurred (UserNotFoundException) when calling the AdminGetUser operation: User does not exist.") {
		t.Errorf("got %v\n%s", err, errs)
	}
}

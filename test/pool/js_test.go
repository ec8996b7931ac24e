package pool

import (
	"encoding/json"
	"errors"
	"os/exec"
	"testing"

	"wherry/internal/need"
)

// Amazon's own library for applications signs in by SRP.
func TestAmazonCognitoIdentityJS(t *testing.T) {
	t.Parallel()
	node := need.Node(t, "js")
	s := start(t)
	in, err := json.Marshal(map[string]string{
		"endpoint": s.url, "userPoolId": poolID, "clientId": clientID, "password": password, "code": totpOf(t, totpSecret),
	})
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), node, "signin.mjs", string(in))
	cmd.Dir = "js"
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%v: %s", err, stderr(err))
	}
	var got map[string]string
	if err := json.Unmarshal(out, &got); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	for name, want := range map[string]string{
		"password":           "jane",
		"wrong password":     wrong,
		"unknown user":       "UserNotFoundException: User does not exist.",
		"authenticator":      "totp, theo",
		"temporary password": "new password for tom@example.com, tom",
		"new password":       "tom",
		"attributes":         "sub=" + sub(0) + " email=jane@example.com email_verified=true",
		"refresh":            "true",
		"signed out":         "Refresh Token has been revoked",
	} {
		if got[name] != want {
			t.Errorf("%s: got %q, want %q", name, got[name], want)
		}
	}
}

func stderr(err error) []byte {
	if exit, ok := errors.AsType[*exec.ExitError](err); ok {
		return exit.Stderr
	}
	return nil
}

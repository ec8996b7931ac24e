package deliver

import (
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"wherry/server/internal/fa"
)

func TestTheDebugEntry(t *testing.T) {
	t.Parallel()
	c := connector(endpoint(t, answers(200, `{"user":{"id":"00000000-0000-0000-0000-000000000001","username":"ada"}}`)))
	c.Debug = true
	_, entries, err := ask(t, c)
	if err != nil || len(entries) != 1 || entries[0].Type != fa.EventDebug {
		t.Fatalf("%v, %v", err, entries)
	}
	lines := strings.SplitAfterN(entries[0].Message, "\n", 6)
	want := []string{
		"Generic connector debug log for [Cognito] [00000000-0000-0000-0000-00000000000c]\n", "\n",
		"11/22/2026 08:04:05 PM Z Attempt to authenticate to application [00000000-0000-0000-0000-00000000000a] from [203.0.113.7] for [Ada@Example.com] against [" + c.AuthenticationURL + "].\n",
		"11/22/2026 08:04:05 PM Z The endpoint returned status code [200].\n",
		"11/22/2026 08:04:05 PM Z Connector User:\n",
	}
	if diff := cmp.Diff(want, lines[:5]); diff != "" {
		t.Error(diff)
	}
	if user := lines[5]; !strings.HasPrefix(user, "{\n") || !strings.Contains(user, "\t\"username\": \"ada\",\n") {
		t.Errorf("the user is not written for people: %s", user)
	}
}

func TestTheErrorEntry(t *testing.T) {
	t.Parallel()
	c := connector(endpoint(t, answers(503, "try later")))
	_, entries, _ := ask(t, c)
	want := []fa.EventLog{{
		Type:    fa.EventError,
		Message: "The connector [Cognito] at [" + c.AuthenticationURL + "] could not authenticate [Ada@Example.com]. Status [503]. status 503 is neither 200 nor 404.\n\ntry later",
	}}
	if diff := cmp.Diff(want, entries); diff != "" {
		t.Error(diff)
	}
}

func TestEntriesWithDebug(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		handler http.HandlerFunc
		want    []string
	}{
		"vouched for":     {answers(200, adaAnswer), []string{fa.EventDebug}},
		"not vouched for": {answers(404, ""), []string{fa.EventDebug}},
		"failed":          {answers(500, ""), []string{fa.EventDebug, fa.EventError}},
		"unreadable":      {answers(200, "x"), []string{fa.EventDebug, fa.EventError}},
	} {
		c := connector(endpoint(t, test.handler))
		c.Debug = true
		_, entries, _ := ask(t, c)
		var got []string
		for _, e := range entries {
			got = append(got, e.Type)
		}
		if diff := cmp.Diff(test.want, got); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
}

// TestNoSecretIsLogged has endpoints that send back what they were sent, in
// every way in which servers do.
func TestNoSecretIsLogged(t *testing.T) {
	t.Parallel()
	sent := func(r *http.Request) string {
		body, _ := io.ReadAll(r.Body)
		return fmt.Sprintf("%s %v", body, r.Header)
	}
	echoes := map[string]http.HandlerFunc{
		"500 with the request": func(w http.ResponseWriter, r *http.Request) { w.WriteHeader(500); _, _ = io.WriteString(w, sent(r)) },
		"500 with the request quoted": func(w http.ResponseWriter, r *http.Request) {
			w.WriteHeader(500)
			_, _ = io.WriteString(w, quoted(t, sent(r), 1))
		},
		"200 with the request":       func(w http.ResponseWriter, r *http.Request) { _, _ = io.WriteString(w, sent(r)) },
		"as a name":                  answers(200, `{"user":{"id":"x",`+quoted(t, plain, 1)+`:1}}`),
		"as the name of a token":     answers(200, `{"user":{"registrations":[{"tokens":{`+quoted(t, plain, 1)+`:1}}]}}`),
		"as a duplicate name":        answers(200, `{`+quoted(t, plain, 1)+`:1,`+quoted(t, plain, 1)+`:1}`),
		"as a value":                 answers(200, `{"user":{"id":"00000000-0000-0000-0000-000000000001","firstName":`+quoted(t, plain, 1)+`,"x":`+quoted(t, plain, 2)+`}}`),
		"as the password":            answers(200, `{"user":{"id":"00000000-0000-0000-0000-000000000001","password":`+quoted(t, plain, 1)+`}}`),
		"as a header":                raw("HTTP/1.1 200 OK\r\n" + plain + "\r\n\r\n"),
		"as the status":              raw("HTTP/1.1 " + plain + "\r\n\r\n"),
		"instead of HTTP":            raw(plain + "\r\n\r\n"),
		"at the end of the excerpt":  answers(500, strings.Repeat("x", excerpt-10)+plain),
		"at the end of what is kept": answers(500, strings.Repeat(plain, 3000)),
	}
	for name, handler := range echoes {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := connector(endpoint(t, handler))
			c.AuthenticationURL = strings.Replace(c.AuthenticationURL, "http://", "http://wherry:made-up-in-url@", 1)
			c.Debug, c.HTTPAuthenticationUsername, c.HTTPAuthenticationPassword = true, "wherry", "made-up-basic"
			c.Headers = map[string]string{"X-Key": "made-up-header"}
			connectors, log := newConnectors(true)
			asked := request()
			asked.LoginID = plain // typed into the wrong field
			_, _ = connectors.Authenticate(t.Context(), c, asked)
			if len(log.entries) == 0 {
				t.Error("nothing was logged")
			}
			for _, e := range log.entries {
				for _, secret := range []string{"made-up", "bWFkZS11cC", "d2hlcnJ5Om1hZGUtdXAtYmFzaWM"} {
					if strings.Contains(e.Message, secret) {
						t.Errorf("%s is logged: %s", secret, e.Message)
					}
				}
				if len(e.Message) > longest+4096 {
					t.Errorf("the entry has %d bytes", len(e.Message))
				}
			}
		})
	}
}

package server_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"wherry/internal/console"
	"wherry/internal/exit"
	"wherry/internal/secret"
	"wherry/server"
)

// hush is in every secret that confide gives the server.
const hush = "c29tZXRoaW5nIHNlY3JldA" // no API takes offence: it is base64 too

// confide creates an object of every kind that has secrets. Every endpoint that
// shows one must show it as it was.
func confide(t *testing.T, i *instance) {
	t.Helper()
	const secretID = "eeeeeeee-0000-0000-0000-000000000001"
	for _, s := range []struct{ path, body, shown string }{
		{"/api/tenant", `{"tenant":{"name":"S","emailConfiguration":{"password":"HUSH"},"captchaConfiguration":{"secretKey":"HUSH"}}}`, "emailConfiguration.password"},
		{"/api/application", `{"application":{"name":"S","tenantId":"` + tenantID + `","oauthConfiguration":{"clientSecret":"HUSH"}}}`, "oauthConfiguration.clientSecret"},
		{"/api/connector", `{"connector":{"name":"S","type":"Generic","authenticationURL":"https://connector.example.com","connectTimeout":1,"readTimeout":1,"headers":{"Authorization":"HUSH"},"httpAuthenticationPassword":"HUSH"}}`, "headers.Authorization"},
		{"/api/webhook", `{"webhook":{"url":"https://hook.example.com","connectTimeout":1,"readTimeout":1,"headers":{"X-Token":"HUSH"},"httpAuthenticationPassword":"HUSH"}}`, "headers.X-Token"},
		{"/api/messenger", `{"messenger":{"name":"S","type":"Twilio","accountSID":"a","authToken":"HUSH","fromPhoneNumber":"+13035550100"}}`, "authToken"},
		{"/api/identity-provider", `{"identityProvider":{"name":"S","type":"OpenIDConnect","oauth2":{"client_id":"a","client_secret":"HUSH","issuer":"https://idp.example.com"},"applicationConfiguration":{"` + applicationID + `":{"oauth2":{"client_secret":"HUSH"}}}}}`, "oauth2.client_secret"},
		{"/api/api-key", `{"apiKey":{"key":"HUSH"}}`, "key"},
	} {
		_, name, _ := strings.Cut(s.body, `"`)
		name, _, _ = strings.Cut(name, `"`)
		body := strings.ReplaceAll(s.body, "HUSH", hush)
		as := superKey
		if s.path == "/api/api-key" {
			as = managerKey
		}
		i.send(call{do: "POST " + s.path + "/" + secretID + " " + body, as: as}).must(t)
		i.send(call{do: "GET " + s.path + "/" + secretID, as: as}).must(t).want(t, values{name + "." + s.shown: hush})
	}
	i.do("PUT /api/integration {\"integrations\":{\"cleanspeak\":{\"apiKey\":\"" + hush + "\"},\"kafka\":{\"producer\":{\"sasl\":\"" + hush + "\"}}}}").must(t)
	i.do(`POST /api/key/import {"key":{"name":"S","algorithm":"HS256","secret":"` + hush + hush + `"}}`).must(t)
	i.send(call{tenant: tenantID, do: `POST /api/user/import {"users":[{"username":"keeper","active":true,"twoFactor":{"recoveryCodes":["` + hush + `"],"methods":[{"method":"authenticator","secret":"` + hush + `aaaa=="}]},
		"registrations":[{"applicationId":"` + applicationID + `","authenticationToken":"` + hush + `"}]}]}`}).must(t)
	i.do(`PATCH /api/user/` + janeID + ` {"user":{"twoFactor":{"methods":[{"id":"A","method":"authenticator","secret":"` + hush + `=="}]}}}`).must(t)
	i.send(call{do: `POST /api/api-key {"apiKey":{"key":"` + hush + `2","name":"Once","retrievable":false}}`, as: managerKey}).must(t)
	i.send(call{do: "GET /api/tenant", as: hush + "2"}).must(t)
}

// TestNothingSecretIsOnDisk looks at the bytes of the database after every kind
// of secret went through the API.
func TestNothingSecretIsOnDisk(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	s, err := server.New(t.Context(), server.Config{Data: dir, Kickstart: sampleKickstart, Getenv: sampleEnv})
	if err != nil {
		t.Fatal(err)
	}
	confide(t, &instance{Handler: s.Handler()})
	inClear(t, dir) // with what the database has not yet put into its file
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	inClear(t, dir)
}

func inClear(t *testing.T, dir string) {
	t.Helper()
	files, err := os.ReadDir(dir)
	if err != nil || len(files) < 2 {
		t.Fatalf("%d files: %v", len(files), err)
	}
	for _, f := range files {
		content, err := os.ReadFile(filepath.Join(dir, f.Name()))
		if err != nil {
			t.Fatal(err)
		}
		for _, text := range []string{hush, superKey, clientSecret, password, "PRIVATE KEY"} {
			if bytes.Contains(content, []byte(text)) {
				t.Errorf("%s: %q is in clear", f.Name(), text)
			}
		}
		if info, err := f.Info(); err != nil || info.Mode().Perm()&0o077 != 0 {
			t.Errorf("%s: %v is for more than its owner", f.Name(), info.Mode())
		}
	}
}

// TestSecretsOnEach: what is encrypted works as before on both databases.
func TestSecretsOnEach(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, i *instance) { confide(t, i) })
}

// TestUnretrievableKey: it is shown once, works, and can be changed.
func TestUnretrievableKey(t *testing.T) {
	t.Parallel()
	const one = " /api/api-key/eeeeeeee-0000-0000-0000-000000000002"
	made := []string{"POST" + one + ` {"apiKey":{"key":"once","name":"Once","retrievable":false,"keyHash":"x"}}`}
	i := start(t)
	for _, s := range []scenario{
		{do: made[0], status: 200, want: values{"apiKey.key": "once", "apiKey.keyHash": absent}},
		{do: "GET" + one, status: 200, want: values{"apiKey.key": absent, "apiKey.keyHash": absent}},
		{do: "PUT" + one + ` {"apiKey":{"name":"Still once","keyHash":"x","key":"x"}}`, status: 200, want: values{"apiKey.key": absent, "apiKey.keyHash": absent, "apiKey.retrievable": false}},
		{do: "PATCH" + one + ` {"apiKey":{"keyHash":null}}`, status: 200, want: values{"apiKey.keyHash": absent}},
		{do: `POST /api/api-key {"apiKey":{"key":"once"}}`, status: 400, codes: "[duplicate]apiKey.key"},
	} {
		s.as = managerKey
		s.run(t, i)
	}
	i.send(call{do: "GET /api/tenant", as: "once"}).must(t)
}

// TestRotateKey: on one folder, from one key to another, and the old one is not
// needed any more.
func TestRotateKey(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	visit := func(do func(i *instance)) {
		t.Helper()
		s, err := server.New(t.Context(), server.Config{Data: dir, Kickstart: sampleKickstart, Getenv: sampleEnv})
		if err != nil {
			t.Fatal(err)
		}
		if do(&instance{Handler: s.Handler()}); s.Close() != nil {
			t.Fatal("it does not close")
		}
	}
	visit(func(i *instance) { confide(t, i) })
	file := filepath.Join(dir, "wherry-server.key")
	first := keysIn(t, file)

	answer := rotate(t, server.RotateKey{Place: server.Place{Data: dir}, New: true})
	both := keysIn(t, file)
	if len(first) != 1 || len(both) != 2 || both[1] != first[0] || answer.Documents < 10 || len(answer.Unused) != 1 {
		t.Fatalf("%d keys, then %d; answer %+v", len(first), len(both), answer)
	}
	if again := rotate(t, server.RotateKey{Place: server.Place{Data: dir}}); again.Documents != 0 || again.Key != answer.Key {
		t.Errorf("again: %+v", again)
	}
	if err := os.WriteFile(file, []byte(both[0]), 0o600); err != nil {
		t.Fatal(err)
	}
	visit(func(i *instance) {
		i.do(login("jane", password)).must(t)
		i.do("GET /api/connector/eeeeeeee-0000-0000-0000-000000000001").must(t).want(t, values{"connector.headers.Authorization": hush})
	})
	if err := os.WriteFile(file, []byte(first[0]), 0o600); err != nil {
		t.Fatal(err)
	}
	mustLackKey(t, server.Config{Data: dir}, answer.Key)
}

func keysIn(t *testing.T, file string) []string {
	t.Helper()
	content, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return strings.Fields(string(content))
}

type rotated struct {
	Key       string
	Documents int
	Unused    []string
}

func rotate(t *testing.T, c server.RotateKey) (answer rotated) {
	t.Helper()
	var out bytes.Buffer
	if err := c.Run(t.Context(), &console.Console{Out: &out, JSON: true}); err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(out.Bytes(), &answer); err != nil {
		t.Fatal(err)
	}
	return answer
}

// mustLackKey tries to start a server, which has to say which key it lacks and
// what to do, and must not make one.
func mustLackKey(t *testing.T, c server.Config, id string) {
	t.Helper()
	before, _ := filepath.Glob(filepath.Join(c.Data, "*.key"))
	s, err := server.New(t.Context(), c)
	if err == nil {
		t.Fatal("it starts", s.Close())
	}
	for _, want := range []string{id, "WHERRY_SERVER_KEY", "backup"} {
		if said := err.Error() + exit.Hint(err); !strings.Contains(said, want) {
			t.Errorf("%q is missing in: %s", want, said)
		}
	}
	if after, _ := filepath.Glob(filepath.Join(c.Data, "*.key")); !slices.Equal(before, after) {
		t.Errorf("key files before %v, after %v", before, after)
	}
}

// TestLostKey: neither a new key is made nor the database touched.
func TestLostKey(t *testing.T) {
	t.Parallel()
	dir := kickstartedData(t)
	mustLackKey(t, server.Config{Data: dir, KeyFile: filepath.Join(dir, "none.key")}, "4743086e")
	mustLackKey(t, server.Config{Data: dir, Key: "ZmVkY2JhOTg3NjU0MzIxMGZlZGNiYTk4NzY1NDMyMTA="}, "4743086e")
}

// TestKeyRefused: what is wrong with keys, without a word of what they are.
func TestKeyRefused(t *testing.T) {
	t.Parallel()
	const passphrase = "made-up-passphrase"
	file := filepath.Join(t.TempDir(), "keys")
	if err := os.WriteFile(file, []byte(passphrase), 0o600); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]server.Config{
		"variable": {Data: t.TempDir(), Key: sampleKey + "," + passphrase}, "file": {Data: t.TempDir(), KeyFile: file},
	} {
		_, err := server.New(t.Context(), c)
		if err == nil || exit.Code(err) != exit.Usage || !strings.Contains(exit.Hint(err), "openssl rand -base64 32") || strings.Contains(err.Error(), passphrase) {
			t.Errorf("%s: %v, hint %q", name, err, exit.Hint(err))
		}
	}
}

// TestRotateKeyRefuses: what rotate-key cannot do.
func TestRotateKeyRefuses(t *testing.T) {
	dir := t.TempDir()
	quiet := &console.Console{Out: &bytes.Buffer{}, Quiet: true}
	if err := (&server.RotateKey{Place: server.Place{Data: dir}}).Run(t.Context(), quiet); exit.Code(err) != exit.Usage {
		t.Errorf("nothing to rotate: %v", err)
	}
	used := kickstartedData(t)
	t.Setenv("WHERRY_SERVER_KEY", sampleKey)
	err := (&server.RotateKey{Place: server.Place{Data: used}, New: true}).Run(t.Context(), quiet)
	if exit.Code(err) != exit.Usage || !strings.Contains(exit.Hint(err), "in front") {
		t.Errorf("a new key in the environment: %v, hint %q", err, exit.Hint(err))
	}
	if err := (&server.RotateKey{Place: server.Place{Data: used}}).Run(t.Context(), quiet); err != nil {
		t.Errorf("keys from the environment: %v", err)
	}
}

// TestRotateKeyBesideServers: on PostgreSQL the keys change while several
// servers work.
func TestRotateKeyBesideServers(t *testing.T) {
	t.Parallel()
	at := schema(t)
	const fresh = "ZmVkY2JhOTg3NjU0MzIxMGZlZGNiYTk4NzY1NDMyMTA="
	serve := func(keys secret.String) *instance {
		return open(t, server.Config{Database: at, Data: t.TempDir(), Key: keys, Kickstart: sampleKickstart, Getenv: sampleEnv})
	}
	old := serve(sampleKey + "," + fresh) // knows the new key before anybody uses it
	confide(t, old)
	next := serve(fresh + "," + sampleKey)
	stop, ended := make(chan struct{}), make(chan error, 2)
	for _, i := range []*instance{old, next} {
		go func() {
			for {
				select {
				case <-stop:
					ended <- nil
					return
				default:
				}
				if r := i.do(`PATCH /api/connector/eeeeeeee-0000-0000-0000-000000000001 {"connector":{"data":{"n":1}}}`); r.status != 200 {
					ended <- errors.New(r.body)
					return
				}
			}
		}()
	}
	file := filepath.Join(t.TempDir(), "keys")
	if err := os.WriteFile(file, []byte(fresh+"\n"+sampleKey), 0o600); err != nil {
		t.Fatal(err)
	}
	rotate(t, server.RotateKey{Place: server.Place{Database: at, KeyFile: file}})
	close(stop)
	for range 2 {
		if err := <-ended; err != nil {
			t.Error(err)
		}
	}
	// The server with the old key in front may have written since: once more,
	// as the manual says, when there is none of them.
	next.do(`PATCH /api/connector/eeeeeeee-0000-0000-0000-000000000001 {"connector":{"data":{"n":2}}}`).must(t)
	rotate(t, server.RotateKey{Place: server.Place{Database: at, KeyFile: file}})
	serve(fresh).do("GET /api/connector/eeeeeeee-0000-0000-0000-000000000001").must(t).want(t, values{"connector.headers.Authorization": hush})
}

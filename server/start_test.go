package server_test

import (
	"context"
	"errors"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"wherry/internal/exit"
	"wherry/server"
)

// TestFirstStart: what every FusionAuth instance has, without a kickstart file.
func TestFirstStart(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "deep", "down")
	i := open(t, server.Config{Data: dir})
	if r := i.send(call{do: "GET /api/status", as: noKey}); r.status != http.StatusOK {
		t.Errorf("status %d", r.status)
	}
	if r := i.send(call{do: "GET /.well-known/openid-configuration", as: noKey}).must(t); r.text("issuer") != "acme.com" {
		t.Errorf("issuer %q", r.text("issuer"))
	}
	info, err := os.Stat(filepath.Join(dir, databaseFile))
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the database is for its owner alone: %v, %v", info.Mode(), err)
	}
}

// TestKickstart: what the sample has made, which is written as the official
// quickstarts write theirs.
func TestKickstart(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, i *instance) {
		i.do("GET /api/tenant").must(t).want(t, values{
			"tenants.0.id": tenantID, "tenants.0.name": "Default", "tenants.0.issuer": "http://localhost:9011", "tenants.0.themeId": "75a068fd-e94b-451a-9aeb-3ddb9a3b5987",
			"tenants.1": absent,
		})
		i.do("GET /api/application/"+adminAppID).must(t).want(t, values{
			"application.name": "FusionAuth", "application.roles.0.id": "631ecd9d-8d40-4c13-8277-80cedb823711", "application.roles.0.name": "acl_deleter",
			"application.roles.37.name": "webhook_manager", "application.roles.38": absent,
		})
		i.do("GET /api/connector").must(t).want(t, values{"connectors.0.id": connectorID, "connectors.1": absent})
		i.do("GET /api/user?email=admin@example.com").must(t).want(t, values{
			"user.registrations.0.applicationId": adminAppID, "user.registrations.0.roles": []string{"admin"},
		})
		i.do("GET /api/user/"+janeID).must(t).want(t, values{
			"user.username": "Jane", "user.data.favouriteNumber": number("12345678901234567890"), "user.registrations.0.roles": []string{"reader"},
		})
		i.do(login("jane", password)).must(t)
	})
}

// TestRestart: everything is still there, and the kickstart file is not run
// again.
func TestRestart(t *testing.T) {
	t.Parallel()
	where := map[string]server.Config{"sqlite": {}, "postgres": {}}
	for name, config := range where {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			config.Data, config.Kickstart, config.Getenv = t.TempDir(), sampleKickstart, sampleEnv
			if name == "postgres" {
				config.Database = schema(t)
			}
			first, err := server.New(t.Context(), config)
			if err != nil {
				t.Fatal(err)
			}
			i := &instance{Handler: first.Handler()}
			token := i.do(login("jane", password)).must(t).text("token")
			jwks := i.do("GET /.well-known/jwks.json").body
			i.do("DELETE /api/user/" + janeID).must(t)
			if err := first.Close(); err != nil {
				t.Fatal(err)
			}
			config.Kickstart = "testdata/none.json" // it is not even read
			again := open(t, config)
			again.do("GET /api/user/"+janeID).must(t).want(t, values{"user.active": false})
			if again.do("GET /.well-known/jwks.json").body != jwks || token == "" {
				t.Error("the signing key has changed")
			}
			if !strings.Contains(again.log.String(), "kickstart ignored") {
				t.Errorf("the log must say why: %s", again.log)
			}
		})
	}
}

// TestKickstartComesLate: an instance that nobody has used is fresh enough.
func TestKickstartComesLate(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	s, err := server.New(t.Context(), server.Config{Data: dir})
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	open(t, server.Config{Data: dir, Kickstart: sampleKickstart, Getenv: sampleEnv}).do("GET /api/user/" + janeID).must(t)
}

// TestFailedKickstart: it stops the start, says where, and leaves nothing.
func TestFailedKickstart(t *testing.T) {
	t.Parallel()
	const (
		key   = `"apiKeys":[{"key":"k"}]`
		works = `{"method":"POST","url":"/api/application","body":{"application":{"name":"Half"}}}`
	)
	for _, tt := range []struct {
		name, file string
		code       int
		want       []string
	}{
		{"not JSON", "{", exit.Usage, []string{"kickstart.json", "line 1"}},
		{"no key", `{"requests":[` + works + `]}`, exit.Usage, []string{"at least one API key"}},
		{"several mistakes", `{` + key + `,"requests":[{"method":"GET","url":"/api/user"},{"method":"POST"}]}`, exit.Usage, []string{"requests[0]", "requests[1]"}},
		{
			"refused", `{` + key + `,"requests":[` + works + `,{"method":"POST","url":"/api/user","body":{"user":{"email":"not an address"}}}]}`,
			exit.Failed,
			[]string{"requests[1], POST /api/user", "status 400", "[notEmail]user.email"},
		},
		{"unknown endpoint", `{` + key + `,"requests":[` + works + `,{"method":"POST","url":"/api/nothing"}]}`, exit.Failed, []string{"requests[1], POST /api/nothing", "status 404"}},
		{"wrong method", `{` + key + `,"requests":[{"method":"PATCH","url":"/api/user"}]}`, exit.Failed, []string{"status 405"}},
		{"no URL", `{` + key + `,"requests":[{"method":"POST","url":"/%zz"}]}`, exit.Failed, []string{"requests[0], POST /%zz"}},
		{"key twice", `{"apiKeys":[{"key":"k"},{"key":"k"}]}`, exit.Failed, []string{"apiKeys[1]", "[duplicate]apiKey.key"}},
		{"key that would be too wide", `{"apiKeys":[{"key":"k"},{"key":"l","permissions":{"endpoints":{"/api/api-key":["GET"]}}}]}`, exit.Failed, []string{"apiKeys[1]", "[invalid]apiKey.permissions.endpoints"}},
		{"key with permissions that are none", `{"apiKeys":[{"key":"k"},{"key":"l","permissions":{"endpoints":{"user":["GET"]}}}]}`, exit.Failed, []string{"apiKeys[1]", "[invalid]apiKey.permissions.endpoints"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			file := filepath.Join(dir, "kickstart.json")
			if err := os.WriteFile(file, []byte(tt.file), 0o600); err != nil {
				t.Fatal(err)
			}
			_, err := server.New(t.Context(), server.Config{Data: dir, Kickstart: file})
			if err == nil || exit.Code(err) != tt.code || exit.Hint(err) == "" {
				t.Fatalf("error %v, code %d, hint %q", err, exit.Code(err), exit.Hint(err))
			}
			for _, want := range tt.want {
				if !strings.Contains(err.Error(), want) {
					t.Errorf("%q is missing in: %v", want, err)
				}
			}
			if strings.Contains(err.Error(), "not an address") {
				t.Errorf("an error must not repeat what may be personal: %v", err)
			}
			mustBeFresh(t, server.Config{Data: dir})
		})
	}
}

// mustBeFresh starts where a start has not come to its end.
func mustBeFresh(t *testing.T, c server.Config) {
	t.Helper()
	c.Kickstart, c.Getenv = sampleKickstart, sampleEnv
	i := open(t, c)
	i.do("GET /api/tenant").must(t).want(t, values{"tenants.0.id": tenantID, "tenants.1": absent})
	i.do("GET /api/application").must(t).want(t, values{"applications.2.id": applicationID, "applications.3": absent})
	i.do("GET /api/user/" + janeID).must(t)
}

// TestInterruptedStart: a first start that is cancelled, wherever it was,
// leaves nothing to go on from.
func TestInterruptedStart(t *testing.T) {
	t.Parallel()
	for name, moments := range map[string][]int64{"sqlite": {1, 2, 3, 6, 10, 14, 18, 22, 26}, "postgres": {2, 12, 22}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := server.Config{Data: t.TempDir()}
			if name == "postgres" {
				c.Database = schema(t)
			}
			interrupted := 0
			for _, moment := range moments {
				err := interruptedStart(t, c, moment)
				switch {
				case err == nil:
					t.Fatalf("cancelled when it looked at the clock for time %d, it came to its end", moment)
				case !errors.Is(err, context.Canceled) || exit.Code(err) != exit.Interrupted:
					t.Errorf("cancelled at %d: error %v, code %d", moment, err, exit.Code(err))
				default:
					interrupted++
				}
			}
			if interrupted != len(moments) {
				t.Errorf("%d of %d starts were interrupted", interrupted, len(moments))
			}
			mustBeFresh(t, c)
		})
	}
}

// interruptedStart cancels a start when it looks at the clock for the nth time.
func interruptedStart(t *testing.T, c server.Config, nth int64) error {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	var looks atomic.Int64
	c.Kickstart, c.Getenv = sampleKickstart, sampleEnv
	c.Now = func() time.Time {
		if looks.Add(1) == nth {
			cancel()
		}
		return time.Now()
	}
	s, err := server.New(ctx, c)
	if err == nil {
		return s.Close()
	}
	return err
}

// TestTwoServersOnOneFolder: the second is refused and told what to do.
func TestTwoServersOnOneFolder(t *testing.T) {
	t.Parallel()
	dir := kickstartedData(t)
	open(t, server.Config{Data: dir, Key: sampleKey}).do("GET /api/tenant").must(t)
	_, err := server.New(t.Context(), server.Config{Data: dir})
	if err == nil || !strings.Contains(err.Error(), dir) || !strings.Contains(exit.Hint(err), "--data") || !strings.Contains(exit.Hint(err), "PostgreSQL") {
		t.Errorf("error %v, hint %q", err, exit.Hint(err))
	}
}

// TestServersStartTogether: of several that meet an empty PostgreSQL database,
// one runs the kickstart file, and all of them are the same instance.
func TestServersStartTogether(t *testing.T) {
	t.Parallel()
	c := server.Config{Database: schema(t), Kickstart: sampleKickstart, Getenv: sampleEnv}
	const servers = 3
	started := make(chan error, servers)
	handlers := make(chan http.Handler, servers)
	for range servers {
		go func() {
			s, err := server.New(t.Context(), c)
			started <- err
			if err == nil {
				t.Cleanup(func() { _ = s.Close() })
				handlers <- s.Handler()
			}
		}()
	}
	for range servers {
		if err := <-started; err != nil {
			t.Fatal(err)
		}
	}
	var jwks string
	for range servers {
		i := &instance{Handler: <-handlers}
		i.do("GET /api/user/" + janeID).must(t)
		i.do("GET /api/tenant").must(t).want(t, values{"tenants.1": absent})
		published := i.do("GET /.well-known/jwks.json").body
		if jwks != "" && published != jwks {
			t.Error("the servers have different keys")
		}
		jwks = published
	}
}

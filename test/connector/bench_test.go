// Package connector puts the connector in front of the stand-in pool, with
// AWS's own client between them, and holds everything that Cognito can answer
// against what becomes of the user.
package connector

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"sync"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"

	"wherry/pool"
	"wherry/toolkit/config"
	"wherry/toolkit/connector"
)

const headerSecret = "a secret between the two"

// setting is what a test starts with.
type setting struct {
	pool.Config
	says []pool.Outcome // what the pool cannot come to by itself

	client, secret string // of the app client
	key            aws.CredentialsProvider
	guard          string // YAML below connector
	deadline       string // of an answer; long, unless it is what a test is about
	signIn         string // YAML below pools[0].connector
	mapping        string // YAML below pools[0].mapping
}

// given changes what a test starts with.
type given func(*setting)

func on(change func(*pool.Directory)) given {
	return func(s *setting) { change(&s.Directories[0]) }
}

func mfa(mode string) given {
	return on(func(d *pool.Directory) { d.Pool.MfaConfiguration = mode })
}

// mfaConfig is part of what GetUserPoolMfaConfig shows.
func mfaConfig(text string) given {
	return on(func(d *pool.Directory) {
		if err := json.Unmarshal([]byte(text), &d.MFA); err != nil {
			panic(err)
		}
	})
}

func says(o pool.Outcome) given { return func(s *setting) { s.says = append(s.says, o) } }

func faults(f pool.Faults) given { return func(s *setting) { s.Faults = f } }

func client(id, secret string) given {
	return func(s *setting) { s.client, s.secret = id, secret }
}

func signedWith(id, secret string) given {
	return func(s *setting) { s.key = credentials.NewStaticCredentialsProvider(id, secret, "") }
}

func mapping(yaml string) given { return func(s *setting) { s.mapping = yaml } }

func guarded(yaml string) given { return func(s *setting) { s.guard += ", " + yaml } }

func deadline(d string) given { return func(s *setting) { s.deadline = d } }

func settings(yaml string) given { return func(s *setting) { s.signIn += ", " + yaml } }

// bench is a connector in front of a pool, with everything that either says.
type bench struct {
	*testing.T
	*connector.Connector

	client, secret string // of the app client

	pool    *pool.Pool
	wire    *wire
	log     *journal
	url     string
	list    string // the file of those turned away
	serving sync.RWMutex
}

// start starts both. When the test ends, nothing secret that went over the
// wire may stand in what the connector wrote.
func start(t *testing.T, changes ...given) *bench {
	t.Helper()
	s := &setting{client: openID, deadline: "1m"}
	s.Directories = []pool.Directory{directory()}
	s.Credentials = []pool.Credential{accessKey}
	signedWith(accessKey.AccessKeyID, accessKey.SecretAccessKey)(s)
	for _, change := range changes {
		change(s)
	}
	b := &bench{T: t, client: s.client, secret: s.secret, log: &journal{}}
	b.startPool(s)
	b.startConnector(s)
	t.Cleanup(b.nothingSecretWasWritten)
	return b
}

func (b *bench) startPool(s *setting) {
	b.Helper()
	var err error
	if b.pool, err = pool.New(s.Config); err != nil {
		b.Fatal(err)
	}
	b.pool.SetOutcomes(s.says...)
	b.wire = &wire{next: b.pool.Handler()}
	server := httptest.NewServer(b.wire)
	b.Cleanup(server.Close)
	b.wire.url = server.URL
}

// startConnector reads the configuration that a user would write.
func (b *bench) startConnector(s *setting) {
	b.Helper()
	dir := b.TempDir()
	b.list = filepath.Join(dir, "turned-away.jsonl")
	text := fmt.Sprintf(`
connector: {secret: "%s", turned_away_log: turned-away.jsonl%s}
pools:
  - {id: %s, name: customers, endpoint: "%s", client_id: %s, client_secret: "%s", connector: {deadline: %s%s}, mapping: {%s}}
`, headerSecret, s.guard, poolID, b.wire.url, s.client, s.secret, s.deadline, s.signIn, s.mapping)
	parsed, err := config.Parse(filepath.Join(dir, "wherry.yaml"), []byte(text), func(string) string { return "" })
	if err != nil {
		b.Fatal(err)
	}
	b.Connector, err = connector.New(b.Context(), connector.Config{
		Settings: parsed, Credentials: s.key, Log: slog.New(slog.NewJSONHandler(b.log, nil)),
	})
	if err != nil {
		b.Fatal(err)
	}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		b.serving.RLock()
		defer b.serving.RUnlock()
		b.Handler().ServeHTTP(w, r)
	}))
	b.Cleanup(server.Close)
	b.url = server.URL
}

// answer is what FusionAuth gets.
type answer struct {
	status int
	body   string
}

// signIn asks as FusionAuth does, and waits for what the connector does after
// its answer.
func (b *bench) signIn(login, password string) answer {
	b.Helper()
	return b.ask(context.WithoutCancel(b.Context()), headerSecret, login, password)
}

func (b *bench) ask(ctx context.Context, secret, login, password string) answer {
	b.Helper()
	body, err := json.Marshal(map[string]any{
		"applicationId": "10000000-0000-0002-0000-000000000001", "loginId": login, "password": password,
		"loginIdTypes": []string{}, "eventInfo": map[string]string{"ipAddress": "192.0.2.1"}, "newDevice": false, "noJWT": false,
	})
	if err != nil {
		b.Fatal(err)
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, b.url, bytes.NewReader(body))
	if err != nil {
		b.Fatal(err)
	}
	r.Header.Set("Authorization", secret)
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		b.Fatal(err)
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		b.Fatal(err)
	}
	b.settled()
	return answer{resp.StatusCode, string(text)}
}

// settled waits until the connector has done what follows its answer: the
// log, the list of those turned away, the end of the session at Cognito.
func (b *bench) settled() {
	b.serving.Lock()
	b.serving.Unlock() //nolint:staticcheck // nobody is inside
	b.Wait()
}

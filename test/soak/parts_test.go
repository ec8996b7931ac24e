package soak

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	cip "github.com/aws/aws-sdk-go-v2/service/cognitoidentityprovider"

	"wherry/internal/secret"
	"wherry/internal/serve"
	"wherry/pool"
	"wherry/server"
	"wherry/toolkit/config"
	"wherry/toolkit/connector"
	"wherry/toolkit/crossing"
)

// parts is the three of them, which meet over HTTP alone: the pool behind a
// line that can be cut, the connector, the server whose tenant asks it.
type parts struct {
	population *pool.Generated
	pace       time.Duration // of everything that takes its time: a second, as in life, or less
	pool       *pool.Pool
	line       *line // to the pool
	connector  *connector.Connector
	record     *record
	watch      *watch

	serverURL, tenantID string
	serverData          string // the folder of its database
	secrets             secrets
}

// secrets is everything secret between the parts.
type secrets struct{ apiKey, header, client, iam string }

func newSecrets() secrets { return secrets{rand.Text(), rand.Text(), rand.Text(), rand.Text()} }

// iamKey is the name of the IAM key.
const iamKey = "AKIDSOAK"

// start starts the parts, each with a log that is searched as it is written.
// They end with the test.
func start(t *testing.T, population *pool.Generated, pace time.Duration, w *watch) *parts {
	t.Helper()
	p := &parts{population: population, pace: pace, record: &record{}, watch: w, secrets: newSecrets()}
	w.forbid(p.secrets.apiKey, p.secrets.header, p.secrets.client, p.secrets.iam)
	ctx, cancel := context.WithCancel(context.WithoutCancel(t.Context()))
	var running sync.WaitGroup
	t.Cleanup(func() { cancel(); running.Wait() })
	run := func(ln net.Listener, h http.Handler, log *slog.Logger) {
		running.Go(func() {
			if err := serve.HTTP(ctx, ln, h, log); err != nil {
				t.Error(err)
			}
		})
	}
	p.startPool(t, run)
	p.startServer(t, run)
	connectorLine := listen(t)
	p.apply(t, address(connectorLine))
	p.startConnector(t, connectorLine, run)
	return p
}

type runner func(ln net.Listener, h http.Handler, log *slog.Logger)

func listen(t *testing.T) net.Listener {
	t.Helper()
	ln, err := serve.Listen(t.Context(), "", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	return ln
}

func address(ln net.Listener) string { return "http://" + ln.Addr().String() }

func (p *parts) startPool(t *testing.T, run runner) {
	t.Helper()
	d := p.population.Directory()
	d.Clients[0].ClientSecret = p.secrets.client
	var err error
	p.pool, err = pool.New(pool.Config{
		Directories: []pool.Directory{d}, Log: p.watch.log("pool"),
		Credentials: []pool.Credential{{AccessKeyID: iamKey, SecretAccessKey: p.secrets.iam}},
	})
	if err != nil {
		t.Fatal(err)
	}
	p.line = &line{Listener: listen(t)}
	run(p.line, p.pool.Handler(), p.watch.log("pool"))
}

func (p *parts) startServer(t *testing.T, run runner) {
	t.Helper()
	dir := t.TempDir()
	kickstart := filepath.Join(dir, "kickstart.json")
	if err := os.WriteFile(kickstart, fmt.Appendf(nil, `{"apiKeys": [{"key": %q}]}`, p.secrets.apiKey), 0o600); err != nil {
		t.Fatal(err)
	}
	s, err := server.New(t.Context(), server.Config{Data: dir, Kickstart: kickstart, AllowPrivateConnectors: true, Log: p.watch.log("server")})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	ln := listen(t)
	p.serverURL, p.serverData = address(ln), dir
	run(ln, s.Handler(), p.watch.log("server"))
}

// apply makes the tenant whose policy asks the connector. Its hashes are cheap,
// because nothing is to be learned here from how long they take.
func (p *parts) apply(t *testing.T, connectorURL string) {
	t.Helper()
	applied, err := crossing.Apply(t.Context(), crossing.Target{
		URL: p.serverURL, APIKey: secret.String(p.secrets.apiKey),
		Tenant:    crossing.Tenant{Name: "Soak"},
		Connector: crossing.Connector{Name: "Connector", URL: connectorURL, Secret: secret.String(p.secrets.header), Debug: true},
	})
	if err != nil {
		t.Fatal(err)
	}
	p.tenantID = applied.TenantID
	cheap := map[string]any{"passwordEncryptionConfiguration": map[string]any{"encryptionSchemeFactor": 1}}
	if status := p.api(t, http.MethodPatch, "/api/tenant/"+p.tenantID, map[string]any{"tenant": cheap}, nil); status != http.StatusOK {
		t.Fatalf("make hashes cheap: status %d", status)
	}
}

// startConnector sets what it must, lets a user try more often than once in six
// seconds, and sets the breaker, which at the pace of a second is as it comes.
func (p *parts) startConnector(t *testing.T, ln net.Listener, run runner) {
	t.Helper()
	key := credentials.NewStaticCredentialsProvider(iamKey, p.secrets.iam, "")
	settings := &config.Config{
		Connector: config.Connector{Secret: secret.String(p.secrets.header), PerLogin: &config.Limit{Attempts: 100}},
		Pools: []config.Pool{{
			ID: p.population.ID, Name: "soak", Endpoint: address(p.line), SchemaFile: p.describe(t, key),
			ClientID: p.population.ClientID, ClientSecret: secret.String(p.secrets.client),
			Connector: config.SignIn{Breaker: config.Breaker{Window: 10 * p.pace, OpenFor: 5 * p.pace}},
		}},
	}
	log := p.watch.log("connector")
	var err error
	p.connector, err = connector.New(t.Context(), connector.Config{Settings: settings, Ledger: p.record, Log: log, Credentials: key})
	if err != nil {
		t.Fatal(err)
	}
	run(ln, p.connector.Handler(), log)
}

// describe writes the file that aws cognito-idp describe-user-pool would.
func (p *parts) describe(t *testing.T, key aws.CredentialsProvider) (file string) {
	t.Helper()
	api := cip.New(cip.Options{Region: "us-east-1", BaseEndpoint: aws.String(address(p.line)), Credentials: key})
	out, err := api.DescribeUserPool(t.Context(), &cip.DescribeUserPoolInput{UserPoolId: &p.population.ID})
	if err != nil {
		t.Fatal(err)
	}
	text, err := json.Marshal(map[string]any{"UserPool": out.UserPool})
	if err != nil {
		t.Fatal(err)
	}
	file = filepath.Join(t.TempDir(), "pool.json")
	if err := os.WriteFile(file, text, 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}

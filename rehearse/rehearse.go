// Package rehearse runs a whole crossing on one machine, offline: a stand-in
// user pool, the connector in front of it, the identity server, and a sample
// application that people sign in to. It is the only room that opens all three
// doors; the parts still meet over HTTP alone, as they do in production.
package rehearse

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/google/uuid"

	"wherry/internal/secret"
	"wherry/internal/serve"
	"wherry/pool"
	"wherry/server"
	"wherry/toolkit/config"
	"wherry/toolkit/connector"
	"wherry/toolkit/crossing"
)

// Options say where the parts run. Addresses are host:port; port 0 is any free
// one.
type Options struct {
	Server, Connector, Pool, App, Mail string

	Users int // generated users in the pool; 0: the sample's few

	Dir      string // files of the rehearsal; made if missing
	Postgres string // URL of the server's database; empty: SQLite in Dir
	Log      *slog.Logger
}

// Rehearsal is a running crossing.
type Rehearsal struct {
	ServerURL, ConnectorURL, PoolURL, AppURL string

	Dir           string
	APIKey        secret.String
	TenantID      string
	ApplicationID string
	ClientSecret  secret.String
	People        []Person

	directory   pool.Directory
	generated   *pool.Generated // nil for the sample
	pool        *pool.Pool
	mails       *mailbox
	connectorID string
	parts       sync.WaitGroup
	stop        context.CancelFunc

	mu     sync.Mutex
	failed []error
}

// The names of the migration guide.
const (
	tenantName      = "Cognito import test"
	applicationName = "Cognito application"
	connectorName   = "Cognito connector"
)

// Ids of a rehearsal are always the same, so that one with --dir finds what it
// made before.
var (
	tenantID      = uuid.NewSHA1(uuid.NameSpaceURL, []byte("wherry rehearsal: tenant")).String()
	applicationID = uuid.NewSHA1(uuid.NameSpaceURL, []byte("wherry rehearsal: application")).String()
)

// Start starts the parts in the order in which they depend on each other, and
// makes the target ready through its API, as it would a real FusionAuth. The
// parts run until ctx ends or Stop is called.
func Start(ctx context.Context, o Options) (*Rehearsal, error) {
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	l, err := listen(ctx, o)
	if err != nil {
		return nil, err
	}
	r := &Rehearsal{Dir: o.Dir, TenantID: tenantID, ApplicationID: applicationID, directory: pool.Sample()}
	if o.Users > 0 {
		r.generated = pool.Generate(o.Users, 1)
		r.directory = r.generated.Directory()
	}
	ctx, r.stop = context.WithCancel(ctx)
	if err := r.start(ctx, o, l); err != nil {
		return nil, errors.Join(err, l.close(), r.Stop())
	}
	return r, nil
}

func (r *Rehearsal) start(ctx context.Context, o Options, l listeners) error {
	r.ServerURL, r.ConnectorURL, r.PoolURL, r.AppURL = l.url("server"), l.url("connector"), l.url("pool"), l.url("app")
	if err := r.writeFiles(); err != nil {
		return err
	}
	for _, part := range []func(context.Context, Options, listeners) error{r.startPool, r.startServer, r.apply, r.startMails, r.startConnector, r.startApp} {
		if err := part(ctx, o, l); err != nil {
			return err
		}
	}
	return nil
}

// Stop ends the parts and waits until they have.
func (r *Rehearsal) Stop() error {
	r.stop()
	r.parts.Wait()
	r.mu.Lock()
	defer r.mu.Unlock()
	return errors.Join(r.failed...)
}

// ended is closed when all parts have ended: the context has, or one has failed.
func (r *Rehearsal) ended() <-chan struct{} {
	over := make(chan struct{})
	go func() {
		defer close(over)
		r.parts.Wait()
	}()
	return over
}

// listeners are opened before anything is started: a port in use is the most
// frequent mistake, and must not leave anything half made.
type listeners map[string]net.Listener

func listen(ctx context.Context, o Options) (listeners, error) {
	l := listeners{}
	for name, addr := range map[string]string{"server": o.Server, "connector": o.Connector, "pool": o.Pool, "app": o.App, "mail": o.Mail} {
		ln, err := serve.Listen(ctx, "--"+name, addr)
		if err != nil {
			return nil, errors.Join(err, l.close())
		}
		l[name] = ln
	}
	return l, nil
}

func (l listeners) url(name string) string { return "http://" + l[name].Addr().String() }

// portOf is the port that a listener has got.
func portOf(ln net.Listener) int { return ln.Addr().(*net.TCPAddr).Port }

// take hands a listener over to the part that will close it.
func (l listeners) take(name string) net.Listener {
	ln := l[name]
	delete(l, name)
	return ln
}

func (l listeners) close() (err error) {
	for _, ln := range l {
		err = errors.Join(err, ln.Close())
	}
	return err
}

// run runs a part in the background. One that fails ends all of them.
func (r *Rehearsal) run(part func() error) {
	r.parts.Go(func() {
		if err := part(); err != nil {
			r.mu.Lock()
			r.failed = append(r.failed, err)
			r.mu.Unlock()
			r.stop()
		}
	})
}

func (r *Rehearsal) startPool(ctx context.Context, o Options, l listeners) (err error) {
	r.People = people(r.directory)
	if r.generated != nil {
		r.People = generatedPeople(r.generated)
	}
	r.pool, err = pool.New(pool.Config{Directories: []pool.Directory{r.directory}, Log: o.Log.With("part", "pool")})
	if err != nil {
		return fmt.Errorf("start the pool: %w", err)
	}
	ln := l.take("pool")
	r.run(func() error { return r.pool.Run(ctx, ln, nil) })
	return r.keepSchema(ctx)
}

func (r *Rehearsal) startServer(ctx context.Context, o Options, l listeners) error {
	log := o.Log.With("part", "server")
	s, err := server.New(ctx, server.Config{
		Data: filepath.Join(r.Dir, "server"), Database: o.Postgres, Kickstart: filepath.Join(r.Dir, kickstartFile),
		AllowPrivateConnectors: true, Log: log,
	})
	if err != nil {
		return fmt.Errorf("start the server: %w", err)
	}
	r.serve(ctx, l.take("server"), s.Handler(), log, s.Close)
	return nil
}

// serve runs an HTTP part and closes what it needed once it has ended.
func (r *Rehearsal) serve(ctx context.Context, ln net.Listener, h http.Handler, log *slog.Logger, closing func() error) {
	r.run(func() error { return errors.Join(serve.HTTP(ctx, ln, h, log), closing()) })
}

// apply makes the target ready by its HTTP API and nothing else.
func (r *Rehearsal) apply(ctx context.Context, _ Options, _ listeners) error {
	applied, err := crossing.Apply(ctx, crossing.Target{
		URL: r.ServerURL, APIKey: r.APIKey,
		Tenant: crossing.Tenant{ID: tenantID, Name: tenantName, Issuer: r.ServerURL + "/" + tenantID},
		Applications: []crossing.Application{{
			ID: applicationID, Name: applicationName, RedirectURLs: []string{r.AppURL + callbackPath}, Roles: []string{"admin", "user"},
		}},
		Connector: crossing.Connector{Name: connectorName, URL: r.ConnectorURL, Secret: r.connectorSecret(), ReadTimeout: 4 * time.Second, Debug: true},
	})
	if err != nil {
		return fmt.Errorf("make the server ready: %w", err)
	}
	r.ClientSecret, r.connectorID = applied.Applications[0].ClientSecret, applied.ConnectorID
	return nil
}

// anybody signs what needs IAM: the stand-in pool takes every signature.
var anybody = credentials.NewStaticCredentialsProvider("REHEARSAL", "rehearsal", "")

func (r *Rehearsal) startConnector(ctx context.Context, o Options, l listeners) error {
	settings, err := config.Load(filepath.Join(r.Dir, configFile), os.Getenv)
	if err != nil {
		return fmt.Errorf("read the configuration of the rehearsal: %w", err)
	}
	log := o.Log.With("part", "connector")
	c, err := connector.New(ctx, connector.Config{Settings: settings, Credentials: anybody, Log: log})
	if err != nil {
		return fmt.Errorf("start the connector: %w", err)
	}
	r.serve(ctx, l.take("connector"), c.Handler(), log, func() error { return nil })
	return nil
}

func (r *Rehearsal) startApp(ctx context.Context, o Options, l listeners) error {
	app, err := newApp(ctx, r)
	if err != nil {
		return fmt.Errorf("start the sample application: %w", err)
	}
	mux := http.NewServeMux()
	mux.Handle("GET "+mailsPath, r.mails)
	mux.Handle("/", app.handler())
	r.serve(ctx, l.take("app"), mux, o.Log.With("part", "app"), func() error { return nil })
	return nil
}

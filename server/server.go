// Package server is the identity server: everything that answers as FusionAuth
// does. It is the only door to the packages below it.
package server

import (
	"context"
	"crypto/rand"
	"crypto/x509"
	"encoding/base64"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"path/filepath"
	"runtime"
	"strings"
	"time"

	"github.com/google/uuid"

	"wherry/internal/secret"
	"wherry/server/internal/account"
	"wherry/server/internal/api"
	"wherry/server/internal/deliver"
	"wherry/server/internal/events"
	"wherry/server/internal/fa"
	"wherry/server/internal/forms"
	"wherry/server/internal/hosted"
	"wherry/server/internal/identity"
	"wherry/server/internal/jobs"
	"wherry/server/internal/keys"
	"wherry/server/internal/lambda"
	"wherry/server/internal/mail"
	"wherry/server/internal/oauth"
	"wherry/server/internal/pages"
	"wherry/server/internal/password"
	"wherry/server/internal/store"
)

// Config is how a server is set up. Zero values are the defaults.
type Config struct {
	// Data is the folder with the database of a server that has no other; made
	// if missing, readable by the owner alone.
	Data string
	// Database is a postgres:// URL. Empty: SQLite in Data.
	Database string
	// Key holds the keys that encrypt the secrets in the database; see
	// seal.Read. Empty: they are in KeyFile.
	Key secret.String
	// KeyFile is a file with the keys, made at the first start if there is none.
	// Default: wherry-server.key in Data.
	KeyFile string
	// Kickstart is a file that sets a fresh instance up. On an instance that is
	// in use it is ignored.
	Kickstart string
	// AllowPrivateConnectors lets connectors call loopback and private
	// addresses. Whoever can configure a connector can then reach them.
	AllowPrivateConnectors bool
	// MailRoots are whom the certificates of mail servers are trusted by.
	// Default: whom the system trusts.
	MailRoots *x509.CertPool
	// Vendors are other places for identity providers whose addresses are known,
	// such as Google's, by their types: for tests, so no flag sets it.
	Vendors map[string]string
	// ImportBytes is how large a request to import users may be. Default: 1 GiB.
	ImportBytes int64
	// HashQueue is how many sign-ins may wait for each core that hashes: for
	// tests, so no flag sets it. Default: 128.
	HashQueue int

	Getenv func(string) string // for kickstart's #{ENV.NAME}
	Now    func() time.Time    // default: time.Now
	Log    *slog.Logger        // default: none
}

// databaseFile is the name of the SQLite database in Data.
const databaseFile = "wherry-server.db"

// Server is an open instance.
type Server struct {
	config     Config
	db         *store.DB
	keys       *keys.Ring
	jobs       *jobs.Queue
	bus        *events.Bus
	logs       *events.Logs
	background background
	handler    http.Handler
}

// New opens the database, sets a fresh one up, and wires the parts. A first
// start that fails or is interrupted leaves nothing to go on from: the next one
// starts over.
func New(ctx context.Context, c Config) (*Server, error) {
	if c.Now == nil {
		c.Now = time.Now
	}
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	if c.ImportBytes == 0 {
		c.ImportBytes = 1 << 30
	}
	if c.HashQueue == 0 {
		c.HashQueue = 128
	}
	if c.Getenv == nil {
		c.Getenv = func(string) string { return "" }
	}
	db, err := store.Open(ctx, c.Database, filepath.Join(c.Data, databaseFile), c.Now)
	if err != nil {
		return nil, err
	}
	s := &Server{config: c, db: db, keys: &keys.Ring{Store: db.SigningKeys}}
	s.jobs = s.newQueue()
	s.wireEvents()
	s.wireUpkeep()
	s.db.SigningKeys.OnChange(s.keys.Drop)
	if err := db.Alone(ctx, s.start); err != nil {
		if ctx.Err() != nil { // what was being done then is nobody's mistake
			err = fmt.Errorf("start: %w", ctx.Err())
		}
		return nil, errors.Join(err, db.Close())
	}
	s.background.begin(ctx, s.jobs.Run, s.db.Watch)
	return s, nil
}

// Handler serves every endpoint and page.
func (s *Server) Handler() http.Handler { return s.handler }

// Close gives back the jobs that are being done and closes the database.
func (s *Server) Close() error {
	s.background.end()
	return s.db.Close()
}

// wire puts the parts together and mounts them in one list.
func (s *Server) wire(ids instance) {
	cores := runtime.GOMAXPROCS(0)
	hashers := func() *password.Hasher {
		return password.NewHasher(password.Schemes, rand.Reader, cores, s.config.HashQueue*cores)
	}
	tenants, applications := s.db.Tenants.Copied(), s.db.Applications.Copied()
	ended := &events.Sessions{SessionStore: s.db, Users: s.db, Tenants: tenants, Applications: applications, Bus: s.bus}
	users := &events.Users{UserStore: s.db, Sessions: ended, Bus: s.bus}
	groups := &events.Groups{Documents: s.db.Groups, Bus: s.bus}
	office := s.newOffice()
	actions := &identity.UserActions{
		Logs: s.db.ActionLogs, Actions: s.db.UserActions, Reasons: s.db.UserActionReasons, Applications: s.db.Applications,
		Users: s.db, Tenants: tenants, Sessions: ended, Witness: s.bus, Mailer: mailer{office}, Endings: actionEndKind, Now: s.config.Now, NewID: newID,
	}
	actionEndKind.handle(s.jobs, actions.End)
	consents := s.newConsents(office)
	lambdas := &lambda.Runner{Lambdas: s.db.Lambdas, Events: s.logs, Now: s.config.Now}
	service := &identity.Service{
		Tenants: tenants, Applications: applications, Connectors: s.db.Connectors, Groups: s.db.Groups,
		Store: users, Links: &events.Links{LinkStore: s.db, Bus: s.bus}, Identifiers: s.db, Counters: s.db, Actions: actions, Consents: consents,
		Passwords: hashers(),
		Outside: &deliver.Connectors{
			Events: s.logs, Lambdas: lambdas, Now: s.config.Now, Keys: s.db.SigningKeys, AllowPrivate: s.config.AllowPrivateConnectors,
		},
		Codes: &deliver.Codes{
			Messengers: s.db.Messengers, Templates: s.db.MessageTemplates, Mail: codeMailer{office}, Events: s.logs,
			AllowPrivate: s.config.AllowPrivateConnectors,
		},
		Mailer: mailer{office}, Lambdas: lambdas, Now: s.config.Now, NewID: newID, Witness: s.bus,
	}
	s.jobs.Handle(mail.Job, office.Send)
	s.jobs.Handle(mail.MessageJob, office.SendMessage)
	s.jobs.Handle(forgotJob, s.forgotPassword(service))
	importer := &identity.Importer{
		Service: service, Schemes: password.Schemes, Passwords: hashers(),
		Workers: cores, Begin: s.beginImport,
	}
	tokens := &identity.Tokens{
		Signer: s.keys, Verifier: s.keys, Lambdas: lambdas, Groups: s.db, Identifiers: s.db, Bearers: s.db.Bearers(),
		Tenants: tenants, Clients: applications,
		Now: s.config.Now, NewID: newID,
	}
	s.db.SigningKeys.OnChange(tokens.Forget)
	sessions := &identity.Sessions{
		Store: ended, Users: accounts{s.db}, Tenants: tenants, Applications: applications, Actions: actions, Witness: s.bus,
		Now: s.config.Now, NewID: newID,
	}
	desk := desk{tokens, sessions}
	access := identity.AccessLists{Lists: s.db.IPAccessControlLists.Copied()}
	mux := &api.Mux{
		ServeMux: http.NewServeMux(), Keys: s.db.CopiedKeys(), Tenants: tenants, Bearers: tokens, Access: access,
		Now: s.config.Now, Log: s.config.Log,
	}

	(&api.Tenants{
		Store:      &events.Tenants{Documents: s.db.Tenants, Applications: applications, Bus: s.bus},
		Connectors: s.db.Connectors, Webhooks: s.db.Webhooks, Default: ids.tenant, SigningKey: ids.signingKey, NewID: newID, Now: s.config.Now,
		DeleteLater: s.deleteTenantLater,
	}).Mount(mux)
	(&api.Applications{
		Store: &events.Applications{Documents: s.db.Applications, Tenants: tenants, Bus: s.bus},
		NewID: newID, NewSecret: newSecret, Now: s.config.Now,
	}).Mount(mux)
	(&api.Users{Service: service, Store: users, Applications: applications, Tokens: tokens, Identifiers: s.db}).Mount(mux)
	(&api.UserSearch{Service: service, Store: s.db, Users: users}).Mount(mux)
	(&api.Actions{Service: actions, Logs: s.db.ActionLogs, Users: s.db}).Mount(mux)
	(&api.UserConsents{Service: consents, Consents: s.db.Consents, Users: s.db}).Mount(mux)
	(&api.Comments{Store: s.db, Users: s.db, NewID: newID, Now: s.config.Now}).Mount(mux)
	(&api.Import{Importer: importer, MaxBytes: s.config.ImportBytes}).Mount(mux)
	(&api.Connectors{Store: s.db.Connectors, NewID: newID, Now: s.config.Now}).Mount(mux)
	(&api.Groups{Store: groups, Applications: s.db.Applications, NewID: newID, Now: s.config.Now}).Mount(mux)
	(&api.Members{Store: &events.Members{MemberStore: s.db, Groups: groups, Bus: s.bus}, Groups: groups, NewID: newID, Now: s.config.Now}).Mount(mux)
	(&api.EntityTypes{Store: s.db.EntityTypes, Keys: s.db.SigningKeys, NewID: newID, Now: s.config.Now}).Mount(mux)
	(&api.Entities{Store: s.db.Entities, Types: s.db.EntityTypes, NewID: newID, NewSecret: newSecret, Now: s.config.Now}).Mount(mux)
	(&api.EntitySearch{Store: s.db, Types: s.db.EntityTypes}).Mount(mux)
	(&api.Grants{Store: s.db, Entities: s.db.Entities, Types: s.db.EntityTypes, NewID: newID, Now: s.config.Now}).Mount(mux)
	(&api.APIKeys{Store: s.db.APIKeys, NewID: newID, NewKey: newSecret, Now: s.config.Now}).Mount(mux)
	(&api.Keys{
		Store: s.db.SigningKeys, Tenants: s.db.Tenants, Applications: s.db.Applications, EntityTypes: s.db.EntityTypes,
		Default: ids.tenant, NewID: newID, Now: s.config.Now,
	}).Mount(mux)
	(&api.Login{SignIn: service, Pings: service, Sessions: sessions, Users: s.db, Tokens: desk, Applications: applications}).Mount(mux)
	(&api.JWT{
		Tokens: desk, Sessions: sessions, Users: s.db, Tenants: tenants, Applications: applications, Keys: s.db.SigningKeys,
	}).Mount(mux)
	(&api.RefreshTokens{Tokens: desk, Sessions: sessions, Users: s.db, Applications: applications}).Mount(mux)
	(&api.ChangePassword{Service: service, Users: s.db, Tenants: tenants, Applications: applications}).Mount(mux)
	(&api.TwoFactor{Service: service, Users: s.db, Tokens: desk, Applications: applications}).Mount(mux)
	passkeys := &identity.Passkeys{Service: service, Store: s.db}
	(&api.WebAuthn{
		Passkeys: passkeys, Store: s.db, Users: s.db, Tokens: desk, Applications: applications,
	}).Mount(mux)
	(&api.Passwordless{Service: service, Tokens: desk, Applications: applications}).Mount(mux)
	(&api.ForgotPassword{Service: service, Applications: applications}).Mount(mux)
	(&api.Verification{Service: service, Applications: applications, Users: s.db}).Mount(mux)
	(&api.IdentityVerify{Service: service, Applications: applications}).Mount(mux)
	(&api.Mails{Office: office, Templates: s.db.EmailTemplates, Applications: s.db.Applications, Users: s.db}).Mount(mux)
	(&api.System{Store: s.db}).Mount(mux)
	(&api.AuditLogs{Store: s.db, Log: s.logs, Zone: s.db.SystemConfiguration}).Mount(mux)
	(&api.LoginRecords{Store: s.db, Zone: s.db.SystemConfiguration}).Mount(mux)
	(&api.WebhookLogs{Store: s.db, Now: s.config.Now}).Mount(mux)
	providers := s.db.IdentityProviders.Copied()
	upstream := &deliver.Providers{
		Events: s.logs, Keys: s.db.SigningKeys, Foreign: s.keys, Now: s.config.Now, AllowPrivate: s.config.AllowPrivateConnectors, Vendors: s.config.Vendors,
	}
	(&api.Federation{
		Service: service, Upstream: upstream, Providers: providers, Applications: applications, Tokens: desk,
	}).Mount(mux)
	s.mountCatalog(mux, service)
	shelf := forms.Shelf{Forms: s.db.Forms, Fields: s.db.FormFields, Consents: s.db.Consents, Given: s.db.UserConsents}
	site := &site{pages: pages.New(), themes: s.db.Themes, log: s.config.Log}
	gate := &oauth.Server{
		Tenants: tenants, Applications: applications, Default: ids.tenant, Users: s.db, SignIn: service, Steps: service,
		Interrupted: service, Verifying: service, SettingUp: service, ByMessage: service, Passkeys: passkeys, SelfService: service, Proving: service, Forms: shelf,
		Providers: providers, Upstream: upstream, Federation: service,
		Identifiers: s.db, Counters: s.db, Clients: applications, Entities: s.db.Entities, EntityTypes: s.db.EntityTypes, EntityGrants: s.db,
		Access: access, Tokens: tokens, Sessions: sessions, Lambdas: lambdas, Keys: s.keys, Pages: site, Now: s.config.Now, Log: s.config.Log,
	}
	gate.Mount(mux.ServeMux)
	(&account.Server{
		Tenants: tenants, Applications: applications, Users: s.db, Access: access, SignedIn: gate.Arrived, Identifiers: s.db, Service: service,
		Passkeys: passkeys, Keys: s.db, Sessions: sessions, Forms: shelf, Pages: accountSite{site}, Log: s.config.Log,
	}).Mount(mux.ServeMux)
	site.mount(mux.ServeMux)
	(&hosted.Server{
		Tenants: tenants, Applications: applications, Default: ids.tenant, Access: access, Service: service,
		Later: later{s.db}, Pages: hostedSite{site}, Log: s.config.Log,
	}).Mount(mux.ServeMux)
	s.handler = &router{
		mux: mux.ServeMux, notFound: site.notFound, proxies: &proxies{s.db.SystemConfiguration.Copied(), s.config.Log}, log: s.config.Log,
	}
}

func newID() fa.ID { return fa.ID(uuid.NewString()) }

// newSecret is 32 random bytes in base64, FusionAuth's form for client secrets
// and API keys.
func newSecret() string {
	var b [32]byte
	_, _ = rand.Read(b[:]) // never fails: it would end the program first
	return base64.StdEncoding.EncodeToString(b[:])
}

// instance is what a server knows about itself from its first start on.
type instance struct{ tenant, signingKey fa.ID }

// The names under which an instance's facts are stored.
const (
	settingFirstStart    = "first-start" // the census after it
	settingDefaultTenant = "default-tenant"
	settingSigningKey    = "default-signing-key"
)

func (s *Server) start(ctx context.Context) error {
	if err := s.unlock(ctx); err != nil {
		return err
	}
	fresh, err := s.fresh(ctx)
	if err != nil {
		return err
	}
	if fresh {
		return s.firstStart(ctx)
	}
	if s.config.Kickstart != "" {
		s.config.Log.InfoContext(ctx, "kickstart ignored: the instance is in use")
	}
	var ids instance
	for name, id := range map[string]*fa.ID{settingDefaultTenant: &ids.tenant, settingSigningKey: &ids.signingKey} {
		value, err := s.db.Setting(ctx, name)
		if err != nil {
			return err
		}
		*id = fa.ID(value)
	}
	s.wire(ids)
	return nil
}

// fresh tells whether a first start has to happen: there was none, or it did
// not come to its end, or nobody has used the instance and now there is a
// kickstart file.
func (s *Server) fresh(ctx context.Context) (bool, error) {
	then, err := s.db.Setting(ctx, settingFirstStart)
	if err != nil || then == "" {
		return true, err
	}
	if s.config.Kickstart == "" {
		return false, nil
	}
	now, err := s.db.Census(ctx)
	return now == then && !strings.Contains(now, "api_keys="), err // a kickstart leaves a key
}

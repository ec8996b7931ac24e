package identity_test

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"wherry/internal/secret"
	"wherry/server/internal/fa"
	"wherry/server/internal/identity"
	"wherry/server/internal/password"
	"wherry/server/internal/seal"
	"wherry/server/internal/store"
)

var start = time.Date(2026, 11, 22, 9, 0, 0, 0, time.UTC)

// id is the id of the nth made-up object.
func id(n int) fa.ID { return fa.ID(fmt.Sprintf("00000000-0000-0000-0000-%012d", n)) }

// What every world has.
var (
	tenantID, otherTenantID   = id(1), id(2)
	forum, chat, otherForum   = id(3), id(4), id(5) // applications; the last is the other tenant's
	first, second, unknownOne = id(11), id(12), id(13)
	adaID, bobID              = id(101), id(102)
)

const (
	right = "made-up-password"
	wrong = "another-password"
)

// world is the rules over a fresh database, with a clock that is moved by hand
// and systems elsewhere that a test makes up.
type world struct {
	*identity.Service
	t       *testing.T
	db      *store.DB
	outside *outside
	codes   *codes
	elapsed atomic.Int64
	ids     atomic.Int64
}

func newWorld(t *testing.T) *world {
	t.Helper()
	w := &world{t: t, outside: &outside{answers: map[fa.ID]answer{}}, codes: &codes{}}
	db, err := store.Open(t.Context(), "", filepath.Join(t.TempDir(), "test.db"), w.now)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	ring, err := seal.Read(seal.NewKey())
	if err != nil {
		t.Fatal(err)
	}
	w.must(db.UseKeys(t.Context(), ring))
	w.db = db
	newID := func() fa.ID { return id(1000 + int(w.ids.Add(1))) }
	w.Service = &identity.Service{
		Tenants: db.Tenants, Applications: db.Applications, Connectors: db.Connectors, Groups: db.Groups, Store: db, Identifiers: db,
		Counters: db, Codes: w.codes,
		Actions: &identity.UserActions{
			Logs: db.ActionLogs, Actions: db.UserActions, Reasons: db.UserActionReasons, Applications: db.Applications, Users: db, Tenants: db.Tenants,
			Sessions: db, Witness: nobodyHears{}, Mailer: &box{}, Endings: nobodyHears{}, Now: w.now, NewID: newID,
		},
		Passwords: password.NewHasher(password.Schemes, rand.Reader, 2, 500), Outside: w.outside, Mailer: &box{}, Now: w.now,
		NewID: newID,
	}
	for _, n := range []fa.ID{tenantID, otherTenantID} {
		tenant := fa.NewTenant()
		tenant.ID, tenant.Name = n, string(n)
		tenant.PasswordEncryptionConfiguration = fa.PasswordEncryptionConfiguration{EncryptionScheme: "salted-md5", EncryptionSchemeFactor: 1}
		w.must(db.Tenants.Create(t.Context(), &tenant))
	}
	for n, tenant := range map[fa.ID]fa.ID{forum: tenantID, chat: tenantID, otherForum: otherTenantID} {
		app := fa.NewApplication()
		app.ID, app.TenantID, app.Name = n, tenant, string(n)
		app.Roles = []fa.Role{{Name: "admin"}, {Name: "user", IsDefault: true}}
		w.must(db.Applications.Create(t.Context(), &app))
	}
	for n, name := range map[fa.ID]string{first: "First", second: "Second"} {
		c := fa.NewConnector()
		c.ID, c.Name, c.Type = n, name, fa.ConnectorGeneric
		w.must(db.Connectors.Create(t.Context(), &c))
	}
	return w
}

// CreateUser is Service.CreateUser for a user and nothing else.
func (w *world) CreateUser(ctx context.Context, tenant, n fa.ID, request fa.UserRequest) (*fa.User, error) {
	u, _, err := w.Service.CreateUser(ctx, tenant, n, request, identity.Enrolment{})
	return u, err
}

// ReplaceUser is Service.ReplaceUser without what has to be verified.
func (w *world) ReplaceUser(ctx context.Context, n fa.ID, request fa.UserRequest) (*fa.User, error) {
	u, _, err := w.Service.ReplaceUser(ctx, n, request, identity.Enrolment{})
	return u, err
}

// Register is Service.Register for the registration alone.
func (w *world) Register(ctx context.Context, n fa.ID, r fa.Registration) (*fa.Registration, error) {
	u, _, err := w.Service.Register(ctx, n, r, identity.Enrolment{})
	if err != nil {
		return nil, err
	}
	made, _ := u.Registration(r.ApplicationID)
	return made, nil
}

func (w *world) now() time.Time          { return start.Add(time.Duration(w.elapsed.Load())) }
func (w *world) advance(d time.Duration) { w.elapsed.Add(int64(d)) }
func (w *world) millis() int64           { return w.now().UnixMilli() }

func (w *world) must(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}

// configure changes the tenant.
func (w *world) configure(change func(*fa.Tenant)) {
	w.t.Helper()
	_, err := w.db.Tenants.Update(w.t.Context(), tenantID, func(v *fa.Tenant) error { change(v); v.Normalize(); return nil })
	w.must(err)
}

// policies sets the tenant's connector policies.
func (w *world) policies(policies ...fa.ConnectorPolicy) {
	w.t.Helper()
	w.configure(func(v *fa.Tenant) { v.ConnectorPolicies = policies })
}

func policy(connector fa.ID, migrate bool, domains ...string) fa.ConnectorPolicy {
	return fa.ConnectorPolicy{ConnectorID: connector, Migrate: migrate, Domains: domains}
}

// local makes a user whose password is kept here, right.
func (w *world) local(n fa.ID, change func(*fa.Account)) {
	w.t.Helper()
	u := fa.UserRequest{User: fa.NewUser(), Password: right}
	u.Email, u.Username = "ada@example.com", "Ada"
	_, err := w.CreateUser(w.t.Context(), tenantID, n, u)
	w.must(err)
	if change != nil {
		_, err = w.db.UpdateUser(w.t.Context(), n, func(u *fa.Account) error { change(u); return nil })
		w.must(err)
	}
}

// app is one of the applications, as a sign-in names it.
func (w *world) app(n fa.ID) *fa.Application {
	w.t.Helper()
	app, err := w.db.Applications.Get(w.t.Context(), n)
	w.must(err)
	return app
}

func (w *world) signIn(loginID, plain string) (*identity.Outcome, error) {
	w.t.Helper()
	return w.SignIn(w.t.Context(), identity.Attempt{TenantID: tenantID, Application: w.app(forum), LoginID: loginID, Password: secret.String(plain)})
}

// user is what is stored of somebody, or nil.
func (w *world) user(n fa.ID) *fa.Account {
	w.t.Helper()
	u, err := w.db.User(w.t.Context(), n)
	if errors.Is(err, fa.ErrNotFound) {
		return nil
	}
	w.must(err)
	return u
}

// events lists the messages of the event log.
func (w *world) events() (messages []string) {
	w.t.Helper()
	found, _, err := w.db.SearchEventLog(w.t.Context(), fa.EventSearch{Limit: 100, Order: fa.Order{{Property: "id"}}})
	w.must(err)
	for _, e := range found {
		messages = append(messages, e.Type+": "+e.Message)
	}
	slices.Reverse(messages) // the newest comes first
	return messages
}

// answer is what a connector says to a request.
type answer func(request identity.ConnectorRequest) (*fa.User, error)

// outside is the systems elsewhere: a connector without an answer knows nobody.
type outside struct {
	mu      sync.Mutex
	answers map[fa.ID]answer
	asked   []fa.ID
	last    identity.ConnectorRequest
}

func (o *outside) Authenticate(_ context.Context, c *fa.Connector, request identity.ConnectorRequest) (*fa.User, error) {
	o.mu.Lock()
	o.asked, o.last = append(o.asked, c.ID), request
	reply := o.answers[c.ID]
	o.mu.Unlock()
	if reply == nil {
		return nil, identity.ErrCredentials
	}
	return reply(request)
}

func (o *outside) Known(_ context.Context, c *fa.Connector, request identity.LookUp) (*fa.User, error) {
	u, err := o.Authenticate(context.Background(), c, identity.ConnectorRequest{LoginID: request.LoginID, Password: right})
	if errors.Is(err, identity.ErrCredentials) {
		err = fa.ErrNotFound
	}
	return u, err
}

// calls returns whom was asked since the last time.
func (o *outside) calls() []fa.ID {
	o.mu.Lock()
	defer o.mu.Unlock()
	asked := o.asked
	o.asked = nil
	return asked
}

// vouch answers with a user, decoded as a connector's answers are, when the
// password is right.
func vouch(t *testing.T, document string) answer {
	t.Helper()
	return func(request identity.ConnectorRequest) (*fa.User, error) {
		if request.Password != right {
			return nil, identity.ErrCredentials
		}
		u := fa.NewUser()
		u.Active = false
		if err := fa.Decode([]byte(document), &u); err != nil {
			t.Error(err)
		}
		return &u, nil
	}
}

// ada is how a connector knows her; members are added to the document.
func ada(members string) string {
	return `{"id":"` + string(adaID) + `","email":"ada@example.com","username":"ada","active":true,"verified":true` + members + `}`
}

// refusals lists the codes of FusionAuth's errors, sorted; other errors as they
// are.
func refusals(err error) string {
	refused, ok := errors.AsType[*fa.Errors](err)
	if !ok {
		return fmt.Sprint(err)
	}
	var codes []string
	for _, list := range refused.FieldErrors {
		for _, e := range list {
			codes = append(codes, e.Code)
		}
	}
	slices.Sort(codes)
	return strings.Join(codes, " ")
}

// codes keeps what was sent to people.
type codes struct {
	mu   sync.Mutex
	sent []identity.CodeMessage
}

func (c *codes) SendCode(_ context.Context, m identity.CodeMessage) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.sent = append(c.sent, m)
	return nil
}

// last is the code that was sent last, and to where.
func (c *codes) last() (code, to string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.sent) == 0 {
		return "", ""
	}
	m := c.sent[len(c.sent)-1]
	return m.Code, m.Method.To()
}

// nobodyHears is where nobody wants to know of actions on users.
type nobodyHears struct{}

func (nobodyHears) ActionTaken(ctx context.Context, _ identity.ActionTaken) (context.Context, error) {
	return ctx, nil
}

func (nobodyHears) Along(ctx context.Context, _ fa.ID, _ time.Time) context.Context { return ctx }

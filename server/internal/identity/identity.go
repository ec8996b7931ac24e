// Package identity holds the rules that span several objects: who a user may
// be, what a registration needs, and what happens at a sign-in. It takes plain
// values, knows nothing of HTTP, and reaches storage through the interfaces
// that it declares.
package identity

import (
	"context"
	"time"

	"wherry/internal/secret"
	"wherry/server/internal/fa"
	"wherry/server/internal/password"
)

// Service applies the rules. All fields but Witness are required.
type Service struct {
	Tenants      Lookup[fa.Tenant]
	Applications Lookup[fa.Application]
	Connectors   Lookup[fa.Connector]
	Groups       Lookup[fa.Group]
	Store        Store
	Links        Links
	Identifiers  Identifiers
	Counters     Counters
	Actions      Actions
	Consents     *Consents
	Passwords    *password.Hasher
	Outside      Outside
	Codes        Sender
	Mailer       Mailer
	Lambdas      Lambdas // nil: none are run
	Now          func() time.Time
	NewID        func() fa.ID
	Witness      Witness // hears of sign-ins; nil: nobody does
}

// Lookup finds one object, or says fa.ErrNotFound.
type Lookup[T any] interface {
	Get(ctx context.Context, id fa.ID) (*T, error)
}

// Store is the storage that the rules need. Everything that is not there is
// fa.ErrNotFound; values that are taken come back as *fa.Errors.
type Store interface {
	User(ctx context.Context, id fa.ID) (*fa.Account, error)
	UserByIdentity(ctx context.Context, tenant fa.ID, kind, value string) (*fa.Account, error)
	CreateUser(ctx context.Context, u *fa.Account) error
	// UpdateUser runs change in a transaction, perhaps more than once.
	UpdateUser(ctx context.Context, id fa.ID, change func(*fa.Account) error) (*fa.Account, error)
	// NoteLogin keeps a sign-in, with the change of instants that it brings, of
	// the user who was read for it and of what is stored. Both may be made a while
	// later, and are lost if the server stops before.
	NoteLogin(ctx context.Context, r fa.LoginRecord, read *fa.Account, change func(*fa.Account)) error
	// NoteUser is UpdateUser for a change that matters as little as a sign-in's.
	NoteUser(ctx context.Context, id fa.ID, change func(*fa.Account) error) error

	LogEvent(ctx context.Context, kind, message string) error
}

// Outside asks systems elsewhere about a password.
type Outside interface {
	// Authenticate returns the user, or ErrCredentials for every other outcome;
	// what happened is in the event log.
	Authenticate(ctx context.Context, c *fa.Connector, request ConnectorRequest) (*fa.User, error)
	// Known returns somebody whom a connector knows, or fa.ErrNotFound for every
	// other outcome; what happened is in the event log.
	Known(ctx context.Context, c *fa.Connector, request LookUp) (*fa.User, error)
}

// Lambdas runs the functions of administrators. The registration may be nil.
type Lambdas interface {
	// Validate returns *fa.Errors when somebody may not come in.
	Validate(ctx context.Context, lambda fa.ID, u *fa.User, r *fa.Registration, about map[string]any) error
	// RequireFactor tells whether somebody who signs in needs a second factor;
	// required is what the policy says.
	RequireFactor(ctx context.Context, lambda fa.ID, required bool, u *fa.User, r *fa.Registration, about map[string]any) (bool, error)
	// Reconcile changes user and registration by what an identity provider says:
	// the sources, in the order of the function's parameters. It returns *fa.Errors
	// when nothing can be made of it.
	Reconcile(ctx context.Context, lambda fa.ID, u *fa.User, r *fa.Registration, sources ...any) error
}

// ConnectorRequest is what a connector is told about a sign-in.
//
// Source: https://fusionauth.io/docs/apis/connectors/generic
type ConnectorRequest struct {
	ApplicationID fa.ID         `json:"applicationId,omitzero"`
	EventInfo     EventInfo     `json:"eventInfo"`
	LoginID       string        `json:"loginId"`
	LoginIDTypes  []string      `json:"loginIdTypes"`
	NewDevice     bool          `json:"newDevice"`
	NoJWT         bool          `json:"noJWT"`
	Password      secret.String `json:"-"` // whoever sends it reveals it
}

// EventInfo is where a request came from.
type EventInfo struct {
	DeviceDescription string  `json:"deviceDescription,omitzero"`
	DeviceName        string  `json:"deviceName,omitzero"`
	DeviceType        string  `json:"deviceType,omitzero"`
	IPAddress         string  `json:"ipAddress,omitzero"`
	UserAgent         string  `json:"userAgent,omitzero"`
	Rest              fa.Rest `json:",embed"`
}

func (s *Service) millis() int64 { return s.Now().UnixMilli() }

package pool

import (
	"wherry/pool/internal/count"
	"wherry/pool/internal/fault"
	"wherry/pool/internal/gen"
	"wherry/pool/internal/model"
	"wherry/pool/internal/outbox"
	"wherry/pool/internal/outcome"
	"wherry/pool/internal/seed"
	"wherry/pool/internal/sigv4"
)

// A user pool and what is in it, for callers who describe one in Go.
type (
	Directory         = model.Directory // one pool with everything in it
	UserPool          = model.Pool
	Group             = model.Group
	Provider          = model.Provider
	ResourceServer    = model.ResourceServer
	Scope             = model.Scope
	Domain            = model.Domain
	MFAConfig         = model.MFAConfig
	SoftwareToken     = model.SoftwareToken
	RiskConfiguration = model.RiskConfiguration
	UICustomization   = model.UICustomization
)

// Parts of a UserPool.
type (
	Schema         = model.Schema
	Policies       = model.Policies
	PasswordPolicy = model.PasswordPolicy
	SignInPolicy   = model.SignInPolicy
	UsernameConfig = model.UsernameConfig
	AddOns         = model.AddOns
	Instant        = model.Instant
)

// An app client.
type (
	Client               = model.Client
	TokenValidityUnits   = model.TokenValidityUnits
	RefreshTokenRotation = model.RefreshTokenRotation
)

// A user.
type (
	User      = model.User
	Attribute = model.Attribute
	UserMFA   = model.UserMFA
	Device    = model.Device
	AuthEvent = model.AuthEvent
)

// What disturbs a pool.
type (
	Faults   = fault.Settings
	Throttle = fault.Throttle
	Latency  = fault.Latency
	Outage   = fault.Outage
	Outcome  = outcome.Outcome // how a request is made to end
)

// What a test can see of a pool.
type (
	Counters   = count.Counters
	Message    = outbox.Message   // an SMS or a mail that would have been sent
	Credential = sigv4.Credential // an access key that signatures are checked by
	Generated  = gen.Pool         // a pool of computed users
	Expected   = gen.Account      // what a migration must make of one of them
)

// Generate makes a pool of computed users; its Directory goes into a Config.
func Generate(users int, seed uint64) *Generated { return gen.New(users, seed) }

// Sample is a pool of made-up people, one of each common kind.
func Sample() Directory { return seed.Sample() }

// ReadSeed reads a seed file, in which ${NAME} stands for what getenv says, or
// what `aws cognito-idp list-users` printed. The error names every mistake;
// name is only used in it.
func ReadSeed(name string, data []byte, getenv func(string) string) ([]Directory, error) {
	return seed.Read(name, data, getenv)
}

// ParseFaults reads the compact form of faults, such as
// "throttle,outage=10s,empty-pages=0.2" or "all". The error names every mistake.
func ParseFaults(text string) (Faults, error) { return fault.Parse(text) }

// Package plan decides what becomes of a user: it turns a Cognito user into a
// FusionAuth user, a list of remarks, and an account of where each field comes
// from. Both roads use it, so the same user becomes the same account whichever
// road carries it.
//
// A user goes through these steps, in this order:
//
//	essentials  what no mapping should have to care about   (essentials.go)
//	defaults    or the operator's script in their place     (defaults.go, script.go)
//	stamp       the only place where the roads differ       (stamp.go)
//	rules       the operator's, in their order              (rule.go)
//	finish      tidies lists and makes sure of an id        (finish.go)
//	check       some identity; the one that was typed       (identity.go)
//
// Every value goes through draft.put, which stores what FusionAuth would
// accept and keeps the rest in data (draft.go, accept.go). The package opens
// no file and no connection, and its clock is a field.
package plan

import (
	"context"
	"errors"
	"time"
)

// Road is the way a user goes across.
type Road int

const (
	SlowRoad Road = iota // at sign-in, through the connector
	BulkRoad             // by the import API
)

func (r Road) String() string {
	if r == BulkRoad {
		return "bulk"
	}
	return "slow"
}

// Trip is how one user goes across.
type Trip struct {
	Road Road

	// LoginID is what the user typed, unchanged. On the slow road the mapped
	// user must have an identity that equals it, else Map fails with
	// ErrLoginID. "" leaves that out.
	LoginID string

	// Brief leaves out what Result.Fields alone needs.
	Brief bool
}

// Why a user could not be mapped. The texts of Map's errors hold no personal
// data; the remarks of its Result say more.
var (
	ErrUsername   = errors.New("the Cognito user has no Username")
	ErrNoIdentity = errors.New("the mapped user has no e-mail address, username or phone number")
	ErrLoginID    = errors.New("no identity of the mapped user equals the login id")
	ErrExpression = errors.New("the expression failed for this user")
	ErrValue      = errors.New("the value does not fit the field")
	ErrScript     = errors.New("the script failed for this user")
	ErrTime       = errors.New("the script took too long")
	ErrMemory     = errors.New("the script took too much memory")
)

// Mapper maps users of one pool. It may be used by many goroutines at a time.
type Mapper struct {
	// Now is the clock behind data.migratedDate and a script's new Date().
	Now func() time.Time

	settings Settings
	schema   Schema
	types    map[string]string // of attributes, by name
	email    string            // how people sign in with their address: byUsername, byAlias, or "" if nobody knows
	phone    string            // how people sign in with their number: byUsername, byAlias, asAttribute
	script   *script
	rules    []rule
}

// New makes a Mapper. Its error is Problems: every mistake of the settings.
func New(s Settings, schema Schema) (*Mapper, error) {
	var problems Problems
	m := &Mapper{Now: time.Now, settings: s, schema: schema}
	s.Check(problems.add)
	s.checkComplete(problems.add)
	m.types = s.Mapping.types(schema)
	m.email = s.Mapping.email(schema)
	m.phone = s.Mapping.phone(schema)
	m.rules = compileRules(s.Mapping.Rules, func(string, string, ...any) {}) // Check has told
	m.script = compileScript(s.Mapping, problems.add)
	if len(problems) > 0 {
		return nil, problems
	}
	return m, nil
}

// Map maps one user. The Result is worth reading when there is an error, too:
// its remarks say what happened. The context bounds the time of a script.
func (m *Mapper) Map(ctx context.Context, in CognitoUser, trip Trip) (Result, error) {
	d := &draft{mapper: m, in: in, trip: trip}
	err := d.run(ctx)
	return Result{User: d.user, Links: d.links, Remarks: d.remarks, origins: d.origins}, err
}

func (d *draft) run(ctx context.Context) error {
	if d.in.Username == "" {
		return ErrUsername
	}
	d.essentials()
	if d.mapper.script == nil {
		d.defaults()
	} else if err := d.runScript(ctx); err != nil {
		return err
	}
	d.stamp()
	if err := d.runRules(); err != nil {
		return err
	}
	d.finish()
	return d.check()
}

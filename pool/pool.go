// Package pool is the stand-in user pool: everything that answers as Amazon
// Cognito does, with the faults of the real thing. This package is the only
// door; docs/pool.md tells how to use it.
//
// A request comes in through internal/api, which reads it (internal/awsjson),
// disturbs it (internal/fault), checks its signature (internal/sigv4) and
// hands it to one operation. Operations read and write internal/store; those
// about signing in belong to internal/signin, whose tokens internal/token
// makes.
package pool

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"errors"
	"fmt"
	"log/slog"
	"math/big"
	"net"
	"net/http"
	"time"

	"github.com/google/uuid"

	"wherry/internal/serve"
	"wherry/pool/internal/account"
	"wherry/pool/internal/api"
	"wherry/pool/internal/clock"
	"wherry/pool/internal/count"
	"wherry/pool/internal/fault"
	"wherry/pool/internal/outbox"
	"wherry/pool/internal/outcome"
	"wherry/pool/internal/signin"
	"wherry/pool/internal/sigv4"
	"wherry/pool/internal/srp"
	"wherry/pool/internal/store"
	"wherry/pool/internal/token"
)

// Config says what to serve.
type Config struct {
	Directories []Directory
	Credentials []Credential // none: any signature will do
	Faults      Faults       // to begin with

	// Issuer is the start of each token's issuer, to which the pool's id is
	// added. Default: https://cognito-idp.<region>.amazonaws.com, as in AWS;
	// give the pool's own address to those who verify tokens by discovery.
	Issuer string

	// Keys is what the keys of tokens are derived from. Tokens stay good over
	// a restart with the same value.
	Keys string

	Now func() time.Time // the clock that the pool's own goes by; default: time.Now
	Log *slog.Logger     // default: silence
}

// Pool is a running stand-in for the user pools of one account and region.
type Pool struct {
	clock   clock.Clock
	store   store.Store
	outbox  outbox.Outbox
	wanted  outcome.Outcomes
	counter count.Counter
	faults  *fault.Faults
	mints   token.Mints
	api     *api.API
	log     *slog.Logger

	generated map[string]*Generated // by pool id
}

// New makes a stand-in of what c describes.
func New(c Config) (*Pool, error) {
	p := &Pool{log: c.Log, generated: map[string]*Generated{}}
	if p.log == nil {
		p.log = slog.New(slog.DiscardHandler)
	}
	if p.clock.Base = c.Now; c.Now == nil {
		p.clock.Base = time.Now
	}
	p.faults = fault.New(c.Faults, p.clock.Now)
	p.store.Now = p.faults.Now
	p.mints = token.Mints{Seed: c.Keys, Issuer: issuer(c.Issuer), Start: p.clock.Now()}
	if err := p.fill(c.Directories); err != nil {
		return nil, err
	}
	p.api = p.newAPI(&c)
	return p, nil
}

// fill makes the pools.
func (p *Pool) fill(directories []Directory) error {
	if len(directories) == 0 {
		return errors.New("a stand-in needs at least one user pool")
	}
	for _, d := range directories {
		id := d.Pool.ID
		if store.Region(id) == "" || store.Name(id) == "" {
			return fmt.Errorf("%q is no id of a user pool: give one such as us-east-1_Example01", id)
		}
		if _, err := p.store.Pool(id); err == nil {
			return fmt.Errorf("two user pools have the id %s", id)
		}
		for _, client := range d.Clients {
			if _, _, err := p.store.Client(client.ClientID); err == nil {
				return fmt.Errorf("two app clients have the id %s", client.ClientID)
			}
		}
		p.store.Add(d)
		if computed, ok := d.Population.(*Generated); ok {
			p.generated[id] = computed
		}
	}
	return nil
}

func (p *Pool) newAPI(c *Config) *api.API {
	now, newID := p.faults.Now, uuid.NewString
	return &api.API{
		Region: store.Region(c.Directories[0].Pool.ID),
		Store:  &p.store, Faults: p.faults, Outcomes: &p.wanted, Counter: &p.counter,
		Signatures: &sigv4.Checker{Credentials: c.Credentials, Now: now},
		Pager:      api.NewPager(c.Keys, now),
		SignIn: &signin.Service{
			Mints: &p.mints, Outbox: &p.outbox, Now: now, NewID: newID, Code: sixDigits,
			SRP: srp.New(sha256.Sum256([]byte(c.Keys+"\x00srp")), now, rand.Reader),
		},
		Accounts: &account.Service{Outbox: &p.outbox, Now: now, NewID: newID, Code: sixDigits},
		Now:      now, NewID: newID, Log: p.log,
	}
}

// issuer tells how a pool is called as the issuer of tokens.
func issuer(base string) func(string) string {
	return func(poolID string) string {
		if base == "" {
			return "https://cognito-idp." + store.Region(poolID) + ".amazonaws.com/" + poolID
		}
		return base + "/" + poolID
	}
}

// sixDigits draws the code of an SMS or a mail.
func sixDigits() string {
	n, err := rand.Int(rand.Reader, big.NewInt(1_000_000))
	if err != nil {
		panic(err) // the machine's randomness does not fail
	}
	return fmt.Sprintf("%06d", n)
}

// Run serves the pool on ln and, unless it is nil, the control endpoint on
// control, until ctx ends. It owns both listeners.
func (p *Pool) Run(ctx context.Context, ln, control net.Listener) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	ended := make(chan error, 2)
	run := func(ln net.Listener, h http.Handler) {
		ended <- serve.HTTP(ctx, ln, h, p.log)
		cancel() // one does not go on without the other
	}
	go run(ln, p.Handler())
	if control == nil {
		return <-ended
	}
	go run(control, p.Control())
	return errors.Join(<-ended, <-ended)
}

// Counters returns how often each operation was asked for, and about whom.
func (p *Pool) Counters() Counters { return p.counter.Read() }

// ResetCounters sets all counters to zero.
func (p *Pool) ResetCounters() { p.counter.Reset() }

// Messages returns the SMS and mails that the pool would have sent to a user,
// or to everybody when username is "".
func (p *Pool) Messages(username string) []Message { return p.outbox.To(username) }

// MoveClock puts the pool's clock forward, or back when d is negative.
func (p *Pool) MoveClock(d time.Duration) { p.clock.Move(d) }

// SetFaults replaces the faults.
func (p *Pool) SetFaults(f Faults) { p.faults.Set(f) }

// SetOutcomes replaces the outcomes that requests are made to have.
func (p *Pool) SetOutcomes(all ...Outcome) { p.wanted.Set(all) }

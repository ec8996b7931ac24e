// Package connector answers FusionAuth's generic connector: it puts the
// password of a sign-in before Amazon Cognito, and answers with the user that
// becomes of it, or with 404.
//
// A request moves through these rooms, and each may turn it away:
//
//	door.go      is it from somebody who may ask, and is it a sign-in at all
//	pool.go      is there room for it, and is the pool alive
//	policy.go    what did Cognito say, and does that carry the user across
//	serve.go     the answer
//	account.go   after the answer: log, metrics, the list of those turned
//	             away, the refresh token
//
// FusionAuth understands 200 and 404 only, so everything that is not a proven
// password is 404, and the reason goes everywhere but into the answer.
package connector

import (
	"context"
	"crypto/tls"
	"fmt"
	"log/slog"
	"net/http"
	"time"

	"wherry/toolkit/config"
	"wherry/toolkit/internal/cognito"
	"wherry/toolkit/internal/guard"
)

// Secrets gives the header secrets that are valid now, of which any opens the
// door. It is asked for every request, by many goroutines at a time.
type Secrets = guard.Secrets

// Config is what a connector is made of.
type Config struct {
	// Settings are those of wherry.yaml. They are checked, and completed with
	// the defaults.
	Settings *config.Config

	// Secrets are the header secrets, when neither the settings nor their files
	// hold them. While there are none, nobody is admitted. Default: the settings'.
	Secrets Secrets

	// Ledger hears of everybody who is turned away by something other than
	// the password. Default: the file that the settings name, or nobody.
	Ledger Ledger

	// Credentials sign what needs IAM. Default: the AWS SDK's usual chain.
	Credentials cognito.Credentials

	Log *slog.Logger     // default: nowhere
	Now func() time.Time // default: time.Now
}

// Connector is an http.Handler. See New.
type Connector struct {
	guard    guard.Guard
	overall  *guard.Limit
	perLogin *guard.Limit
	base     string
	maxBody  int64
	pools    map[string]*pool
	only     *pool // of the path /, when there is but one
	names    namer
	ledger   Ledger
	metrics  *metrics
	tls      *tls.Config
	log      *slog.Logger
	now      func() time.Time
	chores   chores
}

// rememberedLogins bounds the memory of the limit per login id.
const rememberedLogins = 1 << 16

// New makes a connector for all pools of the settings. It sends nothing. Its
// error says everything that is wrong with the settings.
func New(ctx context.Context, c Config) (*Connector, error) {
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	if err := c.Settings.Valid(); err != nil {
		return nil, err
	}
	s := c.Settings.Connector
	k := &Connector{
		base: s.BasePath, maxBody: s.MaxBody, pools: map[string]*pool{}, ledger: c.Ledger, log: c.Log, now: c.Now,
		overall:  guard.NewLimit(s.Overall.Attempts, s.Overall.Within, 2),
		perLogin: guard.NewLimit(s.PerLogin.Attempts, s.PerLogin.Within, rememberedLogins),
	}
	if err := k.secure(ctx, c); err != nil {
		return nil, err
	}
	if k.ledger == nil && s.TurnedAwayLog != "" {
		k.ledger = &lines{path: c.Settings.Path(s.TurnedAwayLog)}
	}
	for _, settings := range c.Settings.Pools {
		p, err := newPool(ctx, settings, c)
		if err != nil {
			return nil, fmt.Errorf("pool %s: %w", settings.Name, err)
		}
		k.pools[p.Name], k.only = p, p
	}
	if len(k.pools) > 1 {
		k.only = nil
	}
	k.metrics = newMetrics(k.pools)
	return k, nil
}

// secure sets up who may ask.
func (k *Connector) secure(ctx context.Context, c Config) error {
	s := c.Settings.Connector
	secrets, err := secretsOf(c)
	if err != nil {
		return err
	}
	valid, err := secrets.Secrets(ctx)
	if err != nil {
		return fmt.Errorf("read the secrets: %w", err)
	}
	k.guard = guard.Guard{Header: s.Header, Secrets: secrets, Networks: prefixes(s.Networks), Proxies: prefixes(s.TrustedProxies)}
	k.names = newNamer(s.LogKey, valid)
	if s.TLS.CertFile != "" {
		path := c.Settings.Path
		k.tls, err = guard.TLS(c.Log, path(s.TLS.CertFile), path(s.TLS.KeyFile), path(s.TLS.ClientCAFile))
	}
	return err
}

// Handler answers FusionAuth at / (when there is one pool) and at
// /pools/NAME, both below the settings' base path.
func (k *Connector) Handler() http.Handler { return http.HandlerFunc(k.serve) }

// TLS is how its listener should encrypt, or nil for plain HTTP.
func (k *Connector) TLS() *tls.Config { return k.tls }

// Wait returns when the work left behind by earlier answers is done: refresh
// tokens are revoked after the answer has gone out. An AWS Lambda, which
// sleeps between requests, should wait before it answers.
func (k *Connector) Wait() { k.chores.running.Wait() }

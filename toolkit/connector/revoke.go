package connector

import (
	"context"
	"sync"
	"time"

	"wherry/toolkit/internal/cognito"
)

// Revoking takes as long as Cognito likes, so it is bounded in number and in
// time. What does not fit is left to expire by itself, and counted.
const (
	atMostChores = 512
	choreTime    = 3 * time.Second
)

// chores is work that goes on after the answer.
type chores struct {
	room    chan struct{}
	running sync.WaitGroup
}

// do runs a chore if there is room for it.
func (c *chores) do(chore func()) bool {
	select {
	case c.room <- struct{}{}:
	default:
		return false
	}
	c.running.Go(func() {
		defer func() { <-c.room }()
		chore()
	})
	return true
}

// revoke ends the session that the sign-in left behind at Cognito.
func (k *Connector) revoke(ctx context.Context, p *pool, v verdict) {
	count := func(result string) { k.metrics.revocations.WithLabelValues(p.Name, result).Inc() }
	ctx = cognito.WithTrace(context.WithoutCancel(ctx), nil)
	started := k.chores.do(func() {
		ctx, cancel := context.WithTimeout(ctx, choreTime)
		defer cancel()
		if err := p.cognito.Revoke(ctx, v.refreshToken); err != nil {
			k.log.Warn("a refresh token could not be revoked", "pool", p.Name, "error", err)
			count("failed")
			return
		}
		count("revoked")
	})
	if !started {
		count("skipped")
	}
}

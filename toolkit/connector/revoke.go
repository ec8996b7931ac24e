package connector

import (
	"context"
	"sync"
	"time"

	"wherry/internal/secret"
	"wherry/toolkit/internal/cognito"
)

// Revoking takes as long as Cognito likes, so it is bounded in number and in
// time: a burst of sign-ins becomes a stream of revocations, which is also what
// Cognito's quota wants. What does not fit is left to expire by itself, and
// counted.
const (
	choresAtATime = 128
	choresWaiting = 4096 // of a kilobyte or two
	choreTime     = 3 * time.Second
)

// chores is work that goes on after the answer.
type chores struct {
	running sync.WaitGroup

	mu      sync.Mutex
	waiting []func()
	workers int
}

// do has a chore done if there is room for it.
func (c *chores) do(chore func()) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.waiting) >= choresWaiting {
		return false
	}
	c.waiting = append(c.waiting, chore)
	if c.workers < choresAtATime {
		c.workers++
		c.running.Go(c.work)
	}
	return true
}

// work does chores until there are none.
func (c *chores) work() {
	for chore := c.next(); chore != nil; chore = c.next() {
		chore()
	}
}

// next is the chore that has waited longest. nil ends the worker that asked.
func (c *chores) next() (chore func()) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.waiting) == 0 {
		c.waiting = nil
		c.workers--
		return nil
	}
	chore, c.waiting[0] = c.waiting[0], nil
	c.waiting = c.waiting[1:]
	return chore
}

// revoke ends the session that a sign-in has left behind at Cognito.
func (k *Connector) revoke(ctx context.Context, p *pool, refreshToken secret.String) {
	count := func(result string) { k.metrics.revocations.WithLabelValues(p.Name, result).Inc() }
	ctx = cognito.WithTrace(context.WithoutCancel(ctx), nil)
	accepted := k.chores.do(func() {
		ctx, cancel := context.WithTimeout(ctx, choreTime)
		defer cancel()
		if err := p.cognito.Revoke(ctx, refreshToken); err != nil {
			k.log.Warn("a refresh token could not be revoked", "pool", p.Name, "error", err)
			count("failed")
			return
		}
		count("revoked")
	})
	if !accepted {
		count("skipped")
	}
}

package campaign

import (
	"context"
	"errors"
	"io"
	"math/rand/v2"
	"slices"
	"time"

	"wherry/toolkit/internal/workspace"
)

// Domains says how many mails an hour go to the addresses of one domain, evenly
// spread; 0 is as many as there are.
type Domains struct {
	Each float64            // of those that By does not name
	By   map[string]float64 // by the domain, in small letters
}

func (d Domains) perHour(domain string) float64 {
	if n, ok := d.By[domain]; ok {
		return n
	}
	return d.Each
}

// queue says when the next mail may go, and to which domain.
type queue struct {
	Domains
	rate, jitter float64
	random       *rand.Rand
	waiting      []*user
	at           time.Time            // before which no mail goes
	free         map[string]time.Time // before which none goes to a domain
}

func newQueue(c Config) *queue {
	return &queue{Domains: c.Domains, rate: c.Rate, jitter: c.Jitter, random: c.Random, free: map[string]time.Time{}}
}

// first is who is next of those whose domain bears a mail now. If there is
// nobody, wait is the time until there is, or 0 if nobody waits at all.
func (q *queue) first(now time.Time) (u *user, wait time.Duration) {
	earliest := time.Time{}
	for i, u := range q.waiting {
		free := q.free[u.domain]
		if !free.After(now) {
			q.waiting = slices.Delete(q.waiting, i, i+1)
			return u, 0
		}
		if earliest.IsZero() || free.Before(earliest) {
			earliest = free
		}
	}
	if earliest.IsZero() {
		return nil, 0
	}
	return nil, earliest.Sub(now)
}

// sent notes that a mail goes now.
func (q *queue) sent(domain string, now time.Time) {
	q.at = now.Add(q.vary(time.Duration(float64(time.Second) / q.rate)))
	if n := q.perHour(domain); n > 0 {
		q.free[domain] = now.Add(q.vary(time.Duration(float64(time.Hour) / n)))
	}
	if len(q.free) > mostDomains {
		for domain, free := range q.free {
			if !free.After(now) {
				delete(q.free, domain)
			}
		}
	}
}

// mostDomains is how many domains are remembered before those are forgotten
// that may be written to again.
const mostDomains = 10_000

func (q *queue) vary(d time.Duration) time.Duration {
	return time.Duration(float64(d) * (1 + q.jitter*(2*q.random.Float64()-1)))
}

// How many users are taken from the workspace at a time, and how many wait at
// most: when all of these have to wait for their domains, others may not.
const (
	batchSize   = 500
	mostWaiting = 10 * batchSize
)

// open is a batch of which some users still wait.
type open struct {
	*workspace.Batch
	left int
}

// next is who gets the next mail, once it is time. The error is io.EOF when
// everybody was decided about.
func (c *campaign) next(ctx context.Context) (*user, error) {
	for {
		if err := c.quiet(ctx); err != nil {
			return nil, err
		}
		now := c.Now()
		if wait := c.queue.at.Sub(now); wait > 0 {
			if err := sleep(ctx, wait); err != nil {
				return nil, err
			}
			continue
		}
		u, wait := c.queue.first(now)
		if u != nil {
			return u, nil
		}
		err := c.refill(ctx)
		switch {
		case err == nil:
		case !errors.Is(err, io.EOF):
			return nil, err
		case wait == 0:
			return nil, io.EOF
		default:
			if err := sleep(ctx, min(wait, longest)); err != nil {
				return nil, err
			}
		}
	}
}

// longest is how long is slept at a stretch.
const longest = time.Minute

func sleep(ctx context.Context, d time.Duration) error {
	select {
	case <-ctx.Done():
		return context.Cause(ctx)
	case <-time.After(d):
		return nil
	}
}

// refill takes more users. The error is io.EOF when there are none, or enough
// wait already.
func (c *campaign) refill(ctx context.Context) error {
	if err := c.closeDone(ctx); err != nil {
		return err
	}
	take, n := c.Run.Next, len(c.queue.waiting)
	switch {
	case n == 0:
		take = c.Run.Await // there is nothing better to do
	case c.drained || n >= mostWaiting:
		return io.EOF
	}
	b, err := take(ctx, &c.query, batchSize)
	if errors.Is(err, io.EOF) {
		c.drained = true
	}
	if err != nil {
		return err
	}
	o := &open{Batch: b}
	c.open = append(c.open, o)
	var users []*user
	for u, err := range b.All(ctx) {
		if err != nil {
			return err
		}
		users = append(users, &user{User: u, batch: o, id: idOf(u)})
	}
	return c.sift(ctx, users)
}

// sift lets those wait who will get a mail as things are.
func (c *campaign) sift(ctx context.Context, users []*user) error {
	ids := make([]string, len(users))
	for i, u := range users {
		ids[i] = u.id
	}
	accounts, err := c.accounts(ctx, ids)
	if err != nil {
		return err
	}
	for _, u := range users {
		if reason := c.judge(u, accounts[u.id]); reason != "" {
			c.Reasons[reason]++
			continue
		}
		u.batch.left++
		c.queue.waiting = append(c.queue.waiting, u)
	}
	return nil
}

// closeDone ends the batches of which everybody is decided about.
func (c *campaign) closeDone(ctx context.Context) error {
	var err error
	c.open = slices.DeleteFunc(c.open, func(o *open) bool {
		if o.left > 0 {
			return false
		}
		err = errors.Join(err, o.GiveBack(ctx))
		return true
	})
	return err
}

// leave gives everything back.
func (c *campaign) leave(ctx context.Context) (err error) {
	for _, o := range c.open {
		err = errors.Join(err, o.GiveBack(ctx))
	}
	return err
}

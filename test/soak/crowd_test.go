package soak

import (
	"context"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// crowd is everybody in front of the login page.
type crowd struct {
	*parts
	t     *testing.T
	seed  uint64
	tries chan struct{} // at a time

	numbers map[string]int // of users, by id

	attempts, mistyped atomic.Int64
}

const (
	present  = 400 // people who are signing in, or waiting to try again
	atOnce   = 64  // tries in flight: more would keep two processors from answering in time
	patience = 3   // tries, before somebody gives up and comes back later
)

func newCrowd(t *testing.T, p *parts, seed uint64) *crowd {
	c := &crowd{parts: p, t: t, seed: seed, tries: make(chan struct{}, atOnce), numbers: map[string]int{}}
	for number := range p.population.Len() {
		c.numbers[p.population.Expected(number).User.ID] = number
	}
	return c
}

// each does something about everybody in an order of the seed's, many at a
// time.
func (c *crowd) each(numbers []int, do func(number int)) {
	var inside sync.WaitGroup
	seats := make(chan struct{}, present)
	for _, number := range numbers {
		seats <- struct{}{}
		inside.Go(func() {
			defer func() { <-seats }()
			do(number)
		})
	}
	inside.Wait()
}

func (c *crowd) order() []int { return rand.New(rand.NewPCG(c.seed, 2)).Perm(c.population.Len()) }

// come is the first visit, in whatever weather. It tells whether the person got
// in.
func (c *crowd) come(number int) bool {
	who := c.person(number, c.seed)
	switch who.habit {
	case guessed:
		for range 7 {
			c.mistype(who)
		}
		return false
	case forgetful:
		for range 1 + who.IntN(2) {
			c.mistype(who)
		}
	case contested:
		return c.contest(who)
	case hasty:
		return c.hurry(who)
	}
	return c.insist(who)
}

// insist tries again after a moment, a few times.
func (c *crowd) insist(who *person) bool {
	for range patience {
		if c.try(who) {
			return true
		}
		time.Sleep(c.pace/2 + time.Duration(who.Int64N(int64(2*c.pace))))
	}
	return false
}

// hurry sends the same thing three times at once.
func (c *crowd) hurry(who *person) bool {
	var in atomic.Bool
	var all sync.WaitGroup
	for range 3 {
		all.Go(func() {
			if c.try(who) {
				in.Store(true)
			}
		})
	}
	all.Wait()
	return in.Load() || c.insist(who)
}

// contest is the owner and two who guess, at once.
func (c *crowd) contest(who *person) bool {
	var others sync.WaitGroup
	for _, guess := range []string{c.slip(who), c.slip(who)} {
		others.Go(func() { c.wrong(who, guess) })
	}
	in := c.insist(who)
	others.Wait()
	return in
}

// try types what the person believes to be the password.
func (c *crowd) try(who *person) bool {
	in, id := c.attempt(who, who.password)
	switch {
	case in && !who.right:
		c.t.Errorf("user %d got in with a password that Cognito does not take", who.number)
	case in && id != who.expected.User.ID:
		c.t.Errorf("user %d got in as %s instead of %s", who.number, id, who.expected.User.ID)
	}
	return in
}

func (c *crowd) mistype(who *person) { c.wrong(who, c.slip(who)) }

// wrong types a password that must let nobody in.
func (c *crowd) wrong(who *person, password string) {
	c.mistyped.Add(1)
	if in, _ := c.attempt(who, password); in {
		c.t.Errorf("user %d got in with a wrong password", who.number)
	}
}

func (c *crowd) attempt(who *person, password string) (in bool, id string) {
	c.tries <- struct{}{}
	defer func() { <-c.tries }()
	c.attempts.Add(1)
	return c.signIn(c.t, who, password)
}

// storm lets everybody come while the pool suffers, and returns who is still
// outside and how often each kind of weather came.
func (c *crowd) storm() (outside []int, came map[string]int) {
	ctx, calm := context.WithCancel(c.t.Context())
	var sky sync.WaitGroup
	sky.Go(func() { came = c.weather(ctx, c.seed) })
	var mu sync.Mutex
	c.each(c.order(), func(number int) {
		if !c.come(number) {
			mu.Lock()
			defer mu.Unlock()
			outside = append(outside, number)
		}
	})
	calm()
	sky.Wait()
	return outside, came
}

// fair lets those who are outside come back once the pool is well.
func (c *crowd) fair(outside []int) {
	c.each(outside, func(number int) {
		if who := c.person(number, c.seed); who.habit != guessed {
			c.comeBack(who)
		}
	})
}

// comeBack tries until the person is in, or it is clear why that will not be.
func (c *crowd) comeBack(who *person) {
	for range 20 {
		if c.try(who) || !who.right || len(c.record.of(who.login)) > 0 || c.heldByAnother(who) {
			return
		}
		time.Sleep(c.pace)
	}
}

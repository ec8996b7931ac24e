package soak

import (
	"testing"
	"time"

	"wherry/pool"
)

// Somebody who writes another's address into the profile and comes across
// first gets an account of his own and nothing else: the address stays its
// owner's, and so does her password.
func TestSquatter(t *testing.T) {
	t.Parallel()
	population := pool.Generate(500, seed)
	p := start(t, population, 50*time.Millisecond, &watch{t: t, passwords: map[string]bool{}})
	c := newCrowd(t, p, seed)
	owners := map[string]int{}
	for number := range population.Len() {
		if address := population.Expected(number).User.Email; address != "" {
			owners[address] = number
		}
	}
	pairs := 0
	for number := range population.Len() {
		u := population.User(number)
		address, _ := u.Attribute("email")
		owned, taken := owners[address]
		if !taken || owned == number {
			continue
		}
		owner, squatter := c.person(owned, seed), c.person(number, seed)
		if !owner.expected.SignIn.Carried || !squatter.expected.SignIn.Carried {
			continue
		}
		pairs++
		for _, who := range []*person{squatter, owner} {
			who.habit = plain
			c.comeBack(who) // a busy machine may keep somebody waiting for too long
			c.fate(who)
		}
		squatter.login = owner.login
		c.mistype(squatter)
		if in, id := c.attempt(squatter, squatter.password); in {
			t.Errorf("user %d gets in as %s with the address of user %d", squatter.number, id, owner.number)
		}
	}
	if pairs == 0 {
		t.Fatal("nobody has somebody else's address")
	}
	t.Logf("%d people came after somebody who had written their address into his profile", pairs)
}

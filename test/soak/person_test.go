package soak

import (
	"cmp"
	"math/rand/v2"
	"strings"
	"unicode"

	"wherry/pool"
)

// person is a user of the pool in front of a login page.
type person struct {
	number   int
	login    string
	types    []string // of identities that the login may be; none: what the server takes without
	password string   // that they believe in
	right    bool     // and rightly so: some have none, or one that Cognito no longer takes
	habit    habit
	expected pool.Expected

	*rand.Rand // what is by chance about them
}

// habit is how somebody signs in.
type habit string

const (
	plain     habit = "plain"     // types it right
	forgetful habit = "forgetful" // mistypes it once or twice
	hasty     habit = "hasty"     // presses the button three times
	contested habit = "contested" // types it right while others guess
	guessed   habit = "guessed"   // never comes; others guess
)

// habits is how many of a hundred have each.
var habits = []struct {
	habit
	share int
}{{guessed, 4}, {contested, 4}, {hasty, 6}, {forgetful, 12}, {plain, 100}}

// people is everybody's own way of signing in, the same for a seed.
func (p *parts) person(number int, seed uint64) *person {
	who := &person{number: number, expected: p.population.Expected(number), Rand: rand.New(rand.NewPCG(seed, uint64(number)))}
	who.login, who.types = loginOf(p.population.User(number))
	reason := who.expected.SignIn.Reason
	who.right = reason != "no password" && reason != "status no longer in use"
	who.password = cmp.Or(p.population.Password(number), "Nobody-Has-This-1")
	draw := who.IntN(100)
	for _, h := range habits {
		if draw -= h.share; draw < 0 {
			who.habit = h.habit
			break
		}
	}
	return who
}

// loginOf is what somebody types: an address that Cognito takes, spelt as there,
// or else the username. A phone number is announced, as FusionAuth wants it.
func loginOf(u pool.User) (login string, types []string) {
	if u.Verified("email") {
		login, _ = u.Attribute("email")
		return login, nil
	}
	if u.Verified("phone_number") {
		login, _ = u.Attribute("phone_number")
		return login, []string{"phoneNumber"}
	}
	return u.Username, nil
}

// slip is a wrong password: the right one not quite, or somebody else's.
func (p *parts) slip(who *person) (wrong string) {
	switch who.IntN(4) {
	case 0:
		wrong = who.password[:len(who.password)-1]
	case 1:
		wrong = who.password + " "
	case 2:
		wrong = swapCase(who.password)
	default:
		another := (who.number + 1 + who.IntN(50)) % p.population.Len()
		wrong = p.population.Password(another)
	}
	if wrong == "" || wrong == who.password {
		wrong = "Nobody-Has-That-1"
	}
	p.watch.password(wrong)
	return wrong
}

func swapCase(text string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsUpper(r) {
			return unicode.ToLower(r)
		}
		return unicode.ToUpper(r)
	}, text)
}

package account

import (
	"crypto/subtle"
	"sync"
	"time"

	"wherry/pool/internal/refuse"
)

// What a code is for, and how long it is good.
const (
	SignUp         = "SignUp"
	ForgotPassword = "ForgotPassword"

	signUpAge = 24 * time.Hour
	forgotAge = time.Hour
)

const (
	wrongCodes  = 5 // before a code is worth nothing any more
	codesAnHour = 5 // that a user may ask for
)

// codes is what has been sent and not come back yet.
type codes struct {
	mu sync.Mutex
	of map[codeKey]code
}

type codeKey struct {
	pool    string
	user    int
	purpose string
}

type code struct {
	value   string
	expires time.Time
	wrong   int
	sent    []time.Time // within the last hour
}

// put keeps a code in place of an older one, unless too many were asked for.
func (c *codes) put(k codeKey, value string, now time.Time, age time.Duration) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.of == nil {
		c.of = map[codeKey]code{}
	}
	var recent []time.Time
	for _, at := range c.of[k].sent {
		if now.Sub(at) < time.Hour {
			recent = append(recent, at)
		}
	}
	if len(recent) >= codesAnHour {
		return tooMany()
	}
	c.of[k] = code{value: value, expires: now.Add(age), sent: append(recent, now)}
	return nil
}

func tooMany() error {
	return refuse.With("LimitExceeded", "Attempt limit exceeded, please try after some time.")
}

// spend checks a code that came back; a right one is used up.
func (c *codes) spend(k codeKey, value string, now time.Time) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	sent, ok := c.of[k]
	switch {
	case !ok || sent.value == "" || !now.Before(sent.expires):
		return expired()
	case sent.wrong >= wrongCodes:
		return tooMany()
	case subtle.ConstantTimeCompare([]byte(sent.value), []byte(value)) != 1:
		sent.wrong++
		c.of[k] = sent
		return mismatch()
	}
	delete(c.of, k)
	return nil
}

func expired() error {
	return refuse.With("ExpiredCode", "Invalid code provided, please request a code again.")
}

func mismatch() error {
	return refuse.With("CodeMismatch", "Invalid verification code provided, please try again.")
}

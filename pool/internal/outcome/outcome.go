// Package outcome makes a request end as a test wants it to, where the pool by
// itself cannot: a trigger that refuses, a firewall, threat protection, a
// challenge that nobody has heard of.
package outcome

import (
	"slices"
	"sync"
)

// Outcome says how requests end. Either Type or Challenge is given.
type Outcome struct {
	Operation string `json:"operation,omitempty"` // "" for any
	Username  string `json:"username,omitempty"`  // as the request names the user; "" for any
	Times     int    `json:"times,omitempty"`     // how often; 0 for always

	Type    string `json:"type,omitempty"`    // of an error, such as UserLambdaValidationException
	Message string `json:"message,omitempty"` // of the error
	Status  int    `json:"status,omitempty"`  // of HTTP; 0 for 400

	Challenge string `json:"challenge,omitempty"` // name of a challenge to answer a sign-in with
}

// Outcomes is those that are wanted. The zero value wants nothing.
type Outcomes struct {
	mu  sync.Mutex
	all []Outcome
}

// Set replaces what is wanted.
func (o *Outcomes) Set(all []Outcome) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.all = slices.Clone(all)
}

// Read returns what is still wanted.
func (o *Outcomes) Read() []Outcome {
	o.mu.Lock()
	defer o.mu.Unlock()
	return append([]Outcome{}, o.all...)
}

// Next returns the first outcome that fits a request, and uses it up once.
func (o *Outcomes) Next(operation, username string) (Outcome, bool) {
	o.mu.Lock()
	defer o.mu.Unlock()
	i := slices.IndexFunc(o.all, func(v Outcome) bool {
		return (v.Operation == "" || v.Operation == operation) && (v.Username == "" || v.Username == username)
	})
	if i < 0 {
		return Outcome{}, false
	}
	found := o.all[i]
	switch found.Times {
	case 0:
	case 1:
		o.all = slices.Delete(o.all, i, i+1)
	default:
		o.all[i].Times--
	}
	return found, true
}

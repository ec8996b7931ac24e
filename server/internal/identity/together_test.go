package identity_test

import (
	"errors"
	"testing"

	"wherry/server/internal/fa"
	"wherry/server/internal/identity"
)

// Fifty people who sign in as the same new user at the same moment are one.
func TestOneNewUserSignsInManyTimesAtOnce(t *testing.T) {
	t.Parallel()
	for name, migrate := range map[string]bool{"migrate": true, "copy": false} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			const many = 50
			w := newWorld(t)
			w.policies(policy(first, migrate))
			arrived, all := make(chan struct{}, many), make(chan struct{})
			go func() {
				for range many {
					<-arrived
				}
				close(all)
			}()
			yes := vouch(t, ada(`,"registrations":[{"applicationId":"`+string(forum)+`"}]`))
			w.outside.answers[first] = func(r identity.ConnectorRequest) (*fa.User, error) {
				arrived <- struct{}{}
				<-all // nobody has been stored yet
				return yes(r)
			}
			attempt := identity.Attempt{TenantID: tenantID, Application: w.app(forum), LoginID: "ada@example.com", Password: right}
			results := make(chan error, many)
			for range many {
				go func() {
					out, err := w.SignIn(t.Context(), attempt)
					if err == nil && (out.User.ID != adaID || out.Registration == nil) {
						err = errors.New("somebody else was signed in")
					}
					results <- err
				}()
			}
			for range many {
				if err := <-results; err != nil {
					t.Error(err)
				}
			}
			if u := w.user(adaID); u == nil || len(u.Registrations) != 1 || (u.Hash != "") != migrate {
				t.Errorf("stored: %+v", u)
			}
			if events := w.events(); len(events) != 0 {
				t.Errorf("logged %v", events)
			}
		})
	}
}

// The second of two sign-ins of a new user must not get in with another
// password, even if the connector has taken both.
func TestTheFirstPasswordDecides(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.policies(policy(first, true))
	w.outside.answers[first] = func(r identity.ConnectorRequest) (*fa.User, error) {
		if r.Password == wrong { // the other sign-in comes to its end meanwhile
			if _, err := w.signIn("ada@example.com", right); err != nil {
				t.Error(err)
			}
		}
		r.Password = right
		return vouch(t, ada(""))(r)
	}
	if out, err := w.signIn("ada@example.com", wrong); out != nil || !errors.Is(err, identity.ErrCredentials) {
		t.Errorf("got %+v, %v", out, err)
	}
}

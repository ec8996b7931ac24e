package identity

import (
	"context"
	"strings"
	"time"

	"wherry/server/internal/fa"
)

// Counters count what must not happen too often, on all servers together.
type Counters interface {
	// Count adds one and returns the sum, which starts over when the window has
	// passed since the first time.
	Count(ctx context.Context, kind, key string, window time.Duration) (int, error)
	Counted(ctx context.Context, kind, key string) (int, error)
}

// Actions are what has been done to users that keeps them from signing in.
type Actions interface {
	// Preventing lists the actions that keep the user from signing in now.
	Preventing(ctx context.Context, user fa.ID) ([]fa.LoginPrevented, error)
	// LockOut takes the action until then, and tells the user of it if email says
	// so; one that is taken already lasts until then.
	LockOut(ctx context.Context, user, action fa.ID, until time.Time, email bool) error
	EndLockout(ctx context.Context, user fa.ID) error
}

// Prevented says that actions keep the user from signing in.
type Prevented struct {
	Actions []fa.LoginPrevented `json:"actions"`
}

func (*Prevented) Error() string { return "a user action prevents the login" }

// The kinds of what is counted.
const (
	countByLoginID = "failedLogin.loginId"
	countByAddress = "failedLogin.address"
	countByUser    = "failedLogin.user"
)

// perAddress is how many times the limit of a login id an address has: many
// people may share it.
const perAddress = 10

// slowDown refuses everybody who guesses at a login id, and every guess from an
// address, when there have been too many.
func (s *Service) slowDown(ctx context.Context, tenant *fa.Tenant, a Attempt) error {
	limit := tenant.RateLimitConfiguration.FailedLogin
	if !limit.Enabled {
		return nil
	}
	for _, c := range a.counters(limit.Limit) {
		n, err := s.Counters.Counted(ctx, c.kind, c.key)
		if err != nil {
			return err
		}
		if n >= c.most {
			return ErrRateLimited
		}
	}
	return nil
}

type counter struct {
	kind, key string
	most      int
}

func (a Attempt) counters(limit int) []counter {
	all := []counter{{countByLoginID, string(a.TenantID) + ":" + strings.ToLower(a.LoginID), limit}}
	if a.Address != "" {
		all = append(all, counter{countByAddress, string(a.TenantID) + ":" + a.Address, perAddress * limit})
	}
	return all
}

// failed counts a wrong password, and returns what the sign-in ends with. user
// is nil for somebody unknown, of whom nothing can be locked.
func (s *Service) failed(ctx context.Context, tenant *fa.Tenant, user *fa.Account, a Attempt) error {
	if limit := tenant.RateLimitConfiguration.FailedLogin; limit.Enabled {
		for _, c := range a.counters(limit.Limit) {
			if _, err := s.Counters.Count(ctx, c.kind, c.key, time.Duration(limit.TimePeriodInSeconds)*time.Second); err != nil {
				return err
			}
		}
	}
	if err := s.tellFailure(ctx, user, a); err != nil {
		return err
	}
	if user == nil {
		return ErrCredentials
	}
	if err := s.countAgainst(ctx, tenant, user.ID); err != nil {
		return err
	}
	return ErrCredentials
}

// countAgainst counts a failure of somebody known. It returns a Prevented for
// the one that is too many, and for each while the user is locked out, which
// begins anew then.
func (s *Service) countAgainst(ctx context.Context, tenant *fa.Tenant, user fa.ID) error {
	config := tenant.FailedAuthenticationConfiguration
	if config.UserActionID == "" {
		return s.prevented(ctx, user)
	}
	n, err := s.Counters.Count(ctx, countByUser, string(user), time.Duration(config.ResetCountInSeconds)*time.Second)
	if err != nil {
		return err
	}
	already, err := s.Actions.Preventing(ctx, user)
	if err != nil {
		return err
	}
	locked := false
	for _, action := range already {
		locked = locked || action.UserActionID == config.UserActionID
	}
	if n >= config.TooManyAttempts || locked {
		if err := s.Actions.LockOut(ctx, user, config.UserActionID, config.Until(s.Now()), config.EmailUser); err != nil {
			return err
		}
	}
	return s.prevented(ctx, user)
}

// prevented is a Prevented if actions keep the user from signing in.
func (s *Service) prevented(ctx context.Context, user fa.ID) error {
	actions, err := s.Actions.Preventing(ctx, user)
	if err != nil || len(actions) == 0 {
		return err
	}
	return &Prevented{actions}
}

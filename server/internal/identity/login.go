package identity

import (
	"context"

	"wherry/server/internal/fa"
)

// Witness hears of sign-ins.
type Witness interface {
	// LoginSucceeded is told before a sign-in counts. What the context that it
	// returns carries is kept with the sign-in; its error refuses the sign-in.
	LoginSucceeded(ctx context.Context, login Login) (context.Context, error)
	// Happens is told of something else about a user. What the context that it
	// returns carries is kept with the next change of the store.
	Happens(ctx context.Context, kind string, user *fa.User, more map[string]any) (context.Context, error)
	// Happened is Happens for what no change goes along with.
	Happened(ctx context.Context, kind string, user *fa.User, more map[string]any) error
	// LoginFailed is told of wrong credentials. user is nil when nobody is known
	// by the login id, which must take as long as a known one.
	LoginFailed(ctx context.Context, user *fa.User, a Attempt) error
}

// What happens about users beside changes of them, by FusionAuth's names.
const (
	PasswordResetStart   = "user.password.reset.start"   // an id was made to set a new password
	PasswordResetSend    = "user.password.reset.send"    // it goes out by mail
	PasswordResetSuccess = "user.password.reset.success" // it was used
	TwoFactorChallenge   = "user.two-factor.challenge"
	TwoFactorFailed      = "user.two-factor.failed-attempt"
	TwoFactorSuccess     = "user.two-factor.success"
)

func (s *Service) happens(ctx context.Context, kind string, user *fa.User, more map[string]any) (context.Context, error) {
	if s.Witness == nil {
		return ctx, nil
	}
	return s.Witness.Happens(ctx, kind, user, more)
}

func (s *Service) happened(ctx context.Context, kind string, user *fa.User, more map[string]any) error {
	if s.Witness == nil {
		return nil
	}
	return s.Witness.Happened(ctx, kind, user, more)
}

// Login is a sign-in that has succeeded.
type Login struct {
	fa.LoginRecord
	NewDevice          bool // as whoever asked for the sign-in says
	User               *fa.User
	AuthenticationType string
	EventInfo          *EventInfo
	Provider           *fa.IdentityProvider // that vouched for the user; nil: none did
}

func (s *Service) login(a Attempt, how string, user *fa.Account) Login {
	record := fa.LoginRecord{
		ApplicationID: a.applicationID(), Instant: s.millis(), IPAddress: a.EventInfo.IPAddress, LoginID: a.LoginID,
		TenantID: user.TenantID, UserID: user.ID,
	}
	for _, id := range user.Identities {
		if id.Is(a.LoginID) {
			record.LoginIDType = id.Type
			break
		}
	}
	return Login{record, a.NewDevice, &user.User, how, &a.EventInfo, a.provider}
}

// keep keeps a sign-in, with the change that it brings of the user who was read
// for it.
func (s *Service) keep(ctx context.Context, login Login, read *fa.Account, change func(*fa.Account)) (err error) {
	if s.Witness != nil {
		if ctx, err = s.Witness.LoginSucceeded(ctx, login); err != nil {
			return err
		}
	}
	return s.Store.NoteLogin(ctx, login.LoginRecord, read, change)
}

// tellFailure says that credentials were wrong. user is nil when nobody is known
// by the login id.
func (s *Service) tellFailure(ctx context.Context, user *fa.Account, a Attempt) error {
	if s.Witness == nil {
		return nil
	}
	var known *fa.User
	if user != nil {
		known = &user.User
	}
	return s.Witness.LoginFailed(ctx, known, a)
}

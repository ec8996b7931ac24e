package events

import (
	"context"
	"fmt"
	"slices"

	"wherry/server/internal/fa"
	"wherry/server/internal/identity"
)

// Users is the storage of users, with events.
type Users struct {
	UserStore
	Sessions *Sessions // of which some changes end all
	Bus      *Bus
}

// UserStore keeps users.
type UserStore interface {
	identity.Store
	DeleteUser(ctx context.Context, id fa.ID) error
}

// CreateUser is part of identity.Store.
func (s *Users) CreateUser(ctx context.Context, u *fa.Account) error {
	err := s.Bus.Change(ctx, func(ctx context.Context, raise Raise) error {
		raise(created(&u.User)...)
		return s.UserStore.CreateUser(ctx, u)
	})
	return s.duplicates(ctx, UserDuplicateCreate, &u.User, err)
}

// UpdateUser is part of identity.Store.
func (s *Users) UpdateUser(ctx context.Context, id fa.ID, change func(*fa.Account) error) (u *fa.Account, err error) {
	var wanted *fa.User
	ended, err := s.Sessions.revoked(ctx, fa.SessionMatch{UserID: id})
	if err != nil {
		return nil, err
	}
	err = s.Bus.Change(ctx, func(ctx context.Context, raise Raise) (err error) {
		u, err = s.UserStore.UpdateUser(ctx, id, func(u *fa.Account) error {
			wanted = &u.User
			before, err := copyOf(&u.User)
			if err != nil {
				return err
			}
			if err := change(u); err != nil {
				return err
			}
			told := changed(before, &u.User)
			if u.EndSessions {
				told = append(told, certain(ended)...)
			}
			raise(told...)
			return nil
		})
		return err
	})
	return u, s.duplicates(ctx, UserDuplicateUpdate, wanted, err)
}

// certain are events of which nobody is asked whether they may happen.
func certain(told []Event) []Event {
	told = slices.Clone(told)
	for i := range told {
		told[i].announced = true
	}
	return told
}

// copyOf is a user whom no change of the other one reaches.
func copyOf(u *fa.User) (*fa.User, error) {
	doc, err := fa.EncodeWhole(u)
	if err != nil {
		return nil, fmt.Errorf("copy the user: %w", err)
	}
	c := fa.NewUser()
	if err := fa.Decode(doc, &c); err != nil {
		return nil, fmt.Errorf("copy the user: %v", err) //nolint:errorlint // it is no fault of a request
	}
	return &c, nil
}

// DeleteUser is part of UserStore.
func (s *Users) DeleteUser(ctx context.Context, id fa.ID) error {
	u, err := s.User(ctx, id)
	if err != nil {
		return err
	}
	return s.Bus.Change(ctx, func(ctx context.Context, raise Raise) error {
		raise(withComplete(ofUser(UserDelete, &u.User, nil))...)
		return s.UserStore.DeleteUser(ctx, id)
	})
}

// LogEvent is part of identity.Store.
func (s *Users) LogEvent(ctx context.Context, kind, message string) error {
	return s.Bus.Log.LogEvent(ctx, kind, message)
}

// LoginSucceeded implements identity.Witness.
func (b *Bus) LoginSucceeded(ctx context.Context, l identity.Login) (context.Context, error) {
	about := map[string]any{
		"authenticationType": l.AuthenticationType, "connectorId": l.User.ConnectorID, "ipAddress": l.IPAddress,
	}
	if _, registered := l.User.Registration(l.ApplicationID); registered {
		about["applicationId"] = l.ApplicationID
	}
	if l.Provider != nil {
		about["identityProviderId"], about["identityProviderName"] = l.Provider.ID, l.Provider.Name
	}
	raised := []Event{ofUser(UserLoginSuccess, l.User, about)}
	if l.NewDevice {
		raised = append(raised, ofUser(UserLoginNewDevice, l.User, about))
	}
	return b.Announce(ctx, l.EventInfo, raised...)
}

// Happens is part of identity.Witness.
func (b *Bus) Happens(ctx context.Context, kind string, user *fa.User, more map[string]any) (context.Context, error) {
	return b.Announce(ctx, identity.EventInfoOf(ctx), ofUser(kind, user, more))
}

// Happened is part of identity.Witness.
func (b *Bus) Happened(ctx context.Context, kind string, user *fa.User, more map[string]any) error {
	return b.Tell(ctx, identity.EventInfoOf(ctx), ofUser(kind, user, more))
}

// failure is why a sign-in failed.
type failure struct {
	Code string `json:"code"`
}

// LoginFailed implements identity.Witness. For an unknown user a row is written
// as for a known one, and nobody is told.
func (b *Bus) LoginFailed(ctx context.Context, user *fa.User, a identity.Attempt) error {
	known := user
	if known == nil {
		known = &fa.User{TenantID: a.TenantID}
	}
	e := ofUser(UserLoginFailed, known, map[string]any{
		"authenticationType": "PASSWORD", "ipAddress": a.EventInfo.IPAddress, "reason": failure{"credentials"},
	})
	if a.Application != nil {
		e.Body["applicationId"] = a.Application.ID
	}
	e.unheard = user == nil
	return b.Tell(ctx, &a.EventInfo, e)
}

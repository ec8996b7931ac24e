package identity

import (
	"context"
	"errors"
	"time"

	"wherry/server/internal/fa"
)

// Lockouts are the Actions of a server on which nothing else can be done to
// users than locking them out.
type Lockouts struct {
	Store interface {
		LockOut(ctx context.Context, user, action fa.ID, until int64) error
		Lockout(ctx context.Context, user fa.ID) (action fa.ID, until int64, err error)
		EndLockout(ctx context.Context, user fa.ID) error
	}
	UserActions Lookup[fa.UserAction]
}

// Preventing implements Actions.
func (l *Lockouts) Preventing(ctx context.Context, user fa.ID) ([]fa.LoginPrevented, error) {
	id, until, err := l.Store.Lockout(ctx, user)
	if errors.Is(err, fa.ErrNotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	action, err := l.UserActions.Get(ctx, id)
	if err != nil && !errors.Is(err, fa.ErrNotFound) {
		return nil, err
	}
	shown := fa.LoginPrevented{ActionID: id, Expiry: until}
	if action != nil { // else it was deleted, and locks all the same
		shown.Name, shown.LocalizedName = action.Name, action.Name
	}
	return []fa.LoginPrevented{shown}, nil
}

// LockOut implements Actions.
func (l *Lockouts) LockOut(ctx context.Context, user, action fa.ID, until time.Time) error {
	return l.Store.LockOut(ctx, user, action, until.UnixMilli())
}

// EndLockout implements Actions.
func (l *Lockouts) EndLockout(ctx context.Context, user fa.ID) error {
	return l.Store.EndLockout(ctx, user)
}

package identity

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"wherry/server/internal/fa"
)

// UserActions takes actions on users and says which are in effect. All fields
// are required.
type UserActions struct {
	Logs         ActionLogs
	Actions      Lookup[fa.UserAction]
	Reasons      Lookup[fa.UserActionReason]
	Applications Lookup[fa.Application]
	Tenants      Lookup[fa.Tenant]
	Witness      ActionWitness
	Mailer       Mailer
	Endings      Endings
	Users        interface {
		User(ctx context.Context, id fa.ID) (*fa.Account, error)
	}
	Sessions interface {
		EndSessions(ctx context.Context, m fa.SessionMatch) error
	}
	Now   func() time.Time
	NewID func() fa.ID
}

// ActionLogs keeps the actions that were taken.
type ActionLogs interface {
	Lookup[fa.UserActionLog]
	Active(ctx context.Context, user fa.ID, now int64, preventing bool) ([]*fa.UserActionLog, error)
	Create(ctx context.Context, l *fa.UserActionLog) error
	Update(ctx context.Context, id fa.ID, change func(*fa.UserActionLog) error) (*fa.UserActionLog, error)
}

func (s *UserActions) millis() int64 { return s.Now().UnixMilli() }

// Take does to a user what a request asks for.
//
// Source: https://fusionauth.io/docs/apis/actioning-users
func (s *UserActions) Take(ctx context.Context, r fa.ActionRequest) (*fa.UserActionLog, error) {
	l := fa.NewUserActionLog()
	l.ActioneeUserID, l.ActionerUserID, l.UserActionID, l.ApplicationIDs = r.ActioneeUserID, r.ActionerUserID, r.UserActionID, r.ApplicationIDs
	l.Comment, l.Option, l.Expiry, l.EmailUserOnEnd, l.NotifyUserOnEnd = r.Comment, r.Option, r.Expiry, r.EmailUser, r.NotifyUser
	l.ID, l.InsertInstant = s.NewID(), s.millis()
	named, err := s.refer(ctx, r)
	if err != nil {
		return nil, err
	}
	if err := named.refuse(r, s.millis()); err != nil {
		return nil, err
	}
	l.Describe(named.action, named.reason, named.actionee.PreferredLanguages)
	err = s.take(ctx, ActionTaken{
		Log: &l, Action: named.action, User: &named.actionee.User, Actioner: r.ActionerUserID, Comment: r.Comment, Email: r.EmailUser, Notify: r.NotifyUser,
	})
	if err != nil {
		return nil, err
	}
	return &l, s.endSessions(ctx, named.action, named.actionee)
}

// endSessions revokes the refresh tokens of somebody who may not sign in any
// more, if the tenant wants that.
func (s *UserActions) endSessions(ctx context.Context, action *fa.UserAction, u *fa.Account) error {
	if !action.PreventLogin {
		return nil
	}
	tenant, err := s.Tenants.Get(ctx, u.TenantID)
	if err != nil || !tenant.Revokes().OnLoginPrevented {
		return err
	}
	return s.Sessions.EndSessions(Certainly(ctx), fa.SessionMatch{UserID: u.ID})
}

// take begins an action.
func (s *UserActions) take(ctx context.Context, t ActionTaken) error {
	t.Phase = PhaseStart
	along, err := s.along(ctx, t)
	if err != nil {
		return err
	}
	return s.Logs.Create(along, t.Log)
}

// named are the objects that a request names, as far as they are there.
type named struct {
	actionee *fa.Account
	action   *fa.UserAction
	reason   *fa.UserActionReason
	errs     fa.Errors
}

func (s *UserActions) refer(ctx context.Context, r fa.ActionRequest) (n named, err error) {
	find := func(path string, id fa.ID, get func() error) {
		if err != nil {
			return
		}
		if id == "" {
			n.errs.Field(path, "missing", "You must specify the [%s] property.", path)
			return
		}
		if e := get(); errors.Is(e, fa.ErrNotFound) {
			n.errs.Field(path, "invalid", "There is no object with the id [%s].", id)
		} else {
			err = e
		}
	}
	find("action.actioneeUserId", r.ActioneeUserID, func() (err error) { n.actionee, err = s.Users.User(ctx, r.ActioneeUserID); return err })
	find("action.actionerUserId", r.ActionerUserID, func() (err error) { _, err = s.Users.User(ctx, r.ActionerUserID); return err })
	find("action.userActionId", r.UserActionID, func() (err error) { n.action, err = s.Actions.Get(ctx, r.UserActionID); return err })
	if r.ReasonID != "" {
		find("action.reasonId", r.ReasonID, func() (err error) { n.reason, err = s.Reasons.Get(ctx, r.ReasonID); return err })
	}
	for _, id := range r.ApplicationIDs {
		find("action.applicationIds", id, func() (err error) { _, err = s.Applications.Get(ctx, id); return err })
	}
	return n, err
}

// refuse reports everything that cannot be done. now is in milliseconds.
func (n *named) refuse(r fa.ActionRequest, now int64) error {
	if a := n.action; a != nil {
		switch {
		case !a.Active:
			n.errs.Field("action.userActionId", "invalid", "The user action [%s] is not active.", a.Name)
		case a.Temporal:
			checkExpiry(&n.errs, r.Expiry, now)
		case r.Expiry != 0:
			n.errs.Field("action.expiry", "invalid", "The user action [%s] is not temporal: it has no expiry.", a.Name)
		}
		known := slices.ContainsFunc(a.Options, func(o fa.UserActionOption) bool { return o.Name == r.Option })
		if r.Option != "" && !known {
			n.errs.Field("action.option", "invalid", "The user action [%s] has no option [%s].", a.Name, r.Option)
		}
	}
	return n.errs.OrNil()
}

func checkExpiry(errs *fa.Errors, expiry, now int64) {
	switch {
	case expiry == 0:
		errs.Field("action.expiry", "missing", "You must specify the [action.expiry] property.")
	case expiry <= now:
		errs.Field("action.expiry", "invalid", "The [action.expiry] property must be in the future.")
	}
}

// Modify changes when an action ends that is in effect.
func (s *UserActions) Modify(ctx context.Context, id fa.ID, r fa.ActionRequest) (*fa.UserActionLog, error) {
	now := s.millis()
	var errs fa.Errors
	checkExpiry(&errs, r.Expiry, now)
	if err := errs.OrNil(); err != nil {
		return nil, err
	}
	return s.change(ctx, id, r, PhaseModify, func(l *fa.UserActionLog) {
		l.EmailUserOnEnd, l.NotifyUserOnEnd = r.EmailUser, r.NotifyUser
		l.Change(r.ActionerUserID, r.Comment, r.Expiry, now)
	})
}

// Cancel ends an action that is in effect.
func (s *UserActions) Cancel(ctx context.Context, id fa.ID, r fa.ActionRequest) (*fa.UserActionLog, error) {
	now := s.millis()
	return s.change(ctx, id, r, PhaseCancel, func(l *fa.UserActionLog) { l.Change(r.ActionerUserID, r.Comment, now, now) })
}

func (s *UserActions) change(ctx context.Context, id fa.ID, r fa.ActionRequest, phase string, change func(*fa.UserActionLog)) (*fa.UserActionLog, error) {
	if r.ActionerUserID == "" {
		return nil, fa.FieldError("action.actionerUserId", "missing", "You must specify the [action.actionerUserId] property.")
	}
	if _, err := s.Users.User(ctx, r.ActionerUserID); errors.Is(err, fa.ErrNotFound) {
		return nil, fa.FieldError("action.actionerUserId", "invalid", "There is no user with the id [%s].", r.ActionerUserID)
	} else if err != nil {
		return nil, err
	}
	l, err := s.Logs.Get(ctx, id)
	if err != nil {
		return nil, err
	}
	now := s.millis()
	t := ActionTaken{Phase: phase, Actioner: r.ActionerUserID, Comment: r.Comment, Email: r.EmailUser, Notify: r.NotifyUser}
	return l, s.phase(ctx, l, t, func(l *fa.UserActionLog) error {
		if !l.ActiveAt(now) {
			return fa.GeneralError("invalid", "The action [%s] is not in effect any more, or never was.", l.ID)
		}
		change(l)
		return nil
	})
}

// Preventing lists the actions that keep the user from signing in now.
func (s *UserActions) Preventing(ctx context.Context, user fa.ID) ([]fa.LoginPrevented, error) {
	active, err := s.Logs.Active(ctx, user, s.millis(), true)
	if err != nil {
		return nil, err
	}
	var shown []fa.LoginPrevented
	for _, l := range active {
		shown = append(shown, l.Prevented())
	}
	return shown, nil
}

// LockOut takes the action until then, and tells the user of it if email says so;
// one that this server has taken already lasts until then.
func (s *UserActions) LockOut(ctx context.Context, user, action fa.ID, until time.Time, email bool) error {
	taken, err := s.lockouts(ctx, user)
	if err != nil {
		return err
	}
	now := s.millis()
	for _, l := range taken {
		if l.UserActionID == action {
			return s.phase(ctx, l, ActionTaken{Phase: PhaseModify}, func(l *fa.UserActionLog) error { l.Change("", "", until.UnixMilli(), now); return nil })
		}
	}
	return s.lockOut(ctx, user, action, until, email)
}

func (s *UserActions) lockOut(ctx context.Context, user, id fa.ID, until time.Time, email bool) error {
	action, err := s.Actions.Get(ctx, id)
	if err != nil {
		return fmt.Errorf("action that locks out: %w", err)
	}
	u, err := s.Users.User(ctx, user)
	if err != nil {
		return err
	}
	l := fa.NewUserActionLog()
	l.ID, l.ActioneeUserID, l.UserActionID, l.InsertInstant, l.Expiry = s.NewID(), user, id, s.millis(), until.UnixMilli()
	l.Describe(action, nil, u.PreferredLanguages)
	if err := s.take(ctx, ActionTaken{Log: &l, Action: action, User: &u.User, Email: email}); err != nil {
		return err
	}
	return s.endSessions(ctx, action, u)
}

// EndLockout ends the actions that this server has taken on a user.
func (s *UserActions) EndLockout(ctx context.Context, user fa.ID) error {
	taken, err := s.lockouts(ctx, user)
	if err != nil {
		return err
	}
	now := s.millis()
	for _, l := range taken {
		if err := s.phase(ctx, l, ActionTaken{Phase: PhaseCancel}, func(l *fa.UserActionLog) error { l.Change("", "", now, now); return nil }); err != nil {
			return err
		}
	}
	return nil
}

// lockouts are the actions in effect that this server has taken by itself.
func (s *UserActions) lockouts(ctx context.Context, user fa.ID) ([]*fa.UserActionLog, error) {
	active, err := s.Logs.Active(ctx, user, s.millis(), false)
	return slices.DeleteFunc(active, func(l *fa.UserActionLog) bool { return l.ActionerUserID != "" }), err
}

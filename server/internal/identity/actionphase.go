package identity

import (
	"context"
	"errors"
	"fmt"
	"time"

	"wherry/server/internal/fa"
)

// The phases of a user action.
const (
	PhaseStart  = "start"
	PhaseModify = "modify"
	PhaseCancel = "cancel"
	PhaseEnd    = "end"
)

// ActionTaken is a phase of an action on a user.
type ActionTaken struct {
	Log      *fa.UserActionLog
	Action   *fa.UserAction
	User     *fa.User
	Phase    string
	Actioner fa.ID // who began this phase; empty: this server
	Comment  string
	Email    bool // the user is told by mail, and
	Notify   bool // by whoever hears of the event
}

// ActionWitness hears of actions on users.
type ActionWitness interface {
	// ActionTaken is told before a phase begins. What the context that it returns
	// carries is kept with the phase; its error prevents the phase.
	ActionTaken(ctx context.Context, a ActionTaken) (context.Context, error)
}

// Endings sees to it that End is called when an action's time has come.
type Endings interface {
	// Along returns a context for the change of the store that lets the action end
	// then.
	Along(ctx context.Context, action fa.ID, at time.Time) context.Context
}

// along returns the context with which a phase of an action is kept: for
// webhooks, for the user, and for the end of it.
func (s *UserActions) along(ctx context.Context, t ActionTaken) (context.Context, error) {
	tenant, err := s.Tenants.Get(ctx, t.User.TenantID)
	if err != nil {
		return ctx, err
	}
	t.Email = t.Email && t.Action.UserEmailingEnabled && t.User.MailAddress() != ""
	if ctx, err = s.Witness.ActionTaken(ctx, t); err != nil {
		return ctx, err
	}
	if t.Email {
		m := Mail{Tenant: tenant, User: t.User, TemplateID: t.template(), Values: map[string]any{"action": t.Log}}
		ctx = s.Mailer.Along(ctx, func() []Mail { return []Mail{m} })
	}
	ends := t.Action.SendEndEvent || t.Log.EmailUserOnEnd || t.Log.NotifyUserOnEnd
	if ends && t.Log.Expiry != 0 && (t.Phase == PhaseStart || t.Phase == PhaseModify) {
		ctx = s.Endings.Along(ctx, t.Log.ID, time.UnixMilli(t.Log.Expiry))
	}
	return ctx, nil
}

func (t ActionTaken) template() fa.ID {
	return map[string]fa.ID{
		PhaseStart: t.Action.StartEmailTemplateID, PhaseModify: t.Action.ModifyEmailTemplateID,
		PhaseCancel: t.Action.CancelEmailTemplateID, PhaseEnd: t.Action.EndEmailTemplateID,
	}[t.Phase]
}

// End tells that the time of an action has come, unless it has been prolonged or
// cancelled meanwhile. It may be called more than once.
func (s *UserActions) End(ctx context.Context, id fa.ID) error {
	l, err := s.Logs.Get(ctx, id)
	if errors.Is(err, fa.ErrNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	if l.EndEventSent || l.ActiveAt(s.millis()) || l.Cancelled() {
		return nil
	}
	return s.phase(ctx, l, ActionTaken{Phase: PhaseEnd, Email: l.EmailUserOnEnd, Notify: l.NotifyUserOnEnd}, func(l *fa.UserActionLog) error {
		if l.EndEventSent {
			return errEnded
		}
		l.EndEventSent = true
		return nil
	})
}

// errEnded says that somebody else was faster.
var errEnded = errors.New("the end of the action has been told")

// phase makes a change of an action that begins a phase. What is told is the
// action after it.
func (s *UserActions) phase(ctx context.Context, l *fa.UserActionLog, t ActionTaken, change func(*fa.UserActionLog) error) error {
	action, err := s.Actions.Get(ctx, l.UserActionID)
	if err != nil {
		return fmt.Errorf("user action: %w", err)
	}
	user, err := s.Users.User(ctx, l.ActioneeUserID)
	if err != nil {
		return err
	}
	next := *l
	if err := change(&next); err != nil {
		return err
	}
	t.Log, t.Action, t.User = &next, action, &user.User
	along, err := s.along(ctx, t)
	if err != nil {
		return err
	}
	stored, err := s.Logs.Update(along, l.ID, change)
	if errors.Is(err, errEnded) {
		return nil
	}
	if err == nil {
		*l = *stored
	}
	return err
}

package identity

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"wherry/server/internal/fa"
)

// Consents gives consents for users, and takes them back. All fields are
// required.
type Consents struct {
	Store     UserConsents
	Consents  Lookup[fa.Consent]
	Tenants   Lookup[fa.Tenant]
	Mailer    Mailer
	Reminders Reminders
	Users     interface {
		User(ctx context.Context, id fa.ID) (*fa.Account, error)
	}
	Random func(n int64) int64 // one of the numbers from 0 that are less than n
	Now    func() time.Time
	NewID  func() fa.ID
}

// UserConsents keeps the consents that were given. A second one of a user to the
// same is *fa.Errors.
type UserConsents interface {
	Lookup[fa.UserConsent]
	Of(ctx context.Context, user fa.ID) ([]*fa.UserConsent, error)
	Create(ctx context.Context, c *fa.UserConsent) error
	Update(ctx context.Context, id fa.ID, change func(*fa.UserConsent) error) (*fa.UserConsent, error)
}

// Reminders sees to it that Remind is called when its time has come.
type Reminders interface {
	// Along returns a context for the change of the store by which there will be
	// something to be reminded of.
	Along(ctx context.Context, userConsent fa.ID, at time.Time) context.Context
}

// Grant gives a consent. Without a giver users give it themselves, which they
// have to be old enough for; so has any other giver.
//
// Source: https://fusionauth.io/docs/apis/consents/grant-a-user-consent
func (s *Consents) Grant(ctx context.Context, c *fa.UserConsent) error {
	s.begin(c)
	giver, refused := s.refer(ctx, c)
	if err := fa.Join(c.Validate(), refused); err != nil {
		return err
	}
	along, err := s.told(ctx, giver, c)
	if err != nil {
		return err
	}
	return s.Store.Create(along, c)
}

// begin fills in what a new consent has by default, and what the server says.
func (s *Consents) begin(c *fa.UserConsent) {
	if c.GiverUserID == "" {
		c.GiverUserID = c.UserID
	}
	if c.ID == "" {
		c.ID = s.NewID()
	}
	c.Data.Normalize()
	c.Consent, c.InsertInstant = nil, s.Now().UnixMilli()
	c.LastUpdateInstant = c.InsertInstant
}

// refer looks whether everything is there that a consent names, and whether it
// can be given like this.
func (s *Consents) refer(ctx context.Context, c *fa.UserConsent) (*fa.User, error) {
	var errs fa.Errors
	user, userErr := found(ctx, &errs, "userConsent.userId", c.UserID, s.Users.User)
	giver, giverErr := found(ctx, &errs, "userConsent.giverUserId", c.GiverUserID, s.Users.User)
	consent, consentErr := found(ctx, &errs, "userConsent.consentId", c.ConsentID, s.Consents.Get)
	if err := errors.Join(userErr, giverErr, consentErr); err != nil {
		return nil, err
	}
	var refused error
	if consent != nil {
		refused = consent.CheckValues(c.Values, "userConsent.values")
	}
	switch {
	case giver == nil:
		return nil, fa.Join(errs.OrNil(), refused)
	case user != nil && giver.TenantID != user.TenantID:
		errs.Field("userConsent.giverUserId", "invalid", "There is no user with the id [%s] in the tenant of the user.", c.GiverUserID)
	case consent != nil && !consent.OldEnough(&giver.User, s.Now()):
		errs.Field("userConsent.giverUserId", "notOldEnough", "The user [%s] is too young to give the consent [%s].", c.GiverUserID, consent.Name)
	}
	return &giver.User, fa.Join(errs.OrNil(), refused)
}

// found is the object with an id, nil without one; that there is none is noted
// in errs.
func found[T any](ctx context.Context, errs *fa.Errors, path string, id fa.ID, get func(context.Context, fa.ID) (*T, error)) (*T, error) {
	if id == "" {
		return nil, nil
	}
	v, err := get(ctx, id)
	if errors.Is(err, fa.ErrNotFound) {
		errs.Field(path, "invalid", "There is no object with the id [%s].", id)
		return nil, nil
	}
	return v, err
}

// Change changes whether a consent is in force, and its values. Whoever has
// given it is told when it is in force again.
//
// Source: https://fusionauth.io/docs/apis/consents/update-a-user-consent
func (s *Consents) Change(ctx context.Context, id fa.ID, change func(*fa.UserConsent) error) (*fa.UserConsent, error) {
	current, err := s.Store.Get(ctx, id)
	if err != nil {
		return nil, err
	}
	consent, err := s.Consents.Get(ctx, current.ConsentID)
	if err != nil {
		return nil, fmt.Errorf("consent that was given: %w", err)
	}
	now := s.Now().UnixMilli()
	checked := func(c *fa.UserConsent) error {
		before := c.Values
		if err := change(c); err != nil {
			return err
		}
		c.LastUpdateInstant = now
		if slices.Equal(c.Values, before) { // the consent may not have them any more
			return c.Validate()
		}
		return fa.Join(c.Validate(), consent.CheckValues(c.Values, "userConsent.values"))
	}
	next := *current
	if err := checked(&next); err != nil {
		return nil, err
	}
	if !current.Active() && next.Active() {
		giver, err := s.Users.User(ctx, next.GiverUserID)
		if err == nil {
			ctx, err = s.told(ctx, &giver.User, &next)
		}
		if err != nil && !errors.Is(err, fa.ErrNotFound) {
			return nil, err
		}
	}
	return s.Store.Update(ctx, id, checked)
}

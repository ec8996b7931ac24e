package identity

import (
	"context"
	"errors"
	"slices"

	"wherry/server/internal/fa"
)

// give gives a new account the consents that the user gives with it.
func (s *Consents) give(ctx context.Context, u *fa.Account, answers []fa.ConsentAnswer) error {
	if err := s.checkAnswers(ctx, &u.User, nil, answers); err != nil {
		return err
	}
	for _, a := range answers {
		if a.Given {
			u.Given = append(u.Given, s.own(u.ID, a))
		}
	}
	return nil
}

// own is a consent that users give themselves.
func (s *Consents) own(user fa.ID, a fa.ConsentAnswer) *fa.UserConsent {
	c := fa.NewUserConsent()
	c.ConsentID, c.UserID, c.Values = a.ConsentID, user, a.Values
	s.begin(&c)
	return &c
}

// answered checks what a user answers who is asked for consents, and returns what
// gives and revokes them.
func (s *Consents) answered(ctx context.Context, u *fa.User, answers []fa.ConsentAnswer) (carryOut func() error, err error) {
	if len(answers) == 0 {
		return func() error { return nil }, nil
	}
	given, err := s.Store.Of(ctx, u.ID)
	if err != nil {
		return nil, err
	}
	return func() error { return s.answer(ctx, u, given, answers) }, s.checkAnswers(ctx, u, given, answers)
}

// checkAnswers reports the consents that the user cannot give. What others have
// given stays in force if the user leaves it so.
func (s *Consents) checkAnswers(ctx context.Context, u *fa.User, given []*fa.UserConsent, answers []fa.ConsentAnswer) (refused error) {
	for _, a := range answers {
		if !a.Given {
			continue
		}
		path := fa.ConsentKey(a.ConsentID)
		consent, err := s.Consents.Get(ctx, a.ConsentID)
		there := givenTo(given, a.ConsentID)
		switch {
		case errors.Is(err, fa.ErrNotFound):
			err = fa.FieldError(path, "invalid", "There is no consent with the id [%s].", a.ConsentID)
		case err != nil:
		case (there == nil || !there.Active()) && !consent.OldEnough(u, s.Now()):
			err = fa.FieldError(path, "notOldEnough", "The user is too young to give the consent [%s].", consent.Name)
		default:
			err = consent.CheckValues(a.Values, path)
		}
		refused = fa.Join(refused, err)
	}
	return refused
}

// givenTo is what was given of a consent; nil for nothing.
func givenTo(given []*fa.UserConsent, consent fa.ID) *fa.UserConsent {
	i := slices.IndexFunc(given, func(c *fa.UserConsent) bool { return c.ConsentID == consent })
	if i < 0 {
		return nil
	}
	return given[i]
}

func (s *Consents) answer(ctx context.Context, u *fa.User, given []*fa.UserConsent, answers []fa.ConsentAnswer) (err error) {
	for _, a := range answers {
		there := givenTo(given, a.ConsentID)
		switch {
		case there == nil && a.Given:
			err = s.Grant(ctx, s.own(u.ID, a))
		case there != nil && (a.Given != there.Active() || a.Given && !slices.Equal(a.Values, there.Values)):
			_, err = s.Change(ctx, there.ID, func(c *fa.UserConsent) error { revise(c, a); return nil })
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// revise makes a consent what its user says. Who brings it into force again has
// given it.
func revise(c *fa.UserConsent, a fa.ConsentAnswer) {
	switch {
	case !a.Given:
		c.Status = fa.ConsentRevoked
		return
	case !c.Active():
		c.Status, c.GiverUserID = fa.ConsentActive, c.UserID
	}
	c.Values = a.Values
}

package forms

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"slices"

	"wherry/server/internal/fa"
)

const consentKind = "consent"

// asking is a field that asks for a consent, or for some of its values.
func asking(field fa.FormField, c *fa.Consent) fa.FormField {
	field.Confirm, field.Validator, field.Options = false, fa.FormFieldValidator{}, c.Values
	switch {
	case len(c.Values) == 0 || c.MultipleValuesAllowed:
		field.Control = "checkbox"
	case field.Control != "select":
		field.Control = "radio"
	}
	return field
}

// offers is what can be chosen in a field that asks for a consent.
func offers(field fa.FormField) []string {
	if len(field.Options) == 0 {
		return []string{"true"}
	}
	return field.Options
}

// consents are the answers in the fields of a form that ask for consents. Where
// nothing is chosen the consent is not given.
func (f Form) consents(typed url.Values) (answers []fa.ConsentAnswer) {
	for _, field := range f {
		if field.Type != consentKind {
			continue
		}
		answer := fa.ConsentAnswer{ConsentID: field.ConsentID, Given: typed.Get(field.Key) != ""}
		if answer.Given && len(field.Options) > 0 {
			answer.Values = typed[field.Key]
		}
		answers = append(answers, answer)
	}
	return answers
}

func (f Form) asksForConsents() bool {
	return slices.ContainsFunc(f, func(field fa.FormField) bool { return field.Type == consentKind })
}

// Of returns the documents of a user, as far as the form asks for them; the
// registration may be nil.
func (s Shelf) Of(ctx context.Context, form Form, user *fa.User, registration *fa.Registration) (Documents, error) {
	d := Of(user, registration)
	if !form.asksForConsents() {
		return d, nil
	}
	var err error
	if d.given, err = s.Given.Of(ctx, user.ID); err != nil {
		return d, fmt.Errorf("consents of the user: %w", err)
	}
	return d, nil
}

// chosen is what was chosen, by what was given, in a field that asks for a
// consent.
func (d Documents) chosen(field fa.FormField) []string {
	for _, c := range d.given {
		switch {
		case c.ConsentID != field.ConsentID || !c.Active():
		case len(field.Options) > 0:
			return c.Values
		default:
			return offers(field)
		}
	}
	return nil
}

// complete completes a field with what it asks for; it is nil when that is gone.
func (s Shelf) complete(ctx context.Context, field *fa.FormField) (*fa.FormField, error) {
	if field.Type != consentKind {
		return field, nil
	}
	c, err := s.Consents.Get(ctx, field.ConsentID)
	if errors.Is(err, fa.ErrNotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("consent of a field: %w", err)
	}
	asked := asking(*field, c)
	return &asked, nil
}

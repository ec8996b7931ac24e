package forms

import (
	"context"
	"errors"
	"fmt"

	"wherry/server/internal/fa"
)

// Lookup finds objects, or says fa.ErrNotFound.
type Lookup[T any] interface {
	Get(ctx context.Context, id fa.ID) (*T, error)
}

// Shelf is where the forms of administrators are, and what was given in them
// that the user does not say.
type Shelf struct {
	Forms    Lookup[fa.Form]
	Fields   Lookup[fa.FormField]
	Consents Lookup[fa.Consent]
	Given    interface {
		Of(ctx context.Context, user fa.ID) ([]*fa.UserConsent, error)
	}
}

// Pages are the pages of a form that have something to fill in or to verify; none
// if the form is gone.
func (s Shelf) Pages(ctx context.Context, id fa.ID) (pages []Form, err error) {
	form, err := s.Forms.Get(ctx, id)
	if errors.Is(err, fa.ErrNotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("form of the application: %w", err)
	}
	for _, step := range form.Steps {
		if page := verifying(step.Type); page != nil {
			pages = append(pages, page)
			continue
		}
		var page Form
		for _, id := range step.Fields {
			field, err := s.Fields.Get(ctx, id)
			if errors.Is(err, fa.ErrNotFound) {
				continue
			}
			if err != nil {
				return nil, fmt.Errorf("field of a form: %w", err)
			}
			if field, err = s.complete(ctx, field); err != nil {
				return nil, err
			}
			if field != nil {
				page = append(page, *field)
			}
		}
		if page = page.Shown(); len(page) > 0 {
			pages = append(pages, page)
		}
	}
	return pages, nil
}

// Join is all fields in one page, but for what is only verified.
func Join(pages []Form) (whole Form) {
	for _, page := range pages {
		if page.Verifies() == "" {
			whole = append(whole, page...)
		}
	}
	return whole
}

// Profile is the form in which people change what is known of them where the
// administrator has none. The password has a page of its own.
func Profile() Form {
	return Form{
		{Key: "user.firstName", Control: "text", Type: "string"},
		{Key: "user.lastName", Control: "text", Type: "string"},
		{Key: "user.birthDate", Control: "text", Type: "date"},
		{Key: "user.mobilePhone", Control: "text", Type: "phoneNumber"},
	}
}

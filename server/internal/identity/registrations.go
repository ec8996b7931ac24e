package identity

import (
	"context"
	"errors"
	"slices"

	"wherry/server/internal/fa"
)

// Register adds a user to an application, with roles that the application has.
func (s *Service) Register(ctx context.Context, userID fa.ID, r fa.Registration) (*fa.Registration, error) {
	return s.writeRegistration(ctx, userID, r, false)
}

// ReplaceRegistration replaces what a client may write of a registration.
func (s *Service) ReplaceRegistration(ctx context.Context, userID fa.ID, r fa.Registration) (*fa.Registration, error) {
	return s.writeRegistration(ctx, userID, r, true)
}

func (s *Service) writeRegistration(ctx context.Context, userID fa.ID, r fa.Registration, replace bool) (*fa.Registration, error) {
	current, err := s.Store.User(ctx, userID)
	if err != nil {
		return nil, err
	}
	if err := s.completeRegistration(ctx, current.TenantID, &r, "registration"); err != nil {
		return nil, err
	}
	_, err = s.Store.UpdateUser(ctx, userID, func(u *fa.Account) error {
		old, there := u.Registration(r.ApplicationID)
		switch {
		case replace && !there:
			return fa.ErrNotFound
		case !replace && there:
			return fa.FieldError("registration", "duplicate", "The user is already registered for the application [%s].", r.ApplicationID)
		case there:
			r.ID, r.InsertInstant, r.LastLoginInstant = old.ID, old.InsertInstant, old.LastLoginInstant
			*old = r
		default:
			u.Registrations = append(u.Registrations, r)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return &r, nil
}

// completeRegistration checks a registration against its application and fills
// in what the server decides. path is where it hangs in the request.
func (s *Service) completeRegistration(ctx context.Context, tenantID fa.ID, r *fa.Registration, path string) error {
	if r.ApplicationID == "" {
		return fa.FieldError(path+".applicationId", "missing", "You must specify the [%s.applicationId] property.", path)
	}
	app, err := s.Applications.Get(ctx, r.ApplicationID)
	if errors.Is(err, fa.ErrNotFound) || err == nil && app.TenantID != tenantID {
		return fa.FieldError(path+".applicationId", "invalid", "There is no application with the id [%s] in the user's tenant.", r.ApplicationID)
	}
	if err != nil {
		return err
	}
	r.Normalize()
	if r.Roles, err = app.RolesFor(r.Roles, path+".roles"); err != nil {
		return err
	}
	now := s.millis()
	if r.ID == "" {
		r.ID = s.NewID()
	}
	if r.InsertInstant == 0 {
		r.InsertInstant = now
	}
	r.LastUpdateInstant = now
	return nil
}

// Unregister removes a user's registration.
func (s *Service) Unregister(ctx context.Context, userID, application fa.ID) error {
	_, err := s.Store.UpdateUser(ctx, userID, func(u *fa.Account) error {
		i := slices.IndexFunc(u.Registrations, func(r fa.Registration) bool { return r.ApplicationID == application })
		if i < 0 {
			return fa.ErrNotFound
		}
		u.Registrations = slices.Delete(u.Registrations, i, i+1)
		return nil
	})
	return err
}

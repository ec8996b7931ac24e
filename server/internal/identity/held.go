package identity

import (
	"context"
	"errors"
	"time"

	"wherry/server/internal/fa"
)

const kindHeld = "loginIntent"

// held is a sign-in that waits for something that its user does on a page.
type held struct {
	UserID        fa.ID  `json:"userId"`
	ApplicationID fa.ID  `json:"applicationId,omitzero"`
	How           string `json:"how"`
	Factor        bool   `json:"factor,omitzero"`
	LoginID       string `json:"loginId,omitzero"`
	Recorded      bool   `json:"recorded,omitzero"` // nothing was left that keeps anybody out
}

// Hold keeps a sign-in that has come as far as out until its user has done
// something on a page, and returns the id with which it goes on.
func (s *Service) Hold(ctx context.Context, tenant *fa.Tenant, application *fa.Application, out *Outcome) (id string, err error) {
	h := held{UserID: out.User.ID, How: out.AuthenticationType, Factor: out.Factor, LoginID: out.LoginID, Recorded: out.Unverified == ""}
	if application != nil {
		h.ApplicationID = application.ID
	}
	id = NewCode()
	ttl := time.Duration(tenant.ExternalIdentifierConfiguration.LoginIntentTTL) * time.Second
	return id, s.Identifiers.KeepIdentifier(ctx, kindHeld, id, ttl, h)
}

// Held returns whose sign-in to the application waits, or fa.ErrNotFound.
func (s *Service) Held(ctx context.Context, id string, application *fa.Application) (*fa.Account, error) {
	var h held
	if err := s.Identifiers.Identifier(ctx, kindHeld, id, &h); err != nil {
		return nil, err
	}
	if h.ApplicationID != application.ID {
		return nil, fa.ErrNotFound
	}
	return s.Store.User(ctx, h.UserID)
}

// Resume goes on with a sign-in that was held, once: everything is checked again
// that may have changed meanwhile. An id that is not known, or not any more, is
// fa.ErrNotFound.
func (s *Service) Resume(ctx context.Context, id string, a Attempt) (*Outcome, error) {
	user, err := s.Held(ctx, id, a.Application)
	if err != nil {
		return nil, err
	}
	var h held
	if err := s.Identifiers.TakeIdentifier(ctx, kindHeld, id, &h); err != nil {
		return nil, err
	}
	tenant, err := s.Tenants.Get(ctx, user.TenantID)
	if err != nil {
		return nil, err
	}
	a.TenantID, a.LoginID = tenant.ID, h.LoginID
	if !h.Recorded {
		out, err := s.admit(ctx, tenant, a, proof{user: user, how: h.How, factor: true})
		if out != nil {
			out.Factor = h.Factor // nobody is asked again, whether one was given or not
		}
		return out, err
	}
	if err := s.checkAccount(ctx, user); err != nil {
		return nil, err
	}
	out := &Outcome{User: &user.User, AuthenticationType: h.How, LoginID: h.LoginID, Factor: h.Factor}
	out.Registration, _ = user.Registration(a.applicationID())
	out.Unverified = unverified(tenant, a, user)
	return out, nil
}

// Join registers somebody who has signed in to an application that people may
// register for by themselves, with the roles that it gives to everybody.
func (s *Service) Join(ctx context.Context, tenant *fa.Tenant, application *fa.Application, out *Outcome) (*Outcome, error) {
	r := fa.NewRegistration()
	r.ApplicationID = application.ID
	_, _, err := s.Register(ctx, out.User.ID, r, Enrolment{})
	if err != nil && !isDuplicate(err) { // somebody else was faster
		return nil, err
	}
	user, err := s.Store.User(ctx, out.User.ID)
	if err != nil {
		return nil, err
	}
	joined := *out
	joined.User = &user.User
	joined.Registration, _ = user.Registration(application.ID)
	joined.Unverified = unverified(tenant, Attempt{TenantID: tenant.ID, Application: application, LoginID: out.LoginID}, user)
	return &joined, nil
}

func isDuplicate(err error) bool {
	refused, ok := errors.AsType[*fa.Errors](err)
	return ok && len(refused.FieldErrors["registration"]) > 0
}

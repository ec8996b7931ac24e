package identity

import (
	"bytes"
	"context"
	"errors"

	"wherry/server/internal/fa"
)

// createThrough makes a user of what a provider says of a person, with a link
// and, where the application wants it, a registration.
func (s *Service) createThrough(ctx context.Context, tenant *fa.Tenant, t Through) (*fa.Account, error) {
	u := fa.NewUser()
	switch t.Provider.LinkingStrategy {
	case fa.LinkByEmail:
		u.Email = t.Person.Email
	case fa.LinkByUsername:
		u.Username = t.Person.Username
	}
	r := s.newRegistration(t)
	if err := s.reconcile(ctx, t, &u, r); err != nil {
		return nil, err
	}
	account, err := s.accountThrough(ctx, tenant, t, u, r)
	if err != nil {
		return nil, err
	}
	_, mails, err := s.start(ctx, tenant, &account.User, account.Identities, account.Registrations...)
	if err != nil {
		return nil, err
	}
	l, err := s.link(t, account.ID)
	if err != nil {
		return nil, err
	}
	err = s.Links.CreateLinkedUser(s.along(ctx, mails...), account, l)
	if errors.Is(err, fa.ErrConflict) || err != nil && s.overtaken(ctx, t) {
		return nil, errOvertaken
	}
	return account, err
}

// overtaken tells whether a link of the person, or the user that it would be
// made for, is there by now.
func (s *Service) overtaken(ctx context.Context, t Through) bool {
	kind, value := fa.IdentityEmail, t.Person.Email
	if t.Provider.LinkingStrategy == fa.LinkByUsername {
		kind, value = fa.IdentityUsername, t.Person.Username
	}
	_, err := s.Store.UserByIdentity(ctx, t.TenantID, kind, value)
	return err == nil && t.Provider.LinkingStrategy != fa.LinkAnonymously
}

// accountThrough is the complete and checked account of a new user. Whose
// address the provider vouches for need not verify it.
func (s *Service) accountThrough(ctx context.Context, tenant *fa.Tenant, t Through, u fa.User, r *fa.Registration) (*fa.Account, error) {
	e := Enrolment{Registration: r}
	if t.Provider.LinkingStrategy == fa.LinkAnonymously { // nothing to sign in with, which the rules would ask for
		keepServerOwned(&u, &fa.User{
			ID: s.NewID(), TenantID: tenant.ID, Active: true, ConnectorID: fa.ConnectorID, InsertInstant: s.millis(),
			Memberships: []fa.Membership{}, Registrations: []fa.Registration{},
		})
		u.LastUpdateInstant = u.InsertInstant
		account := &fa.Account{User: u}
		return account, s.enrol(ctx, &account.User, e)
	}
	account, err := s.newAccount(ctx, tenant, "", fa.UserRequest{User: u}, e)
	if err != nil {
		return nil, err
	}
	if trusted := t.Provider.LinkingStrategy == fa.LinkByEmail || t.Person.Verified != nil; trusted && !t.Person.unverified() && t.Person.Email != "" {
		account.VerifyIdentity(fa.IdentityEmail, t.Person.Email, fa.VerifiedTrusted, account.InsertInstant)
	}
	return account, nil
}

// newRegistration is what a person gets who is not registered for the
// application, with the roles that everybody has; nil if there is none to get.
func (s *Service) newRegistration(t Through) *fa.Registration {
	if t.Application == nil || !t.Provider.ApplicationConfiguration[t.Application.ID].CreateRegistration {
		return nil
	}
	r := fa.NewRegistration()
	r.ApplicationID = t.Application.ID
	r.Roles = t.Application.RolesFor(nil, "", &fa.Errors{})
	return &r
}

// renewThrough links a user, and stores what mappings or the lambda make of what
// the provider says today. The lambda goes first: where it fails, nothing has
// happened.
func (s *Service) renewThrough(ctx context.Context, t Through, user *fa.Account, linked *fa.IdentityProviderLink) (*fa.Account, error) {
	next, err := copyOfUser(&user.User)
	if err != nil {
		return nil, err
	}
	r, registered := next.Registration(t.applicationID())
	if !registered {
		r = s.newRegistration(t)
	}
	if r != nil { // what the lambda changes is not the user's yet
		own := *r
		r = &own
	}
	oldUser, oldRegistration, err := written(next, r)
	if err != nil {
		return nil, err
	}
	if err := s.reconcile(ctx, t, next, r); err != nil {
		return nil, err
	}
	if err := s.connect(ctx, t, user.ID, linked); err != nil {
		return nil, err
	}
	newUser, newRegistration, err := written(next, r)
	if err != nil {
		return nil, err
	}
	if !bytes.Equal(oldUser, newUser) {
		if _, _, err := s.ReplaceUser(ctx, user.ID, fa.UserRequest{User: *next}, Enrolment{}); err != nil {
			return nil, err
		}
	}
	if r != nil && (!registered || !bytes.Equal(oldRegistration, newRegistration)) {
		if err := s.registerThrough(ctx, user.ID, *r, registered); err != nil {
			return nil, err
		}
	}
	return s.Store.User(ctx, user.ID)
}

func (s *Service) registerThrough(ctx context.Context, user fa.ID, r fa.Registration, registered bool) error {
	if registered {
		_, err := s.ReplaceRegistration(ctx, user, r)
		return err
	}
	_, _, err := s.Register(ctx, user, r, Enrolment{})
	if isDuplicate(err) { // somebody else was faster
		return nil
	}
	return err
}

// written is a user and a registration as the API shows them, to be compared.
func written(u *fa.User, r *fa.Registration) (user, registration []byte, err error) {
	alone := *u
	alone.Registrations = nil
	if user, err = fa.Encode(alone); err != nil {
		return nil, nil, err
	}
	registration, err = fa.Encode(r)
	return user, registration, err
}

func copyOfUser(u *fa.User) (*fa.User, error) {
	doc, err := fa.EncodeWhole(u)
	if err != nil {
		return nil, err
	}
	c := fa.NewUser()
	return &c, fa.Decode(doc, &c)
}

// reconcile changes a user and a registration, which may be nil, as the provider's
// lambda says or, where there is none, its mappings. Anonymous people stay so.
func (s *Service) reconcile(ctx context.Context, t Through, u *fa.User, r *fa.Registration) error {
	if t.Provider.LinkingStrategy == fa.LinkAnonymously {
		return nil
	}
	lambda := t.Provider.LambdaConfiguration.ReconcileID
	if t.Provider.Type == fa.ProviderExternalJWT {
		if err := apply(claimMappings(t.Provider), t.Person.Claims, u, r); err != nil {
			return err
		}
	}
	if lambda == "" || s.Lambdas == nil {
		return apply(attributeMappings(t.Provider), t.Person.Claims, u, r)
	}
	return s.Lambdas.Reconcile(ctx, lambda, u, r, t.Person.Sources...)
}

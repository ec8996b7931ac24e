package identity

import (
	"context"
	"errors"
	"fmt"

	"wherry/server/internal/fa"
)

// Links keeps which people elsewhere are which of ours.
type Links interface {
	// CreateLink links a user who has fewer than limit links to the provider; 0 is
	// no limit. A link that somebody has already is fa.ErrConflict.
	CreateLink(ctx context.Context, l *fa.IdentityProviderLink, limit int) error
	// CreateLinkedUser makes a user together with a link, or neither.
	CreateLinkedUser(ctx context.Context, u *fa.Account, l *fa.IdentityProviderLink) error
	Links(ctx context.Context, m fa.LinkMatch) ([]*fa.IdentityProviderLink, error)
	UpdateLink(ctx context.Context, l *fa.IdentityProviderLink, change func(*fa.IdentityProviderLink)) error
}

// link is a new link of the person to a user.
func (s *Service) link(t Through, user fa.ID) (*fa.IdentityProviderLink, error) {
	l := fa.NewIdentityProviderLink()
	l.IdentityProviderID, l.IdentityProviderUserID, l.TenantID, l.UserID = t.Provider.ID, t.Person.ID, t.TenantID, user
	l.DisplayName, l.Token = t.Person.displayName(), t.Person.Token
	l.InsertInstant = s.millis()
	l.LastLoginInstant = l.InsertInstant
	return &l, l.Validate()
}

// match finds who of ours the person is: by the link, which counts whatever the
// strategy says, or else by the strategy. The user is nil if one has to be made,
// or a pending link.
func (s *Service) match(ctx context.Context, tenant *fa.Tenant, t Through) (user *fa.Account, linked *fa.IdentityProviderLink, err error) {
	found, err := s.Links.Links(ctx, fa.LinkMatch{IdentityProviderID: t.Provider.ID, IdentityProviderUserID: t.Person.ID, TenantID: tenant.ID})
	if err != nil {
		return nil, nil, err
	}
	if len(found) > 0 {
		user, err = s.Store.User(ctx, found[0].UserID)
		return user, found[0], err
	}
	if t.NoLink {
		return nil, nil, &ExternalError{Kind: ExternalUnknown, Cause: "LinkDoesNotExist"}
	}
	switch t.Provider.LinkingStrategy {
	case fa.LinkByEmail:
		user, err = s.matchEmail(ctx, t)
	case fa.LinkByEmailForExistingUser:
		if user, err = s.matchEmail(ctx, t); err == nil && user == nil {
			err = &ExternalError{Kind: ExternalUnknown, Cause: "UserDoesNotExistByEmail"}
		}
	case fa.LinkByUsername:
		user, err = s.matchUsername(ctx, t)
	case fa.LinkByUsernameForExistingUser:
		if user, err = s.matchUsername(ctx, t); err == nil && user == nil {
			err = &ExternalError{Kind: ExternalUnknown, Cause: "UserDoesNotExistByUsername"}
		}
	case fa.LinkAnonymously, fa.LinkPending:
	default:
		err = &ExternalError{Kind: ExternalUnknown, Cause: "LinkDoesNotExist"}
	}
	return user, nil, err
}

// matchEmail finds somebody by an address that the provider does not call
// unverified. An account whose own address still awaits its verification is
// nobody's yet: whoever has made it might go on using it.
func (s *Service) matchEmail(ctx context.Context, t Through) (*fa.Account, error) {
	switch {
	case t.Person.Email == "":
		return nil, &ExternalError{Cause: "MissingEmail"}
	case t.Person.unverified():
		return nil, &ExternalError{Cause: "UnverifiedEmail"}
	}
	user, err := s.matchIdentity(ctx, t, fa.IdentityEmail, t.Person.Email)
	if user == nil || err != nil {
		return nil, err
	}
	for _, i := range user.Identities {
		if i.Type == fa.IdentityEmail && i.AwaitsVerification() {
			return nil, &ExternalError{Cause: "ExistingUserNotVerified"}
		}
	}
	return user, nil
}

func (s *Service) matchUsername(ctx context.Context, t Through) (*fa.Account, error) {
	if t.Person.Username == "" {
		return nil, &ExternalError{Cause: "MissingUsername"}
	}
	return s.matchIdentity(ctx, t, fa.IdentityUsername, t.Person.Username)
}

// matchIdentity finds the user with an identity, unless that is another person
// at the provider already: an address may be given to somebody else one day.
func (s *Service) matchIdentity(ctx context.Context, t Through, kind, value string) (*fa.Account, error) {
	user, err := s.Store.UserByIdentity(ctx, t.TenantID, kind, value)
	if errors.Is(err, fa.ErrNotFound) {
		return nil, nil //nolint:nilnil // documented at match
	}
	if err != nil {
		return nil, err
	}
	others, err := s.Links.Links(ctx, fa.LinkMatch{IdentityProviderID: t.Provider.ID, UserID: user.ID})
	if err == nil && len(others) > 0 {
		err = &ExternalError{Cause: "ExistingUserAlreadyLinked"}
		for _, l := range others {
			if l.IdentityProviderUserID == t.Person.ID { // made since match has looked
				err = errOvertaken
			}
		}
	}
	return user, err
}

// connect links a user whom the strategy has found, or refreshes the link.
func (s *Service) connect(ctx context.Context, t Through, user fa.ID, linked *fa.IdentityProviderLink) error {
	if linked != nil {
		return s.refreshLink(ctx, t, linked)
	}
	l, err := s.link(t, user)
	if err != nil {
		return err
	}
	err = s.Links.CreateLink(ctx, l, t.Provider.LinkLimit(t.TenantID))
	if errors.Is(err, fa.ErrConflict) {
		return errOvertaken
	}
	return err
}

func (s *Service) refreshLink(ctx context.Context, t Through, linked *fa.IdentityProviderLink) error {
	now := s.millis()
	err := s.Links.UpdateLink(ctx, linked, func(l *fa.IdentityProviderLink) {
		l.DisplayName, l.LastLoginInstant = t.Person.displayName(), max(now, l.LastLoginInstant)
		if t.Person.Token != "" {
			l.Token = t.Person.Token
		}
	})
	if err != nil {
		return fmt.Errorf("refresh a link: %w", err)
	}
	return nil
}

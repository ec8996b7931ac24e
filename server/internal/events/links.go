package events

import (
	"context"

	"wherry/server/internal/fa"
)

// LinkStore is the storage of links to identity providers.
type LinkStore interface {
	User(ctx context.Context, id fa.ID) (*fa.Account, error)
	CreateLink(ctx context.Context, l *fa.IdentityProviderLink, limit int) error
	Links(ctx context.Context, m fa.LinkMatch) ([]*fa.IdentityProviderLink, error)
	DeleteLinks(ctx context.Context, m fa.LinkMatch) error
	CreateLinkedUser(ctx context.Context, u *fa.Account, l *fa.IdentityProviderLink) error
	UpdateLink(ctx context.Context, l *fa.IdentityProviderLink, change func(*fa.IdentityProviderLink)) error
}

// Links is the storage of links, with events.
type Links struct {
	LinkStore
	Bus *Bus
}

// CreateLink is part of LinkStore.
func (s *Links) CreateLink(ctx context.Context, l *fa.IdentityProviderLink, limit int) error {
	u, err := s.User(ctx, l.UserID)
	if err != nil {
		return err
	}
	return s.Bus.Change(ctx, func(ctx context.Context, raise Raise) error {
		raise(ofLink(UserLink, u, l))
		return s.LinkStore.CreateLink(ctx, l, limit)
	})
}

// CreateLinkedUser is part of LinkStore.
func (s *Links) CreateLinkedUser(ctx context.Context, u *fa.Account, l *fa.IdentityProviderLink) error {
	return s.Bus.Change(ctx, func(ctx context.Context, raise Raise) error {
		raise(append(created(&u.User), ofLink(UserLink, u, l))...)
		return s.LinkStore.CreateLinkedUser(ctx, u, l)
	})
}

// DeleteLinks is part of LinkStore.
func (s *Links) DeleteLinks(ctx context.Context, m fa.LinkMatch) error {
	found, err := s.Links(ctx, m)
	if err != nil {
		return err
	}
	var told []Event
	for _, l := range found {
		u, err := s.User(ctx, l.UserID)
		if err != nil {
			return err
		}
		told = append(told, ofLink(UserUnlink, u, l))
	}
	return s.Bus.Change(ctx, func(ctx context.Context, raise Raise) error {
		raise(told...)
		return s.LinkStore.DeleteLinks(ctx, m)
	})
}

// ofLink leaves out the provider's token: with it one could be the user there.
func ofLink(kind string, u *fa.Account, l *fa.IdentityProviderLink) Event {
	told := *l
	told.Token = ""
	return ofUser(kind, &u.User, map[string]any{"identityProviderLink": told})
}

package identity

import (
	"context"
	"errors"
	"time"

	"wherry/server/internal/fa"
)

const kindPendingLink = "pendingIdPLinkId"

// pendingLink is a person for whom a provider vouches and who is still to say
// who of ours they are. What the provider's token is can be read with the id
// alone.
type pendingLink struct {
	TenantID    fa.ID  `json:"tenantId"`
	ProviderID  fa.ID  `json:"identityProviderId"`
	TheirID     string `json:"identityProviderUserId"`
	DisplayName string `json:"displayName"`
	Email       string `json:"email,omitzero"`
	Username    string `json:"username,omitzero"`
	Token       []byte `json:"token,omitempty"`
	Browser     string `json:"browser,omitzero"`
}

func (s *Service) keepPendingLink(ctx context.Context, tenant *fa.Tenant, t Through) (id string, err error) {
	if _, err := s.link(t, tenant.ID); err != nil { // for anybody: it could not be made later
		return "", err
	}
	id = NewCode()
	p := pendingLink{
		TenantID: tenant.ID, ProviderID: t.Provider.ID, TheirID: t.Person.ID, DisplayName: t.Person.displayName(), Email: t.Person.Email,
		Username: t.Person.Username, Browser: t.Browser,
	}
	if t.Person.Token != "" {
		p.Token = sealed(id, t.Person.Token)
	}
	ttl := time.Duration(tenant.ExternalIdentifierConfiguration.PendingAccountLinkTTL) * time.Second
	return id, s.Identifiers.KeepIdentifier(ctx, kindPendingLink, id, ttl, p)
}

// ErrPendingLink says that there is no such pending link, or not any more.
var ErrPendingLink = fa.FieldError("pendingIdPLinkId", "invalid", "There is no such pending link, or its time is over.")

func (s *Service) pendingLink(ctx context.Context, id string) (p pendingLink, err error) {
	err = s.Identifiers.Identifier(ctx, kindPendingLink, id, &p)
	if errors.Is(err, fa.ErrNotFound) {
		err = ErrPendingLink
	}
	return p, err
}

// PendingLink returns a link that waits for its user, and in which tenant; or
// ErrPendingLink.
func (s *Service) PendingLink(ctx context.Context, id string) (*fa.PendingLink, fa.ID, error) {
	p, err := s.pendingLink(ctx, id)
	if err != nil {
		return nil, "", err
	}
	return &fa.PendingLink{
		DisplayName: p.DisplayName, Email: p.Email, Username: p.Username, IdentityProviderID: p.ProviderID, IdentityProviderUserID: p.TheirID,
	}, p.TenantID, nil
}

// CompleteLink makes a pending link one of the user's, who has to be of the same
// tenant.
func (s *Service) CompleteLink(ctx context.Context, id string, user *fa.Account, provider *fa.IdentityProvider) (*fa.IdentityProviderLink, error) {
	p, err := s.pendingLink(ctx, id)
	if err != nil {
		return nil, err
	}
	if p.TenantID != user.TenantID || p.ProviderID != provider.ID {
		return nil, ErrPendingLink
	}
	t := Through{Attempt: Attempt{TenantID: p.TenantID}, Provider: provider, Person: External{ID: p.TheirID, Email: p.DisplayName}}
	if p.Token != nil {
		t.Person.Token = opened(id, p.Token)
	}
	l, err := s.link(t, user.ID)
	if err != nil {
		return nil, err
	}
	if err := s.Links.CreateLink(ctx, l, provider.LinkLimit(p.TenantID)); err != nil {
		return nil, err
	}
	if err := s.Identifiers.TakeIdentifier(ctx, kindPendingLink, id, &p); err != nil && !errors.Is(err, fa.ErrNotFound) {
		return nil, err
	}
	return l, nil
}

// PendingLinkIn is PendingLink for a browser, which has to be the one that came
// from the provider: else whoever follows somebody's address would be linked to
// that somebody.
func (s *Service) PendingLinkIn(ctx context.Context, id, browser string, tenant fa.ID) (*fa.PendingLink, error) {
	p, err := s.pendingLink(ctx, id)
	if err != nil {
		return nil, err
	}
	if browser == "" || p.Browser != browser || p.TenantID != tenant {
		return nil, ErrPendingLink
	}
	found, _, err := s.PendingLink(ctx, id)
	return found, err
}

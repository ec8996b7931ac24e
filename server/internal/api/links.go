package api

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	"wherry/server/internal/fa"
)

// Links serves /api/identity-provider/link: which users of identity providers
// are which of ours.
//
// Source: https://fusionauth.io/docs/apis/identity-providers/links
type Links struct {
	Store     linkStore
	Providers Documents[fa.IdentityProvider]
	Now       func() time.Time
}

type linkStore interface {
	User(ctx context.Context, id fa.ID) (*fa.Account, error)
	CreateLink(ctx context.Context, l *fa.IdentityProviderLink, limit int) error
	Links(ctx context.Context, m fa.LinkMatch) ([]*fa.IdentityProviderLink, error)
	DeleteLinks(ctx context.Context, m fa.LinkMatch) error
	TakeIdentifier(ctx context.Context, kind, code string, value any) error
}

// Mount registers the endpoints.
func (h *Links) Mount(m *Mux) {
	m.Handle("POST /api/identity-provider/link", h.post)
	m.Handle("GET /api/identity-provider/link", h.get)
	m.Handle("DELETE /api/identity-provider/link", h.delete)
}

func (h *Links) post(w http.ResponseWriter, r *http.Request) error {
	l, err := h.read(r)
	if err != nil {
		return err
	}
	user, err := h.Store.User(r.Context(), l.UserID)
	if err != nil {
		return err
	}
	provider, err := h.Providers.Get(r.Context(), l.IdentityProviderID)
	if err != nil {
		return err
	}
	if !callerOf(r).sees(user.TenantID) || provider.TenantID != "" && provider.TenantID != user.TenantID {
		return fa.ErrNotFound
	}
	l.TenantID = user.TenantID
	l.InsertInstant = h.Now().UnixMilli()
	l.LastLoginInstant = l.InsertInstant
	if err := h.Store.CreateLink(r.Context(), l, linkLimit(provider, user.TenantID)); err != nil {
		return err
	}
	return h.respond(w, r, l)
}

func linkLimit(p *fa.IdentityProvider, tenant fa.ID) int {
	limit := p.TenantConfiguration[tenant].LimitUserLinkCount
	if !limit.Enabled {
		return 0
	}
	return limit.MaximumLinks
}

// pendingLink is the kind of the identifiers for links that a sign-in has left
// to be completed.
const pendingLink = "pending-idp-link"

// read reads the link that is asked for: under its name, or as clients before
// version 1.43 send it, without one. With the id of a pending link all but the
// user comes from there.
func (h *Links) read(r *http.Request) (*fa.IdentityProviderLink, error) {
	body, err := read(r)
	if err != nil {
		return nil, err
	}
	var pending string
	if raw := body["pendingIdPLinkId"]; raw != nil {
		if err := fa.DecodeAt("pendingIdPLinkId", raw, &pending); err != nil {
			return nil, err
		}
	}
	asked, err := body.link()
	if err != nil {
		return nil, err
	}
	if pending != "" {
		return h.completed(r.Context(), pending, asked.UserID)
	}
	return asked, asked.Validate()
}

func (e envelope) link() (*fa.IdentityProviderLink, error) {
	const name = "identityProviderLink"
	l := fa.NewIdentityProviderLink()
	if e[name] != nil {
		return &l, e.decode(name, &l)
	}
	delete(e, "eventInfo")
	delete(e, "pendingIdPLinkId")
	flat, err := fa.Encode(e)
	if err != nil {
		return nil, fmt.Errorf("encode the link: %w", err)
	}
	return &l, fa.DecodeAt(name, flat, &l)
}

// completed is a pending link, with the user who turned out to be meant.
func (h *Links) completed(ctx context.Context, pending string, user fa.ID) (*fa.IdentityProviderLink, error) {
	if user == "" {
		return nil, fa.FieldError("identityProviderLink.userId", "blank", "You must specify the [identityProviderLink.userId] property.")
	}
	l := fa.NewIdentityProviderLink()
	err := h.Store.TakeIdentifier(ctx, pendingLink, pending, &l)
	if errors.Is(err, fa.ErrNotFound) {
		return nil, fa.FieldError("pendingIdPLinkId", "invalid", "There is no such pending link, or its time is over.")
	}
	l.UserID = user
	return &l, err
}

// get returns one link, by the provider and its user, or those of one of our
// users.
func (h *Links) get(w http.ResponseWriter, r *http.Request) error {
	match, err := readLinkMatch(r)
	if err != nil {
		return err
	}
	one := match.IdentityProviderID != "" && match.IdentityProviderUserID != ""
	if !one && match.UserID == "" {
		return fa.FieldError("userId", "blank", "You must specify the [userId] parameter, or [identityProviderId] and [identityProviderUserId].")
	}
	found, err := h.Store.Links(r.Context(), match)
	switch {
	case err != nil:
		return err
	case one && len(found) == 0:
		return fa.ErrNotFound
	case one:
		return h.respond(w, r, found[0])
	}
	if err := h.complete(r.Context(), found...); err != nil {
		return err
	}
	return respond(w, http.StatusOK, map[string]any{"identityProviderLinks": found})
}

func (h *Links) delete(w http.ResponseWriter, r *http.Request) error {
	match, err := readLinkMatch(r)
	if err != nil {
		return err
	}
	var errs fa.Errors
	errs.Require(string(match.IdentityProviderID), "identityProviderId")
	errs.Require(match.IdentityProviderUserID, "identityProviderUserId")
	errs.Require(string(match.UserID), "userId")
	if err := errs.OrNil(); err != nil {
		return err
	}
	found, err := h.Store.Links(r.Context(), match)
	if err != nil {
		return err
	}
	if len(found) == 0 {
		return fa.ErrNotFound
	}
	if err := h.Store.DeleteLinks(r.Context(), match); err != nil {
		return err
	}
	return h.respond(w, r, found[0])
}

func readLinkMatch(r *http.Request) (fa.LinkMatch, error) {
	var errs fa.Errors
	q := r.URL.Query()
	match := fa.LinkMatch{
		IdentityProviderID: idIn(&errs, q, "identityProviderId"), IdentityProviderUserID: q.Get("identityProviderUserId"),
		TenantID: callerOf(r).tenant, UserID: idIn(&errs, q, "userId"),
	}
	return match, errs.OrNil()
}

// complete fills in what is known of the providers of links.
func (h *Links) complete(ctx context.Context, links ...*fa.IdentityProviderLink) error {
	for _, l := range links {
		provider, err := h.Providers.Get(ctx, l.IdentityProviderID)
		if err != nil {
			return err
		}
		l.IdentityProviderName, l.IdentityProviderType = provider.Name, provider.Type
	}
	return nil
}

func (h *Links) respond(w http.ResponseWriter, r *http.Request, l *fa.IdentityProviderLink) error {
	if err := h.complete(r.Context(), l); err != nil {
		return err
	}
	return respond(w, http.StatusOK, map[string]any{"identityProviderLink": l})
}

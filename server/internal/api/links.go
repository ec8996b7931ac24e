package api

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	"wherry/server/internal/fa"
	"wherry/server/internal/identity"
)

// Links serves /api/identity-provider/link: which users of identity providers
// are which of ours.
//
// Source: https://fusionauth.io/docs/apis/identity-providers/links
type Links struct {
	Store     linkStore
	Pending   pendingLinks
	Providers Documents[fa.IdentityProvider]
	Now       func() time.Time
}

type linkStore interface {
	User(ctx context.Context, id fa.ID) (*fa.Account, error)
	CreateLink(ctx context.Context, l *fa.IdentityProviderLink, limit int) error
	Links(ctx context.Context, m fa.LinkMatch) ([]*fa.IdentityProviderLink, error)
	DeleteLinks(ctx context.Context, m fa.LinkMatch) error
}

type pendingLinks interface {
	PendingLink(ctx context.Context, id string) (*fa.PendingLink, fa.ID, error)
	CompleteLink(ctx context.Context, id string, user *fa.Account, provider *fa.IdentityProvider) (*fa.IdentityProviderLink, error)
}

// Mount registers the endpoints.
func (h *Links) Mount(m *Mux) {
	m.Handle("POST /api/identity-provider/link", h.post)
	m.Handle("GET /api/identity-provider/link", h.get)
	m.Handle("DELETE /api/identity-provider/link", h.delete)
	m.Handle("GET /api/identity-provider/link/pending/{pendingLinkId}", h.pending)
}

func (h *Links) post(w http.ResponseWriter, r *http.Request) error {
	l, pending, err := h.read(r)
	if err != nil {
		return err
	}
	if pending != "" {
		return h.completePending(w, r, pending, l.UserID)
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
	if err := h.Store.CreateLink(r.Context(), l, provider.LinkLimit(user.TenantID)); err != nil {
		return err
	}
	return h.respond(w, r, l)
}

// read reads the link that is asked for: under its name, or as clients before
// version 1.43 send it, without one. With the id of a pending link all but the
// user comes from there.
func (h *Links) read(r *http.Request) (asked *fa.IdentityProviderLink, pending string, err error) {
	body, err := read(r)
	if err != nil {
		return nil, "", err
	}
	if raw := body["pendingIdPLinkId"]; raw != nil {
		if err := fa.DecodeAt("pendingIdPLinkId", raw, &pending); err != nil {
			return nil, "", err
		}
	}
	if asked, err = body.link(); err != nil || pending != "" {
		return asked, pending, err
	}
	return asked, "", asked.Validate()
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

// completePending makes a pending link one of the user who turned out to be
// meant.
func (h *Links) completePending(w http.ResponseWriter, r *http.Request, pending string, id fa.ID) error {
	if id == "" {
		return fa.FieldError("identityProviderLink.userId", "blank", "You must specify the [identityProviderLink.userId] property.")
	}
	p, tenant, err := h.Pending.PendingLink(r.Context(), pending)
	if err != nil {
		return err
	}
	user, err := h.Store.User(r.Context(), id)
	if err != nil {
		return err
	}
	if !callerOf(r).sees(tenant) || user.TenantID != tenant {
		return fa.ErrNotFound
	}
	provider, err := h.Providers.Get(r.Context(), p.IdentityProviderID)
	if err != nil {
		return err
	}
	l, err := h.Pending.CompleteLink(r.Context(), pending, user, provider)
	if err != nil {
		return err
	}
	return h.respond(w, r, l)
}

// pending tells of a pending link and, with a user, how many links that one has.
func (h *Links) pending(w http.ResponseWriter, r *http.Request) error {
	var errs fa.Errors
	user := idIn(&errs, r.URL.Query(), "userId")
	if err := errs.OrNil(); err != nil {
		return err
	}
	p, tenant, err := h.Pending.PendingLink(r.Context(), r.PathValue("pendingLinkId"))
	if errors.Is(err, identity.ErrPendingLink) || err == nil && !callerOf(r).sees(tenant) {
		return fa.ErrNotFound
	}
	if err != nil {
		return err
	}
	provider, err := h.Providers.Get(r.Context(), p.IdentityProviderID)
	if err != nil {
		return err
	}
	p.IdentityProviderName, p.IdentityProviderType = provider.Name, provider.Type
	response := map[string]any{"pendingIdPLink": p}
	if settings, ok := provider.TenantConfiguration[tenant]; ok {
		response["identityProviderTenantConfiguration"] = settings
	}
	if user != "" {
		u, err := h.Store.User(r.Context(), user)
		if err == nil && u.TenantID != tenant {
			err = fa.ErrNotFound
		}
		if err != nil {
			return err
		}
		links, err := h.Store.Links(r.Context(), fa.LinkMatch{IdentityProviderID: provider.ID, UserID: user})
		if err != nil {
			return err
		}
		response["linkCount"] = len(links)
	}
	return respond(w, http.StatusOK, response)
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

package api

import (
	"context"
	"errors"
	"net/http"
	"slices"

	"wherry/server/internal/fa"
	"wherry/server/internal/identity"
	"wherry/server/internal/search"
)

// UserSearch serves /api/user/search, and /api/user/bulk, which deletes what
// such a search finds.
//
// Sources: https://fusionauth.io/docs/apis/users#search-for-users,
// https://fusionauth.io/docs/apis/users#bulk-delete-users
type UserSearch struct {
	Service *identity.Service
	Store   interface {
		SearchUsers(ctx context.Context, r search.Request) (found []*fa.User, total int, next search.Position, err error)
		SearchUserIDs(ctx context.Context, tenant fa.ID, q search.Query, limit int) ([]fa.ID, error)
		UsersByID(ctx context.Context, tenant fa.ID, ids []fa.ID) ([]*fa.User, error)
	}
	Users interface {
		DeleteUser(ctx context.Context, id fa.ID) error
	}
}

// Mount registers the endpoints. A change can be found at once, so there is
// nothing to flush.
func (h *UserSearch) Mount(m *Mux) {
	m.Handle("GET /api/user/search", h.search)
	m.Handle("POST /api/user/search", h.search)
	m.Handle("PUT /api/user/search", flushed)
	m.Handle("DELETE /api/user/bulk", h.bulkDelete)
}

func flushed(http.ResponseWriter, *http.Request) error { return nil }

func (h *UserSearch) search(w http.ResponseWriter, r *http.Request) error {
	s, err := readIndexSearch(r)
	if err != nil {
		return err
	}
	tenant := callerOf(r).tenant
	if len(s.IDs) > 0 {
		found, err := h.Store.UsersByID(r.Context(), tenant, s.IDs)
		if err != nil {
			return err
		}
		return s.respondUsers(w, found, len(found), search.Request{}, nil)
	}
	request, err := s.request(search.Users, tenant)
	if err != nil {
		return err
	}
	found, total, next, err := h.Store.SearchUsers(r.Context(), request)
	if err != nil {
		return err
	}
	return s.respondUsers(w, found, total, request, next)
}

func (s *indexSearch) respondUsers(w http.ResponseWriter, found []*fa.User, total int, r search.Request, next search.Position) error {
	left := s.leftOut()
	for _, u := range found {
		if slices.Contains(left, "memberships") {
			u.Memberships = []fa.Membership{}
		}
		if slices.Contains(left, "registrations") {
			u.Registrations = []fa.Registration{}
		}
	}
	return s.respond(w, "users", found, total, r, next)
}

// bulkDeletion says whom to delete: of userIds, query and queryString, the first
// one that is given counts.
type bulkDeletion struct {
	DryRun      bool    `json:"dryRun"`
	HardDelete  bool    `json:"hardDelete"`
	Limit       int     `json:"limit"` // of those whom a query finds
	Query       string  `json:"query"`
	QueryString string  `json:"queryString"`
	UserIDs     []fa.ID `json:"userIds"`
	Rest        fa.Rest `json:",embed"`
}

func readBulkDeletion(r *http.Request) (d bulkDeletion, err error) {
	var errs fa.Errors
	q := r.URL.Query()
	d = bulkDeletion{
		DryRun: q.Get("dryRun") == "true", HardDelete: q.Get("hardDelete") == "true", Query: q.Get("query"), QueryString: q.Get("queryString"),
		Limit: int(number(&errs, q, "limit", 10_000)), UserIDs: append(idsIn(&errs, q, "userId"), idsIn(&errs, q, "userIds")...),
	}
	if err := errs.OrNil(); err != nil {
		return d, err
	}
	if r.ContentLength != 0 {
		body, _, err := readRaw(r, typeJSON)
		if err != nil {
			return d, err
		}
		if err := fa.Decode(body, &d); err != nil {
			return d, err
		}
	}
	if d.Limit < 1 {
		errs.Field("limit", "invalid", "The [limit] property must be at least 1.")
	}
	if len(d.UserIDs) == 0 && d.Query == "" && d.QueryString == "" {
		errs.Field("userIds", "missing", "You must specify the users: [userIds], [query] or [queryString]. To mean everybody, set [queryString] to [*].")
	}
	return d, errs.OrNil()
}

// bulkDelete deactivates users, or with hardDelete removes them for good, one
// after the other: those who are done stay so if the request ends early.
func (h *UserSearch) bulkDelete(w http.ResponseWriter, r *http.Request) error {
	d, err := readBulkDeletion(r)
	if err != nil {
		return err
	}
	ids, err := h.meant(r.Context(), callerOf(r).tenant, d)
	if err != nil {
		return err
	}
	for _, id := range ids {
		if d.DryRun {
			break
		}
		if err := h.delete(r.Context(), id, d.HardDelete); err != nil && !errors.Is(err, fa.ErrNotFound) { // somebody else was faster
			return err
		}
	}
	return respond(w, http.StatusOK, map[string]any{"dryRun": d.DryRun, "hardDelete": d.HardDelete, "total": len(ids), "userIds": ids})
}

func (h *UserSearch) meant(ctx context.Context, tenant fa.ID, d bulkDeletion) ([]fa.ID, error) {
	ids := []fa.ID{}
	if len(d.UserIDs) > 0 {
		found, err := h.Store.UsersByID(ctx, tenant, d.UserIDs)
		for _, u := range found {
			if !slices.Contains(ids, u.ID) {
				ids = append(ids, u.ID)
			}
		}
		return ids, err
	}
	q, err := parseQuery(search.Users, "", d.Query, d.QueryString)
	if err != nil {
		return nil, err
	}
	found, err := h.Store.SearchUserIDs(ctx, tenant, q, d.Limit)
	return append(ids, found...), err
}

func (h *UserSearch) delete(ctx context.Context, id fa.ID, hard bool) error {
	if hard {
		return h.Users.DeleteUser(ctx, id)
	}
	_, err := h.Service.SetActive(ctx, id, false)
	return err
}

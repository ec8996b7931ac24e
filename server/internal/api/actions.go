package api

import (
	"context"
	"errors"
	"net/http"
	"slices"

	"wherry/server/internal/fa"
	"wherry/server/internal/identity"
)

// Actions serves /api/user/action: user actions that are taken on users.
//
// Source: https://fusionauth.io/docs/apis/actioning-users
type Actions struct {
	Service *identity.UserActions
	Logs    interface {
		Get(ctx context.Context, id fa.ID) (*fa.UserActionLog, error)
		Of(ctx context.Context, user fa.ID) ([]*fa.UserActionLog, error)
		Active(ctx context.Context, user fa.ID, now int64, preventing bool) ([]*fa.UserActionLog, error)
	}
	Users UserLookup
}

// Mount registers the endpoints.
func (h *Actions) Mount(m *Mux) {
	m.Handle("POST /api/user/action", h.post)
	m.Handle("GET /api/user/action", h.all)
	m.Handle("GET /api/user/action/{actionId}", h.get)
	m.Handle("PUT /api/user/action/{actionId}", h.put)
	m.Handle("DELETE /api/user/action/{actionId}", h.delete)
}

func (h *Actions) post(w http.ResponseWriter, r *http.Request) error {
	request, err := readAction(r)
	if err != nil {
		return err
	}
	if _, err := h.user(r, request.ActioneeUserID); err != nil && !errors.Is(err, fa.ErrNotFound) {
		return err
	} else if err != nil && request.ActioneeUserID != "" {
		return fa.FieldError("action.actioneeUserId", "invalid", "There is no user with the id [%s].", request.ActioneeUserID)
	}
	l, err := h.Service.Take(r.Context(), request)
	if err != nil {
		return err
	}
	return respondAction(w, l)
}

func readAction(r *http.Request) (request fa.ActionRequest, err error) {
	body, err := read(r)
	if err != nil {
		return request, err
	}
	return request, body.decode("action", &request)
}

// user is the user with an id, if the caller may see it.
func (h *Actions) user(r *http.Request, id fa.ID) (*fa.Account, error) {
	u, err := h.Users.User(r.Context(), id)
	if err == nil && !callerOf(r).sees(u.TenantID) {
		err = fa.ErrNotFound
	}
	return u, err
}

// all lists the actions on a user: all of them, those in effect, the others, or
// those that keep the user from signing in.
func (h *Actions) all(w http.ResponseWriter, r *http.Request) error {
	var errs fa.Errors
	q := r.URL.Query()
	id := idIn(&errs, q, "userId")
	errs.Require(q.Get("userId"), "userId")
	if err := errs.OrNil(); err != nil {
		return err
	}
	found := []*fa.UserActionLog{}
	if _, err := h.user(r, id); errors.Is(err, fa.ErrNotFound) {
		return respond(w, http.StatusOK, map[string]any{"actions": found})
	} else if err != nil {
		return err
	}
	now := h.Service.Now().UnixMilli()
	var err error
	switch {
	case q.Get("preventingLogin") == "true", q.Get("active") == "true":
		found, err = h.Logs.Active(r.Context(), id, now, q.Get("preventingLogin") == "true")
	default:
		found, err = h.Logs.Of(r.Context(), id)
	}
	if q.Get("active") == "false" {
		found = slices.DeleteFunc(found, func(l *fa.UserActionLog) bool { return l.ActiveAt(now) })
	}
	if err != nil {
		return err
	}
	return respond(w, http.StatusOK, map[string]any{"actions": append([]*fa.UserActionLog{}, found...)})
}

func (h *Actions) get(w http.ResponseWriter, r *http.Request) error {
	l, err := h.addressed(r)
	if err != nil {
		return err
	}
	return respondAction(w, l)
}

func (h *Actions) put(w http.ResponseWriter, r *http.Request) error {
	return h.change(w, r, h.Service.Modify)
}

func (h *Actions) delete(w http.ResponseWriter, r *http.Request) error {
	return h.change(w, r, h.Service.Cancel)
}

func (h *Actions) change(w http.ResponseWriter, r *http.Request,
	change func(ctx context.Context, id fa.ID, r fa.ActionRequest) (*fa.UserActionLog, error),
) error {
	l, err := h.addressed(r)
	if err != nil {
		return err
	}
	request, err := readAction(r)
	if err != nil {
		return err
	}
	if l, err = change(r.Context(), l.ID, request); err != nil {
		return err
	}
	return respondAction(w, l)
}

// addressed is the action that the path names, if the caller may see whom it was
// taken on.
func (h *Actions) addressed(r *http.Request) (*fa.UserActionLog, error) {
	id, err := pathID(r, "actionId")
	if err != nil {
		return nil, err
	}
	l, err := h.Logs.Get(r.Context(), id)
	if err != nil {
		return nil, err
	}
	_, err = h.user(r, l.ActioneeUserID)
	return l, err
}

func respondAction(w http.ResponseWriter, l *fa.UserActionLog) error {
	return respond(w, http.StatusOK, map[string]any{"action": l})
}

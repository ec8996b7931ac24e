package api

import (
	"context"
	"net/http"
	"net/url"
	"time"

	"wherry/server/internal/fa"
)

// UserActions serves /api/user-action. Actions have been taken on users, so
// they are deactivated rather than deleted.
//
// Source: https://fusionauth.io/docs/apis/user-actions
type UserActions struct {
	Store          Documents[fa.UserAction]
	EmailTemplates Documents[fa.EmailTemplate]
	NewID          func() fa.ID
	Now            func() time.Time

	resource *resource[fa.UserAction]
}

// Mount registers the endpoints.
func (h *UserActions) Mount(m *Mux) {
	const path = "/api/user-action"
	h.resource = complete(stamps{h.NewID, h.Now}, &resource[fa.UserAction]{
		create: h.create,
		name:   "userAction", plural: "userActions", path: path, store: h.Store, blank: fa.NewUserAction, refer: h.refers,
		keep:   func(next, current *fa.UserAction) { next.Active = current.Active },
		listed: func(q url.Values, a *fa.UserAction) bool { return a.Active != (q.Get("inactive") == "true") },
	})
	m.HandleGlobal("POST "+path, h.resource.post)
	m.HandleGlobal("POST "+path+"/{userActionId}", h.resource.post)
	m.HandleGlobal("GET "+path, h.resource.all)
	m.HandleGlobal("GET "+path+"/{userActionId}", h.resource.get)
	m.HandleGlobal("PUT "+path+"/{userActionId}", h.put)
	m.HandleGlobal("PATCH "+path+"/{userActionId}", h.resource.patch)
	m.HandleGlobal("DELETE "+path+"/{userActionId}", h.delete)
}

// create makes an active action: clients in Go cannot leave [active] out.
func (h *UserActions) create(_ context.Context, _ caller, a *fa.UserAction, id fa.ID) error {
	stamps{h.NewID, h.Now}.begin(a.Header(), id)
	a.Active = true
	return nil
}

func (h *UserActions) refers(ctx context.Context, a *fa.UserAction) error {
	var r referral
	follow(ctx, &r, h.EmailTemplates, "userAction.cancelEmailTemplateId", a.CancelEmailTemplateID)
	follow(ctx, &r, h.EmailTemplates, "userAction.endEmailTemplateId", a.EndEmailTemplateID)
	follow(ctx, &r, h.EmailTemplates, "userAction.modifyEmailTemplateId", a.ModifyEmailTemplateID)
	follow(ctx, &r, h.EmailTemplates, "userAction.startEmailTemplateId", a.StartEmailTemplateID)
	return r.result()
}

func (h *UserActions) put(w http.ResponseWriter, r *http.Request) error {
	if r.URL.Query().Get("reactivate") != "true" {
		return h.resource.put(w, r)
	}
	a, err := h.activate(r, true)
	if err != nil {
		return err
	}
	return h.resource.respond(w, r, a)
}

// delete deactivates, or with hardDelete=true removes for good.
func (h *UserActions) delete(w http.ResponseWriter, r *http.Request) error {
	hard, err := asks(r, "hardDelete")
	switch {
	case err != nil:
		return err
	case hard:
		return h.resource.delete(w, r)
	}
	_, err = h.activate(r, false)
	return err
}

func (h *UserActions) activate(r *http.Request, active bool) (*fa.UserAction, error) {
	_, id, err := h.resource.addressed(r)
	if err != nil {
		return nil, err
	}
	return h.Store.Update(r.Context(), id, func(a *fa.UserAction) error {
		a.Active, a.LastUpdateInstant = active, h.Now().UnixMilli()
		return nil
	})
}

package api

import (
	"context"
	"errors"
	"net/http"

	"wherry/server/internal/fa"
	"wherry/server/internal/identity"
)

// UserConsents serves /api/user/consent: consents that are given for users.
//
// Source: https://fusionauth.io/docs/apis/consents
type UserConsents struct {
	Service  *identity.Consents
	Consents Documents[fa.Consent]
	Users    UserLookup
}

// Mount registers the endpoints.
func (h *UserConsents) Mount(m *Mux) {
	const path, one = "/api/user/consent", "/api/user/consent/{userConsentId}"
	m.Handle("POST "+path, h.post)
	m.Handle("POST "+one, h.post)
	m.Handle("GET "+path, h.all)
	m.Handle("GET "+one, h.get)
	m.Handle("PUT "+one, h.put)
	m.Handle("PATCH "+one, h.patch)
	m.Handle("DELETE "+one, h.delete)
}

func (h *UserConsents) post(w http.ResponseWriter, r *http.Request) error {
	id, err := pathID(r, "userConsentId")
	if err != nil {
		return err
	}
	body, err := read(r)
	if err != nil {
		return err
	}
	c := fa.NewUserConsent()
	if err := body.decode("userConsent", &c); err != nil {
		return err
	}
	if err := h.sees(r, c.UserID); errors.Is(err, fa.ErrNotFound) && c.UserID != "" {
		return fa.FieldError("userConsent.userId", "invalid", "There is no user with the id [%s].", c.UserID)
	} else if err != nil && !errors.Is(err, fa.ErrNotFound) {
		return err
	}
	c.ID = id
	if err := h.Service.Grant(r.Context(), &c); err != nil {
		return err
	}
	return h.respond(w, r, &c)
}

// sees looks whether there is a user whom the caller may see.
func (h *UserConsents) sees(r *http.Request, user fa.ID) error {
	u, err := h.Users.User(r.Context(), user)
	if err == nil && !callerOf(r).sees(u.TenantID) {
		err = fa.ErrNotFound
	}
	return err
}

// all lists the consents of a user, the oldest first.
func (h *UserConsents) all(w http.ResponseWriter, r *http.Request) error {
	id, err := queryID(r, "userId")
	if err != nil {
		return err
	}
	if id == "" {
		return fa.FieldError("userId", "blank", "You must specify the [userId] parameter.")
	}
	found := []*fa.UserConsent{}
	if err := h.sees(r, id); err == nil {
		if found, err = h.Service.Store.Of(r.Context(), id); err != nil {
			return err
		}
	} else if !errors.Is(err, fa.ErrNotFound) {
		return err
	}
	if err := h.show(r.Context(), found...); err != nil {
		return err
	}
	return respond(w, http.StatusOK, map[string]any{"userConsents": found})
}

func (h *UserConsents) get(w http.ResponseWriter, r *http.Request) error {
	c, err := h.addressed(r)
	if err != nil {
		return err
	}
	return h.respond(w, r, c)
}

func (h *UserConsents) put(w http.ResponseWriter, r *http.Request) error {
	body, err := read(r)
	if err != nil {
		return err
	}
	return h.replace(w, r, func(*fa.UserConsent) (envelope, error) { return body, nil })
}

func (h *UserConsents) patch(w http.ResponseWriter, r *http.Request) error {
	p, err := readPatch(r)
	if err != nil {
		return err
	}
	return h.replace(w, r, func(current *fa.UserConsent) (envelope, error) { return p.on("userConsent", current) })
}

// replace replaces what can be changed of a consent that was given by what a
// request says: its status and its values.
func (h *UserConsents) replace(w http.ResponseWriter, r *http.Request, request func(current *fa.UserConsent) (envelope, error)) error {
	changed, err := h.change(r, func(current *fa.UserConsent) error {
		body, err := request(current)
		if err != nil {
			return err
		}
		var next fa.UserConsent
		if err := body.decode("userConsent", &next); err != nil {
			return err
		}
		current.Status, current.Values = next.Status, next.Values
		return nil
	})
	if err != nil {
		return err
	}
	return h.respond(w, r, changed)
}

// delete revokes.
func (h *UserConsents) delete(_ http.ResponseWriter, r *http.Request) error {
	_, err := h.change(r, func(c *fa.UserConsent) error {
		c.Status = fa.ConsentRevoked
		return nil
	})
	return err
}

func (h *UserConsents) change(r *http.Request, change func(*fa.UserConsent) error) (*fa.UserConsent, error) {
	c, err := h.addressed(r)
	if err != nil {
		return nil, err
	}
	return h.Service.Change(r.Context(), c.ID, change)
}

// addressed is the consent that the path names, if the caller may see for whom
// it was given.
func (h *UserConsents) addressed(r *http.Request) (*fa.UserConsent, error) {
	id, err := pathID(r, "userConsentId")
	if err != nil {
		return nil, err
	}
	c, err := h.Service.Store.Get(r.Context(), id)
	if err != nil {
		return nil, err
	}
	return c, h.sees(r, c.UserID)
}

// show completes what was given with the consents themselves.
func (h *UserConsents) show(ctx context.Context, all ...*fa.UserConsent) (err error) {
	for _, c := range all {
		if c.Consent, err = h.Consents.Get(ctx, c.ConsentID); err != nil {
			return err
		}
	}
	return nil
}

func (h *UserConsents) respond(w http.ResponseWriter, r *http.Request, c *fa.UserConsent) error {
	if err := h.show(r.Context(), c); err != nil {
		return err
	}
	return respond(w, http.StatusOK, map[string]any{"userConsent": c})
}

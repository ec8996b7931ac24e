package api

import (
	"context"
	"errors"
	"net/http"
	"strconv"
	"time"

	"wherry/server/internal/fa"
)

// Tenants serves /api/tenant.
//
// Source: https://fusionauth.io/docs/apis/tenants
type Tenants struct {
	Store      Documents[fa.Tenant]
	Connectors Documents[fa.Connector]
	Default    fa.ID // the tenant that has to stay
	SigningKey fa.ID // what new tenants sign with
	NewID      func() fa.ID
	Now        func() time.Time
}

// Mount registers the endpoints.
func (h *Tenants) Mount(m *Mux) {
	tenants := &resource[fa.Tenant]{
		name: "tenant", plural: "tenants", path: "/api/tenant",
		store: h.Store, blank: fa.NewTenant,
		create: h.create, keep: h.keep, check: checkTenant, refer: h.refer,
		visible:   func(c caller, t *fa.Tenant) bool { return c.sees(t.ID) },
		removable: h.removable,
	}
	tenants.mount(m)
	m.HandleOpen("GET /api/tenant/password-validation-rules/{id}", h.passwordRules)
}

func (h *Tenants) create(_ context.Context, c caller, t *fa.Tenant, id fa.ID) error {
	if c.tenant != "" {
		return errUnauthorized
	}
	t.ID = id
	if t.ID == "" {
		t.ID = h.NewID()
	}
	t.InsertInstant = h.Now().UnixMilli()
	t.LastUpdateInstant = t.InsertInstant
	h.signWithDefault(t)
	return nil
}

func (h *Tenants) signWithDefault(t *fa.Tenant) {
	for _, key := range []*fa.ID{&t.JWTConfiguration.AccessTokenKeyID, &t.JWTConfiguration.IDTokenKeyID} {
		if *key == "" {
			*key = h.SigningKey
		}
	}
}

func (h *Tenants) keep(next, current *fa.Tenant) {
	next.ID, next.InsertInstant, next.State = current.ID, current.InsertInstant, current.State
	next.Configured = true
	next.LastUpdateInstant = h.Now().UnixMilli()
	h.signWithDefault(next)
}

func checkTenant(t *fa.Tenant) error {
	t.State = fa.StateActive
	t.Normalize()
	return t.Validate()
}

// refer looks whether the connectors of the policies exist.
func (h *Tenants) refer(ctx context.Context, t *fa.Tenant) error {
	var errs fa.Errors
	for i, p := range t.ConnectorPolicies {
		_, err := h.Connectors.Get(ctx, p.ConnectorID)
		if errors.Is(err, fa.ErrNotFound) {
			errs.Field("tenant.connectorPolicies["+strconv.Itoa(i)+"].connectorId", "invalid",
				"There is no connector with the id [%s].", p.ConnectorID)
		} else if err != nil {
			return err
		}
	}
	return errs.OrNil()
}

func (h *Tenants) removable(t *fa.Tenant) error {
	if t.ID == h.Default {
		return fa.GeneralError("invalid", "The default tenant cannot be deleted.")
	}
	return nil
}

func (h *Tenants) passwordRules(w http.ResponseWriter, r *http.Request) error {
	id, err := pathID(r, "id")
	if err != nil {
		return err
	}
	t, err := h.Store.Get(r.Context(), id)
	if err != nil {
		return err
	}
	return respond(w, http.StatusOK, map[string]any{"passwordValidationRules": t.PasswordValidationRules})
}

package api

import (
	"cmp"
	"context"
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
	Webhooks   Documents[fa.Webhook]
	Default    fa.ID // the tenant that has to stay
	SigningKey fa.ID // what new tenants sign with
	NewID      func() fa.ID
	Now        func() time.Time
	// DeleteLater deletes a tenant in the background; until it is gone its state
	// says so.
	DeleteLater func(ctx context.Context, id fa.ID) error

	mux *Mux
}

// Mount registers the endpoints.
func (h *Tenants) Mount(m *Mux) {
	h.mux = m
	tenants := &resource[fa.Tenant]{
		name: "tenant", plural: "tenants", path: "/api/tenant",
		store: toldTenants{h.Store, h.Webhooks}, blank: fa.NewTenant,
		create: h.create, keep: h.keep, check: checkTenant, refer: h.refer,
		visible:   func(c caller, t *fa.Tenant) bool { return c.sees(t.ID) },
		removable: h.removable,
		copied:    copiedTenant,
		later:     h.DeleteLater,
		beside:    map[string]func(*fa.Tenant) any{"webhookIds": func(t *fa.Tenant) any { return &t.WebhookIDs }},
	}
	tenants.mount(m.Handle)
	m.HandleGlobal("GET /api/tenant/search", h.search)
	m.HandleGlobal("POST /api/tenant/search", h.search)
	m.HandleOpen("GET /api/tenant/password-validation-rules", h.passwordRules)
	m.HandleOpen("GET /api/tenant/password-validation-rules/{tenantId}", h.passwordRules)
}

func (h *Tenants) create(_ context.Context, c caller, t *fa.Tenant, id fa.ID) error {
	if !c.global() {
		return errUnauthorized
	}
	t.ID = id
	if t.ID == "" {
		t.ID = h.NewID()
	}
	t.InsertInstant = h.Now().UnixMilli()
	t.LastUpdateInstant = t.InsertInstant
	t.State = fa.StateActive
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
	next.LastUpdateInstant = h.Now().UnixMilli()
	h.signWithDefault(next)
}

func checkTenant(t *fa.Tenant) error {
	t.Configured = true // FusionAuth's to say
	t.Normalize()
	return t.Validate()
}

// refer looks whether the connectors of the policies exist, and the webhooks.
func (h *Tenants) refer(ctx context.Context, t *fa.Tenant) error {
	var r referral
	for i, p := range t.ConnectorPolicies {
		follow(ctx, &r, h.Connectors, "tenant.connectorPolicies["+strconv.Itoa(i)+"].connectorId", p.ConnectorID)
	}
	for i, id := range t.WebhookIDs {
		follow(ctx, &r, h.Webhooks, "webhookIds["+strconv.Itoa(i)+"]", id)
	}
	return r.result()
}

func (h *Tenants) removable(t *fa.Tenant) error {
	if t.ID == h.Default {
		return fa.GeneralError("invalid", "The default tenant cannot be deleted.")
	}
	return nil
}

// copiedTenant leaves out the password of the mail server, as FusionAuth does.
func copiedTenant(source, described *fa.Tenant) {
	source.Name = described.Name
	source.EmailConfiguration.Password = ""
}

var searchedTenants = searched[fa.Tenant]{
	name: func(t *fa.Tenant) string { return t.Name }, order: "name ASC",
	columns: map[string]func(a, b *fa.Tenant) int{
		"id":            func(a, b *fa.Tenant) int { return cmp.Compare(a.ID, b.ID) },
		"insertInstant": func(a, b *fa.Tenant) int { return cmp.Compare(a.InsertInstant, b.InsertInstant) },
		"name":          func(a, b *fa.Tenant) int { return cmp.Compare(a.Name, b.Name) },
	},
}

// search looks at all tenants, so naming one is refused.
func (h *Tenants) search(w http.ResponseWriter, r *http.Request) error {
	if callerOf(r).tenant != "" {
		return errUnauthorized
	}
	c, err := readCriteria(r)
	if err != nil {
		return err
	}
	all, err := h.Store.All(r.Context())
	if err != nil {
		return err
	}
	page, total, err := searchedTenants.in(all, c)
	if err != nil {
		return err
	}
	return respond(w, http.StatusOK, map[string]any{"tenants": page, "total": total})
}

// passwordRules needs no key: people see the rules before they have signed in.
func (h *Tenants) passwordRules(w http.ResponseWriter, r *http.Request) error {
	id, err := pathID(r, "tenantId")
	if err != nil {
		return err
	}
	t, err := h.tenant(r, id)
	if err != nil {
		return err
	}
	return respond(w, http.StatusOK, map[string]any{"passwordValidationRules": t.PasswordValidationRules})
}

func (h *Tenants) tenant(r *http.Request, id fa.ID) (*fa.Tenant, error) {
	if id != "" {
		return h.Store.Get(r.Context(), id)
	}
	c, err := caller{}.narrowed(r)
	if err != nil {
		return nil, err
	}
	return h.mux.tenantFor(r.Context(), c.tenant)
}

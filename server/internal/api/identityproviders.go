package api

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"wherry/server/internal/fa"
)

// IdentityProviders serves /api/identity-provider. Most providers belong to all
// tenants, and keys of one tenant do not see those.
//
// Source: https://fusionauth.io/docs/apis/identity-providers/
type IdentityProviders struct {
	Store        Documents[fa.IdentityProvider]
	Applications Documents[fa.Application]
	Lambdas      Documents[fa.Lambda]
	SigningKeys  Documents[fa.SigningKey]
	Tenants      Documents[fa.Tenant]
	NewID        func() fa.ID
	Now          func() time.Time
}

// Mount registers the endpoints.
func (h *IdentityProviders) Mount(m *Mux) {
	providers := complete(h.stamps(), &resource[fa.IdentityProvider]{
		name: "identityProvider", plural: "identityProviders", path: "/api/identity-provider",
		store: h.Store, blank: fa.NewIdentityProvider, create: h.create, refer: h.refers,
		keep:    func(next, current *fa.IdentityProvider) { next.TenantID, next.Type = current.TenantID, current.Type },
		visible: seesProvider,
		listed:  func(q url.Values, p *fa.IdentityProvider) bool { return !q.Has("type") || q.Get("type") == p.Type },
	})
	providers.mount(m.Handle)
	mountSearch(m.Handle, providers, providerSearch)
	m.HandleOpen("GET /api/identity-provider/lookup", h.lookup)
}

func (h *IdentityProviders) stamps() stamps { return stamps{h.NewID, h.Now} }

func seesProvider(c caller, p *fa.IdentityProvider) bool {
	if p.TenantID == "" {
		return c.global()
	}
	return c.sees(p.TenantID)
}

// create gives the first provider of a type the id that it has everywhere.
func (h *IdentityProviders) create(_ context.Context, c caller, p *fa.IdentityProvider, id fa.ID) error {
	if !seesProvider(c, p) {
		return errUnauthorized
	}
	if id == "" && p.TenantID == "" {
		id = p.FixedID()
	}
	h.stamps().begin(p.Header(), id)
	return nil
}

// refers follows every id of a provider.
func (h *IdentityProviders) refers(ctx context.Context, p *fa.IdentityProvider) error {
	const path = "identityProvider."
	var r referral
	follow(ctx, &r, h.Tenants, path+"tenantId", p.TenantID)
	for id := range p.ApplicationConfiguration {
		follow(ctx, &r, h.Applications, path+"applicationConfiguration["+string(id)+"]", id)
	}
	for id := range p.TenantConfiguration {
		follow(ctx, &r, h.Tenants, path+"tenantConfiguration["+string(id)+"]", id)
	}
	const reconcile = path + "lambdaConfiguration.reconcileId"
	lambda := follow(ctx, &r, h.Lambdas, reconcile, p.LambdaConfiguration.ReconcileID)
	if lambda != nil && lambda.Type != p.LambdaType() {
		r.errs.Field(reconcile, "invalid", "The lambda must be of the type [%s].", p.LambdaType())
	}
	follow(ctx, &r, h.SigningKeys, path+"defaultKeyId", p.DefaultKeyID)
	follow(ctx, &r, h.SigningKeys, path+"keyId", p.KeyID)
	follow(ctx, &r, h.SigningKeys, path+"requestSigningKeyId", p.RequestSigningKeyID)
	if d := p.AssertionDecryptionConfiguration; d != nil {
		follow(ctx, &r, h.SigningKeys, path+"assertionDecryptionConfiguration.keyTransportDecryptionKeyId", d.KeyTransportDecryptionKeyID)
	}
	return r.result()
}

var providerSearch = documentSearch[fa.IdentityProvider]{
	order: "name ASC",
	columns: map[string]func(a, b *fa.IdentityProvider) int{
		"enabled":  by(func(p *fa.IdentityProvider) int { return map[bool]int{true: 1}[p.Enabled] }),
		"name":     by(func(p *fa.IdentityProvider) string { return p.Name }),
		"source":   by(func(p *fa.IdentityProvider) string { return p.Source }),
		"tenantId": by(func(p *fa.IdentityProvider) fa.ID { return p.TenantID }),
		"type":     by(func(p *fa.IdentityProvider) string { return p.Type }),
	},
	picks: func(p *fa.IdentityProvider, c criteria) bool {
		_, configured := p.ApplicationConfiguration[c.ApplicationID]
		return (c.ApplicationID == "" || configured) && (c.TenantID == "" || c.TenantID == p.TenantID) &&
			(c.Type == "" || c.Type == p.Type) && (c.Source == "" || c.Source == p.Source)
	},
}

// providerDetails is what anybody may know of a provider that manages domains.
type providerDetails struct {
	ApplicationIDs []fa.ID            `json:"applicationIds"`
	ID             fa.ID              `json:"id"`
	IdPEndpoint    string             `json:"idpEndpoint,omitzero"`
	Name           string             `json:"name"`
	OAuth2         *fa.ProviderOAuth2 `json:"oauth2,omitzero"`
	TenantID       fa.ID              `json:"tenantId,omitzero"`
	Type           string             `json:"type"`
}

// lookup finds the enabled provider that manages the domain of an e-mail
// address. It needs no key: sign-in pages ask. Providers of one tenant are
// found when the tenant is named.
func (h *IdentityProviders) lookup(w http.ResponseWriter, r *http.Request) error {
	var errs fa.Errors
	q := r.URL.Query()
	asked := strings.ToLower(strings.TrimSpace(q.Get("domain")))
	errs.Require(asked, "domain")
	tenant := idIn(&errs, q, "tenantId")
	if err := errs.OrNil(); err != nil {
		return err
	}
	all, err := h.Store.All(r.Context())
	if err != nil {
		return err
	}
	domain := asked[strings.LastIndexByte(asked, '@')+1:]
	for _, p := range all {
		if p.Enabled && slices.Contains(p.Domains, domain) && (p.TenantID == "" || p.TenantID == tenant) {
			return respond(w, http.StatusOK, map[string]any{"identityProvider": detailsOf(p)})
		}
	}
	return fa.ErrNotFound
}

func detailsOf(p *fa.IdentityProvider) providerDetails {
	if p.OAuth2 != nil {
		p.OAuth2.ClientSecret = ""
	}
	return providerDetails{
		ApplicationIDs: p.EnabledApplications(), ID: p.ID, IdPEndpoint: p.IdPEndpoint, Name: p.Name,
		OAuth2: p.OAuth2, TenantID: p.TenantID, Type: p.Type,
	}
}

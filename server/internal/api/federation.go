package api

import (
	"cmp"
	"context"
	"net/http"

	"wherry/server/internal/fa"
	"wherry/server/internal/identity"
)

// Federation serves signing in through identity providers:
// /api/identity-provider/login and /api/jwt/reconcile. They need no API key, and
// FusionAuth's clients send none: what the provider has given out is the proof.
//
// Source: https://fusionauth.io/docs/apis/identity-providers/
type Federation struct {
	Service interface {
		SignInThrough(ctx context.Context, t identity.Through) (*identity.Outcome, error)
		ReadForeign(ctx context.Context, tokens identity.ForeignTokens, p *fa.IdentityProvider, token string) (*identity.External, error)
	}
	Upstream interface {
		Person(ctx context.Context, p *fa.IdentityProvider, a identity.ExternalAnswer) (*identity.External, error)
	}
	Foreign      identity.ForeignTokens
	Providers    Documents[fa.IdentityProvider]
	Applications Documents[fa.Application]
	Tokens       AccessTokens

	mux *Mux
}

// Mount registers the endpoints.
func (h *Federation) Mount(m *Mux) {
	h.mux = m
	m.HandleOpen("POST /api/identity-provider/login", h.login)
	m.HandleOpen("POST /api/identity-provider/start", h.start)
	m.HandleOpen("POST /api/jwt/reconcile", h.reconcile)
}

// federationRequest is the body of all of them.
type federationRequest struct {
	ApplicationID      fa.ID              `json:"applicationId"`
	Data               map[string]string  `json:"data"`
	EncodedJWT         string             `json:"encodedJWT"`
	EventInfo          identity.EventInfo `json:"eventInfo"`
	IdentityProviderID fa.ID              `json:"identityProviderId"`
	IPAddress          string             `json:"ipAddress"`
	MetaData           loginMetaData      `json:"metaData"`
	NewDevice          bool               `json:"newDevice"`
	NoJWT              bool               `json:"noJWT"`
	NoLink             bool               `json:"noLink"`
	TwoFactorTrustID   string             `json:"twoFactorTrustId"`
	Rest               fa.Rest            `json:",embed"`
}

func (h *Federation) login(w http.ResponseWriter, r *http.Request) error {
	return h.signIn(w, r, false)
}

func (h *Federation) reconcile(w http.ResponseWriter, r *http.Request) error {
	return h.signIn(w, r, true)
}

// start is for providers at which somebody signs in without a browser; there are
// none of those here.
func (h *Federation) start(_ http.ResponseWriter, r *http.Request) error {
	request, _, p, _, err := h.read(r)
	if err != nil {
		return err
	}
	return fa.FieldError("identityProviderId", "invalid", "A login through the provider [%s], of the type [%s], is not started by this call.",
		request.IdentityProviderID, p.Type)
}

// read reads a request, and what it names: the application, the provider as the
// application has it, and the tenant.
func (h *Federation) read(r *http.Request) (request federationRequest, application *fa.Application, p *fa.IdentityProvider, tenant *fa.Tenant, err error) {
	if err := readInto(r, &request); err != nil {
		return request, nil, nil, nil, err
	}
	var errs fa.Errors
	errs.Require(string(request.ApplicationID), "applicationId")
	errs.Require(string(request.IdentityProviderID), "identityProviderId")
	if err := errs.OrNil(); err != nil {
		return request, nil, nil, nil, err
	}
	_, application, tenant, err = h.mux.place(r, r.URL.Path, h.Applications, request.ApplicationID)
	if err != nil {
		return request, nil, nil, nil, err
	}
	p, err = h.Providers.Get(r.Context(), request.IdentityProviderID)
	if isNotFound(err) || err == nil && !p.Serves(tenant.ID, application.ID) {
		return request, nil, nil, nil, fa.FieldError("identityProviderId", "invalid",
			"There is no identity provider with the id [%s] that is enabled, also for the application.", request.IdentityProviderID)
	}
	if err != nil {
		return request, nil, nil, nil, err
	}
	p, err = p.For(application.ID)
	return request, application, p, tenant, err
}

// signIn signs somebody in; with tokens alone it has to be by a token of an
// external JWT provider.
func (h *Federation) signIn(w http.ResponseWriter, r *http.Request, tokensAlone bool) error {
	request, application, p, tenant, err := h.read(r)
	if err != nil {
		return err
	}
	person, err := h.person(r.Context(), p, request, tokensAlone)
	if err != nil {
		return err
	}
	info := request.EventInfo
	info.IPAddress = cmp.Or(info.IPAddress, request.IPAddress)
	out, err := h.Service.SignInThrough(r.Context(), identity.Through{
		Attempt: identity.Attempt{
			TenantID: tenant.ID, Application: application, TwoFactorTrustID: trustID(r, request.TwoFactorTrustID), Address: peer(r),
			EventInfo: eventInfo(r, info), NewDevice: request.NewDevice, NoJWT: request.NoJWT,
		},
		Provider: p, Person: *person, NoLink: request.NoLink,
	})
	if err != nil {
		return err
	}
	if out.PendingLinkID != "" {
		return respond(w, statusPendingLink, loginResponse{PendingLinkID: out.PendingLinkID})
	}
	return signedIn{Outcome: out, tenant: tenant, application: application, noJWT: request.NoJWT, device: request.MetaData.Device}.respond(w, r, h.Tokens)
}

// person is for whom the provider vouches.
func (h *Federation) person(ctx context.Context, p *fa.IdentityProvider, request federationRequest, tokensAlone bool) (*identity.External, error) {
	var errs fa.Errors
	code, token := request.Data["code"], request.Data["token"]
	switch {
	case p.Type == fa.ProviderExternalJWT:
		if errs.Require(request.EncodedJWT, "encodedJWT"); errs.OrNil() != nil {
			return nil, errs.OrNil()
		}
		return h.Service.ReadForeign(ctx, h.Foreign, p, request.EncodedJWT)
	case tokensAlone || !p.Redirects():
		return nil, fa.FieldError("identityProviderId", "invalid", "Nobody can sign in by this call through a provider of the type [%s].", p.Type)
	case code == "" && token == "":
		errs.Require("", "data.code")
	case code != "":
		errs.Require(request.Data["redirect_uri"], "data.redirect_uri")
	}
	if err := errs.OrNil(); err != nil {
		return nil, err
	}
	a := identity.ExternalAnswer{
		Code: code, RedirectURI: request.Data["redirect_uri"], Verifier: request.Data["code_verifier"], Nonce: request.Data["nonce"],
		AppleUser: request.Data["appleUser"], NativeApp: request.Data["isNativeApp"] == "true",
	}
	if code == "" {
		a.Token = token
	}
	return h.Upstream.Person(ctx, p, a)
}

// external is the answer to somebody whom a provider does not bring in: statuses
// as FusionAuth has them, and a code where there is something to be done about it.
func external(w http.ResponseWriter, e *identity.ExternalError) {
	switch e.Kind {
	case identity.ExternalUnknown:
		w.WriteHeader(http.StatusNotFound)
	case identity.ExternalRejected:
		w.WriteHeader(http.StatusUnauthorized)
	case identity.ExternalUnusable:
		_ = respond(w, http.StatusBadRequest, &fa.Errors{GeneralErrors: []fa.Error{{
			Code:    "[ExternalAuthenticationException]" + e.Cause,
			Message: "What the identity provider says lets nobody in: " + e.Cause + ".",
		}}})
	}
}

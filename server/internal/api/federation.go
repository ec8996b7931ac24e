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
		BeginThrough(ctx context.Context, tenant fa.ID, address string) error
		Vouched(ctx context.Context, tenant fa.ID, address string) error
	}
	Upstream interface {
		Person(ctx context.Context, p *fa.IdentityProvider, a identity.ExternalAnswer) (*identity.External, error)
	}
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
	c, err := h.read(r)
	if err != nil {
		return err
	}
	return fa.FieldError("identityProviderId", "invalid", "A login through the provider [%s], of the type [%s], is not started by this call.",
		c.provider.Name, c.provider.Type)
}

// federationCall is a request, with what it names.
type federationCall struct {
	federationRequest
	application *fa.Application
	provider    *fa.IdentityProvider // as the application has it
	tenant      *fa.Tenant
	anonymous   bool   // it came with no API key
	address     string // from which it came
}

func (h *Federation) read(r *http.Request) (c federationCall, err error) {
	if err := readInto(r, &c.federationRequest); err != nil {
		return c, err
	}
	var errs fa.Errors
	errs.Require(string(c.ApplicationID), "applicationId")
	errs.Require(string(c.IdentityProviderID), "identityProviderId")
	if err := errs.OrNil(); err != nil {
		return c, err
	}
	by, application, tenant, err := h.mux.place(r, r.URL.Path, h.Applications, c.ApplicationID)
	if err != nil {
		return c, err
	}
	c.application, c.tenant = application, tenant
	c.anonymous, c.address = by.key == nil, peer(r)
	p, err := h.Providers.Get(r.Context(), c.IdentityProviderID)
	if isNotFound(err) || err == nil && !p.Serves(c.tenant.ID, c.application.ID) {
		return c, fa.FieldError("identityProviderId", "invalid",
			"There is no identity provider with the id [%s] that is enabled, also for the application.", c.IdentityProviderID)
	}
	if err == nil {
		c.provider, err = p.For(c.application.ID)
	}
	return c, err
}

// signIn signs somebody in; with tokens alone it has to be by a token of an
// external JWT provider.
func (h *Federation) signIn(w http.ResponseWriter, r *http.Request, tokensAlone bool) error {
	c, err := h.read(r)
	if err != nil {
		return err
	}
	person, err := h.person(r.Context(), c, tokensAlone)
	if err != nil {
		return err
	}
	info := c.EventInfo
	info.IPAddress = cmp.Or(info.IPAddress, c.IPAddress)
	out, err := h.Service.SignInThrough(r.Context(), identity.Through{
		Attempt: identity.Attempt{
			TenantID: c.tenant.ID, Application: c.application, TwoFactorTrustID: trustID(r, c.TwoFactorTrustID), Address: peer(r),
			EventInfo: eventInfo(r, info), NewDevice: c.NewDevice, NoJWT: c.NoJWT,
		},
		Provider: c.provider, Person: *person, NoLink: c.NoLink,
	})
	if err != nil {
		return err
	}
	if out.PendingLinkID != "" {
		return respond(w, statusPendingLink, loginResponse{PendingLinkID: out.PendingLinkID})
	}
	return signedIn{Outcome: out, tenant: c.tenant, application: c.application, noJWT: c.NoJWT, device: c.MetaData.Device}.respond(w, r, h.Tokens)
}

// person is for whom the provider vouches.
func (h *Federation) person(ctx context.Context, c federationCall, tokensAlone bool) (*identity.External, error) {
	var errs fa.Errors
	p, code, token := c.provider, c.Data["code"], c.Data["token"]
	switch {
	case p.Type == fa.ProviderExternalJWT:
		if errs.Require(c.EncodedJWT, "encodedJWT"); errs.OrNil() != nil {
			return nil, errs.OrNil()
		}
		return h.Upstream.Person(ctx, p, identity.ExternalAnswer{Token: c.EncodedJWT})
	case tokensAlone || !p.Redirects():
		return nil, fa.FieldError("identityProviderId", "invalid", "Nobody can sign in by this call through a provider of the type [%s].", p.Type)
	case code == "" && token == "":
		errs.Require("", "data.code")
	case code != "":
		errs.Require(c.Data["redirect_uri"], "data.redirect_uri")
	}
	if err := errs.OrNil(); err != nil {
		return nil, err
	}
	a := identity.ExternalAnswer{
		Code: code, RedirectURI: c.Data["redirect_uri"], Verifier: c.Data["code_verifier"], Nonce: c.Data["nonce"],
		AppleUser: c.Data["appleUser"], NativeApp: c.Data["isNativeApp"] == "true",
	}
	if code == "" {
		a.Token = token
	}
	return h.ask(ctx, c, a)
}

// ask asks the provider, as often as anonymous callers may have that done.
func (h *Federation) ask(ctx context.Context, c federationCall, a identity.ExternalAnswer) (*identity.External, error) {
	if !c.anonymous {
		return h.Upstream.Person(ctx, c.provider, a)
	}
	if err := h.Service.BeginThrough(ctx, c.tenant.ID, c.address); err != nil {
		return nil, err
	}
	person, err := h.Upstream.Person(ctx, c.provider, a)
	if err != nil {
		return nil, err
	}
	return person, h.Service.Vouched(ctx, c.tenant.ID, c.address)
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

package oauth

import (
	"cmp"
	"context"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"wherry/server/internal/fa"
	"wherry/server/internal/identity"
)

// deviceRequest is a device that waits for somebody to sign in, by the code that
// it shows.
type deviceRequest struct {
	ApplicationID fa.ID          `json:"applicationId"`
	ClientID      string         `json:"clientId"`
	Device        fa.Device      `json:"device,omitzero"`
	Expires       int64          `json:"expires"` // milliseconds
	Scopes        []string       `json:"scopes"`
	Approved      *authorization `json:"approved,omitzero"` // nil: nobody has signed in yet
}

// deviceCode is what a device asks with.
type deviceCode struct {
	ApplicationID fa.ID  `json:"applicationId"`
	Expires       int64  `json:"expires"` // milliseconds
	UserCode      string `json:"userCode"`
}

const (
	deviceCodeKind = "deviceCode"
	userCodeKind   = "deviceUserCode"

	deviceCompletePath = "/oauth2/device-complete"

	pollInterval = 5 * time.Second
	// deviceKnown is how long a device is told that its code has expired.
	deviceKnown = 15 * time.Minute
)

// deviceAuthorize serves POST /oauth2/device_authorize.
//
// Source: https://datatracker.ietf.org/doc/html/rfc8628#section-3.1
func (s *Server) deviceAuthorize(w http.ResponseWriter, r *http.Request) error {
	values, err := onceForm(r)
	if err != nil {
		return err
	}
	req, err := s.tokenRequest(r, values)
	if err != nil {
		return err
	}
	if err := s.allow(w, r, req.application); err != nil {
		return err
	}
	if !slices.Contains(req.application.OAuthConfiguration.EnabledGrants, fa.GrantDeviceCode) {
		return refuse("unauthorized_client", "grant_type_disabled", "The device grant is not enabled for this application.")
	}
	asked := slices.DeleteFunc(strings.Fields(values.Get("scope")), func(name string) bool { return strings.HasPrefix(name, "idp-link:") })
	scopes, problem := grantedScopes(req.application, strings.Join(asked, " "))
	if problem != nil {
		return problem
	}
	tenant, err := s.Tenants.Get(r.Context(), req.application.TenantID)
	if err != nil {
		return err
	}
	config := tenant.ExternalIdentifierConfiguration
	ttl := time.Duration(config.DeviceCodeTTL) * time.Second
	expires := s.Now().Add(ttl).UnixMilli()
	userCode, err := s.keepUserCode(r.Context(), config.DeviceUserCodeIDGenerator, ttl, deviceRequest{
		ApplicationID: req.application.ID, ClientID: req.clientID, Device: req.device, Expires: expires, Scopes: scopes,
	})
	if err != nil {
		return err
	}
	code := identity.NewCode()
	if err := s.Identifiers.KeepIdentifier(r.Context(), deviceCodeKind, code, ttl+deviceKnown, deviceCode{
		ApplicationID: req.application.ID, Expires: expires, UserCode: userCode,
	}); err != nil {
		return err
	}
	at := cmp.Or(req.application.OAuthConfiguration.DeviceVerificationURL, baseURL(r)+"/oauth2/device")
	respond(w, http.StatusOK, map[string]any{
		"device_code": code, "user_code": userCode, "verification_uri": at, "verification_uri_complete": withQuery(at, "user_code", userCode),
		"expires_in": config.DeviceCodeTTL, "interval": int(pollInterval.Seconds()),
	})
	return nil
}

func withQuery(address, name, value string) string {
	separator := "?"
	if strings.Contains(address, "?") {
		separator = "&"
	}
	return address + separator + url.Values{name: {value}}.Encode()
}

// keepUserCode keeps a request by a code that no other device shows.
func (s *Server) keepUserCode(ctx context.Context, g fa.Generator, ttl time.Duration, d deviceRequest) (code string, err error) {
	for range 5 {
		code = identity.NewUserCode(g)
		if err = s.Identifiers.KeepIdentifier(ctx, userCodeKind, identity.TypedCode(code), ttl, d); !errors.Is(err, fa.ErrConflict) {
			break
		}
	}
	return code, err
}

// deviceGrant tells a device how far the sign-in is, and gives it its tokens,
// once.
func (s *Server) deviceGrant(ctx context.Context, req *tokenRequest) (*tokenResponse, error) {
	code := req.form.Get("device_code")
	if code == "" {
		return nil, missingParameter("device_code")
	}
	if err := req.authenticated(true); err != nil { // a device has no redirect to protect
		return nil, err
	}
	var d deviceCode
	err := s.Identifiers.Identifier(ctx, deviceCodeKind, code, &d)
	if errors.Is(err, fa.ErrNotFound) || err == nil && d.ApplicationID != req.application.ID {
		return nil, invalidParameter("device_code")
	}
	if err != nil {
		return nil, err
	}
	polls, err := s.Counters.Count(ctx, "device.poll", code, pollInterval-time.Second)
	switch {
	case err != nil:
		return nil, err
	case d.Expires <= s.Now().UnixMilli():
		return nil, refuse("expired_token", "", "The device code has expired.")
	case polls > 1:
		return nil, refuse("slow_down", "", "The device asks too often.")
	}
	var waiting deviceRequest
	err = s.Identifiers.Identifier(ctx, userCodeKind, identity.TypedCode(d.UserCode), &waiting)
	if errors.Is(err, fa.ErrNotFound) {
		return nil, refuse("expired_token", "", "The device code has expired.")
	}
	if err != nil {
		return nil, err
	}
	if waiting.Approved == nil {
		return nil, refuse("authorization_pending", "", "The user has not signed in yet.")
	}
	return s.giveDevice(ctx, req, code, d, *waiting.Approved)
}

func (s *Server) giveDevice(ctx context.Context, req *tokenRequest, code string, d deviceCode, auth authorization) (*tokenResponse, error) {
	err := s.Identifiers.TakeIdentifier(ctx, deviceCodeKind, code, &d)
	if errors.Is(err, fa.ErrNotFound) { // somebody else was faster
		return nil, invalidParameter("device_code")
	}
	if err == nil {
		err = s.Identifiers.TakeIdentifier(ctx, userCodeKind, identity.TypedCode(d.UserCode), new(deviceRequest))
	}
	if err != nil {
		return nil, err
	}
	e, err := s.entitled(ctx, req, auth)
	if err != nil {
		return nil, err
	}
	e.GrantTypes, e.public = []string{fa.GrantDeviceCode}, !req.proved
	response, _, err := s.issue(ctx, e)
	return response, err
}

// mostUserCodes is how many codes that nobody shows may come from an address in
// ten minutes.
const mostUserCodes = 30

var errUserCode = invalidParameter("user_code")

// waiting is the device that shows a code. Whoever guesses is slowed down.
func (s *Server) waiting(ctx context.Context, typed string) (*deviceRequest, error) {
	if typed == "" {
		return nil, missingParameter("user_code")
	}
	var d deviceRequest
	err := s.Identifiers.Identifier(ctx, userCodeKind, identity.TypedCode(typed), &d)
	if err == nil {
		return &d, nil
	}
	if !errors.Is(err, fa.ErrNotFound) {
		return nil, err
	}
	n, err := s.Counters.Count(ctx, "device.guess", identity.EventInfoOf(ctx).IPAddress, 10*time.Minute)
	if err != nil {
		return nil, err
	}
	if n > mostUserCodes {
		return nil, &Error{status: http.StatusTooManyRequests, Code: "access_denied", Reason: "invalid_user_code", Description: "Too many codes were wrong. Try again later."}
	}
	return nil, errUserCode
}

// approve lets the device that shows a code have its tokens, for as much as it
// has asked for.
func (s *Server) approve(ctx context.Context, typed string, auth authorization) error {
	d, err := s.waiting(ctx, typed)
	if err != nil {
		return err
	}
	if d.ApplicationID != auth.ApplicationID || d.Approved != nil {
		return errUserCode
	}
	auth.Scopes = slices.DeleteFunc(slices.Clone(d.Scopes), func(name string) bool {
		return auth.RedirectURI == deviceCompletePath && !slices.Contains(auth.Scopes, name) // not consented to
	})
	auth.Device, auth.Nonce, auth.SSOID = d.Device, "", ""
	d.Approved = &auth
	err = s.Identifiers.ReplaceIdentifier(ctx, userCodeKind, identity.TypedCode(typed), d)
	if errors.Is(err, fa.ErrNotFound) {
		return errUserCode
	}
	return err
}

// approveFor is approve for somebody who has signed in without a page.
func (s *Server) approveFor(ctx context.Context, a *fa.Application, typed string, user fa.ID, how string, factor bool) error {
	return s.approve(ctx, typed, authorization{
		ApplicationID: a.ID, AuthenticationType: how, AuthTime: s.Now().Unix(), Factor: factor, UserID: user,
	})
}

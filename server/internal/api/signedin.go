package api

import (
	"cmp"
	"context"
	"net/http"

	"wherry/server/internal/fa"
	"wherry/server/internal/identity"
)

// AccessTokens makes access tokens, and the refresh tokens that go with them.
type AccessTokens interface {
	Access(ctx context.Context, t identity.Grant) (identity.Token, error)
	Start(ctx context.Context, g identity.Grant, from fa.Device, factor, public bool) (value string, session *fa.Session, err error)
}

// signedIn is somebody who has proven to be a user, however that was.
type signedIn struct {
	*identity.Outcome
	tenant      *fa.Tenant
	application *fa.Application
	noJWT       bool
	trustID     string  // of a device that is trusted from now on
	trustToken  string  // for a protected request
	state       fa.Data // that came with the first step
	device      fa.Device
}

// loginResponse is what the answers of all ways to sign in have in common.
type loginResponse struct {
	ChangePasswordID       string               `json:"changePasswordId,omitzero"`
	ChangePasswordReason   string               `json:"changePasswordReason,omitzero"`
	ConfigurableMethods    []string             `json:"configurableMethods,omitempty"`
	EmailVerificationID    string               `json:"emailVerificationId,omitzero"`
	IdentityVerificationID string               `json:"identityVerificationId,omitzero"`
	RegistrationVerifyID   string               `json:"registrationVerificationId,omitzero"`
	Methods                []fa.TwoFactorMethod `json:"methods,omitempty"`
	PendingLinkID          string               `json:"pendingIdPLinkId,omitzero"`
	RefreshToken           string               `json:"refreshToken,omitzero"`
	RefreshTokenID         fa.ID                `json:"refreshTokenId,omitzero"`
	State                  fa.Data              `json:"state,omitempty"`
	Token                  string               `json:"token,omitzero"`
	TokenExpirationInstant int64                `json:"tokenExpirationInstant,omitzero"`
	TrustToken             string               `json:"trustToken,omitzero"`
	TwoFactorID            string               `json:"twoFactorId,omitzero"`
	TwoFactorTrustID       string               `json:"twoFactorTrustId,omitzero"`
	User                   *fa.User             `json:"user,omitzero"`
}

// FusionAuth's own meanings of these statuses.
const (
	statusNotRegistered          = http.StatusAccepted
	statusChangePassword         = http.StatusNonAuthoritativeInfo
	statusUnverifiedIdentity     = 212
	statusUnverifiedRegistration = 213
	statusPendingLink            = 232
	statusTwoFactor              = 242
	statusWrongCode              = http.StatusMisdirectedRequest
)

// respond answers with what has come of the sign-in.
func (s signedIn) respond(w http.ResponseWriter, r *http.Request, tokens AccessTokens) error {
	response := loginResponse{State: s.state, TrustToken: s.trustToken, TwoFactorTrustID: s.trustID}
	if s.trustID != "" {
		trust := cookie(r, trustCookie, s.trustID)
		trust.MaxAge = s.tenant.ExternalIdentifierConfiguration.TwoFactorTrustIDTTL
		if s.application != nil {
			trust.MaxAge = cmp.Or(s.application.ExternalIdentifierConfiguration.TwoFactorTrustIDTTL, trust.MaxAge)
		}
		http.SetCookie(w, trust)
	}
	switch {
	case s.PasswordChangeReason != "":
		response.ChangePasswordID, response.ChangePasswordReason = s.ChangePasswordID, s.PasswordChangeReason
		return respond(w, statusChangePassword, response)
	case s.TwoFactor != nil:
		response.TwoFactorID, response.Methods, response.ConfigurableMethods = s.TwoFactor.ID, s.TwoFactor.Methods, s.TwoFactor.Configurable
		return respond(w, statusTwoFactor, response)
	}
	response.User = s.User
	switch s.Unverified {
	case identity.UnverifiedIdentity:
		response.EmailVerificationID, response.IdentityVerificationID = s.VerificationID, s.VerificationID
		return respond(w, statusUnverifiedIdentity, response)
	case identity.UnverifiedRegistration:
		response.RegistrationVerifyID = s.VerificationID
		return respond(w, statusUnverifiedRegistration, response)
	}
	if err := s.addToken(w, r, tokens, &response); err != nil {
		return err
	}
	if s.application != nil && s.Registration == nil {
		return respond(w, statusNotRegistered, response)
	}
	return respond(w, http.StatusOK, response)
}

func (s signedIn) addToken(w http.ResponseWriter, r *http.Request, tokens AccessTokens, response *loginResponse) error {
	if s.noJWT {
		return nil
	}
	g := identity.Grant{
		Tenant: s.tenant, Application: s.application, User: s.User, Registration: s.Registration, AuthenticationType: s.AuthenticationType,
	}
	if s.application != nil && s.Registration != nil && s.application.LoginConfiguration.GenerateRefreshTokens {
		value, session, err := tokens.Start(r.Context(), g, deviceOf(r, s.device), s.Factor, false)
		if err != nil {
			return err
		}
		response.RefreshToken, response.RefreshTokenID, g.SessionID = value, session.ID, session.ID
		http.SetCookie(w, refreshCookieOf(r, value, (&identity.Presented{Session: session, Tenant: s.tenant, Application: s.application}).Expires()))
	}
	token, err := tokens.Access(r.Context(), g)
	if err != nil {
		return err
	}
	response.Token, response.TokenExpirationInstant = token.Compact, token.Expires.UnixMilli()
	http.SetCookie(w, cookie(r, accessCookie, token.Compact))
	return nil
}

// deviceOf is what somebody signs in with, as far as it was said.
func deviceOf(r *http.Request, said fa.Device) fa.Device {
	said.LastAccessedAddress = peer(r)
	return said
}

const trustCookie = "fusionauth.trust"

// trustID is the one of the cookie, or else the one of the request.
func trustID(r *http.Request, given string) string {
	if c, err := r.Cookie(trustCookie); err == nil && c.Value != "" {
		return c.Value
	}
	return given
}

func cookie(r *http.Request, name, value string) *http.Cookie {
	return &http.Cookie{
		Name: name, Value: value, Path: "/", HttpOnly: true, SameSite: http.SameSiteLaxMode,
		Secure: r.TLS != nil || r.Header.Get("X-Forwarded-Proto") == "https",
	}
}

// userOf is the user of the token with which the caller came, or the one that
// the request names and an API key may see.
func userOf(r *http.Request, users UserStore, named fa.ID) (*fa.Account, error) {
	c := callerOf(r)
	if c.user != "" {
		named = c.user
	}
	if named == "" {
		return nil, fa.FieldError("userId", "missing", "You must specify the [userId] property.")
	}
	u, err := users.User(r.Context(), named)
	if err == nil && !c.sees(u.TenantID) {
		err = fa.ErrNotFound
	}
	return u, err
}

// userByLogin is the user with a login id, of the first type that finds one.
func (m *Mux) userByLogin(r *http.Request, users UserStore, loginID string, types []string) (*fa.Account, error) {
	var errs fa.Errors
	errs.Require(loginID, "loginId")
	checkLoginIDTypes(&errs, types)
	if err := errs.OrNil(); err != nil {
		return nil, err
	}
	tenant, err := m.tenantFor(r.Context(), callerOf(r).tenant)
	if err != nil {
		return nil, err
	}
	if len(types) == 0 {
		types = usualTypes
	}
	return firstUser(r.Context(), users, tenant.ID, types, loginID)
}

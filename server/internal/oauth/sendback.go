package oauth

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"time"

	"wherry/server/internal/fa"
	"wherry/server/internal/identity"
)

// silently is why somebody who may not be asked anything cannot go on.
func silently(a *authorizeRequest, out *identity.Outcome) *Error {
	reason := ""
	switch {
	case out.PasswordChangeReason != "":
		reason = "authentication_required"
	case out.TwoFactor != nil:
		reason = "multi_factor_challenge_required"
	case out.Unverified == identity.UnverifiedIdentity:
		reason = "email_verification_required"
	case out.Registration == nil && a.application.OAuthConfiguration.RequireRegistration && !a.application.RegistrationConfiguration.Enabled:
		reason = "registration_required"
	case out.Unverified == identity.UnverifiedRegistration:
		reason = "registration_verification_required"
	default:
		return nil
	}
	return refuse("interaction_required", reason, "The user has to do something before the login is complete.")
}

// arrival is somebody who goes back to the application.
type arrival struct {
	authorization
	UserState string `json:"userState"`
}

// sendBack sends the browser to the application, by way of the consent page if
// the user has to consent to something first.
func (s *Server) sendBack(w http.ResponseWriter, r *http.Request, a *authorizeRequest, out *identity.Outcome) error {
	authTime := s.authTime(a)
	if a.resumed {
		prolong(w, r, a.tenant)
	} else if err := s.renew(w, r, a, out); err != nil {
		return err
	}
	arrived := arrival{UserState: userState(a, out), authorization: authorization{
		ApplicationID: a.application.ID, AuthenticationType: out.AuthenticationType, AuthTime: authTime.Unix(), ClientID: a.clientID,
		CodeChallenge: a.codeChallenge, Device: a.device, Factor: out.Factor, Nonce: a.nonce, RedirectURI: a.redirectURI, Scopes: a.scopes,
		UserCode: a.userCode, UserID: out.User.ID,
	}}
	arrived.Device.LastAccessedAddress = peer(r)
	if a.session != nil {
		arrived.SSOID = a.session.ID
	}
	asked, err := s.askConsent(w, r, a, arrived)
	if asked || err != nil {
		return err
	}
	return s.finish(w, r, a, arrived)
}

func userState(a *authorizeRequest, out *identity.Outcome) string {
	switch {
	case out.Registration == nil:
		return "AuthenticatedNotRegistered"
	case a.application.VerifyRegistration && !out.Registration.Verified:
		return "AuthenticatedRegistrationNotVerified"
	case a.tenant.EmailConfiguration.VerifyEmail && out.User.Email != "" && !out.User.IsVerified(fa.IdentityEmail):
		return "AuthenticatedNotVerified"
	}
	return "Authenticated"
}

// finish sends the browser to the application with a code, or with tokens.
func (s *Server) finish(w http.ResponseWriter, r *http.Request, a *authorizeRequest, arrived arrival) error {
	answer := url.Values{"locale": {s.Pages.Locale(r)}, "userState": {arrived.UserState}}
	switch {
	case a.redirectURI == deviceCompletePath:
		if err := s.approve(r.Context(), a.userCode, arrived.authorization); err != nil {
			return err
		}
		leave(w, r, deviceCompletePath+"?"+url.Values{"client_id": {a.clientID}}.Encode())
		return nil
	case slices.Contains(a.responses, "code"):
		code := identity.NewCode()
		ttl := time.Duration(a.tenant.ExternalIdentifierConfiguration.AuthorizationGrantIDTTL) * time.Second
		if err := s.Identifiers.KeepIdentifier(r.Context(), codeKind, code, ttl, arrived.authorization); err != nil {
			return err
		}
		answer.Set("code", code)
	default:
		if err := s.addTokens(r, a, arrived, answer); err != nil {
			return err
		}
	}
	s.send(w, r, a.reply(answer))
	return nil
}

// addTokens is the implicit grant. It never has a refresh token.
func (s *Server) addTokens(r *http.Request, a *authorizeRequest, arrived arrival, answer url.Values) error {
	e, err := s.entitled(r.Context(), &tokenRequest{application: a.application, clientID: a.clientID}, arrived.authorization)
	if err != nil {
		return err
	}
	e.GrantTypes = []string{fa.GrantImplicit}
	e.Scopes = slices.DeleteFunc(slices.Clone(e.Scopes), func(name string) bool { return name == "offline_access" })
	response, _, err := s.issue(r.Context(), e)
	if err != nil {
		return err
	}
	if response.Scope != "" {
		answer.Set("scope", response.Scope)
	}
	if slices.Contains(a.responses, "token") {
		answer.Set("access_token", response.AccessToken)
		answer.Set("expires_in", strconv.Itoa(response.ExpiresIn))
		answer.Set("token_type", response.TokenType)
	}
	if slices.Contains(a.responses, "id_token") {
		answer.Set("id_token", response.IDToken)
	}
	return nil
}

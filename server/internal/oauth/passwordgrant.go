package oauth

import (
	"cmp"
	"context"
	"errors"
	"net/http"
	"strings"

	"wherry/internal/secret"
	"wherry/server/internal/fa"
	"wherry/server/internal/identity"
)

// passwordGrant signs in somebody who has told the password to the client.
// RFC 9700 section 2.4 says that it "MUST NOT be used"; it is there for clients
// that were built on it, and off unless an application enables it.
func (s *Server) passwordGrant(ctx context.Context, req *tokenRequest) (*tokenResponse, error) {
	if err := req.authenticated(false); err != nil {
		return nil, err
	}
	scopes, problem := grantedScopes(req.application, req.form.Get("scope"))
	if problem != nil {
		return nil, problem
	}
	out, err := s.SignIn.SignIn(ctx, identity.Attempt{
		TenantID: req.application.TenantID, Application: req.application, LoginID: cmp.Or(req.form.Get("username"), req.form.Get("loginId")),
		Password: secret.String(req.form.Get("password")), TwoFactorTrustID: req.trustID, Address: req.event.IPAddress, EventInfo: req.event,
	})
	if err != nil {
		return nil, refusedSignIn(err)
	}
	if err := unfinished(out); err != nil {
		return nil, err
	}
	e, err := s.entitled(ctx, req, authorization{
		AuthenticationType: out.AuthenticationType, AuthTime: s.Now().Unix(), Scopes: scopes, UserID: out.User.ID, Device: req.device, Factor: out.Factor,
	})
	if err != nil {
		return nil, err
	}
	e.GrantTypes = []string{fa.GrantPassword}
	response, _, err := s.issue(ctx, e)
	if err == nil && req.form.Get("user_code") != "" {
		err = s.approveFor(ctx, req.application, req.form.Get("user_code"), out.User.ID, out.AuthenticationType, out.Factor)
	}
	return response, err
}

// refusedSignIn is why somebody was not signed in, as far as it may be told.
func refusedSignIn(err error) error {
	if _, prevented := errors.AsType[*identity.Prevented](err); prevented {
		return refuse("invalid_grant", "login_prevented", "The user may not log in at the moment.")
	}
	switch {
	case errors.Is(err, identity.ErrCredentials):
		return refuse("invalid_grant", "invalid_user_credentials", "The user credentials are invalid.")
	case errors.Is(err, identity.ErrLocked):
		return refuse("invalid_grant", "user_locked", "The user is deactivated.")
	case errors.Is(err, identity.ErrExpired):
		return refuse("invalid_grant", "user_expired", "The user's account has expired.")
	case fa.Refused(err): // by a lambda
		return refuse("invalid_grant", "login_prevented", "The user may not log in.")
	case errors.Is(err, identity.ErrRateLimited):
		e := refuse("invalid_grant", "login_prevented", "There were too many attempts. Try again later.")
		e.status = http.StatusTooManyRequests
		return e
	case errors.Is(err, identity.ErrBusy):
		e := refuse("server_error", "unknown", "Too many sign-ins at this moment. Try again in a second.")
		e.status = http.StatusServiceUnavailable
		return e
	}
	return err
}

// unfinished is a right password that is not enough.
func unfinished(out *identity.Outcome) error {
	switch {
	case out.PasswordChangeReason != "":
		e := refuse("change_password_required", "change_password_"+strings.ToLower(out.PasswordChangeReason), "The user is required to change their password.")
		e.ChangePasswordID = out.ChangePasswordID
		return e
	case out.TwoFactor != nil:
		e := refuse("two_factor_required", "", "A second factor is required to log the user in.")
		e.TwoFactorID, e.TwoFactorMethods = out.TwoFactor.ID, out.TwoFactor.Methods
		return e
	case out.Unverified == identity.UnverifiedIdentity:
		return refuse("interaction_required", "email_verification_required", "The user has to verify the e-mail address.")
	case out.Unverified == identity.UnverifiedRegistration:
		return refuse("interaction_required", "registration_verification_required", "The user has to verify the registration.")
	}
	return nil
}

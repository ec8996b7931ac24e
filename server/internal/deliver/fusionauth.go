package deliver

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"wherry/server/internal/fa"
	"wherry/server/internal/identity"
)

// What a login answers with, beside 200 and 404.
const (
	notRegistered          = 202
	changePassword         = 203
	unverifiedEmail        = 212
	unverifiedRegistration = 213
	twoFactor              = 242
)

// loginPath is where servers of this API take logins.
const loginPath = "/api/login"

// fusionAuth asks the Login API of another server. Applications have other ids
// there, so it is asked about no application.
//
// Source: https://fusionauth.io/docs/apis/login
func fusionAuth(ctx context.Context, client *http.Client, conn *fa.Connector, request identity.ConnectorRequest, t *trace) (*fa.User, error) {
	request.ApplicationID, request.NoJWT = "", true
	if request.LoginIDTypes == nil { // an empty list would be no type at all
		request.LoginIDTypes = []string{fa.IdentityEmail, fa.IdentityUsername}
	}
	req, err := newSignInRequest(ctx, conn, request)
	if err != nil {
		return nil, err
	}
	status, body, err := call(client, req, t)
	switch {
	case err != nil:
		return nil, err
	case status == http.StatusNotFound:
		return nil, nil //nolint:nilnil // documented at ask: nobody, and no error
	}
	switch status {
	case http.StatusOK, notRegistered, unverifiedEmail, unverifiedRegistration:
		return t.user(body)
	case changePassword:
		user, err := lookUp(ctx, client, conn, request, t)
		if user != nil {
			user.PasswordChangeRequired = true
		}
		return user, err
	case twoFactor:
		user, err := lookUp(ctx, client, conn, request, t)
		if user != nil && slices.ContainsFunc(user.TwoFactor.Methods, func(m fa.TwoFactorMethod) bool { return m.Method == fa.MethodAuthenticator }) {
			return nil, errors.New("the user has an authenticator, whose secret the other server does not tell")
		}
		return user, err
	}
	return nil, fmt.Errorf("a login with the status %d lets nobody in", status)
}

// lookUp asks for somebody whose password was right and of whom the login told
// nothing.
func lookUp(ctx context.Context, client *http.Client, conn *fa.Connector, request identity.ConnectorRequest, t *trace) (*fa.User, error) {
	at, err := url.Parse(conn.AuthenticationURL)
	if err != nil || !strings.HasSuffix(at.Path, loginPath) {
		return nil, fmt.Errorf("the authentication URL does not end in %s, so users cannot be looked up", loginPath)
	}
	at.Path = strings.TrimSuffix(at.Path, loginPath) + "/api/user"
	at.RawQuery = url.Values{"loginId": {request.LoginID}, "loginIdTypes": request.LoginIDTypes}.Encode()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, at.String(), nil)
	if err != nil {
		return nil, errors.New("the authentication URL cannot be used")
	}
	introduce(req, conn.HTTPAuthenticationUsername, conn.HTTPAuthenticationPassword, conn.Headers)
	status, body, err := call(client, req, t)
	switch {
	case err != nil:
		return nil, err
	case status != http.StatusOK:
		return nil, fmt.Errorf("the user cannot be looked up: status %d; does the API key have GET for /api/user?", status)
	}
	return t.user(body)
}

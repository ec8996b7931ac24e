package oauth

import (
	"crypto/subtle"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"wherry/server/internal/fa"
)

// tokenRequest finds the client and checks the secret if one is sent; whether
// it must be, depends on the grant.
func (s *Server) tokenRequest(r *http.Request, values url.Values) (*tokenRequest, error) {
	shown, err := credentialsOf(r, values)
	if err != nil {
		return nil, err
	}
	if shown.clientID == "" {
		return nil, missingParameter("client_id")
	}
	application, err := s.application(r.Context(), shown.clientID)
	if err != nil {
		if e, ok := errors.AsType[*Error](err); ok {
			e.status = http.StatusUnauthorized
		}
		return nil, err
	}
	if t := values.Get("tenantId"); t != "" && !strings.EqualFold(t, string(application.TenantID)) {
		return nil, refuse("invalid_request", "invalid_tenant_id", "The application belongs to another tenant.")
	}
	req := &tokenRequest{
		form: values, application: application, clientID: shown.clientID, event: eventOf(r), trustID: trustOf(r), device: deviceIn(r, values),
		original: originalOf(r, values),
	}
	if len(shown.secrets) == 0 {
		return req, nil
	}
	if !shown.prove(application.OAuthConfiguration.ClientSecret) {
		return nil, unauthorized("invalid_client_authentication", "The client could not be authenticated.")
	}
	req.proved = true
	return req, nil
}

// originalOf is the access token that a client wants to be refreshed.
func originalOf(r *http.Request, values url.Values) string {
	if c, err := r.Cookie("access_token"); err == nil && c.Value != "" {
		return c.Value
	}
	return values.Get("access_token")
}

// deviceIn is what somebody signs in with, as far as the request says.
func deviceIn(r *http.Request, values url.Values) fa.Device {
	return fa.Device{
		Description: shortened(values.Get("metaData.device.description")), Name: shortened(values.Get("metaData.device.name")),
		Type: shortened(values.Get("metaData.device.type")), LastAccessedAddress: peer(r),
	}
}

// shortened is a text that anybody may make up, as far as it is kept.
func shortened(text string) string {
	const most = 255
	if letters := []rune(strings.ToValidUTF8(text, "")); len(letters) > most {
		return string(letters[:most])
	}
	return strings.ToValidUTF8(text, "")
}

// credentials is how a client says who it is.
type credentials struct {
	clientID string
	secrets  []string // what may have been meant; none when none was sent
}

func (c credentials) prove(secret string) bool {
	return slices.ContainsFunc(c.secrets, func(shown string) bool {
		return subtle.ConstantTimeCompare([]byte(shown), []byte(secret)) == 1
	})
}

// decoded is what a form encodes as text; text that is no such thing is itself.
func decoded(text string) string {
	if plain, err := url.QueryUnescape(text); err == nil && strings.Contains(text, "%") {
		return plain
	}
	return text
}

// credentialsOf reads the client's id and secret, from the Authorization header
// or the form, but not from both. In the header they should be encoded as in a
// form, and many clients do not: a secret with a plus sign or a percent sign
// is taken either way. An id has no percent sign.
//
// Source: https://datatracker.ietf.org/doc/html/rfc6749#section-2.3.1
func credentialsOf(r *http.Request, values url.Values) (c credentials, err error) {
	c.clientID = values.Get("client_id")
	if secret := values.Get("client_secret"); secret != "" {
		c.secrets = []string{secret}
	}
	if r.Header.Get("Authorization") == "" {
		return c, nil
	}
	user, pass, ok := r.BasicAuth()
	switch {
	case !ok:
		return c, unauthorized("invalid_client_authentication_scheme", "The Authorization header must be HTTP Basic.")
	case c.secrets != nil:
		return c, refuse("invalid_request", "invalid_client_authentication", "The client authenticates in the header and in the form; use one.")
	case c.clientID != "" && !strings.EqualFold(c.clientID, user) && !strings.EqualFold(c.clientID, decoded(user)):
		return c, unauthorized("client_id_mismatch", "The client_id of the form is not the one of the header.")
	}
	c.clientID = decoded(user)
	if pass != "" {
		c.secrets = []string{pass}
	}
	if decoded, err := url.QueryUnescape(pass); err == nil && decoded != pass {
		c.secrets = append(c.secrets, decoded)
	}
	return c, nil
}

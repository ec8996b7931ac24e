package oauth

import (
	"context"
	"errors"
	"net/http"
	"net/url"

	"wherry/server/internal/fa"
)

// LogoutPage has every application log out, in a frame each, and goes on.
type LogoutPage struct {
	Tenant *fa.Tenant
	Frames []string // the applications' logout URLs
	To     string   // where to go then
}

// PostPage posts its fields to an application by itself.
type PostPage struct {
	Action string
	Fields []Field
}

// logout serves /oauth2/logout: it ends the session of single sign-on, and lets
// refresh tokens be.
//
// Source: https://openid.net/specs/openid-connect-rpinitiated-1_0.html
func (s *Server) logout(w http.ResponseWriter, r *http.Request) error {
	values, err := r.URL.Query(), error(nil)
	if r.Method == http.MethodPost {
		if values, err = form(r); err != nil {
			return err
		}
	}
	for _, name := range []string{"client_id", "id_token_hint", "post_logout_redirect_uri", "state", "tenantId"} {
		if len(values[name]) > 1 || len(values.Get(name)) > maxParameter {
			return invalidParameter(name)
		}
	}
	application, tenant, err := s.whoLogsOut(r.Context(), values)
	if err != nil {
		return err
	}
	to, err := afterLogout(application, tenant, values)
	if err != nil {
		return err
	}
	if err := s.endSSO(w, r, tenant.ID); err != nil {
		return err
	}
	if application != nil && application.OAuthConfiguration.LogoutBehavior != fa.LogoutAllApplications {
		leave(w, r, to)
		return nil
	}
	frames, err := s.logoutURLs(r.Context(), tenant.ID)
	if err != nil {
		return err
	}
	if len(frames) == 0 {
		leave(w, r, to)
		return nil
	}
	s.Pages.Logout(w, r, LogoutPage{Tenant: tenant, Frames: frames, To: to})
	return nil
}

// whoLogsOut is the application that sends the browser, which may be none, and
// the tenant. An ID token tells which, also one that has expired.
func (s *Server) whoLogsOut(ctx context.Context, values url.Values) (*fa.Application, *fa.Tenant, error) {
	clientID := values.Get("client_id")
	if hint := values.Get("id_token_hint"); clientID == "" && hint != "" {
		c, err := s.Tokens.ReadExpired(ctx, hint)
		if errors.Is(err, fa.ErrNotFound) {
			return nil, nil, invalidParameter("id_token_hint")
		}
		if err != nil {
			return nil, nil, err
		}
		clientID = c.ClientID()
	}
	var application *fa.Application
	id := s.Default
	if clientID != "" {
		var err error
		if application, err = s.application(ctx, clientID); err != nil {
			return nil, nil, err
		}
		id = application.TenantID
	} else if named := values.Get("tenantId"); named != "" {
		parsed, err := fa.ParseID(named)
		if err != nil {
			return nil, nil, fa.ErrNotFound
		}
		id = parsed
	}
	tenant, err := s.Tenants.Get(ctx, id)
	return application, tenant, err
}

// afterLogout is where the browser goes: where the request says, if the
// application has registered that; else where the application or the tenant
// wants it.
func afterLogout(a *fa.Application, t *fa.Tenant, values url.Values) (string, error) {
	if asked := values.Get("post_logout_redirect_uri"); asked != "" {
		if a == nil || !registered(a, a.OAuthConfiguration.AuthorizedRedirectURLs, asked) {
			return "", invalidParameter("post_logout_redirect_uri")
		}
		if state := values.Get("state"); state != "" {
			return (&reply{modeQuery, asked, url.Values{"state": {state}}}).url(), nil
		}
		return asked, nil
	}
	switch {
	case a != nil && a.OAuthConfiguration.LogoutURL != "":
		return a.OAuthConfiguration.LogoutURL, nil
	case t.LogoutURL != "":
		return t.LogoutURL, nil
	}
	return "/", nil
}

func (s *Server) endSSO(w http.ResponseWriter, r *http.Request, tenant fa.ID) error {
	name := ssoCookie(r, tenant)
	c, err := r.Cookie(name)
	if err != nil {
		return nil //nolint:nilerr // nobody is signed in
	}
	forget(w, r, name)
	if _, err := s.Sessions.EndByValue(r.Context(), c.Value); err != nil && !errors.Is(err, fa.ErrNotFound) {
		return err
	}
	return nil
}

func (s *Server) logoutURLs(ctx context.Context, tenant fa.ID) (list []string, err error) {
	all, err := s.Applications.All(ctx)
	for _, a := range all {
		if u := a.OAuthConfiguration.LogoutURL; a.TenantID == tenant && a.Active && u != "" {
			list = append(list, u)
		}
	}
	return list, err
}

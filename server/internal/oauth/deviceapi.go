package oauth

import (
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"wherry/server/internal/fa"
)

// DevicePage is where somebody types the code that a device shows, as
// interactive_user_code in the query of the page itself.
type DevicePage struct {
	Frame
	UserCode string // filled in already
	Problem  string // such as "[InvalidUserCode]"; empty: nothing went wrong yet
	Done     bool   // the device is connected
}

// devicePage serves GET /oauth2/device. A code that came with the link has to be
// confirmed: RFC 8628 section 5.4, against links that connect somebody else's
// device.
func (s *Server) devicePage(w http.ResponseWriter, r *http.Request) error {
	q := r.URL.Query()
	tenant, err := s.Tenants.Get(r.Context(), s.Default)
	if err != nil {
		return err
	}
	page := DevicePage{Frame: Frame{Tenant: tenant}, UserCode: shortened(q.Get("user_code"))}
	if !q.Has("interactive_user_code") {
		s.Pages.Device(w, r, http.StatusOK, page)
		return nil
	}
	page.UserCode = shortened(q.Get("interactive_user_code"))
	d, err := s.waiting(r.Context(), page.UserCode)
	problem, refused := errors.AsType[*Error](err)
	switch {
	case refused && problem.Reason == "missing_user_code":
		page.Problem = "[blank]user_code"
	case refused && problem.status == http.StatusTooManyRequests:
		page.Problem = "[RateLimitedException]"
	case refused, err == nil && d.Approved != nil:
		page.Problem = "[InvalidUserCode]"
	case err != nil:
		return err
	default:
		leave(w, r, "/oauth2/authorize?"+url.Values{
			"client_id": {d.ClientID}, "redirect_uri": {deviceCompletePath}, "response_type": {"code"}, "scope": {strings.Join(d.Scopes, " ")},
			"user_code": {page.UserCode}, "locale": {s.Pages.Locale(r)},
		}.Encode())
		return nil
	}
	s.Pages.Device(w, r, http.StatusBadRequest, page)
	return nil
}

func (s *Server) deviceComplete(w http.ResponseWriter, r *http.Request) error {
	page := DevicePage{Done: true}
	if a, err := s.application(r.Context(), r.URL.Query().Get("client_id")); err == nil {
		page.Application = a
		if page.Tenant, err = s.Tenants.Get(r.Context(), a.TenantID); err != nil {
			return err
		}
	}
	s.Pages.Device(w, r, http.StatusOK, page)
	return nil
}

// deviceValidate serves GET /oauth2/device/validate, for applications with a page
// of their own.
func (s *Server) deviceValidate(w http.ResponseWriter, r *http.Request) error {
	q := r.URL.Query()
	if q.Get("client_id") == "" {
		return missingParameter("client_id")
	}
	application, err := s.application(r.Context(), q.Get("client_id"))
	if err != nil {
		return err
	}
	if err := s.allow(w, r, application); err != nil {
		return err
	}
	d, err := s.waiting(r.Context(), q.Get("user_code"))
	if err != nil {
		return err
	}
	if d.ApplicationID != application.ID {
		return errUserCode
	}
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(http.StatusOK)
	return nil
}

// clientAnd is a client that has shown its secret, and the parameters.
func (s *Server) clientAnd(w http.ResponseWriter, r *http.Request) (*tokenRequest, error) {
	values, err := r.URL.Query(), error(nil)
	if r.Method == http.MethodPost {
		if values, err = onceForm(r); err != nil {
			return nil, err
		}
	}
	req, err := s.tokenRequest(r, values)
	if err != nil {
		return nil, err
	}
	if err := s.allow(w, r, req.application); err != nil {
		return nil, err
	}
	return req, req.authenticated(false)
}

// userCode serves /oauth2/device/user-code.
func (s *Server) userCode(w http.ResponseWriter, r *http.Request) error {
	req, err := s.clientAnd(w, r)
	if err != nil {
		return err
	}
	d, err := s.waiting(r.Context(), req.form.Get("user_code"))
	if err != nil {
		return err
	}
	if d.ApplicationID != req.application.ID {
		return errUserCode
	}
	scopes := slices.DeleteFunc(slices.Clone(d.Scopes), func(name string) bool { return name == "openid" || name == "offline_access" })
	respond(w, http.StatusOK, map[string]any{
		"client_id": d.ClientID, "deviceInfo": infoOf(d.Device), "expires_in": (d.Expires - s.Now().UnixMilli()) / 1000,
		"scope": strings.Join(scopes, " "), "tenantId": req.application.TenantID, "user_code": req.form.Get("user_code"),
	})
	return nil
}

func infoOf(d fa.Device) map[string]string {
	return map[string]string{"description": d.Description, "name": d.Name, "type": d.Type}
}

// deviceApprove serves POST /oauth2/device/approve: an application has signed
// somebody in by itself, and says so with the access token.
func (s *Server) deviceApprove(w http.ResponseWriter, r *http.Request) error {
	req, err := s.clientAnd(w, r)
	if err != nil {
		return err
	}
	token := req.form.Get("token")
	if token == "" {
		return missingParameter("token")
	}
	claims, err := s.Tokens.Read(r.Context(), token)
	if errors.Is(err, fa.ErrNotFound) || err == nil && (claims.Tenant != req.application.TenantID || claims.TokenHash != "") {
		return refuse("invalid_request", "access_token_invalid", "The token is not an access token that is good.")
	}
	if err != nil {
		return err
	}
	user, err := s.activeUser(r.Context(), claims.Subject)
	if err != nil {
		return err
	}
	d, err := s.waiting(r.Context(), req.form.Get("user_code"))
	if err != nil {
		return err
	}
	if err := s.approveFor(r.Context(), req.application, req.form.Get("user_code"), user.ID, "PASSWORD", false); err != nil {
		return err
	}
	respond(w, http.StatusOK, map[string]any{
		"deviceGrantStatus": "Approved", "deviceInfo": infoOf(d.Device), "tenantId": req.application.TenantID, "userId": user.ID,
	})
	return nil
}

package hosted

import (
	"net/http"

	"wherry/server/internal/fa"
	"wherry/server/internal/identity"
)

func (s *Server) forgot(w http.ResponseWriter, r *http.Request, v visit) error {
	problem := ""
	if !mails(v) {
		problem = "[ForgotPasswordDisabled]"
	}
	page := v.form(problem)
	page.LoginID = v.query.Get("login_hint")
	s.Pages.Forgot(w, r, http.StatusOK, page)
	return nil
}

func mails(v visit) bool {
	return v.tenant.EmailTemplate(v.application, func(t fa.EmailTemplateIDs) fa.ID { return t.ForgotPasswordEmailTemplateID }) != ""
}

// maxLoginID is longer than anybody's login id, in bytes.
const maxLoginID = 1024

// postForgot says the same to everybody, and takes as long.
func (s *Server) postForgot(w http.ResponseWriter, r *http.Request, v visit) error {
	loginID := r.PostForm.Get("loginId")
	switch {
	case !mails(v):
		s.Pages.Forgot(w, r, http.StatusForbidden, v.form("[ForgotPasswordDisabled]"))
		return nil
	case loginID == "" || len(loginID) > maxLoginID:
		s.Pages.Forgot(w, r, http.StatusBadRequest, v.form("[blank]loginId"))
		return nil
	}
	f := Forgotten{
		TenantID: v.tenant.ID, LoginID: loginID, State: v.state(),
		EventInfo: identity.EventInfo{IPAddress: peer(r), UserAgent: r.UserAgent(), DeviceType: "BROWSER"},
	}
	if v.application != nil {
		f.ApplicationID = v.application.ID
	}
	if err := s.Later.ForgotPassword(r.Context(), f); err != nil {
		return err
	}
	v.on(w, r, "/password/sent")
	return nil
}

package account

import (
	"encoding/json"
	"errors"
	"net/http"

	"wherry/server/internal/fa"
	"wherry/server/internal/identity"
)

// offersPasskey tells whether somebody can use a passkey to show who it is.
func (s *Server) offersPasskey(r *http.Request, v *visit) (bool, error) {
	return s.Passkeys.CanReauthenticate(r.Context(), v.user, v.application, hostOf(r))
}

// askPasskey has the browser ask for a passkey, instead of the current password.
func (s *Server) askPasskey(w http.ResponseWriter, r *http.Request, v *visit) error {
	options, err := s.Passkeys.StartLogin(r.Context(), identity.AskPasskey{
		User: v.user, Application: v.application, Workflow: fa.WorkflowReauthentication, Host: hostOf(r),
	})
	if fa.Refused(err) { // the workflow is not enabled
		err = fa.ErrNotFound
	}
	if err != nil {
		return err
	}
	s.Pages.Reauthenticate(w, r, http.StatusOK, Reauthenticate{Frame: v.frame(), Options: string(options)})
	return nil
}

// takeOwnPasskey goes on to the page for a new password with a passkey of the
// user's own, if the authenticator knows who it was.
func (s *Server) takeOwnPasskey(w http.ResponseWriter, r *http.Request, v *visit) error {
	at := identity.PasskeyAttempt{Origin: originOf(r), Application: v.application}
	err := json.Unmarshal([]byte(r.PostForm.Get("webAuthnRequest")), &at.Answer)
	if err == nil {
		err = s.Passkeys.Confirm(r.Context(), v.user, at)
	} else {
		err = identity.ErrCredentials // no browser sends that
	}
	if errors.Is(err, identity.ErrCredentials) {
		s.Pages.Reauthenticate(w, r, http.StatusBadRequest, Reauthenticate{Frame: v.frame(), Problem: "[InvalidPasskey]"})
		return nil
	}
	if err != nil {
		return err
	}
	id, err := s.Service.StartPasswordChange(r.Context(), v.tenant, v.user)
	if err != nil {
		return err
	}
	return leave(w, r, "/password/change/"+id+localeOf(r))
}

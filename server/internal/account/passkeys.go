package account

import (
	"encoding/json"
	"errors"
	"net/http"

	"wherry/server/internal/fa"
	"wherry/server/internal/identity"
)

func (s *Server) passkeys(w http.ResponseWriter, r *http.Request, v *visit) error {
	keys, err := s.Keys.WebAuthnCredentials(r.Context(), v.user.ID)
	if err != nil {
		return err
	}
	s.Pages.Passkeys(w, r, PasskeyList{Frame: v.framed(r), Keys: keys})
	return nil
}

func (s *Server) addPasskey(w http.ResponseWriter, r *http.Request, v *visit) error {
	if !v.tenant.WebAuthnConfiguration.Enabled {
		return fa.ErrNotFound
	}
	s.Pages.NewPasskey(w, r, http.StatusOK, NewPasskey{Frame: v.frame()})
	return nil
}

// postPasskey takes a name and has the browser make a passkey, or takes what the
// authenticator has made.
func (s *Server) postPasskey(w http.ResponseWriter, r *http.Request, v *visit) error {
	name, made := r.PostForm.Get("displayName"), r.PostForm.Get("webAuthnRegisterRequest")
	page := NewPasskey{Frame: v.frame(), Name: name}
	switch {
	case !v.tenant.WebAuthnConfiguration.Enabled:
		return fa.ErrNotFound
	case made != "":
		return s.takePasskey(w, r, v, made)
	case name == "":
		page.Problem = "[blank]displayName"
		s.Pages.NewPasskey(w, r, http.StatusBadRequest, page)
		return nil
	}
	workflow := fa.WorkflowGeneral
	if v.tenant.WebAuthnConfiguration.BootstrapWorkflow.Enabled { // people will log in with it
		workflow = fa.WorkflowBootstrap
	}
	options, err := s.Passkeys.StartRegistration(r.Context(), v.user, identity.NewPasskey{
		DisplayName: name, UserAgent: r.UserAgent(), Workflow: workflow, Host: hostOf(r),
	})
	if err != nil {
		return err
	}
	page.Options = string(options)
	s.Pages.NewPasskey(w, r, http.StatusOK, page)
	return nil
}

func (s *Server) takePasskey(w http.ResponseWriter, r *http.Request, v *visit, made string) error {
	var answer identity.PasskeyCreation
	err := json.Unmarshal([]byte(made), &answer)
	if err == nil {
		_, err = s.Passkeys.CompleteRegistration(r.Context(), v.user, originOf(r), answer)
	} else {
		err = identity.ErrCredentials // no browser sends that
	}
	if errors.Is(err, identity.ErrCredentials) || errors.Is(err, fa.ErrConflict) {
		s.Pages.NewPasskey(w, r, http.StatusBadRequest, NewPasskey{Frame: v.frame(), Problem: "[InvalidPasskey]"})
		return nil
	}
	if err != nil {
		return err
	}
	return done(w, r, home+"/webauthn", "passkey")
}

func (s *Server) deletePasskey(w http.ResponseWriter, r *http.Request, v *visit) error {
	keys, err := s.Keys.WebAuthnCredentials(r.Context(), v.user.ID)
	if err != nil {
		return err
	}
	for _, key := range keys {
		if string(key.ID) == r.PostForm.Get("id") {
			if err := s.Keys.DeleteWebAuthnCredential(r.Context(), key.ID); err != nil {
				return err
			}
			return done(w, r, home+"/webauthn", "deleted")
		}
	}
	return fa.ErrNotFound
}

package account

import (
	"errors"
	"net/http"

	"wherry/server/internal/fa"
)

func (s *Server) sessions(w http.ResponseWriter, r *http.Request, v *visit) error {
	live, err := s.Sessions.Live(r.Context(), fa.SessionMatch{UserID: v.user.ID})
	if err != nil {
		return err
	}
	page := SessionList{Frame: v.framed(r)}
	for _, session := range live {
		shown := Session{Session: session}
		if session.ApplicationID != "" {
			shown.Application, err = s.Applications.Get(r.Context(), session.ApplicationID)
			if err != nil && !errors.Is(err, fa.ErrNotFound) {
				return err
			}
		}
		page.Sessions = append(page.Sessions, shown)
	}
	s.Pages.Sessions(w, r, page)
	return nil
}

// endSession ends one of the user's sessions.
func (s *Server) endSession(w http.ResponseWriter, r *http.Request, v *visit) error {
	id, err := fa.ParseID(r.PostForm.Get("id"))
	if err != nil {
		return fa.ErrNotFound
	}
	if err := s.Sessions.End(r.Context(), fa.SessionMatch{ID: id, UserID: v.user.ID}); err != nil {
		return err
	}
	return done(w, r, home+"/sessions", "ended")
}

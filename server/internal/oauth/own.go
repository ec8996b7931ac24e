package oauth

import (
	"context"
	"net/url"

	"wherry/server/internal/fa"
)

// AccountPath is where the pages are on which people look after their accounts,
// and a redirect URL of every application: people sign in to those pages as to
// an application, and nobody else is sent a code.
const AccountPath = "/account"

// isOwn tells whether somebody signs in to the pages of this server.
func (a *authorizeRequest) isOwn(q url.Values) bool {
	mode := q.Get("response_mode")
	return q.Get("redirect_uri") == AccountPath && q.Get("response_type") == "code" && (mode == "" || mode == modeQuery) && a.userCode == ""
}

// checkOwn is for those pages what checkRedirect and check are for applications:
// they ask for no scopes, and what an application wants of its clients does not
// concern them.
func (a *authorizeRequest) checkOwn(q url.Values) error {
	a.redirectURI, a.responseMode, a.responses = AccountPath, modeQuery, []string{"code"}
	if err := a.checkPrompt(q); err != nil {
		return a.refused(err)
	}
	return nil
}

// Arrived takes a code that was sent to AccountPath, and returns who signed in,
// and by which application. A code that is unknown, used or for somewhere else
// is fa.ErrNotFound.
func (s *Server) Arrived(ctx context.Context, code string) (user, application fa.ID, err error) {
	var a authorization
	if err := s.Identifiers.TakeIdentifier(ctx, codeKind, code, &a); err != nil {
		return "", "", err
	}
	if a.RedirectURI != AccountPath {
		return "", "", fa.ErrNotFound
	}
	return a.UserID, a.ApplicationID, nil
}

package api

import (
	"context"
	"net/http"
	"strings"

	"wherry/server/internal/fa"
)

// Bearers tells whose access token it is that somebody came with.
type Bearers interface {
	// Bearer returns the user and the tenant of a token, or fa.ErrNotFound for
	// one that is not good.
	Bearer(ctx context.Context, token string) (user, tenant fa.ID, err error)
}

// HandleUser registers an endpoint for whoever has an API key with the
// permission, or an access token, with which everybody speaks for themselves.
func (m *Mux) HandleUser(pattern string, h handler) {
	method, path, _ := strings.Cut(pattern, " ")
	endpoint := endpointOf(path)
	m.HandleOpen(pattern, func(w http.ResponseWriter, r *http.Request) error {
		return m.asUser(r, method, endpoint, func(r *http.Request) error { return h(w, r) })
	})
}

// asUser goes on as the caller whom the API key or the access token names.
func (m *Mux) asUser(r *http.Request, method, endpoint string, next func(r *http.Request) error) error {
	c, err := m.bearer(r)
	if err != nil {
		return err
	}
	if c.user == "" {
		if c, err = m.authenticate(r, method, endpoint); err != nil {
			return err
		}
	}
	return next(r.WithContext(context.WithValue(r.Context(), callerKey{}, c)))
}

// bearer is the caller of an access token: in the header, or in the cookie of a
// request without that header. Without a token it is nobody.
func (m *Mux) bearer(r *http.Request) (c caller, err error) {
	token, isBearer := bearerOf(r)
	if !isBearer {
		return c, nil
	}
	c.user, c.tenant, err = m.Bearers.Bearer(r.Context(), token)
	if isNotFound(err) {
		return caller{}, errUnauthorized
	}
	return c, err
}

func bearerOf(r *http.Request) (token string, isBearer bool) {
	token, isBearer = strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	if !isBearer && r.Header.Get("Authorization") == "" {
		if cookie, err := r.Cookie(accessCookie); err == nil {
			token, isBearer = cookie.Value, true
		}
	}
	return token, isBearer
}

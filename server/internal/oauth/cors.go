package oauth

import (
	"net/http"

	"wherry/server/internal/fa"
)

// allow lets a script of an origin that the application has registered read the
// answer. An origin that it has not registered is refused where it has registered
// others.
//
// Source: https://fetch.spec.whatwg.org/#http-cors-protocol
func (s *Server) allow(w http.ResponseWriter, r *http.Request, a *fa.Application) error {
	origin := r.Header.Get("Origin")
	if origin == "" || origin == baseURL(r) {
		return nil
	}
	w.Header().Add("Vary", "Origin")
	list := a.OAuthConfiguration.AuthorizedOriginURLs
	if registered(a, list, origin) {
		w.Header().Set("Access-Control-Allow-Origin", origin)
		return nil
	}
	if len(list) == 0 {
		return nil
	}
	problem := refuse("invalid_request", "invalid_origin", "The origin of the request is not registered for the application.")
	if origin == "null" {
		problem.Reason = "invalid_origin_opaque"
	}
	problem.status = http.StatusForbidden
	return problem
}

// preflight answers a browser that asks whether a script may make a request:
// yes, if some application has registered the script's origin.
func (s *Server) preflight(w http.ResponseWriter, r *http.Request) error {
	all, err := s.Applications.All(r.Context())
	if err != nil {
		return err
	}
	h, origin := w.Header(), r.Header.Get("Origin")
	h.Add("Vary", "Origin")
	for _, a := range all {
		if a.Active && registered(a, a.OAuthConfiguration.AuthorizedOriginURLs, origin) {
			h.Set("Access-Control-Allow-Origin", origin)
			h.Set("Access-Control-Allow-Methods", "GET, POST")
			h.Set("Access-Control-Allow-Headers", "Authorization, Content-Type")
			h.Set("Access-Control-Max-Age", "600")
			break
		}
	}
	w.WriteHeader(http.StatusNoContent)
	return nil
}

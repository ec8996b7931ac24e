package pool

import (
	"encoding/json"
	"net/http"
)

// Handler answers as Cognito does: the API at POST /, and each pool's keys and
// discovery document below its id.
func (p *Pool) Handler() http.Handler {
	mux := http.NewServeMux()
	mux.Handle("/{$}", p.api)
	mux.HandleFunc("GET /{pool}/.well-known/jwks.json", p.jwks)
	mux.HandleFunc("GET /{pool}/.well-known/openid-configuration", p.discovery)
	return mux
}

func (p *Pool) jwks(w http.ResponseWriter, r *http.Request) {
	if _, err := p.store.Pool(r.PathValue("pool")); err != nil {
		http.NotFound(w, r)
		return
	}
	mint, err := p.mints.Of(r.PathValue("pool"))
	if err != nil {
		p.log.ErrorContext(r.Context(), "make the keys of a pool", "error", err)
		http.Error(w, "", http.StatusInternalServerError)
		return
	}
	respond(w, mint.JWKS())
}

func (p *Pool) discovery(w http.ResponseWriter, r *http.Request) {
	if _, err := p.store.Pool(r.PathValue("pool")); err != nil {
		http.NotFound(w, r)
		return
	}
	issuer := p.mints.Issuer(r.PathValue("pool"))
	respond(w, map[string]any{
		"issuer":                                issuer,
		"jwks_uri":                              issuer + "/.well-known/jwks.json",
		"authorization_endpoint":                issuer + "/oauth2/authorize",
		"token_endpoint":                        issuer + "/oauth2/token",
		"userinfo_endpoint":                     issuer + "/oauth2/userInfo",
		"revocation_endpoint":                   issuer + "/oauth2/revoke",
		"id_token_signing_alg_values_supported": []string{"RS256"},
		"response_types_supported":              []string{"code", "token"},
		"scopes_supported":                      []string{"openid", "email", "phone", "profile"},
		"subject_types_supported":               []string{"public"},
		"token_endpoint_auth_methods_supported": []string{"client_secret_basic", "client_secret_post"},
	})
}

func respond(w http.ResponseWriter, v any) {
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(v) // the client may have gone
}

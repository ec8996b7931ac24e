package oauth

import (
	"slices"
	"strings"

	"wherry/server/internal/fa"
)

// knownScopes is what any application can be granted.
var knownScopes = []string{"openid", "offline_access", "address", "email", "phone", "profile"}

// grantedScopes are those of a request that the application can be granted, each
// once. What happens to others, its policy says.
func grantedScopes(a *fa.Application, asked string) (scopes []string, problem *Error) {
	for _, name := range strings.Fields(asked) {
		_, known := a.Scope(name)
		known = known || a.OAuthConfiguration.UnknownScopePolicy == "Allow"
		switch {
		case known && !slices.Contains(scopes, name):
			scopes = append(scopes, name)
		case known, a.OAuthConfiguration.UnknownScopePolicy == "Remove":
		default:
			return nil, refuse("invalid_scope", "unknown_scope", "The request asks for a scope that the application does not know.")
		}
	}
	return scopes, nil
}

package linker

import (
	"strings"

	"wherry/toolkit/internal/fusionauth"
	"wherry/toolkit/internal/plan"
)

// providers are the identity providers of the target, and what the operator
// says about them.
type providers struct {
	there []fusionauth.IdentityProvider
	names map[string]string
}

// social are the types of which the pool and the target know what they are: the
// others mean whatever their settings say.
var social = map[string]string{"Google": "Google", "Facebook": "Facebook", "SignInWithApple": "Apple"}

// find finds the provider that a link of the pool leads to in the target; one
// without an id when there is none, or when several may be meant.
func (p providers) find(l plan.Link) fusionauth.IdentityProvider {
	if name, ok := p.names[l.ProviderName]; ok {
		return p.only(func(t fusionauth.IdentityProvider) bool {
			return strings.EqualFold(t.ID, name) || strings.EqualFold(t.Name, name)
		})
	}
	if found := p.only(func(t fusionauth.IdentityProvider) bool { return strings.EqualFold(t.Name, l.ProviderName) }); found.ID != "" {
		return found
	}
	kind, ok := social[l.ProviderType]
	return p.only(func(t fusionauth.IdentityProvider) bool { return ok && t.Type == kind })
}

func (p providers) only(meant func(fusionauth.IdentityProvider) bool) (found fusionauth.IdentityProvider) {
	for _, t := range p.there {
		if !meant(t) {
			continue
		}
		if found.ID != "" {
			return fusionauth.IdentityProvider{}
		}
		found = t
	}
	return found
}

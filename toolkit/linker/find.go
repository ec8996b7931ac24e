package linker

import (
	"wherry/toolkit/internal/fusionauth"
	"wherry/toolkit/internal/plan"
)

// Find tells the id of the identity provider that a link leads to, of those that
// the target has, "" if there is none. Names are as in Config.
func Find(there []fusionauth.IdentityProvider, names map[string]string) func(plan.Link) string {
	p := providers{there, names}
	return func(l plan.Link) string { return p.find(l).ID }
}

package config

import "github.com/google/uuid"

// Import is how the bulk road carries the users of one pool.
type Import struct {
	// Users of these statuses are not carried. Default: UNCONFIRMED, ARCHIVED, COMPROMISED and UNKNOWN. An empty list carries everybody.
	Skip []string `yaml:"skip"`
	// The connector of the target, by name or id, that is still asked for the password when a user first signs in, so that nobody needs a new
	// one. Only Wherry's own server can do that.
	Connector string `yaml:"connector"`
	// Which identity provider of the target a provider of the pool has become, by the pool's name for it: the target's name or id. Default: the
	// one of the same name; for Google, Facebook and Apple else the only one of that type.
	IdentityProviders map[string]string `yaml:"identity_providers"`
}

// statuses that are no use to carry: nobody has proven the address of the
// first, and nobody signs in with the others.
var useless = []string{"UNCONFIRMED", "ARCHIVED", "COMPROMISED", "UNKNOWN"}

func (i *Import) setDefaults() {
	if i.Skip == nil {
		i.Skip = useless
	}
}

func (i *Import) check(k checker) {
	for name, provider := range i.IdentityProviders {
		if name == "" || provider == "" {
			k.say("identity_providers", "give each provider of the pool the name or id of one of the target")
		}
	}
}

// IsID tells an object's id from its name.
func IsID(text string) bool { return uuid.Validate(text) == nil }

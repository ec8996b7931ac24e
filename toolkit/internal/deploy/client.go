package deploy

import (
	"maps"
	"slices"
	"strings"

	"wherry/toolkit/config"
)

// Client is the app client of one pool that the connector signs users in with.
type Client struct {
	Pool   config.Pool
	Number string // "" for the first pool, then "2", …
	Flows  []string
	Secret bool     // it has one
	Read   []string // the attributes that it may read
}

// readable are the standard attributes that a client may be allowed to read.
var readable = []string{
	"address", "birthdate", "email", "email_verified", "family_name", "gender", "given_name", "locale", "middle_name", "name",
	"nickname", "phone_number", "phone_number_verified", "picture", "preferred_username", "profile", "updated_at", "website", "zoneinfo",
}

func clients(c *config.Config) []Client {
	var list []Client
	for i, p := range c.Pools {
		list = append(list, Client{
			Pool: p, Number: strings.TrimPrefix(numbered(i), "-"), Secret: p.ClientSecret != "",
			Flows: []string{"ALLOW_" + string(p.Connector.Flow), "ALLOW_REFRESH_TOKEN_AUTH"},
			Read:  append(slices.Clone(readable), custom(p)...),
		})
	}
	return list
}

// custom are the pool's own attributes, as far as the settings know them: what
// a client may not read is missing at sign-in without a word. No client may
// read what is for developers only.
func custom(p config.Pool) []string {
	names := map[string]bool{}
	for _, a := range p.Schema.SchemaAttributes {
		names[a.Name] = true
	}
	for name := range p.Mapping.Types {
		names[name] = true
	}
	maps.DeleteFunc(names, func(name string, _ bool) bool { return !strings.HasPrefix(name, "custom:") })
	return slices.Sorted(maps.Keys(names))
}

func (d *Deployment) noteUnknownAttributes() {
	for _, c := range d.Clients {
		if c.Pool.SchemaFile == "" {
			d.notes = append(d.notes, "pool "+c.Pool.Name+": custom attributes are readable only as far as mapping.types names them; "+
				"with schema_file, which aws cognito-idp describe-user-pool writes, all of them are")
		}
	}
}

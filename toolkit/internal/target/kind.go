package target

import (
	"strings"

	"wherry/toolkit/internal/fusionauth"
)

// Kind is a kind of objects.
type Kind struct {
	Name   string // for people
	Path   string // where one is, such as /api/application/{id}
	Member string // what answers call it

	list   string // what the list of all calls them; "" if there is none
	create string // where one is made, if not at Path
	tenant bool   // it belongs to a tenant
	hidden bool   // the list leaves some out
	in     string // the member of its parent that lists the parts
	parent *Kind

	// beside reads from an object what requests state beside it.
	beside func(Doc) Doc
}

// The kinds.
var (
	Tenant           = &Kind{Name: "tenant", Path: "/api/tenant/{id}", Member: "tenant", list: "tenants"}
	Application      = &Kind{Name: "application", Path: "/api/application/{id}", Member: "application", list: "applications", tenant: true, hidden: true}
	Role             = &Kind{Name: "role", Path: "/api/application/{id}/role/{id}", Member: "role", in: "roles", parent: Application}
	Scope            = &Kind{Name: "scope", Path: "/api/application/{id}/scope/{id}", Member: "scope", in: "scopes", parent: Application}
	Group            = &Kind{Name: "group", Path: "/api/group/{id}", Member: "group", list: "groups", tenant: true, beside: roleIDs}
	Connector        = &Kind{Name: "connector", Path: "/api/connector/{id}", Member: "connector", list: "connectors"}
	IdentityProvider = &Kind{Name: "identity provider", Path: "/api/identity-provider/{id}", Member: "identityProvider", list: "identityProviders"}
	Key              = &Kind{Name: "key", Path: "/api/key/{id}", Member: "key", list: "keys", create: "/api/key/import/{id}"}
	EntityType       = &Kind{Name: "entity type", Path: "/api/entity/type/{id}", Member: "entityType", list: "entityTypes"}
	Permission       = &Kind{Name: "permission", Path: "/api/entity/type/{id}/permission/{id}", Member: "permission", in: "permissions", parent: EntityType}
	Entity           = &Kind{Name: "entity", Path: "/api/entity/{id}", Member: "entity", tenant: true}
	Grant            = &Kind{Name: "grant", Path: "/api/entity/{id}/grant", Member: "grant", parent: Entity}
	EmailTemplate    = &Kind{Name: "e-mail template", Path: "/api/email/template/{id}", Member: "emailTemplate", list: "emailTemplates"}
	Theme            = &Kind{Name: "theme", Path: "/api/theme/{id}", Member: "theme", list: "themes"}
	APIKey           = &Kind{Name: "API key", Path: "/api/api-key/{id}", Member: "apiKey"}
)

// Kinds lists them all, parts after what they are parts of.
var Kinds = []*Kind{
	Tenant, Application, Role, Scope, Group, Connector, IdentityProvider, Key, EntityType, Permission, Entity, Grant, EmailTemplate, Theme, APIKey,
}

// Place is where the object with these ids is.
func (k *Kind) Place(parent, id string) fusionauth.Place { return k.place(k.Path, parent, id) }

// made is where it is made.
func (k *Kind) made(parent, id string) fusionauth.Place {
	if k.create != "" {
		return k.place(k.create, parent, id)
	}
	return k.Place(parent, id)
}

func (k *Kind) place(path, parent, id string) fusionauth.Place {
	ids := []string{parent, id}
	if k.parent == nil {
		ids = ids[1:]
	}
	return fusionauth.Place{Path: path, IDs: ids[:strings.Count(path, "{id}")]}
}

// roleIDs are the ids of a group's roles, which it lists by application.
func roleIDs(group Doc) Doc {
	ids := []any{}
	applications, _ := group["roles"].(Doc)
	for _, roles := range applications {
		list, _ := roles.([]any)
		for _, role := range list {
			if r, ok := role.(Doc); ok {
				ids = append(ids, r["id"])
			}
		}
	}
	return Doc{"roleIds": ids}
}

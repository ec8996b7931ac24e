package blueprint

import (
	"cmp"
	"strings"

	"wherry/toolkit/internal/fusionauth"
	"wherry/toolkit/internal/poolconfig"
	"wherry/toolkit/internal/target"
)

// makeEntities makes resource servers and the programs that may use them. An
// entity is both: what a token is for, and who asks for it. FusionAuth wants a
// licence for entities, so all of this is optional.
func (b *builder) makeEntities() {
	for _, r := range b.Config.ResourceServers {
		b.makeServer(r)
	}
	var machines []poolconfig.Client
	for _, c := range b.Config.Clients {
		if c.Machine() && b.wanted(c) {
			machines = append(machines, c)
		}
	}
	if len(machines) == 0 {
		return
	}
	typeID, typeName := b.id("entity type", ""), b.title("Cognito app client")
	b.add(target.Object{Optional: true, Kind: target.EntityType, ID: typeID, Name: typeName, First: doc{"name": typeName}})
	for _, c := range machines {
		b.makeMachine(c, typeID)
	}
}

// makeServer makes a type that has the scopes as permissions, and the one
// entity of it.
func (b *builder) makeServer(r poolconfig.ResourceServer) {
	typeID, entityID := b.id("entity type", r.Identifier), b.id("entity", r.Identifier)
	b.rsIDs[r.Identifier] = entityID
	name := cmp.Or(r.Name, r.Identifier)
	b.add(target.Object{
		Optional: true, Kind: target.EntityType, ID: typeID, Name: b.title(r.Identifier), First: doc{"name": b.title(r.Identifier)},
		Doc: doc{"data": doc{"cognito": doc{"poolId": b.ID, "identifier": r.Identifier}}},
	})
	for _, s := range r.Scopes {
		b.add(target.Object{
			Optional: true, Kind: target.Permission, ID: target.ID("permission", typeID, s.ScopeName), Name: s.ScopeName, Parent: typeID,
			First: doc{"name": s.ScopeName, "description": s.ScopeDescription},
		})
	}
	b.add(target.Object{
		Optional: true, Kind: target.Entity, ID: entityID, Name: name, Tenant: b.tenant,
		First: doc{"name": name, "type": doc{"id": typeID}}, Doc: doc{"data": doc{"cognito": doc{"poolId": b.ID, "identifier": r.Identifier}}},
	})
}

// makeMachine makes a program with its old id and secret, and grants it what
// its scopes permit.
func (b *builder) makeMachine(c poolconfig.Client, typeID string) {
	id, name := b.id("entity", "client", c.ClientID), cmp.Or(c.ClientName, c.ClientID)
	b.add(target.Object{
		Optional: true, Kind: target.Entity, ID: id, Name: name, Tenant: b.tenant,
		First: doc{"name": name, "type": doc{"id": typeID}},
		Doc: doc{
			"clientId": c.ClientID, "clientSecret": fusionauth.Secret{String: c.ClientSecret},
			"data": doc{"cognito": doc{"poolId": b.ID, "clientId": c.ClientID}},
		},
	})
	b.Clients = append(b.Clients, Client{b.ID, c.ClientID, name, "entity", id, b.tenant})
	var asks []string
	for _, r := range b.Config.ResourceServers {
		permissions := permitted(c, r)
		if len(permissions) == 0 {
			continue
		}
		b.add(target.Object{
			Optional: true, Kind: target.Grant, Name: name + " on " + r.Identifier, Parent: b.rsIDs[r.Identifier],
			Doc: doc{"recipientEntityId": id, "permissions": permissions},
		})
		asks = append(asks, "target-entity:"+b.rsIDs[r.Identifier]+":"+strings.Join(permissions, ","))
	}
	b.note("app client "+name, "where it asked Cognito for scope="+strings.Join(c.CustomScopes(), " ")+
		", it asks for scope="+strings.Join(asks, " ")+" from now on, at /oauth2/token", "change the program's scope")
}

// permitted are the scopes of a resource server that a client may have.
func permitted(c poolconfig.Client, r poolconfig.ResourceServer) target.Among {
	var names target.Among
	for _, s := range c.CustomScopes() {
		i := strings.LastIndexByte(s, '/') // an identifier is often a URL
		if s[:i] == r.Identifier {
			names = append(names, s[i+1:])
		}
	}
	return names
}

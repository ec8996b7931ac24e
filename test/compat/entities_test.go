package compat

import (
	"slices"
	"testing"

	"github.com/FusionAuth/go-client/pkg/fusionauth"
)

// entityType is a type whose entities can be read by default, and written.
func entityType(name string) fusionauth.EntityTypeRequest {
	return fusionauth.EntityTypeRequest{EntityType: fusionauth.EntityType{
		Name: name, Permissions: []fusionauth.EntityTypePermission{{Name: "read", IsDefault: true}, {Name: "write"}},
	}}
}

func newEntity(t testing.TB, e fusionauth.Entity) fusionauth.Entity {
	t.Helper()
	r, errs, err := inDefaultTenant().CreateEntity("", fusionauth.EntityRequest{Entity: e})
	return made(t, r)(errs, err).Entity
}

func TestEntities(t *testing.T) {
	t.Parallel()
	types, errs, err := client.CreateEntityType("", entityType("Compat company"))
	kind := made(t, types)(errs, err).EntityType
	company := newEntity(t, fusionauth.Entity{Name: "Compat Raviga", ClientId: "5pmi4ct0o4n6ulqj7vlnkm6nhh", Type: kind})
	if company.ClientId != "5pmi4ct0o4n6ulqj7vlnkm6nhh" || company.Type.Name != kind.Name || len(company.ClientSecret) < 43 {
		t.Errorf("entity: %+v", company)
	}
	child := newEntity(t, fusionauth.Entity{Name: "Compat child", ParentId: company.Id, Type: fusionauth.EntityType{Id: kind.Id}})
	if child.ClientId != child.Id || child.ParentId != company.Id {
		t.Errorf("child: %+v", child)
	}
	r, errs, err := client.UpdateEntity(company.Id, fusionauth.EntityRequest{Entity: fusionauth.Entity{Name: "Renamed"}})
	if renamed := made(t, r)(errs, err).Entity; renamed.Name != "Renamed" || renamed.ClientSecret != company.ClientSecret || renamed.ClientId != company.ClientId {
		t.Errorf("after an update: %+v", renamed)
	}
	r, errs, err = client.PatchEntity(company.Id, object("entity", "name", "Compat Raviga"))
	come(r.StatusCode, r.Entity.Name, errs, err).is(t, "patch", 200, "Compat Raviga")
	r, errs, err = inDefaultTenant().CreateEntity("", fusionauth.EntityRequest{})
	come(r.StatusCode, "", errs, err).isRefused(t, "create from nothing", 400, "[blank]entity.name [blank]entity.type.id")
	removed, errs, err := client.DeleteEntityType(kind.Id)
	come(removed.StatusCode, "", errs, err).isRefused(t, "delete a type in use", 400, "[inUse]")
	for _, id := range []string{child.Id, company.Id} {
		removed, errs, err = client.DeleteEntity(id)
		come(removed.StatusCode, "", errs, err).is(t, "delete", 200, "")
	}
	removed, errs, err = client.DeleteEntityType(kind.Id)
	come(removed.StatusCode, "", errs, err).is(t, "delete the type", 200, "")
}

func TestEntityTypePermissions(t *testing.T) {
	t.Parallel()
	types, errs, err := client.CreateEntityType("", entityType("Compat permitted"))
	kind := made(t, types)(errs, err).EntityType
	r, errs, err := client.CreateEntityTypePermission(kind.Id, "", fusionauth.EntityTypeRequest{Permission: fusionauth.EntityTypePermission{Name: "sue"}})
	permission := made(t, r)(errs, err).Permission
	r, errs, err = client.UpdateEntityTypePermission(kind.Id, permission.Id, fusionauth.EntityTypeRequest{Permission: fusionauth.EntityTypePermission{Description: "Sues it"}})
	if made(t, r)(errs, err).Permission.Name != "sue" || r.Permission.Description != "Sues it" {
		t.Errorf("after an update: %+v", r.Permission)
	}
	r, errs, err = client.PatchEntityTypePermission(kind.Id, permission.Id, object("permission", "description", "Sues"))
	come(r.StatusCode, r.Permission.Description, errs, err).is(t, "patch", 200, "Sues")
	r, errs, err = client.CreateEntityTypePermission(kind.Id, "", fusionauth.EntityTypeRequest{Permission: fusionauth.EntityTypePermission{Name: "sue"}})
	come(r.StatusCode, "", errs, err).isRefused(t, "create again", 400, "[duplicate]permission.name")
	removed, errs, err := client.DeleteEntityTypePermission(kind.Id, permission.Id)
	come(removed.StatusCode, "", errs, err).is(t, "delete", 200, "")
	found, errs, err := client.SearchEntityTypes(fusionauth.EntityTypeSearchRequest{Search: fusionauth.EntityTypeSearchCriteria{Name: "compat perm*"}})
	if made(t, found)(errs, err).Total != 1 || len(found.EntityTypes[0].Permissions) != 2 {
		t.Errorf("search: %+v", found)
	}
}

func TestEntityGrants(t *testing.T) {
	t.Parallel()
	user := newUser(t, "granted@example.com")
	types, errs, err := client.CreateEntityType("", entityType("Compat granted"))
	kind := made(t, types)(errs, err).EntityType
	target := newEntity(t, fusionauth.Entity{Name: "Compat target", Type: kind})
	robot := newEntity(t, fusionauth.Entity{Name: "Compat robot", Type: kind})
	grant := func(g fusionauth.EntityGrant) outcome {
		r, errs, err := client.UpsertEntityGrant(target.Id, fusionauth.EntityGrantRequest{Grant: g})
		return come(r.StatusCode, "", errs, err)
	}
	permissions := func(entity, user string) []string {
		t.Helper()
		r, errs, err := client.RetrieveEntityGrant(target.Id, entity, user)
		if made(t, r)(errs, err).Grant.Entity.Name != "Compat target" {
			t.Errorf("grant: %+v", r)
		}
		return r.Grant.Permissions
	}
	grant(fusionauth.EntityGrant{UserId: user.Id, Permissions: []string{"read"}}).is(t, "grant to a user", 200, "")
	grant(fusionauth.EntityGrant{UserId: user.Id, Permissions: []string{"write"}}).is(t, "grant again", 200, "")
	grant(fusionauth.EntityGrant{RecipientEntityId: robot.Id}).is(t, "grant to an entity", 200, "")
	if got := permissions("", user.Id); !slices.Equal(got, []string{"write"}) {
		t.Errorf("the user's: %v", got)
	}
	if got := permissions(robot.Id, ""); !slices.Equal(got, []string{"read"}) {
		t.Errorf("the entity's: %v", got)
	}
	grant(fusionauth.EntityGrant{UserId: robot.Id, Permissions: []string{"fly"}}).isRefused(t, "grant nonsense", 400, "[invalid]grant.permissions [invalid]grant.userId")
	found, errs, err := client.SearchEntityGrants(fusionauth.EntityGrantSearchRequest{Search: fusionauth.EntityGrantSearchCriteria{EntityId: target.Id}})
	if made(t, found)(errs, err).Total != 2 {
		t.Errorf("search: %+v", found)
	}
	removed, errs, err := client.DeleteEntityGrant(target.Id, "", user.Id)
	come(removed.StatusCode, "", errs, err).is(t, "revoke", 200, "")
	all, errs, err := client.RetrieveEntityGrant(target.Id, "", "")
	if left := made(t, all)(errs, err).Grants; len(left) != 1 || left[0].RecipientEntityId != robot.Id {
		t.Errorf("left: %+v", left)
	}
}

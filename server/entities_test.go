package server_test

import (
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
)

const (
	typeID       = "33333333-aaaa-0000-0000-000000000001"
	readID       = "33333333-aaaa-0000-0000-00000000000a"
	entityID     = "33333333-bbbb-0000-0000-000000000001"
	robotID      = "33333333-bbbb-0000-0000-000000000002"
	entitySecret = "made-up entity secret"

	makeType = `POST /api/entity/type/` + typeID + ` {"entityType":{"name":"Company","data":{"a":1},"zUnknown":[1],"permissions":[` +
		`{"name":"write","description":"Changes it","data":{"b":2},"zUnknown":{}},{"name":"read","id":"` + readID + `","isDefault":true}]}}`
	makeEntity = `POST /api/entity/` + entityID + ` {"entity":{"name":"Raviga","clientId":"5pmi4ct0o4n6ulqj7vlnkm6nhh","clientSecret":"` + entitySecret +
		`","data":{"kind":"Legal"},"type":{"id":"` + typeID + `"},"zUnknown":{"n":12345678901234567890}}}`
	makeRobot = `POST /api/entity/` + robotID + ` {"entity":{"name":"Robot","type":{"id":"` + typeID + `"}}}`
)

func TestEntityTypes(t *testing.T) {
	t.Parallel()
	permission := "/api/entity/type/" + typeID + "/permission"
	check(t, []scenario{
		{
			name: "create", do: makeType, status: 200,
			want: values{
				"entityType.id": typeID, "entityType.name": "Company", "entityType.data": map[string]any{"a": 1}, "entityType.zUnknown.0": 1,
				"entityType.jwtConfiguration": map[string]any{"enabled": false, "timeToLiveInSeconds": 0},
				"entityType.permissions.0.id": readID, "entityType.permissions.0.isDefault": true, "entityType.permissions.0.data": map[string]any{},
				"entityType.permissions.1.name": "write", "entityType.permissions.1.description": "Changes it", "entityType.permissions.1.isDefault": false,
				"entityType.permissions.1.data.b": 2, "entityType.permissions.1.zUnknown": map[string]any{},
			},
		},
		{
			name: "create the least", do: `POST /api/entity/type {"entityType":{"name":"Thing"}}`, status: 200,
			want: values{"entityType.permissions": []any{}, "entityType.data": map[string]any{}},
		},
		{name: "retrieve", given: []string{makeType}, do: "GET /api/entity/type/" + typeID, status: 200, want: values{"entityType.permissions.0.name": "read"}},
		{name: "retrieve all", given: []string{makeType}, do: "GET /api/entity/type", status: 200, want: values{"entityTypes.0.id": typeID, "entityTypes.1": absent}},
		{
			name: "replace, but not the permissions", given: []string{makeType}, do: `PUT /api/entity/type/` + typeID + ` {"entityType":{"name":"Firm","permissions":[]}}`,
			status: 200, want: values{"entityType.name": "Firm", "entityType.data": map[string]any{}, "entityType.zUnknown": absent, "entityType.permissions.1.name": "write"},
		},
		{
			name: "patch", given: []string{makeType}, do: `PATCH /api/entity/type/` + typeID + ` {"entityType":{"data":{"c":3},"zUnknown":[2]}}`, status: 200,
			want: values{"entityType.name": "Company", "entityType.data": map[string]any{"a": 1, "c": 3}, "entityType.zUnknown": []any{1, 2}},
		},
		{
			name: "merge patch", given: []string{makeType}, kind: "application/merge-patch+json", status: 200,
			do: `PATCH /api/entity/type/` + typeID + ` {"entityType":{"zUnknown":[2]}}`, want: values{"entityType.zUnknown": []any{2}},
		},
		{
			name: "JSON patch", given: []string{makeType}, kind: "application/json-patch+json", status: 200,
			do: `PATCH /api/entity/type/` + typeID + ` [{"op":"add","path":"/entityType/zUnknown/0","value":0}]`, want: values{"entityType.zUnknown": []any{0, 1}},
		},
		{name: "deleted", given: []string{makeType, "DELETE /api/entity/type/" + typeID}, do: "GET /api/entity/type/" + typeID, status: 404},
		{name: "delete nobody's", do: "DELETE /api/entity/type/" + nobodyID, status: 404},
		{name: "delete what entities have", given: []string{makeType, makeEntity}, do: "DELETE /api/entity/type/" + typeID, status: 400, codes: "[inUse]"},
		{name: "name that is taken", given: []string{makeType}, do: `POST /api/entity/type {"entityType":{"name":"company"}}`, status: 400, codes: "[duplicate]entityType.name"},
		{
			name:   "several mistakes",
			do:     `POST /api/entity/type {"entityType":{"jwtConfiguration":{"enabled":true},"permissions":[{"name":"x"},{"name":"x"},{}]}}`,
			status: 400, codes: "[blank]entityType.jwtConfiguration.accessTokenKeyId [blank]entityType.name [blank]entityType.permissions.name" +
				" [duplicate]entityType.permissions [invalid]entityType.jwtConfiguration.timeToLiveInSeconds",
		},
		{
			name:   "key that is not there",
			do:     `POST /api/entity/type {"entityType":{"name":"x","jwtConfiguration":{"enabled":true,"timeToLiveInSeconds":60,"accessTokenKeyId":"` + nobodyID + `"}}}`,
			status: 400, codes: "[invalid]entityType.jwtConfiguration.accessTokenKeyId",
		},
		{name: "key of a tenant", as: tenantKey, do: "GET /api/entity/type", status: 401},

		{
			name: "add a permission", given: []string{makeType}, do: "POST " + permission + ` {"permission":{"name":"sue","data":{"x":1},"zUnknown":1}}`, status: 200,
			want: values{"permission.name": "sue", "permission.isDefault": false, "permission.data.x": 1, "permission.zUnknown": 1},
		},
		{
			name: "added", given: []string{makeType, "POST " + permission + "/" + nobodyID + ` {"permission":{"name":"sue"}}`}, do: "GET /api/entity/type/" + typeID, status: 200,
			want: values{"entityType.permissions.1.id": nobodyID, "entityType.permissions.1.name": "sue"},
		},
		{
			name: "replace a permission, but not its name", given: []string{makeType},
			do: "PUT " + permission + "/" + readID + ` {"permission":{"name":"other","description":"Reads it"}}`, status: 200,
			want: values{"permission.name": "read", "permission.description": "Reads it", "permission.isDefault": false, "permission.id": readID},
		},
		{
			name: "patch a permission", given: []string{makeType}, do: "PATCH " + permission + "/" + readID + ` {"permission":{"description":"Reads it"}}`, status: 200,
			want: values{"permission.name": "read", "permission.description": "Reads it", "permission.isDefault": true},
		},
		{
			name: "delete a permission", given: []string{makeType, "DELETE " + permission + "/" + readID}, do: "GET /api/entity/type/" + typeID, status: 200,
			want: values{"entityType.permissions.0.name": "write", "entityType.permissions.1": absent},
		},
		{
			name: "delete a permission by name", given: []string{makeType, "DELETE " + permission + "?name=write"}, do: "GET /api/entity/type/" + typeID, status: 200,
			want: values{"entityType.permissions.0.name": "read", "entityType.permissions.1": absent},
		},
		{name: "delete no permission", given: []string{makeType}, do: "DELETE " + permission, status: 404},
		{name: "replace no permission", given: []string{makeType}, do: "PUT " + permission + "/" + nobodyID + ` {"permission":{"name":"x"}}`, status: 404},
		{name: "permission of no type", do: "POST " + permission + ` {"permission":{"name":"x"}}`, status: 404},
		{name: "permission without a name", given: []string{makeType}, do: "POST " + permission + ` {"permission":{}}`, status: 400, codes: "[blank]permission.name"},
		{
			name: "permission that is there", given: []string{makeType}, do: "POST " + permission + "/" + readID + ` {"permission":{"name":"write"}}`,
			status: 400, codes: "[duplicate]permission.name [duplicate]permissionId",
		},
	})
}

func TestEntityTypeSearch(t *testing.T) {
	t.Parallel()
	two := []string{makeType, `POST /api/entity/type {"entityType":{"name":"Apple"}}`}
	check(t, []scenario{
		{name: "all", given: two, do: "GET /api/entity/type/search", status: 200, want: values{"total": 2, "entityTypes.0.name": "Apple"}},
		{name: "by name", given: two, do: `POST /api/entity/type/search {"search":{"name":"comp*"}}`, status: 200, want: values{"total": 1, "entityTypes.0.id": typeID}},
		{
			name: "by the number of permissions", given: two, do: "GET /api/entity/type/search?orderBy=entityTypePermissionsCount%20DESC&numberOfResults=1", status: 200,
			want: values{"total": 2, "entityTypes.0.id": typeID, "entityTypes.1": absent},
		},
		{name: "unknown column", do: "GET /api/entity/type/search?orderBy=data", status: 400, codes: "[invalid]search.orderBy"},
		{name: "key of a tenant", as: tenantKey, do: "GET /api/entity/type/search", status: 401},
	})
}

func TestEntities(t *testing.T) {
	t.Parallel()
	given := []string{makeType, makeEntity}
	check(t, []scenario{
		{
			name: "create", given: []string{makeType}, do: makeEntity, status: 200,
			want: values{
				"entity.id": entityID, "entity.tenantId": tenantID, "entity.clientId": "5pmi4ct0o4n6ulqj7vlnkm6nhh", "entity.clientSecret": entitySecret,
				"entity.data.kind": "Legal", "entity.zUnknown.n": number("12345678901234567890"), "entity.type.name": "Company", "entity.type.permissions.0.name": "read",
			},
		},
		{
			name: "create the least", given: []string{makeType}, do: makeRobot, status: 200,
			want: values{"entity.clientId": robotID, "entity.data": map[string]any{}, "entity.parentId": absent},
		},
		{
			name: "create a child", given: append(slices.Clone(given), `POST /api/entity/`+robotID+` {"entity":{"name":"Child","parentId":"`+entityID+`","type":{"id":"`+typeID+`"}}}`),
			do: "GET /api/entity/" + robotID, status: 200, want: values{"entity.parentId": entityID},
		},
		{name: "retrieve", given: given, do: "GET /api/entity/" + entityID, status: 200, want: values{"entity.clientSecret": entitySecret, "entity.type.data.a": 1}},
		{
			name: "replace", given: given, do: `PUT /api/entity/` + entityID + ` {"entity":{"name":"Raviga Capital","type":{"id":"` + nobodyID + `"}}}`, status: 200,
			want: values{
				"entity.name": "Raviga Capital", "entity.data": map[string]any{}, "entity.zUnknown": absent, "entity.clientId": "5pmi4ct0o4n6ulqj7vlnkm6nhh",
				"entity.clientSecret": entitySecret, "entity.type.id": typeID,
			},
		},
		{
			name: "replace the credentials", given: given, do: `PUT /api/entity/` + entityID + ` {"entity":{"name":"Raviga","clientId":"new","clientSecret":"made-up new"}}`, status: 200,
			want: values{"entity.clientId": "new", "entity.clientSecret": "made-up new"},
		},
		{
			name: "patch", given: given, do: `PATCH /api/entity/` + entityID + ` {"entity":{"data":{"size":3}}}`, status: 200,
			want: values{"entity.data": map[string]any{"kind": "Legal", "size": 3}, "entity.clientSecret": entitySecret, "entity.zUnknown.n": number("12345678901234567890")},
		},
		{
			name: "merge patch", given: given, kind: "application/merge-patch+json", do: `PATCH /api/entity/` + entityID + ` {"entity":{"data":null}}`, status: 200,
			want: values{"entity.data": map[string]any{}, "entity.name": "Raviga"},
		},
		{
			name: "JSON patch", given: given, kind: "application/json-patch+json", status: 200,
			do: `PATCH /api/entity/` + entityID + ` [{"op":"replace","path":"/entity/name","value":"Other"}]`, want: values{"entity.name": "Other"},
		},
		{name: "deleted", given: append(slices.Clone(given), "DELETE /api/entity/"+entityID), do: "GET /api/entity/" + entityID, status: 404},
		{
			name: "several mistakes", do: `POST /api/entity {"entity":{"clientId":"` + strings.Repeat("x", 192) + `","parentId":"` + nobodyID + `","type":{}}}`,
			status: 400, codes: "[blank]entity.name [blank]entity.type.id [invalid]entity.parentId [tooLong]entity.clientId",
		},
		{
			name: "type that is not there", do: makeEntity, status: 400, codes: "[invalid]entity.type.id",
		},
		{name: "its own parent", given: given, do: `PATCH /api/entity/` + entityID + ` {"entity":{"parentId":"` + entityID + `"}}`, status: 400, codes: "[invalid]entity.parentId"},
		{
			name: "client id that is taken", given: given, do: `POST /api/entity {"entity":{"name":"x","clientId":"5pmi4ct0o4n6ulqj7vlnkm6nhh","type":{"id":"` + typeID + `"}}}`,
			status: 400, codes: "[duplicate]entity.clientId",
		},
		{name: "id that is taken", given: given, do: strings.Replace(makeRobot, robotID, entityID, 1), status: 400, codes: "[duplicate]entity.id"},
		{name: "two tenants and none named", given: []string{makeType, anotherTenant}, do: makeEntity, status: 400, codes: "[TenantIdRequired]"},
		{name: "entity of another tenant", given: append(slices.Clone(given), anotherTenant), tenant: anotherTenantID, do: "DELETE /api/entity/" + entityID, status: 404},
		{
			name: "parent of another tenant", given: append(slices.Clone(given), anotherTenant), tenant: anotherTenantID,
			do: `POST /api/entity {"entity":{"name":"x","parentId":"` + entityID + `","type":{"id":"` + typeID + `"}}}`, status: 400, codes: "[invalid]entity.parentId",
		},
		{name: "all at once", given: given, do: "GET /api/entity", status: 405},
		{name: "nothing below an entity", given: given, do: "GET /api/entity/" + entityID + "/other", status: 404},
		{name: "key without the permission", as: readerKey, do: "GET /api/entity/" + entityID, status: 401},
	})
}

// A secret that nobody gives is made, and stays the same.
func TestEntityGetsASecret(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, i *instance) {
		i.do(makeType).must(t)
		secret := i.do(makeRobot).must(t).text("entity.clientSecret")
		if len(secret) < 32 {
			t.Errorf("the secret is %d characters long", len(secret))
		}
		i.do(`PUT /api/entity/`+robotID+` {"entity":{"name":"Robot"}}`).must(t).want(t, values{"entity.clientSecret": secret, "entity.clientId": robotID})
	})
}

// What goes with an entity: its grants, and its being a parent.
func TestEntityIsDeleted(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, i *instance) {
		for _, request := range []string{
			makeType, makeEntity, `POST /api/entity/` + robotID + ` {"entity":{"name":"Child","parentId":"` + entityID + `","type":{"id":"` + typeID + `"}}}`,
			grantTo("recipientEntityId", robotID, "read"), "DELETE /api/entity/" + entityID,
		} {
			i.do(request).must(t)
		}
		i.do("GET /api/entity/"+robotID).must(t).want(t, values{"entity.parentId": absent, "entity.name": "Child"})
		i.do("GET /api/entity/grant/search").must(t).want(t, values{"total": 0})
		i.do(`PATCH /api/entity/` + robotID + ` {"entity":{"name":"Orphan"}}`).must(t)
		i.do("DELETE /api/entity/" + robotID).must(t)
		i.do("DELETE /api/entity/type/" + typeID).must(t)
	})
}

// grantTo is a request that lets somebody do something with the entity.
func grantTo(property, id, permissions string) string {
	list := `"` + strings.ReplaceAll(permissions, " ", `","`) + `"`
	if permissions == "" {
		list = ""
	}
	return `POST /api/entity/` + entityID + `/grant {"grant":{"` + property + `":"` + id + `","permissions":[` + list + `],"data":{"since":2020},"zUnknown":true}}`
}

func TestGrants(t *testing.T) {
	t.Parallel()
	given := []string{makeType, makeEntity, makeRobot}
	after := func(more ...string) []string { return append(slices.Clone(given), more...) }
	path := "/api/entity/" + entityID + "/grant"
	check(t, []scenario{
		{name: "to a user", given: given, do: grantTo("userId", janeID, "write"), status: 200, want: values{"grant": absent}},
		{
			name: "of a user", given: after(grantTo("userId", janeID, "write read")), do: "GET " + path + "?userId=" + janeID + "&recipientEntityId=", status: 200,
			want: values{
				"grant.userId": janeID, "grant.recipientEntityId": absent, "grant.permissions": []string{"write", "read"}, "grant.data.since": 2020, "grant.zUnknown": true,
				"grant.entity.name": "Raviga", "grant.entity.type.name": "Company", "grants": absent,
			},
		},
		{
			name: "of an entity, which names no permission", given: after(grantTo("recipientEntityId", robotID, "")),
			do: "GET " + path + "?recipientEntityId=" + robotID, status: 200, want: values{"grant.recipientEntityId": robotID, "grant.permissions": []string{"read"}},
		},
		{
			name: "all", given: after(grantTo("recipientEntityId", robotID, ""), grantTo("userId", janeID, "write")), do: "GET " + path, status: 200,
			want: values{"grants.0.entity.id": entityID, "grants.1.entity.id": entityID, "grants.2": absent, "grant": absent},
		},
		{
			name: "replaced", given: after(grantTo("userId", janeID, "write"), strings.Replace(grantTo("userId", janeID, "read"), "POST", "PUT", 1)), do: "GET " + path, status: 200,
			want: values{"grants.0.permissions": []string{"read"}, "grants.1": absent},
		},
		{name: "revoked", given: after(grantTo("userId", janeID, "write"), "DELETE "+path+"?userId="+janeID), do: "GET " + path, status: 200, want: values{"grants": []any{}}},
		{name: "revoke what is not there", given: given, do: "DELETE " + path + "?recipientEntityId=" + robotID, status: 404},
		{name: "revoke nobody's", given: given, do: "DELETE " + path, status: 400, codes: "[missing]userId"},
		{name: "of somebody without one", given: given, do: "GET " + path + "?userId=" + janeID, status: 404},
		{name: "for no entity", do: grantTo("userId", janeID, ""), status: 404},
		{name: "goes with the user", given: after(grantTo("userId", janeID, ""), "DELETE /api/user/"+janeID+"?hardDelete=true"), do: "GET " + path, status: 200, want: values{"grants": []any{}}},
		{
			name: "goes with the recipient", given: after(grantTo("recipientEntityId", robotID, ""), "DELETE /api/entity/"+robotID), do: "GET " + path, status: 200,
			want: values{"grants": []any{}},
		},
		{
			name: "permission that is gone is not shown", given: after(grantTo("userId", janeID, "write read"), "DELETE /api/entity/type/"+typeID+"/permission?name=write"),
			do: "GET " + path + "?userId=" + janeID, status: 200, want: values{"grant.permissions": []string{"read"}},
		},
		{
			name: "several mistakes", given: given, do: "POST " + path + ` {"grant":{"permissions":["fly"]}}`,
			status: 400, codes: "[invalid]grant.permissions [missing]grant.recipientEntityId [missing]grant.userId",
		},
		{
			name: "several other mistakes", given: given, do: "POST " + path + ` {"grant":{"userId":"` + nobodyID + `","recipientEntityId":"` + nobodyID + `"}}`,
			status: 400, codes: "[invalid]grant.recipientEntityId [invalid]grant.userId [invalid]grant.userId",
		},
		{name: "recipient that is no id", given: given, do: "GET " + path + "?userId=x", status: 400, codes: "[couldNotConvert]userId"},
		{name: "no grant", given: given, do: "PUT " + path + " {}", status: 400, codes: "[missing]grant"},
		{name: "entity of another tenant", given: after(anotherTenant), tenant: anotherTenantID, do: grantTo("userId", janeID, ""), status: 404},
		{
			name: "user of another tenant", given: after(anotherTenant, `POST /api/user/`+nobodyID+` {"user":{"email":"ada@example.com","tenantId":"`+anotherTenantID+`"}}`),
			do: grantTo("userId", nobodyID, ""), status: 400, codes: "[invalid]grant.userId",
		},
		{name: "key without the permission", as: readerKey, do: "GET " + path, status: 401},
	})
}

func TestGrantsOnEach(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, i *instance) {
		for _, request := range []string{makeType, makeEntity, makeRobot, grantTo("userId", janeID, "write"), grantTo("recipientEntityId", robotID, "")} {
			i.do(request).must(t)
		}
		of := "GET /api/entity/" + entityID + "/grant?userId=" + janeID
		first := i.do(of).must(t)
		i.clock.advance(hour)
		i.do(grantTo("userId", janeID, "read")).must(t)
		i.do(of).must(t).want(t, values{"grant.id": first.at("grant.id"), "grant.insertInstant": first.at("grant.insertInstant"), "grant.permissions": []string{"read"}})
		i.do(strings.Replace(grantTo("userId", janeID, ""), entityID, robotID, 1)).must(t)

		i.do("GET /api/entity/grant/search").must(t).want(t, values{"total": 3, "grants.0.entity.name": "Raviga", "grants.2.entity.name": "Robot"})
		i.do("GET /api/entity/grant/search?orderBy=name%20DESC&numberOfResults=1").must(t).want(t, values{"total": 3, "grants.0.entity.name": "Robot", "grants.1": absent})
		i.do(`POST /api/entity/grant/search {"search":{"entityId":"`+entityID+`","userId":"`+janeID+`","name":"RAV*"}}`).must(t).
			want(t, values{"total": 1, "grants.0.userId": janeID, "grants.0.entity.type.name": "Company"})
		i.do("GET /api/entity/grant/search?name=100%25").must(t).want(t, values{"total": 0})
		i.send(call{do: "GET /api/entity/grant/search", tenant: nobodyID}).must(t).want(t, values{"total": 0, "grants": []any{}})
		if r := i.do("GET /api/entity/grant/search?orderBy=data"); r.codes() != "[invalid]search.orderBy" {
			t.Errorf("an unknown column: %d %s", r.status, r.body)
		}
	})
}

// A key that an entity type signs with cannot be deleted.
func TestKeyOfAnEntityType(t *testing.T) {
	t.Parallel()
	i := start(t)
	key := i.do(`POST /api/key/generate {"key":{"algorithm":"ES256","name":"Elliptic"}}`).must(t).text("key.id")
	made := i.do(`POST /api/entity/type {"entityType":{"name":"x","jwtConfiguration":{"enabled":true,"timeToLiveInSeconds":60,"accessTokenKeyId":"` + key + `"}}}`).must(t)
	if r := i.do("DELETE /api/key/" + key); r.codes() != "[inUse]" {
		t.Errorf("a key in use was deleted: %d %s", r.status, r.body)
	}
	i.do("DELETE /api/entity/type/" + made.text("entityType.id")).must(t)
	i.do("DELETE /api/key/" + key).must(t)
}

// Two entities that grant each other something at once do not stop each other.
func TestGrantsToEachOther(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, i *instance) {
		for _, request := range []string{makeType, makeEntity, makeRobot} {
			i.do(request).must(t)
		}
		there := grantTo("recipientEntityId", robotID, "read")
		back := strings.NewReplacer(entityID, robotID, robotID, entityID).Replace(there)
		var all sync.WaitGroup
		for range 8 {
			for _, request := range []string{there, back} {
				all.Go(func() {
					if r := i.do(request); r.status != http.StatusOK {
						t.Errorf("%s: %d %s", request, r.status, r.body)
					}
				})
			}
		}
		all.Wait()
		i.do("GET /api/entity/grant/search").must(t).want(t, values{"total": 2})
	})
}

// A tenant takes its groups, entities and grants with it.
func TestTenantTakesGroupsAndEntities(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, i *instance) {
		i.do(anotherTenant).must(t)
		i.do(makeType).must(t)
		made := func(request, path string) string {
			return i.send(call{do: request, tenant: anotherTenantID}).must(t).text(path)
		}
		ada := made(`POST /api/user {"user":{"email":"ada@example.com"}}`, "user.id")
		group := made(`POST /api/group {"group":{"name":"Others"}}`, "group.id")
		made(`POST /api/group/member {"members":{"`+group+`":[{"userId":"`+ada+`"}]}}`, "")
		made(makeEntity, "")
		made(`POST /api/entity {"entity":{"name":"Child","parentId":"`+entityID+`","type":{"id":"`+typeID+`"}}}`, "")
		made(grantTo("userId", ada, ""), "")
		i.do("DELETE /api/tenant/" + anotherTenantID).must(t)
		for _, search := range []string{"/api/group/search", "/api/group/member/search", "/api/entity/grant/search"} {
			i.do("GET "+search).must(t).want(t, values{"total": 0})
		}
		i.do("DELETE /api/entity/type/" + typeID).must(t)
	})
}

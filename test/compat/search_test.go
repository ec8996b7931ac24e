package compat

import (
	"testing"

	"github.com/FusionAuth/go-client/pkg/fusionauth"
)

func TestUserSearch(t *testing.T) {
	t.Parallel()
	app := newApplication(t, "Compat searched app")
	var ids []string
	for _, email := range []string{"searched.one@example.com", "searched.two@example.com"} {
		r, errs, err := inDefaultTenant().Register("", fusionauth.RegistrationRequest{
			User:         fusionauth.User{Email: email, Data: map[string]any{"compat": map[string]any{"search": "Everybody"}}},
			Registration: fusionauth.UserRegistration{ApplicationId: app.Id, Roles: []string{"reader"}},
		})
		ids = append(ids, made(t, r)(errs, err).User.Id)
	}
	find := func(c fusionauth.UserSearchCriteria) *fusionauth.SearchResponse {
		r, errs, err := client.SearchUsersByQuery(fusionauth.SearchRequest{Search: c})
		return made(t, r)(errs, err)
	}
	criteria := func(query, queryString string) (c fusionauth.UserSearchCriteria) {
		c.Query, c.QueryString, c.NumberOfResults = query, queryString, 1
		c.SortFields = []fusionauth.SortField{{Name: "email", Order: fusionauth.Sort_Desc, Missing: "_first"}}
		return c
	}
	for _, c := range []fusionauth.UserSearchCriteria{
		criteria("", "data.compat.search:everybody"),
		criteria("", "email:searched.*"),
		criteria(`{"nested":{"path":"registrations","query":{"bool":{"must":[{"match":{"registrations.applicationId":"`+app.Id+`"}},{"match":{"registrations.roles":"reader"}}]}}}}`, ""),
	} {
		first := find(c)
		if first.Total != 2 || len(first.Users) != 1 || first.Users[0].Id != ids[1] || first.Users[0].Registrations[0].ApplicationId != app.Id {
			t.Fatalf("search by %s%s: %+v", c.Query, c.QueryString, first)
		}
		var more fusionauth.UserSearchCriteria
		more.NextResults, more.NumberOfResults = first.NextResults, 1
		if second := find(more); second.Total != 2 || len(second.Users) != 1 || second.Users[0].Id != ids[0] || second.NextResults != "" {
			t.Errorf("the page after: %+v", second)
		}
	}
	r, errs, err := client.SearchUsersByIds(ids)
	if made(t, r)(errs, err).Total != 2 {
		t.Errorf("by ids: %+v", r)
	}
	r, errs, err = client.SearchUsersByQuery(fusionauth.SearchRequest{Search: criteria("", "shoeSize:5")})
	come(r.StatusCode, "", errs, err).isRefused(t, "a field that is not there", 400, "[invalid]search.queryString")

	gone, errs, err := client.DeleteUsersByQuery(fusionauth.UserDeleteRequest{QueryString: "data.compat.search:everybody", HardDelete: true, DryRun: true})
	if made(t, gone)(errs, err).Total != 2 || !gone.DryRun {
		t.Errorf("a dry run: %+v", gone)
	}
	gone, errs, err = client.DeleteUsersByQuery(fusionauth.UserDeleteRequest{UserIds: ids[:1], HardDelete: true})
	if made(t, gone)(errs, err).Total != 1 {
		t.Errorf("by ids: %+v", gone)
	}
	if left := find(criteria("", "data.compat.search:everybody")); left.Total != 1 || left.Users[0].Id != ids[1] {
		t.Errorf("after the deletion: %+v", left)
	}
	deactivated, errs, err := client.DeactivateUsersByIds(ids[1:])
	if made(t, deactivated)(errs, err).Total != 1 || find(criteria("", "active:false AND email:searched.two*")).Total != 1 {
		t.Errorf("deactivated: %+v", deactivated)
	}
}

func TestEntitySearch(t *testing.T) {
	t.Parallel()
	types, errs, err := client.CreateEntityType("", entityType("Compat searched type"))
	kind := made(t, types)(errs, err).EntityType
	e := newEntity(t, fusionauth.Entity{Name: "Compat sought", Data: map[string]any{"wheels": 4}, Type: kind})
	var c fusionauth.EntitySearchCriteria
	c.QueryString = "data.wheels:[4 TO *] AND type.name:\"compat searched type\""
	r, errs, err := client.SearchEntities(fusionauth.EntitySearchRequest{Search: c})
	if made(t, r)(errs, err).Total != 1 || r.Entities[0].Id != e.Id || r.Entities[0].Type.Name != kind.Name {
		t.Errorf("search: %+v", r)
	}
	r, errs, err = client.SearchEntitiesByIds([]string{e.Id})
	if made(t, r)(errs, err).Total != 1 {
		t.Errorf("by ids: %+v", r)
	}
}

func TestKeySearch(t *testing.T) {
	t.Parallel()
	key, errs, err := client.GenerateKey("", fusionauth.KeyRequest{Key: fusionauth.Key{Algorithm: "ES256", Name: "Compat sought key"}})
	made(t, key)(errs, err)
	r, errs, err := client.SearchKeys(fusionauth.KeySearchRequest{Search: fusionauth.KeySearchCriteria{Name: "compat sought*", Type: fusionauth.KeyType_EC}})
	if made(t, r)(errs, err).Total != 1 || r.Keys[0].Id != key.Key.Id {
		t.Errorf("search: %+v", r)
	}
}

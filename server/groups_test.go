package server_test

import (
	"encoding/base64"
	"fmt"
	"slices"
	"strings"
	"testing"
)

const (
	groupID   = "22222222-aaaa-0000-0000-000000000001"
	otherID   = "22222222-aaaa-0000-0000-000000000002"
	roleID    = "22222222-aaaa-0000-0000-00000000000a"
	adminRole = "22222222-aaaa-0000-0000-00000000000b"

	makeRole  = `POST /api/application/` + applicationID + `/role/` + roleID + ` {"role":{"name":"editor"}}`
	makeAdmin = `POST /api/application/` + applicationID + `/role/` + adminRole + ` {"role":{"name":"boss"}}`
	makeGroup = `POST /api/group/` + groupID + ` {"group":{"name":"Editors","data":{"cognito":{"precedence":1}},"zUnknown":{"kept":true}},"roleIds":["` + roleID + `"]}`
)

func TestGroups(t *testing.T) {
	t.Parallel()
	rolesAt := "group.roles." + applicationID
	check(t, []scenario{
		{
			name: "create", given: []string{makeRole}, do: makeGroup, status: 200,
			want: values{
				"group.id": groupID, "group.name": "Editors", "group.tenantId": tenantID, "group.data.cognito.precedence": 1,
				"group.zUnknown": map[string]any{"kept": true}, rolesAt + ".0.name": "editor", rolesAt + ".1": absent, "group.roleIds": absent,
			},
		},
		{
			name: "create the least", do: `POST /api/group {"group":{"name":" Readers "}}`, status: 200,
			want: values{"group.name": "Readers", "group.data": map[string]any{}, "group.roles": map[string]any{}},
		},
		{
			name: "retrieve", given: []string{makeRole, makeGroup}, do: "GET /api/group/" + groupID, status: 200,
			want: values{"group.name": "Editors", rolesAt + ".0.id": roleID, rolesAt + ".0.isDefault": false},
		},
		{
			name: "retrieve all", given: []string{makeRole, makeGroup}, do: "GET /api/group", status: 200,
			want: values{"groups.0.id": groupID, "groups.0.roles." + applicationID + ".0.name": "editor", "groups.1": absent},
		},
		{
			name: "replace", given: []string{makeRole, makeAdmin, makeGroup},
			do: `PUT /api/group/` + groupID + ` {"group":{"name":"Bosses","id":"` + otherID + `"},"roleIds":["` + adminRole + `","` + adminRole + `"]}`, status: 200,
			want: values{
				"group.id": groupID, "group.name": "Bosses", "group.data": map[string]any{}, "group.zUnknown": absent,
				rolesAt + ".0.name": "boss", rolesAt + ".1": absent,
			},
		},
		{
			name: "replace by no roles", given: []string{makeRole, makeGroup},
			do: `PUT /api/group/` + groupID + ` {"group":{"name":"Editors"}}`, status: 200, want: values{"group.roles": map[string]any{}},
		},
		{
			name: "patch appends", given: []string{makeRole, makeAdmin, makeGroup},
			do: `PATCH /api/group/` + groupID + ` {"roleIds":["` + adminRole + `"]}`, status: 200,
			want: values{"group.name": "Editors", rolesAt + ".0.name": "boss", rolesAt + ".1.name": "editor"},
		},
		{
			name: "merge patch replaces", given: []string{makeRole, makeAdmin, makeGroup}, kind: "application/merge-patch+json",
			do: `PATCH /api/group/` + groupID + ` {"group":{"data":null},"roleIds":["` + adminRole + `"]}`, status: 200,
			want: values{"group.name": "Editors", "group.data": map[string]any{}, rolesAt + ".0.name": "boss", rolesAt + ".1": absent},
		},
		{
			name: "JSON patch", given: []string{makeRole, makeGroup}, kind: "application/json-patch+json",
			do:     `PATCH /api/group/` + groupID + ` [{"op":"replace","path":"/group/name","value":"Writers"},{"op":"remove","path":"/roleIds/0"}]`,
			status: 200, want: values{"group.name": "Writers", "group.roles": map[string]any{}, "group.data.cognito.precedence": 1},
		},
		{name: "delete", given: []string{makeRole, makeGroup}, do: "DELETE /api/group/" + groupID, status: 200},
		{name: "deleted", given: []string{makeRole, makeGroup, "DELETE /api/group/" + groupID}, do: "GET /api/group/" + groupID, status: 404},
		{
			name: "roles that are gone are not shown", given: []string{makeRole, makeGroup, "DELETE /api/application/" + applicationID + "/role/" + roleID},
			do: "GET /api/group/" + groupID, status: 200, want: values{"group.roles": map[string]any{}},
		},
		{
			name: "roles that are gone stand in nobody's way", given: []string{makeRole, makeAdmin, makeGroup, "DELETE /api/application/" + applicationID + "/role/" + roleID},
			do: `PATCH /api/group/` + groupID + ` {"group":{"name":"Bosses"},"roleIds":["` + adminRole + `"]}`, status: 200,
			want: values{"group.name": "Bosses", rolesAt + ".0.name": "boss", rolesAt + ".1": absent},
		},
		{name: "id that is taken", given: []string{makeRole, makeGroup}, do: strings.Replace(makeGroup, "Editors", "Others", 1), status: 400, codes: "[duplicate]group.id"},
		{
			name: "name that is taken", given: []string{makeRole, makeGroup},
			do: `POST /api/group {"group":{"name":"editors"}}`, status: 400, codes: "[duplicate]group.name",
		},
		{
			name: "the same name in another tenant", given: []string{makeRole, makeGroup, anotherTenant}, tenant: anotherTenantID,
			do: `POST /api/group {"group":{"name":"Editors"}}`, status: 200, want: values{"group.tenantId": anotherTenantID},
		},
		{
			name: "several mistakes", do: `POST /api/group {"group":{"data":{}},"roleIds":["` + nobodyID + `"]}`,
			status: 400, codes: "[blank]group.name [invalid]roleIds",
		},
		{
			name: "several mistakes of a replacement", given: []string{makeRole, makeGroup},
			do:     `PUT /api/group/` + groupID + ` {"group":{"name":"` + strings.Repeat("x", 192) + `"},"roleIds":["` + nobodyID + `"]}`,
			status: 400, codes: "[invalid]roleIds [tooLong]group.name",
		},
		{
			name: "role of another tenant", given: []string{makeRole, anotherTenant}, tenant: anotherTenantID,
			do: makeGroup, status: 400, codes: "[invalid]roleIds",
		},
		{name: "roleIds of the wrong type", do: `POST /api/group {"group":{"name":"x"},"roleIds":["x"]}`, status: 400, codes: "[couldNotConvert]roleIds[0]"},
		{name: "no group", do: `POST /api/group {}`, status: 400, codes: "[missing]group"},
		{name: "two tenants and none named", given: []string{anotherTenant}, do: `POST /api/group {"group":{"name":"x"}}`, status: 400, codes: "[TenantIdRequired]"},
		{name: "group of another tenant", given: []string{makeRole, makeGroup, anotherTenant}, tenant: anotherTenantID, do: "GET /api/group/" + groupID, status: 404},
		{name: "key without the permission", as: readerKey, do: "GET /api/group", status: 401},
	})
}

func TestGroupSearch(t *testing.T) {
	t.Parallel()
	three := []string{
		makeRole, makeGroup, anotherTenant, `POST /api/group {"group":{"name":"admins","tenantId":"` + tenantID + `"}}`,
		`POST /api/group {"group":{"name":"Editors","tenantId":"` + anotherTenantID + `"}}`,
	}
	check(t, []scenario{
		{
			name: "all, by name", given: three, do: "GET /api/group/search", status: 200,
			want: values{"total": 3, "groups.0.name": "Editors", "groups.2.name": "admins"},
		},
		{
			name: "by name and tenant", given: three, do: `POST /api/group/search {"search":{"name":"EDIT*","tenantId":"` + tenantID + `"}}`, status: 200,
			want: values{"total": 1, "groups.0.id": groupID, "groups.0.roles." + applicationID + ".0.name": "editor"},
		},
		{
			name: "a page in another order", given: three, do: "GET /api/group/search?orderBy=name%20DESC&startRow=1&numberOfResults=1", status: 200,
			want: values{"total": 3, "groups.0.name": "Editors", "groups.1": absent},
		},
		{name: "key of a tenant", given: three, as: tenantKey, do: "GET /api/group/search", status: 200, want: values{"total": 2}},
		{name: "unknown column", do: "GET /api/group/search?orderBy=data", status: 400, codes: "[invalid]search.orderBy"},
		{name: "tenant that is no id", do: "GET /api/group/search?tenantId=x", status: 400, codes: "[couldNotConvert]tenantId"},
	})
}

// inGroup makes Jane a member of the group.
const inGroup = `POST /api/group/member {"members":{"` + groupID + `":[{"userId":"` + janeID + `","data":{"since":2020},"zUnknown":1}]}}`

func TestMembers(t *testing.T) {
	t.Parallel()
	at := "members." + groupID
	given := []string{makeRole, makeGroup}
	joined := append(slices.Clone(given), inGroup)
	member := `{"members":{"` + groupID + `":[{"userId":"` + janeID + `","id":"` + otherID + `"}]}}`
	check(t, []scenario{
		{
			name: "add", given: given, do: inGroup, status: 200,
			want: values{at + ".0.userId": janeID, at + ".0.groupId": groupID, at + ".0.data.since": 2020, at + ".0.zUnknown": 1},
		},
		{name: "add with an id", given: given, do: "POST /api/group/member " + member, status: 200, want: values{at + ".0.id": otherID}},
		{
			name: "shown in the user", given: joined, do: "GET /api/user/" + janeID, status: 200,
			want: values{"user.memberships.0.groupId": groupID, "user.memberships.0.data.since": 2020, "user.memberships.0.zUnknown": 1, "user.memberships.0.userId": absent},
		},
		{
			name: "who replaces a user keeps the memberships", given: joined, do: `PUT /api/user/` + janeID + ` {"user":{"email":"jane@example.com"}}`, status: 200,
			want: values{"user.memberships.0.groupId": groupID},
		},
		{
			name: "replace by nobody", given: append(slices.Clone(joined), `PUT /api/group/member {"members":{"`+groupID+`":[]}}`),
			do: "GET /api/group/member/search", status: 200, want: values{"total": 0},
		},
		{
			name: "delete by user and group", given: append(slices.Clone(joined), "DELETE /api/group/member?groupId="+groupID+"&userId="+janeID),
			do: "GET /api/user/" + janeID, status: 200, want: values{"user.memberships": []any{}},
		},
		{
			name: "delete all", given: append(slices.Clone(joined), "DELETE /api/group/member?groupId="+groupID),
			do: "GET /api/user/" + janeID, status: 200, want: values{"user.memberships": []any{}},
		},
		{
			name: "delete by id", given: append(slices.Clone(given), "POST /api/group/member "+member, "DELETE /api/group/member/"+otherID),
			do: "GET /api/user/" + janeID, status: 200, want: values{"user.memberships": []any{}},
		},
		{
			name: "delete a list", given: append(slices.Clone(given), "POST /api/group/member "+member, `DELETE /api/group/member {"memberIds":["`+otherID+`","`+nobodyID+`"]}`),
			do: "GET /api/user/" + janeID, status: 200, want: values{"user.memberships": []any{}},
		},
		{
			name: "delete users by group", given: append(slices.Clone(joined), `DELETE /api/group/member {"members":{"`+groupID+`":["`+janeID+`"]}}`),
			do: "GET /api/user/" + janeID, status: 200, want: values{"user.memberships": []any{}},
		},
		{
			name: "deleted with the group", given: append(slices.Clone(joined), "DELETE /api/group/"+groupID),
			do: "GET /api/user/" + janeID, status: 200, want: values{"user.memberships": []any{}},
		},
		{
			name: "deleted with the user", given: append(slices.Clone(joined), "DELETE /api/user/"+janeID+"?hardDelete=true"),
			do: "GET /api/group/member/search?groupId=" + groupID, status: 200, want: values{"total": 0},
		},
		{name: "nobody's membership", do: "DELETE /api/group/member/" + nobodyID, status: 404},
		{name: "delete who is no member", given: given, do: "DELETE /api/group/member?groupId=" + groupID + "&userId=" + janeID, status: 404},
		{name: "delete of a user without a group", do: "DELETE /api/group/member?userId=" + janeID, status: 400, codes: "[missing]groupId"},
		{name: "delete nothing", do: "DELETE /api/group/member {}", status: 400, codes: "[missing]memberIds"},
		{name: "delete an empty id", do: `DELETE /api/group/member {"memberIds":[""]}`, status: 400, codes: "[blank]members"},
		{
			name: "several mistakes", given: given,
			do:     `POST /api/group/member {"members":{"` + groupID + `":[{},{"userId":"` + nobodyID + `"},{"userId":"` + janeID + `"},{"userId":"` + janeID + `"}],"` + nobodyID + `":[]}}`,
			status: 400, codes: "[duplicate]" + at + "[3].userId [invalid]" + at + "[1].userId [invalid]members." + nobodyID + " [missing]" + at + "[0].userId",
		},
		{
			name: "user of another tenant", given: []string{anotherTenant, `POST /api/group/` + groupID + ` {"group":{"name":"x","tenantId":"` + anotherTenantID + `"}}`},
			do: inGroup, status: 400, codes: "[invalid]" + at + "[0].userId",
		},
		{
			name: "group of another tenant", given: append(slices.Clone(given), anotherTenant), tenant: anotherTenantID,
			do: inGroup, status: 400, codes: "[invalid]members." + groupID,
		},
		{
			name: "member of another tenant", given: append(slices.Clone(given), "POST /api/group/member "+member, anotherTenant), tenant: anotherTenantID,
			do: "DELETE /api/group/member/" + otherID, status: 404,
		},
		{
			name: "id that another member has", given: append(slices.Clone(given), "POST /api/group/member "+member),
			do:     `POST /api/group/member {"members":{"` + groupID + `":[{"userId":"00000000-0000-0000-0000-222222222222","id":"` + otherID + `"}]}}`,
			status: 400, codes: "[duplicate]" + at,
		},
		{name: "no list", given: joined, do: `PUT /api/group/member {"members":{"` + groupID + `":null}}`, status: 400, codes: "[missing]" + at},
		{name: "key without the permission", as: readerKey, do: "DELETE /api/group/member/" + nobodyID, status: 401},
	})
}

func TestMemberSearch(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, i *instance) {
		i.do(makeRole).must(t)
		i.do(makeGroup).must(t)
		i.do(inGroup).must(t)
		other := i.do(`POST /api/group {"group":{"name":"Others"}}`).must(t).text("group.id")
		i.clock.advance(hour)
		i.do(fmt.Sprintf(`POST /api/group/member {"members":{%q:[{"userId":%q},{"userId":"00000000-0000-0000-0000-222222222222"}]}}`, other, janeID)).must(t)
		i.do("GET /api/group/member/search").must(t).want(t, values{"total": 3, "members.0.groupId": groupID, "members.0.data.since": 2020})
		i.do("GET /api/group/member/search?userId="+janeID+"&orderBy=insertInstant%20DESC&numberOfResults=1").must(t).
			want(t, values{"total": 2, "members.0.groupId": other, "members.1": absent})
		i.do(`POST /api/group/member/search {"search":{"groupId":"`+other+`","tenantId":"`+tenantID+`","startRow":1}}`).must(t).
			want(t, values{"total": 2, "members.0.userId": "00000000-0000-0000-0000-222222222222", "members.1": absent})
		i.send(call{as: tenantKey, do: "GET /api/group/member/search?tenantId=" + nobodyID}).must(t).want(t, values{"total": 0, "members": []any{}})
		if r := i.do("GET /api/group/member/search?orderBy=data"); r.codes() != "[invalid]search.orderBy" {
			t.Errorf("an unknown column: %d %s", r.status, r.body)
		}
	})
}

// Members who stay keep their membership's id and instant, whatever a request
// says; what is stored about the membership is replaced.
func TestMembersWhoStay(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, i *instance) {
		i.do(makeRole).must(t)
		i.do(makeGroup).must(t)
		at := "members." + groupID + ".0."
		first := i.do(inGroup).must(t)
		i.clock.advance(hour)
		same := values{at + "id": first.at(at + "id"), at + "insertInstant": first.at(at + "insertInstant")}
		for _, method := range []string{"POST", "PUT"} {
			request := method + ` /api/group/member {"members":{"` + groupID + `":[{"userId":"` + janeID + `","id":"` + otherID + `"}]}}`
			i.do(request).must(t).want(t, same)
		}
		i.do("GET /api/user/"+janeID).must(t).want(t, values{
			"user.memberships.0.id": first.at(at + "id"), "user.memberships.0.insertInstant": first.at(at + "insertInstant"),
			"user.memberships.0.data": absent,
		})
	})
}

func TestUserWithMemberships(t *testing.T) {
	t.Parallel()
	user := func(memberships string) string {
		return `POST /api/user {"user":{"email":"ada@example.com","password":"` + password + `","memberships":[` + memberships + `]}}`
	}
	check(t, []scenario{
		{
			name: "create", given: []string{makeRole, makeGroup},
			do: user(`{"groupId":"` + groupID + `","id":"` + otherID + `","userId":"` + nobodyID + `","data":{"a":1,"b":null}},{}`), status: 200,
			want: values{
				"user.memberships.0.groupId": groupID, "user.memberships.0.id": otherID, "user.memberships.0.data": map[string]any{"a": 1},
				"user.memberships.0.userId": absent, "user.memberships.1": absent,
			},
		},
		{
			name: "found as a member", given: []string{makeRole, makeGroup, user(`{"groupId":"` + groupID + `"}`)},
			do: "GET /api/group/member/search?groupId=" + groupID, status: 200, want: values{"total": 1, "members.0.groupId": groupID},
		},
		{
			name: "unknown groups, beside other mistakes", given: []string{makeRole, makeGroup},
			do:     `POST /api/user {"user":{"email":"ada","password":"` + password + `","memberships":[{"groupId":"` + nobodyID + `"},{"groupId":"` + groupID + `"},{"groupId":"` + groupID + `"}]}}`,
			status: 400, codes: "[duplicate]user.memberships[2].groupId [invalid]user.memberships[0].groupId [notEmail]user.email",
		},
		{
			name: "group of another tenant", given: []string{anotherTenant, `POST /api/group/` + groupID + ` {"group":{"name":"x","tenantId":"` + anotherTenantID + `"}}`},
			tenant: tenantID, do: user(`{"groupId":"` + groupID + `"}`), status: 400, codes: "[invalid]user.memberships[0].groupId",
		},
		{
			name: "id that another membership has", given: []string{makeRole, makeGroup, `POST /api/group/member {"members":{"` + groupID + `":[{"userId":"` + janeID + `","id":"` + otherID + `"}]}}`},
			do: user(`{"groupId":"` + groupID + `","id":"` + otherID + `"}`), status: 400, codes: "[duplicate]user.memberships",
		},
	})
}

// Tokens carry the roles of a user's groups beside those of the registration,
// for applications that the user is registered for.
func TestTokensCarryRolesOfGroups(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, i *instance) {
		for _, request := range []string{
			makeRole, makeAdmin, makeGroup, inGroup,
			`PUT /api/user/registration/` + janeID + ` {"registration":{"applicationId":"` + applicationID + `","roles":["boss"]}}`,
			`POST /api/application/` + otherID + ` {"application":{"name":"Other","roles":[{"name":"other","id":"` + nobodyID + `"}]}}`,
			`PATCH /api/group/` + groupID + ` {"roleIds":["` + nobodyID + `"]}`,
		} {
			i.do(request).must(t)
		}
		rolesIn := func(application string) (roles any) {
			t.Helper()
			r := i.do(`POST /api/login {"loginId":"jane@example.com","password":"` + password + `","applicationId":"` + application + `"}`).must(t)
			_, rest, _ := strings.Cut(r.text("token"), ".")
			payload, _, _ := strings.Cut(rest, ".")
			claims, err := base64.RawURLEncoding.DecodeString(payload)
			if err != nil {
				t.Fatal(err)
			}
			return response{body: string(claims)}.at("roles")
		}
		expect := func(got any, want ...any) {
			t.Helper()
			if list, _ := got.([]any); !slices.Equal(list, want) {
				t.Errorf("the token says %v, want %v", got, want)
			}
		}
		expect(rolesIn(applicationID), "boss", "editor")
		if roles := rolesIn(otherID); roles != absent {
			t.Errorf("roles %v for an application that the user is not registered for", roles)
		}
		i.do("DELETE /api/group/" + groupID).must(t)
		expect(rolesIn(applicationID), "boss")
	})
}

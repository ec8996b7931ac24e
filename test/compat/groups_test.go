package compat

import (
	"testing"

	"github.com/FusionAuth/go-client/pkg/fusionauth"
)

func TestGroups(t *testing.T) {
	t.Parallel()
	app := newApplication(t, "Compat grouped app")
	user := newUser(t, "grouped@example.com")
	r, errs, err := inDefaultTenant().CreateGroup("", fusionauth.GroupRequest{
		Group: fusionauth.Group{Name: "Compat group", Data: map[string]any{"precedence": "1"}}, RoleIds: []string{app.Roles[1].Id},
	})
	group := made(t, r)(errs, err).Group
	if roles := group.Roles[app.Id]; len(roles) != 1 || roles[0].Name != "writer" || group.Data["precedence"] != "1" {
		t.Errorf("group: %+v", group)
	}
	r, errs, err = client.UpdateGroup(group.Id, fusionauth.GroupRequest{Group: group, RoleIds: []string{app.Roles[0].Id}})
	if roles := made(t, r)(errs, err).Group.Roles[app.Id]; len(roles) != 1 || roles[0].Name != "reader" {
		t.Errorf("roles after an update: %+v", roles)
	}
	r, errs, err = client.UpdateGroup(group.Id, fusionauth.GroupRequest{Group: group, RoleIds: []string{user.Id}})
	come(r.StatusCode, "", errs, err).isRefused(t, "a role that is not there", 400, "[invalid]roleIds")

	members := func(list ...fusionauth.GroupMember) fusionauth.MemberRequest {
		return fusionauth.MemberRequest{Members: map[string][]fusionauth.GroupMember{group.Id: list}}
	}
	added, errs, err := client.CreateGroupMembers(members(fusionauth.GroupMember{UserId: user.Id}))
	member := made(t, added)(errs, err).Members[group.Id][0]
	added, errs, err = client.UpdateGroupMembers(members(fusionauth.GroupMember{UserId: user.Id, Data: map[string]any{"since": "2020"}}))
	if stays := made(t, added)(errs, err).Members[group.Id]; len(stays) != 1 || stays[0].Id != member.Id {
		t.Errorf("members after an update: %+v", stays)
	}
	found, errs, err := client.SearchGroupMembers(fusionauth.GroupMemberSearchRequest{Search: fusionauth.GroupMemberSearchCriteria{GroupId: group.Id}})
	if made(t, found)(errs, err).Total != 1 || found.Members[0].Data["since"] != "2020" {
		t.Errorf("members: %+v", found)
	}
	shown, errs, err := client.RetrieveUser(user.Id)
	if made(t, shown)(errs, err); len(shown.User.Memberships) != 1 || shown.User.Memberships[0].GroupId != group.Id {
		t.Errorf("memberships: %+v", shown.User.Memberships)
	}
	groups, errs, err := client.SearchGroups(fusionauth.GroupSearchRequest{Search: fusionauth.GroupSearchCriteria{Name: "compat g*"}})
	if made(t, groups)(errs, err).Total != 1 || groups.Groups[0].Id != group.Id {
		t.Errorf("search: %+v", groups)
	}
	removed, errs, err := client.DeleteGroupMembers(fusionauth.MemberDeleteRequest{MemberIds: []string{member.Id}})
	come(removed.StatusCode, "", errs, err).is(t, "remove a member", 200, "")
	removed, errs, err = client.DeleteGroupMembers(fusionauth.MemberDeleteRequest{})
	come(removed.StatusCode, "", errs, err).isRefused(t, "remove nobody", 400, "[missing]memberIds")
	added, errs, err = client.CreateGroupMembers(members(fusionauth.GroupMember{UserId: group.Id}))
	come(added.StatusCode, "", errs, err).isRefused(t, "add nobody", 400, "[invalid]members."+group.Id+"[0].userId")
}

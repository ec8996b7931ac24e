package fa

import (
	"slices"
	"strings"
)

// Group is users of one tenant who have roles in common.
//
// Source: https://fusionauth.io/docs/apis/groups
type Group struct {
	Data              Data          `json:"data"`
	ID                ID            `json:"id,omitzero"`
	InsertInstant     int64         `json:"insertInstant,omitzero"`
	LastUpdateInstant int64         `json:"lastUpdateInstant,omitzero"`
	Name              string        `json:"name"`
	RoleIDs           []ID          `json:"roleIds,omitempty"` // as stored; answers have Roles instead
	Roles             map[ID][]Role `json:"roles,omitzero"`    // by application
	TenantID          ID            `json:"tenantId,omitzero"`
	Rest              Rest          `json:",embed"`

	// Had is, in a change, the roles before it. They may be gone by now without
	// the client's knowing.
	Had []ID `json:"-"`
}

// NewGroup returns a group with every default filled in.
func NewGroup() Group { return Group{Data: Data{}} }

// Normalize brings the group into the form in which it is stored.
func (g *Group) Normalize() {
	g.Name = strings.TrimSpace(g.Name)
	g.Data.Normalize()
	g.Roles = nil
	var ids []ID
	for _, id := range g.RoleIDs {
		if id != "" && !slices.Contains(ids, id) {
			ids = append(ids, id)
		}
	}
	g.RoleIDs = ids
}

// Validate reports everything about the group itself that FusionAuth would
// refuse.
func (g *Group) Validate() error {
	var errs Errors
	errs.Name(g.Name, "group.name")
	return errs.OrNil()
}

// ShowRoles gives the group the form that answers have. Roles that are not
// there any more are not shown.
func (g *Group) ShowRoles(applications []*Application) {
	shown := map[ID][]Role{}
	for _, a := range applications {
		if a.TenantID != g.TenantID {
			continue
		}
		if roles := a.rolesByID(g.RoleIDs); len(roles) > 0 {
			shown[a.ID] = roles
		}
	}
	g.RoleIDs, g.Roles = nil, shown
}

func (a *Application) rolesByID(ids []ID) (roles []Role) {
	for _, r := range a.Roles {
		if slices.Contains(ids, r.ID) {
			roles = append(roles, r)
		}
	}
	return roles
}

// RolesThrough returns the names of the roles of a that somebody has who is in
// all these groups.
func (a *Application) RolesThrough(groups []*Group) (names []string) {
	for _, g := range groups {
		for _, r := range a.rolesByID(g.RoleIDs) {
			if !slices.Contains(names, r.Name) {
				names = append(names, r.Name)
			}
		}
	}
	return names
}

// GroupMember is a membership as the group sees it.
type GroupMember struct {
	Membership
	UserID ID `json:"userId,omitzero"`
}

// MemberSearch says which members to find; zero values match everything.
type MemberSearch struct {
	GroupID, TenantID, UserID ID
	Limit, Offset             int
	Order                     Order
}

// MemberMatch names members: those that agree with every value that is given.
type MemberMatch struct{ ID, GroupID, UserID ID }

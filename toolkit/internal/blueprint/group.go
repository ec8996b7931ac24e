package blueprint

import (
	"maps"
	"slices"
	"strings"

	"wherry/toolkit/config"
	"wherry/toolkit/internal/poolconfig"
	"wherry/toolkit/internal/record"
	"wherry/toolkit/internal/target"
)

// groups are the pool's own: without those that Cognito makes for the users of
// each identity provider, <pool id>_<provider>.
func (b *builder) groups() []poolconfig.Group {
	return slices.DeleteFunc(slices.Clone(b.Config.Groups), func(g poolconfig.Group) bool {
		return strings.HasPrefix(g.GroupName, b.ID+"_")
	})
}

// makeRoles makes the roles of an application: those that the configuration
// names, or else one for each group.
func (b *builder) makeRoles(application string, said config.Roles) {
	for _, name := range b.roleNames(said) {
		b.add(target.Object{
			Kind: target.Role, ID: roleID(application, name), Name: name, Parent: application, First: doc{"name": name},
		})
	}
}

func (b *builder) roleNames(said config.Roles) []string {
	if len(said.Map) > 0 {
		return slices.Compact(slices.Sorted(maps.Values(said.Map)))
	}
	if b.Apply.Groups == config.GroupsGroups && said.From == "" {
		return nil
	}
	var names []string
	for _, g := range b.groups() {
		names = append(names, g.GroupName)
	}
	return names
}

func roleID(application, name string) string { return target.ID("role", application, name) }

// makeGroups makes groups that give the roles of the same name.
func (b *builder) makeGroups() {
	if b.Apply.Groups == config.GroupsRoles {
		return
	}
	for _, g := range b.groups() {
		name := b.free("group", g.GroupName)
		o := target.Object{
			Kind: target.Group, ID: b.id("group", g.GroupName), Name: name, Tenant: b.tenant,
			First: doc{"name": name}, Doc: doc{"data": doc{"cognito": about(g, b.ID)}},
		}
		if b.Apply.Groups == config.GroupsBoth {
			o.Beside = doc{"roleIds": b.rolesOf(g.GroupName)}
		}
		b.add(o)
		b.place.Groups[g.GroupName] = o.ID
	}
}

// rolesOf are the roles of that name in the pool's applications.
func (b *builder) rolesOf(name string) target.Among {
	var ids target.Among
	for _, o := range b.Objects {
		if o.Kind == target.Role && o.Name == name && b.ours(o.Parent) {
			ids = append(ids, o.ID)
		}
	}
	return ids
}

func (b *builder) ours(application string) bool {
	return slices.ContainsFunc(b.place.Applications, func(a record.Application) bool { return a.ID == application })
}

// about is what FusionAuth has no place for.
func about(g poolconfig.Group, pool string) doc {
	d := doc{"poolId": pool, "groupName": g.GroupName}
	if g.Description != "" {
		d["description"] = g.Description
	}
	if g.RoleArn != "" {
		d["roleArn"] = g.RoleArn
	}
	if g.Precedence != nil {
		d["precedence"] = *g.Precedence
	}
	return d
}

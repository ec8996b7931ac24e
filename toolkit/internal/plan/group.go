package plan

import (
	"slices"
	"strings"
)

// ownGroups are the user's groups without those that Cognito makes for the
// users of each identity provider, <pool id>_<provider>.
func (d *draft) ownGroups() []string {
	var own []string
	for _, g := range d.in.Groups {
		if g != "" && (d.poolID() == "" || !strings.HasPrefix(g, d.poolID()+"_")) {
			own = append(own, g)
		}
	}
	slices.Sort(own)
	return slices.Compact(own)
}

// groups turns the user's groups into registrations with roles, and into
// memberships.
func (d *draft) groups() {
	groups := d.ownGroups()
	for _, app := range d.mapper.settings.Applications {
		r := Registration{ApplicationID: strings.ToLower(app.ID)}
		if app.Roles.From != "" {
			r.Roles = translate(groups, app.Roles.Map)
		}
		d.user.Registrations = append(d.user.Registrations, r)
		d.wrote("registrations", "groups", byConfig)
	}
	if len(d.mapper.settings.Groups) == 0 {
		return
	}
	for _, id := range translate(groups, d.mapper.settings.Groups) {
		d.user.Memberships = append(d.user.Memberships, Membership{GroupID: strings.ToLower(id)})
		d.wrote("memberships", "groups", byConfig)
	}
}

// translate looks each group up in the map, adds what "*" gives to everybody,
// and sorts. Without a map a group stays as it is.
func translate(groups []string, by map[string]string) []string {
	if len(by) == 0 {
		return groups
	}
	var names []string
	for _, g := range append(slices.Clone(groups), "*") {
		if name := by[g]; name != "" {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}

func anys(list []string) []any {
	out := make([]any, len(list))
	for i, s := range list {
		out[i] = s
	}
	return out
}

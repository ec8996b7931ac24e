package plan

import (
	"maps"
	"slices"
)

// finish does what FusionAuth's domain classes would do to the user as a
// whole, and gives an id to a user who is left without.
func (d *draft) finish() {
	u := &d.user
	maps.DeleteFunc(u.Data, func(_ string, v any) bool { return v == nil })
	u.Memberships = slices.DeleteFunc(u.Memberships, func(m Membership) bool { return m.GroupID == "" })
	u.Registrations = slices.DeleteFunc(u.Registrations, func(r Registration) bool {
		_, problem := acceptUUID(r.ApplicationID)
		if problem != "" {
			d.remark("registrations", "", byDefault, "a registration is left out: its applicationId %s", problem)
		}
		return problem != ""
	})
	u.PreferredLanguages = d.tidyLanguages(u.PreferredLanguages)
	if u.ID == "" {
		u.ID = d.derivedID()
		d.wrote("id", "pool, Username", "name-based UUID")
		d.remark("id", "sub", byDefault, "the user has no usable sub; the id is made from pool id and username")
	}
}

// tidyLanguages drops what is no locale, what is there twice, and what is
// above FusionAuth's limit.
func (d *draft) tidyLanguages(list []string) []string {
	var tidy []string
	for _, l := range list {
		clean, problem := acceptLocale(l)
		switch {
		case problem != "":
			d.remark("preferredLanguages", "", byDefault, "one entry %s", problem)
		case clean != "" && !slices.Contains(tidy, clean):
			tidy = append(tidy, clean)
		}
	}
	if len(tidy) > maxLanguages {
		d.remark("preferredLanguages", "", byDefault, "FusionAuth stores %d languages; the rest is left out", maxLanguages)
		tidy = tidy[:maxLanguages]
	}
	return tidy
}

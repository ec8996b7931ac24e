package check

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"
)

func (f *findings) mapping(p Pool) {
	u := p.Users
	if len(u.Problems) > 0 {
		f.say("mapping-mistake", p.Name, strings.Join(u.Problems, "; "), "mend the mapping in the configuration")
		return
	}
	if u.Err != nil {
		f.say("mapping-unseen", p.Name, "no users could be read: "+u.Err.Error(), "allow cognito-idp:ListUsers, or run wherry export --in with files and plan again")
		return
	}
	for _, reason := range slices.Sorted(maps.Keys(u.Refused)) {
		f.say("mapping-refused", p.Name, fmt.Sprintf("%s cannot go across: %s", share(u.Refused[reason], u), reason),
			"change the mapping or the users; wherry explain USERNAME shows one")
	}
	for _, remark := range slices.Sorted(maps.Keys(u.Remarks)) {
		f.say("mapping-remark", p.Name, share(u.Remarks[remark], u)+": "+remark, "nothing, unless it matters; wherry explain USERNAME shows one")
	}
	if u.Others > 0 {
		f.say("collision-target", p.Name, fmt.Sprintf("%d of the users looked at have a login id that somebody else has in the target", u.Others),
			"rename or delete those accounts in the target, or let the pool go to another tenant")
	}
}

// share is how many of how many.
func share(n int, u Users) string {
	if u.Whole {
		return fmt.Sprintf("%d of %d users", n, u.Mapped)
	}
	return fmt.Sprintf("%d of the %d users looked at", n, u.Mapped)
}

// together looks at pools that share a tenant.
func (f *findings) together(facts Facts) {
	tenants := map[string][]Pool{}
	for _, p := range facts.Pools {
		if p.Err == nil {
			tenants[p.TenantID] = append(tenants[p.TenantID], p)
		}
	}
	for _, id := range slices.Sorted(maps.Keys(tenants)) {
		pools := tenants[id]
		f.collisions(pools)
		for _, p := range pools[1:] {
			f.sameRules(pools[0], p)
			f.sameNames(pools[0], p)
		}
	}
	for _, n := range facts.Notes {
		if strings.HasPrefix(n.Subject, "identity provider ") && strings.Contains(n.Do, "apply.providers.") {
			f.say("provider-incomplete", n.Pool, strings.TrimPrefix(n.Subject, "identity provider ")+": "+n.Text, n.Do)
		}
	}
}

// collisions counts identities that more than one of the users would have.
func (f *findings) collisions(pools []Pool) {
	type owned struct {
		Name
		pool int
	}
	var all []owned
	for i, p := range pools {
		for _, name := range p.Users.Taken {
			all = append(all, owned{name, i})
		}
	}
	slices.SortFunc(all, func(a, b owned) int {
		return cmp.Or(cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.Sum, b.Sum), cmp.Compare(a.pool, b.pool))
	})
	counts := map[string]int{} // by kind and the pools concerned
	for i := 0; i < len(all); {
		end := i + 1
		for end < len(all) && all[end].Name == all[i].Name {
			end++
		}
		if end-i > 1 {
			of := []string{pools[all[i].pool].Name, pools[all[end-1].pool].Name}
			counts[all[i].Kind.String()+" of users in "+strings.Join(slices.Compact(of), " and ")]++
		}
		i = end
	}
	for _, what := range slices.Sorted(maps.Keys(counts)) {
		f.say("collision", "", fmt.Sprintf("%d times the same %s", counts[what], what),
			"give the pools tenants of their own, or change one of the users; wherry explain shows what a user becomes")
	}
}

func (f *findings) sameRules(first, p Pool) {
	if first.Config.Pool.Policies.PasswordPolicy != p.Config.Pool.Policies.PasswordPolicy || first.Config.Pool.MfaConfiguration != p.Config.Pool.MfaConfiguration {
		f.say("tenant-rules-differ", p.Name, "its rules for passwords or second factors differ from those of "+first.Name+", which hold for the tenant",
			"put the pool first whose rules should hold, or give each a tenant of its own")
	}
}

func (f *findings) sameNames(first, p Pool) {
	names := func(p Pool) (all []string) {
		for _, c := range p.Config.Clients {
			all = append(all, "application "+c.ClientName)
		}
		for _, g := range p.Config.Groups {
			all = append(all, "group "+g.GroupName)
		}
		return all
	}
	others := names(first)
	shared := slices.DeleteFunc(names(p), func(name string) bool { return !slices.Contains(others, name) })
	if len(shared) > 0 {
		f.say("name-taken", p.Name, "both it and "+first.Name+" have "+strings.Join(shared, ", "), "nothing: those of this pool get its name added; rename them if that is not wanted")
	}
}

// about is a duration in words that promise no more than they know.
func about(seconds float64) string {
	d := time.Duration(seconds * float64(time.Second))
	switch {
	case d < time.Minute:
		return "a minute"
	case d < 2*time.Hour:
		return fmt.Sprintf("%.0f minutes", d.Minutes())
	case d < 48*time.Hour:
		return fmt.Sprintf("%.0f hours", d.Hours())
	}
	return fmt.Sprintf("%.0f days", d.Hours()/24)
}

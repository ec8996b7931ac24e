package plan

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// Check reports every mistake that shows in the settings themselves. What
// only New can ask for, a script's text and the applications' ids, may still
// be missing.
func (s Settings) Check(report func(path, format string, args ...any)) {
	s.Mapping.check(report)
	for i, app := range s.Applications {
		path := fmt.Sprintf("applications[%d]", i)
		app.check(path, report)
		same := func(other Application) bool { return app.ID != "" && strings.EqualFold(app.ID, other.ID) }
		if slices.ContainsFunc(s.Applications[:i], same) {
			report(path+".id", "this application is there already")
		}
	}
	for _, group := range slices.Sorted(maps.Keys(s.Groups)) {
		if _, problem := acceptUUID(s.Groups[group]); problem != "" {
			report("groups."+group, "the id of a FusionAuth group, please: this %s", problem)
		}
	}
}

// checkComplete reports what has to be there before users can be mapped.
func (s Settings) checkComplete(report report) {
	for i, app := range s.Applications {
		if app.ID == "" && app.Name != "" {
			report(fmt.Sprintf("applications[%d].id", i), "the id of the application %q in the target is not known yet", app.Name)
		}
	}
	if s.Mapping.Script != "" && strings.TrimSpace(s.Mapping.ScriptSource) == "" {
		report("mapping.script", "the file is empty or has not been read")
	}
}

func (a Application) check(path string, report report) {
	if a.ID == "" && a.Name == "" {
		report(path, "give the application's name or its id")
	}
	if a.ID != "" {
		if _, problem := acceptUUID(a.ID); problem != "" {
			report(path+".id", "%s", problem)
		}
	}
	if a.Roles.From != "" && a.Roles.From != "groups" {
		report(path+".roles.from", "roles can come from groups only")
	}
	if a.Roles.From == "" && len(a.Roles.Map) > 0 {
		report(path+".roles.from", "say where roles come from: groups")
	}
}

func (m Mapping) check(report report) {
	oneOf := func(path, value string, allowed ...string) {
		if value != "" && !slices.Contains(allowed, value) {
			report(path, "want one of %s", strings.Join(allowed, ", "))
		}
	}
	oneOf("mapping.username", m.Username, usernameChosen, usernamePreferred, usernameAlways)
	oneOf("mapping.email", m.Email, byUsername, byAlias)
	oneOf("mapping.phone_number", m.PhoneNumber, byUsername, byAlias, asAttribute)
	for _, name := range slices.Sorted(maps.Keys(m.Types)) {
		oneOf("mapping.types."+name, m.Types[name], "String", "Number", "DateTime", "Boolean")
	}
	compileRules(m.Rules, report)
}

// email says how people sign in with their address: the operator's word, or
// what the pool says, or "".
func (m Mapping) email(schema Schema) string {
	switch {
	case m.Email != "":
		return m.Email
	case slices.Contains(schema.UsernameAttributes, "email"):
		return byUsername
	case schema.told():
		return byAlias
	default:
		return ""
	}
}

// phone says how people sign in with their number: the operator's word, or
// what the pool says.
func (m Mapping) phone(schema Schema) string {
	switch {
	case m.PhoneNumber != "":
		return m.PhoneNumber
	case slices.Contains(schema.UsernameAttributes, "phone_number"):
		return byUsername
	case slices.Contains(schema.AliasAttributes, "phone_number"):
		return byAlias
	default:
		return asAttribute
	}
}

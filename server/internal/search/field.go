package search

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// Field is something that can be searched by: "email", "data.plan",
// "registrations.roles".
type Field struct {
	Path string
	Kind Kind
}

// Kind is how the values of a field are written and compared.
type Kind int

// The kinds of fields.
const (
	Text    Kind = iota // compared whole
	Words               // any run of whole words is compared
	Date                // YYYY-MM-DD
	Flag                // true or false
	Instant             // milliseconds since 1970
	Free                // whatever clients keep in data
)

// The paths of nested documents.
const (
	Registrations = "registrations"
	Memberships   = "memberships"
)

// fields is every field with a name of its own, by path; data has more.
//
// Source: https://fusionauth.io/docs/reference/user-fields
var fields = map[string]Kind{
	"active": Flag, "birthDate": Date, "breachedPasswordStatus": Text, "connectorId": Text, "email": Text, "firstName": Text,
	"fullName": Words, "id": Text, "insertInstant": Instant, "lastLoginInstant": Instant, "lastName": Text, "lastUpdateInstant": Instant,
	"login": Text, "middleName": Text, "mobilePhone": Text, "parentEmail": Text, "phoneNumber": Text, "preferredLanguages": Text,
	"tenantId": Text, "timezone": Text, "twoFactor.methods.method": Text, "username": Text, "verified": Flag, "verifiedInstant": Instant,

	"registrations.applicationId": Text, "registrations.id": Text, "registrations.insertInstant": Instant,
	"registrations.lastLoginInstant": Instant, "registrations.lastUpdateInstant": Instant, "registrations.preferredLanguages": Text,
	"registrations.roles": Text, "registrations.timezone": Text, "registrations.username": Text, "registrations.usernameStatus": Text,
	"registrations.verified": Flag, "registrations.verifiedInstant": Instant,

	"memberships.groupId": Text, "memberships.id": Text, "memberships.insertInstant": Instant,
}

// free is where clients keep data of their own.
var free = []string{"data.", "registrations.data.", "memberships.data."}

// aliases are FusionAuth's names for comparing a field whole.
var aliases = map[string]Field{
	"fullName.exact": {"fullName", Text}, "username.exact": {"username", Text},
}

// keyword is what Elasticsearch adds to the name of a property to compare it
// whole, as we always do.
const keyword = ".keyword"

// bare is where words without a field are looked for.
var bare = []string{"email", "username", "fullName", "firstName", "lastName", "phoneNumber", "mobilePhone"}

// nestedIn returns which nested document a path belongs to, or "".
func nestedIn(path string) string {
	for _, nested := range []string{Registrations, Memberships} {
		if path == nested || strings.HasPrefix(path, nested+".") {
			return nested
		}
	}
	return ""
}

// lookup finds a field. inside is the nested document that the query is about,
// or "".
func lookup(name, inside string) (Field, error) {
	field, known := Field{name, fields[name]}, false
	if _, known = fields[name]; !known {
		field, known = aliases[name]
	}
	for _, prefix := range free {
		if below, ok := strings.CutPrefix(name, prefix); ok && wellFormed(below) {
			field, known = Field{strings.TrimSuffix(name, keyword), Free}, true
		}
	}
	switch {
	case !known && strings.ContainsAny(name, "*?"):
		return field, fmt.Errorf("a wildcard in the name of a field, [%s], is not supported: name each field, joined by OR", name)
	case !known:
		return field, fmt.Errorf("there is no field [%s]: names are case-sensitive, and there are %s", name, knownFields())
	case inside != "" && nestedIn(name) != inside:
		return field, fmt.Errorf("inside nested [%s] only fields that begin with [%s.] can be asked for, not [%s]", inside, inside, name)
	}
	return field, nil
}

// wellFormed tells whether a path has a name at every step.
func wellFormed(path string) bool {
	return !slices.Contains(strings.Split(path, "."), "") && !strings.ContainsAny(path, "*?")
}

func knownFields() string {
	names := slices.Sorted(maps.Keys(fields))
	for _, prefix := range free {
		names = append(names, prefix+"<property>")
	}
	return strings.Join(names, ", ")
}

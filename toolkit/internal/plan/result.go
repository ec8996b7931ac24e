package plan

import (
	"maps"
	"slices"
	"strings"
)

// Result is one user, mapped.
type Result struct {
	User    User
	Links   []Link   // identity providers that the user signs in with
	Remarks []Remark // what a person should know about this user's mapping

	origins []origin
}

// Remark says that something of a user did not go across as it stood. Remarks
// may quote attributes: they are for explain and for reports in the
// workspace, never for a log.
type Remark struct {
	Target string `json:"target,omitempty"` // "birthDate", "data.plan"; "" is the whole user
	Source string `json:"source,omitempty"` // "birthdate", "custom:plan", "groups", "login id"
	Rule   string `json:"rule"`             // "default", "mapping.script", "mapping.rules[0]"
	Text   string `json:"text"`
}

// Field is one field of the FusionAuth user.
type Field struct {
	Target string `json:"target"`
	Value  any    `json:"value"`
	Source string `json:"source,omitempty"` // as in Remark; "" is a constant or a script's doing
	Rule   string `json:"rule"`
}

// Fields lists what the user is made of, and where each part comes from, unless
// the trip was brief. Data is listed by key.
func (r Result) Fields() []Field {
	d := draft{user: r.User}
	var list []Field
	for _, f := range fields {
		if value := d.value(target{field: f}); value != nil && f.name != "data" {
			list = append(list, r.field(f.name, value))
		}
	}
	for _, key := range slices.Sorted(maps.Keys(r.User.Data)) {
		record, ok := r.User.Data[key].(map[string]any)
		if key != "cognito" || !ok {
			list = append(list, r.field("data."+key, r.User.Data[key]))
			continue
		}
		for _, inner := range slices.Sorted(maps.Keys(record)) {
			list = append(list, r.field("data.cognito."+inner, record[inner]))
		}
	}
	return list
}

// field finds who wrote a target last, or wrote what it is a part of, or a
// part of it.
func (r Result) field(name string, value any) Field {
	for _, o := range slices.Backward(r.origins) {
		if o.target == name || strings.HasPrefix(name, o.target+".") || strings.HasPrefix(o.target, name+".") {
			return Field{name, value, o.source, o.rule}
		}
	}
	return Field{Target: name, Value: value, Rule: byDefault}
}

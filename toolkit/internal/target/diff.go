package target

import (
	"encoding/json"
	"maps"
	"reflect"
	"slices"

	"wherry/toolkit/internal/fusionauth"
)

// Change is a property that is not as it should be. Secrets are not shown.
type Change struct {
	Property string `json:"property"` // its path, such as oauthConfiguration.logoutURL
	From     string `json:"from,omitempty"`
	To       string `json:"to"`
}

func (c Change) String() string {
	if c.From == "" {
		return c.Property + ": " + c.To
	}
	return c.Property + ": " + c.From + " → " + c.To
}

// difference is what becomes of properties.
type difference struct {
	whole   Doc // all that were wanted, as plain values
	patch   Doc // those that differ
	changes []Change
}

// compare compares the properties that want names with those there are.
func compare(path string, want, have Doc) difference {
	d := difference{whole: Doc{}, patch: Doc{}}
	for _, name := range slices.Sorted(maps.Keys(want)) {
		d.property(join(path, name), name, want[name], have[name])
	}
	return d
}

func join(path, name string) string {
	if path == "" {
		return name
	}
	return path + "." + name
}

func (d *difference) property(path, name string, want, have any) {
	if object, ok := want.(Doc); ok {
		there, _ := have.(Doc)
		inner := compare(path, object, there)
		d.whole[name] = inner.whole
		if len(inner.changes) > 0 || there == nil {
			d.patch[name] = inner.patch
		}
		d.changes = append(d.changes, inner.changes...)
		return
	}
	value := plain(want, have)
	d.whole[name] = value
	if reflect.DeepEqual(value, have) {
		return
	}
	d.patch[name] = value
	d.changes = append(d.changes, changed(path, want, have, value))
}

func changed(path string, want, have, value any) Change {
	switch want.(type) {
	case fusionauth.Secret, Header:
		return Change{Property: path, To: "[secret]"}
	}
	return Change{path, shown(have), shown(value)}
}

// plain is a value as JSON reads it.
func plain(want, have any) any {
	if m, ok := want.(Merger); ok {
		want = m.Merge(have)
	}
	data, err := json.Marshal(want)
	if err != nil {
		panic(err) // documents are made of plain values
	}
	var value any
	if err := json.Unmarshal(data, &value); err != nil {
		panic(err)
	}
	return value
}

// most is how much of a value is shown.
const most = 100

func shown(value any) string {
	if value == nil {
		return ""
	}
	data, err := json.Marshal(value)
	if err != nil {
		return "?"
	}
	if runes := []rune(string(data)); len(runes) > most {
		return string(runes[:most]) + "…"
	}
	return string(data)
}

// over writes properties over others, as a merge patch does.
func over(have, patch Doc) Doc {
	merged := Doc{}
	maps.Copy(merged, have)
	for name, value := range patch {
		inner, isObject := value.(Doc)
		there, wasObject := merged[name].(Doc)
		if isObject && wasObject {
			value = over(there, inner)
		}
		merged[name] = value
	}
	return merged
}

// renamed is a value with ids in the place of those that were wanted, in
// strings and in names.
func renamed(value any, ids map[string]string) any {
	switch v := value.(type) {
	case string:
		if id, known := ids[v]; known {
			return id
		}
	case Doc:
		doc := Doc{}
		for name, inner := range v {
			if id, known := ids[name]; known {
				name = id
			}
			doc[name] = renamed(inner, ids)
		}
		return doc
	case []any:
		list := make([]any, len(v))
		for i, inner := range v {
			list[i] = renamed(inner, ids)
		}
		return list
	case Among:
		list := make(Among, len(v))
		for i, inner := range v {
			list[i] = renamed(inner, ids).(string)
		}
		return list
	case Renamer:
		return v.Rename(func(id string) string { return renamed(id, ids).(string) })
	}
	return value
}

// Renamer is a value that holds ids of objects.
type Renamer interface {
	Rename(id func(wanted string) string) any
}

package plan_test

import (
	"testing"

	"wherry/toolkit/internal/plan"
)

func TestStamp(t *testing.T) {
	t.Parallel()
	jane := user("jane", attrs{"website": "x"})
	jane.Created = noon
	m := newMapper(t, plan.Settings{}, plain)
	for road, want := range map[plan.Road]wants{
		plan.SlowRoad: {
			"data.migratedFrom": "cognito", "data.migratedDate": "2026-11-22T12:00:00.000Z", "data.importSource": "",
			"insertInstant": "", "data.cognito.userCreateDate": "1795348800000",
		},
		plan.BulkRoad: {
			"data.migratedFrom": "", "data.migratedDate": "", "data.importSource": "cognito",
			"insertInstant": "1795348800000", "data.cognito.userCreateDate": "",
		},
	} {
		t.Run(road.String(), func(t *testing.T) {
			t.Parallel()
			r, err := m.Map(t.Context(), jane, plan.Trip{Road: road})
			if err != nil {
				t.Fatal(err)
			}
			expect(t, r, want)
		})
	}
}

// explain prints these, so each must say where a field really comes from.
func TestFieldsSayWhereTheyComeFrom(t *testing.T) {
	t.Parallel()
	m := newMapper(t, withRules(
		plan.Rule{Compute: "fullName", As: `attributes.name + "!"`},
		plan.Rule{Rename: "data.gender", To: "data.person.sex"},
		plan.Rule{Set: "data.origin", Value: "old"},
	), plain)
	r, err := m.Map(t.Context(), user("jane", attrs{"given_name": "Jane", "name": "Jane Doe", "gender": "f", "birthdate": "soon"}), plan.Trip{})
	if err != nil {
		t.Fatal(err)
	}
	got := map[string][2]string{}
	for _, f := range r.Fields() {
		got[f.Target] = [2]string{f.Source, f.Rule}
	}
	for target, want := range map[string][2]string{
		"id":                    {"sub", "as is"},
		"firstName":             {"given_name", "as is"},
		"data.birthdate":        {"birthdate", "as is"},
		"fullName":              {`attributes.name + "!"`, "mapping.rules[0]"},
		"data.person":           {"data.gender", "mapping.rules[1]"},
		"data.origin":           {"", "mapping.rules[2]"},
		"data.migratedDate":     {"", "now"},
		"data.cognito.username": {"Username", "as is"},
	} {
		if got[target] != want {
			t.Errorf("%s comes from %q, want %q", target, got[target], want)
		}
	}
}

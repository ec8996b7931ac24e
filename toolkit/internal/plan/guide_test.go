package plan_test

import (
	"encoding/json"
	"os"
	"testing"

	"wherry/toolkit/internal/plan"
)

func read(t *testing.T, name string) []byte {
	t.Helper()
	data, err := os.ReadFile("testdata/" + name)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// The official guide's user must come out as the guide has it, by its own way
// of mapping in JavaScript and by the defaults.
func TestGuide(t *testing.T) {
	t.Parallel()
	var in plan.CognitoUser
	if err := json.Unmarshal(read(t, "guide.json"), &in); err != nil {
		t.Fatal(err)
	}
	settings := map[string]plan.Settings{
		"script": {Mapping: plan.Mapping{Script: "guide.js", ScriptSource: string(read(t, "guide.js"))}},
		"defaults": {
			Mapping:      plan.Mapping{Username: "always"},
			Applications: []plan.Application{{ID: app}},
		},
	}
	for name, s := range settings {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			m := newMapper(t, s, plan.Schema{})
			for loginID, road := range map[string]plan.Road{"test@example.com": plan.SlowRoad, "": plan.BulkRoad} {
				r, err := m.Map(t.Context(), in, plan.Trip{Road: road, LoginID: loginID})
				if err != nil {
					t.Fatal(err)
				}
				expect(t, r, wants{
					"id": "06744664-df6e-48cc-9421-3d56a9732172", "username": "06744664-df6e-48cc-9421-3d56a9732172",
					"email": "test@example.com", "verified": "true", "active": "true",
					"firstName": "Test", "lastName": "Testerson",
					"data.website": "http://example.com", "registrations": `[{"applicationId":"` + app + `"}]`,
				})
				marks := wants{"data.migratedFrom": "cognito", "data.migratedDate": "2026-11-22T12:00:00.000Z", "data.importSource": ""}
				if road == plan.BulkRoad {
					marks = wants{"data.migratedFrom": "", "data.migratedDate": "", "data.importSource": "cognito"}
				}
				expect(t, r, marks)
				expectRemarks(t, r)
			}
		})
	}
}

package plan_test

import (
	"encoding/json"
	"os"
	"testing"

	"wherry/toolkit/internal/plan"
)

func BenchmarkMap(b *testing.B) {
	data, err := os.ReadFile("testdata/guide.json")
	if err != nil {
		b.Fatal(err)
	}
	var in plan.CognitoUser
	if err := json.Unmarshal(data, &in); err != nil {
		b.Fatal(err)
	}
	source, err := os.ReadFile("testdata/guide.js")
	if err != nil {
		b.Fatal(err)
	}
	for name, s := range map[string]plan.Settings{
		"defaults": {},
		"rules":    withRules(plan.Rule{Compute: "fullName", As: `user.firstName + " " + user.lastName`}, plan.Rule{Drop: "data.website", When: `"x" in groups`}),
		"script":   withScript(string(source)),
	} {
		m, err := plan.New(s, plan.Schema{})
		if err != nil {
			b.Fatal(err)
		}
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := m.Map(b.Context(), in, plan.Trip{Road: plan.BulkRoad}); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

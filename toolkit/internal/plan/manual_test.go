package plan_test

import (
	"os"
	"regexp"
	"testing"

	"wherry/internal/yamlfile"
	"wherry/toolkit/internal/plan"
)

// Whoever copies from the manual must get what it says.
func TestManual(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("../../../docs/migrate/mapping.md")
	if err != nil {
		t.Fatal(err)
	}
	examples := regexp.MustCompile("(?s)```yaml\n(.*?)```").FindAllSubmatch(text, -1)
	if len(examples) < 4 {
		t.Fatalf("only %d examples", len(examples))
	}
	jane := user("jane", attrs{
		"email": "jane@example.com", "given_name": "Jane", "family_name": "Doe", "birthdate": "05/30/1976",
		"address": "Main Street 1", "custom:points": "12", "custom:tags": "a,b", "gender": "f", "updated_at": "1637109005",
	})
	jane.Groups = []string{"guests", "admins"}
	var all plan.Settings
	for _, example := range examples {
		s := struct {
			plan.Settings `yaml:",inline"`
		}{}
		if err := yamlfile.Read("mapping.md", example[1], os.Getenv, &s); err != nil {
			t.Fatal(err)
		}
		all.Mapping.Rules = append(all.Mapping.Rules, s.Mapping.Rules...)
		if s.Applications != nil {
			all.Applications, all.Groups, all.Mapping.Types = s.Applications, s.Groups, s.Mapping.Types
		}
	}
	r, err := newMapper(t, all, plain).Map(t.Context(), jane, plan.Trip{})
	if err != nil {
		t.Fatal(err, r.Remarks)
	}
	expect(t, r, wants{
		"data.origin": "cognito", "fullName": "Jane Doe", "data.gender": "", "data.profile": `{"gender":"f"}`, "data.updated_at": "",
		"data.points": "12", "data.tags": `["a","b"]`, "data.address": `{"formatted":"Main Street 1"}`,
		"birthDate": "1976-05-30", "data.birthdate": "", "expiry": "1830211200000",
		"registrations": `[{"applicationId":"` + app + `","roles":["user","support"]}]`,
		"memberships":   `[{"groupId":"11111111-2222-3333-4444-555555555555"}]`,
	})
}

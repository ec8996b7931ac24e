package plan_test

import (
	"errors"
	"strings"
	"testing"

	"wherry/toolkit/internal/plan"
)

func withRules(rules ...plan.Rule) plan.Settings {
	return plan.Settings{Mapping: plan.Mapping{Rules: rules}}
}

func TestRules(t *testing.T) {
	jane := user("jane", attrs{
		"email": "jane@example.com", "email_verified": "true", "given_name": "Jane", "family_name": "Doe",
		"gender": "f", "birthdate": "1976-05-30", "custom:points": "12", "custom:langs": "de,fr,de,xx-invalid-locale",
	})
	jane.Groups = []string{"admins"}
	jane.Status = "CONFIRMED"
	const reg = `[{"applicationId":"` + app + `","roles":["admin"]}]`
	cases := []defaultCase{
		{name: "set text", settings: withRules(plan.Rule{Set: "lastName", Value: " Smith "}), want: wants{"lastName": "Smith"}},
		{name: "set false", settings: withRules(plan.Rule{Set: "verified", Value: false}), want: wants{"verified": "false"}},
		{name: "set in data", settings: withRules(plan.Rule{Set: "data.origin.pool", Value: "old"}), want: wants{"data.origin": `{"pool":"old"}`}},
		{name: "set a list", settings: withRules(plan.Rule{Set: "preferredLanguages", Value: []any{"en", "fr-CA"}}), want: wants{"preferredLanguages": `["en","fr_CA"]`}},
		{
			name: "set registrations", want: wants{"registrations": reg},
			settings: withRules(plan.Rule{Set: "registrations", Value: []any{map[string]any{"applicationId": app, "roles": []any{"admin"}}}}),
		},
		{name: "compute", settings: withRules(plan.Rule{Compute: "fullName", As: `user.firstName + " " + attributes.family_name`}), want: wants{"fullName": "Jane Doe"}},
		{name: "compute a flag", settings: withRules(plan.Rule{Compute: "verified", As: `"admins" in groups and status == "CONFIRMED" and enabled`}), want: wants{"verified": "true"}},
		{name: "compute an instant", settings: withRules(plan.Rule{Compute: "expiry", As: `date("2027-01-01T00:00:00Z").UnixMilli()`}), want: wants{"expiry": "1798761600000"}},
		{name: "compute in data", settings: withRules(plan.Rule{Compute: "data.points", As: `int(attributes["custom:points"]) * 2`}), want: wants{"data.points": "24"}},
		{
			name: "compute languages", settings: withRules(plan.Rule{Compute: "preferredLanguages", As: `split(attributes["custom:langs"], ",")`}),
			want: wants{"preferredLanguages": `["de","fr"]`}, remarks: []string{"preferredLanguages"},
		},
		{
			name: "compute registrations", want: wants{"registrations": reg},
			settings: withRules(plan.Rule{Compute: "registrations", As: `[{"applicationId": "` + app + `", "roles": map(groups, trimSuffix(#, "s"))}]`}),
		},
		{
			name: "compute a factor", want: wants{"twoFactor": `{"methods":[{"method":"email","email":"jane@example.com"}]}`},
			settings: withRules(plan.Rule{Compute: "twoFactor", As: `{"methods": [{"method": "email", "email": user.email}]}`}),
		},
		{name: "nil takes away", settings: withRules(plan.Rule{Compute: "firstName", As: `attributes.gender == "f" ? nil : user.firstName`}), want: wants{"firstName": ""}},
		{name: "nil in data", settings: withRules(plan.Rule{Compute: "data.gender", As: "nil"}), want: wants{"data.gender": ""}},
		{name: "absent attribute", settings: withRules(plan.Rule{Compute: "middleName", As: `attributes.middle_name == "" ? "none" : attributes.middle_name`}), want: wants{"middleName": "none"}},
		{name: "rename in data", settings: withRules(plan.Rule{Rename: "data.gender", To: "data.profile.sex"}), want: wants{"data.gender": "", "data.profile": `{"sex":"f"}`}},
		{name: "rename into data", settings: withRules(plan.Rule{Rename: "birthDate", To: "data.born"}), want: wants{"birthDate": "", "data.born": "1976-05-30"}},
		{name: "rename out of data", settings: withRules(plan.Rule{Rename: "data.gender", To: "middleName"}), want: wants{"data.gender": "", "middleName": "f"}},
		{name: "rename what is not there", settings: withRules(plan.Rule{Rename: "data.nothing", To: "middleName"}), want: wants{"middleName": ""}},
		{name: "drop", settings: withRules(plan.Rule{Drop: "data.gender"}, plan.Rule{Drop: "lastName"}, plan.Rule{Drop: "data.cognito"}), want: wants{"data.gender": "", "lastName": "", "data.cognito.sub": ""}},
		{name: "drop by a name with dots", settings: withRules(plan.Rule{Set: "data.a", Value: map[string]any{"b.c": 1}}, plan.Rule{Drop: "data.a.b.c"}), want: wants{"data.a": "{}"}},
		{name: "when true", settings: withRules(plan.Rule{Drop: "lastName", When: `len(groups) > 0`}), want: wants{"lastName": ""}},
		{name: "when false", settings: withRules(plan.Rule{Drop: "lastName", When: `username startsWith "x"`}), want: wants{"lastName": "Doe"}},
		{name: "in order", settings: withRules(plan.Rule{Set: "lastName", Value: "A"}, plan.Rule{Compute: "lastName", As: `user.lastName + "B"`}), want: wants{"lastName": "AB"}},
		{
			name: "what FusionAuth would refuse", settings: withRules(plan.Rule{Compute: "birthDate", As: `attributes.gender`}),
			want: wants{"birthDate": "", "data.birthDate": "f"}, remarks: []string{"birthDate"},
		},
		{name: "id that is none", settings: withRules(plan.Rule{Compute: "id", As: `username`}), want: wants{"id": "76dad1cc-9478-513f-8311-57dfba2b3c50"}, remarks: []string{"id", "id"}},
		{
			name: "registration for nothing", want: wants{"registrations": ""}, remarks: []string{"registrations"},
			settings: withRules(plan.Rule{Set: "registrations", Value: []any{map[string]any{"roles": []any{"admin"}}}}),
		},
		{name: "data of its own", settings: withRules(plan.Rule{Compute: "data", As: `{"all": attributes.gender}`}), want: wants{"data.all": "f", "data.gender": ""}},
		{name: "copy of data inside data", settings: withRules(plan.Rule{Compute: "data.copy", As: `{"gender": user.data.gender}`}), want: wants{"data.copy": `{"gender":"f"}`}},
	}
	for i := range cases {
		cases[i].user = jane
	}
	run(t, cases)
}

func TestRulesThatFailForAUser(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name string
		rule plan.Rule
		want error
	}{
		{"expression", plan.Rule{Compute: "data.n", As: `int(attributes.email)`}, plan.ErrExpression},
		{"condition", plan.Rule{Drop: "data.n", When: `int(attributes.email) > 0`}, plan.ErrExpression},
		{"condition that is none", plan.Rule{Drop: "data.n", When: `fromJSON(attributes.json)`}, plan.ErrExpression},
		{"memory", plan.Rule{Compute: "data.n", As: `map(1..1000000, 1..1000000)`}, plan.ErrExpression},
		{"kind of value", plan.Rule{Compute: "firstName", As: `fromJSON(attributes.json)`}, plan.ErrValue},
		{"kind of list", plan.Rule{Compute: "registrations", As: `[user.email]`}, plan.ErrValue},
		{"property of a registration", plan.Rule{Compute: "registrations", As: `[{"aplicationId": "x"}]`}, plan.ErrValue},
		{"no JSON", plan.Rule{Compute: "data.n", As: `0.0 / 0.0`}, plan.ErrValue},
		{"inside a text", plan.Rule{Compute: "data.json.n", As: `1`}, plan.ErrValue},
		{"no identity left", plan.Rule{Set: "data.x", Value: 1}, plan.ErrNoIdentity},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			rules := []plan.Rule{tt.rule, {Drop: "email"}, {Drop: "username"}}
			m := newMapper(t, withRules(rules...), plan.Schema{})
			r, err := m.Map(t.Context(), user("jane", attrs{"email": "jane@example.com", "custom:json": "1", "json": "1"}), plan.Trip{})
			if !errors.Is(err, tt.want) {
				t.Fatalf("got %v, want %v", err, tt.want)
			}
			if strings.Contains(err.Error(), "jane") {
				t.Errorf("the error names the user: %v", err)
			}
			if len(r.Remarks) == 0 {
				t.Error("no remark says why")
			}
		})
	}
}

func TestNewNamesEveryMistake(t *testing.T) {
	t.Parallel()
	s := plan.Settings{
		Applications: []plan.Application{{}, {ID: "x"}, {Name: "n"}, {ID: app, Roles: plan.Roles{From: "moon"}}, {Name: "m", Roles: plan.Roles{Map: map[string]string{"a": "b"}}}, {ID: strings.ToUpper(app)}},
		Groups:       map[string]string{"admins": "x"},
		Mapping: plan.Mapping{
			Username: "any", PhoneNumber: "mobile", Types: map[string]string{"custom:a": "Date"}, Script: "m.js",
			Rules: []plan.Rule{
				{},
				{Set: "email", Drop: "email"},
				{Set: "firstname", Value: "x"},
				{Set: "birthDate", Value: "tomorrow"},
				{Set: "verified", Value: "yes"},
				{Set: "registrations", Value: []any{map[string]any{"application": "x"}}},
				{Compute: "email"},
				{Compute: "firstName", As: "user.fistName"},
				{Compute: "firstName", As: "len(username)"},
				{Compute: "firstName", As: "now()"},
				{Compute: "firstName", As: "1 +"},
				{Rename: "email", To: "verified"},
				{Rename: "id", To: "data.id"},
				{Rename: "email", To: "e-mail"},
				{Drop: "active"},
				{Drop: "email", As: "x"},
				{Drop: "email", When: "username"},
				{Drop: "data."},
			},
		},
	}
	_, err := plan.New(s, plan.Schema{})
	var problems plan.Problems
	if !errors.As(err, &problems) {
		t.Fatalf("got %v", err)
	}
	var got []string
	for _, p := range problems {
		got = append(got, p.Path)
	}
	want := strings.Fields(`mapping.username mapping.phone_number mapping.types.custom:a
		mapping.rules[0] mapping.rules[1] mapping.rules[2].set mapping.rules[3].value mapping.rules[4].value mapping.rules[5].value
		mapping.rules[6] mapping.rules[7].as mapping.rules[8].as mapping.rules[9].as mapping.rules[10].as mapping.rules[11].to
		mapping.rules[12].rename mapping.rules[13].to mapping.rules[14].drop mapping.rules[15] mapping.rules[16].when mapping.rules[17].drop
		applications[0] applications[1].id applications[3].roles.from applications[4].roles.from applications[5].id groups.admins
		applications[2].id applications[4].id mapping.script`)
	if strings.Join(got, " ") != strings.Join(want, " ") {
		t.Errorf("got  %q\nwant %q\n%v", got, want, err)
	}
	for _, line := range strings.Split(err.Error(), "\n") {
		if !strings.Contains(line, ": ") {
			t.Errorf("a message of several lines: %q", line)
		}
	}
}

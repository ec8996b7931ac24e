package plan_test

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"

	"wherry/toolkit/internal/plan"
)

const (
	sub  = "34c84488-e0e1-70ae-d2ee-991ad1a898c8"
	pool = "eu-west-1_Example01"
	app  = "85a03867-dccf-4882-adde-1a79aeec50df"
)

var noon = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

func newMapper(t *testing.T, s plan.Settings, schema plan.Schema) *plan.Mapper {
	t.Helper()
	m, err := plan.New(s, schema)
	if err != nil {
		t.Fatal(err)
	}
	m.Now = func() time.Time { return noon }
	return m
}

func user(username string, attributes plan.Attributes) plan.CognitoUser {
	if attributes["sub"] == "" {
		attributes["sub"] = sub
	}
	return plan.CognitoUser{PoolID: pool, Username: username, Attributes: attributes}
}

// values shows a user as JSON by target, so that a table can name any field.
func values(t *testing.T, r plan.Result) map[string]string {
	t.Helper()
	all := map[string]string{}
	for _, f := range r.Fields() {
		data, err := json.Marshal(f.Value)
		if err != nil {
			t.Fatal(err)
		}
		all[f.Target] = strings.Trim(string(data), `"`)
	}
	return all
}

// expect compares the targets that want names; "" means absent.
func expect(t *testing.T, r plan.Result, want map[string]string) {
	t.Helper()
	got := values(t, r)
	for target, value := range want {
		if got[target] != value {
			t.Errorf("%s is %q, want %q", target, got[target], value)
		}
	}
}

// expectRemarks compares the targets that remarks are about.
func expectRemarks(t *testing.T, r plan.Result, want ...string) {
	t.Helper()
	var got []string
	for _, remark := range r.Remarks {
		got = append(got, remark.Target)
	}
	slices.Sort(got)
	slices.Sort(want)
	if !slices.Equal(got, want) {
		t.Errorf("remarks about %q, want %q: %+v", got, want, r.Remarks)
	}
}

type defaultCase struct {
	name     string
	user     plan.CognitoUser
	settings plan.Settings
	schema   plan.Schema
	want     map[string]string
	remarks  []string
}

func run(t *testing.T, cases []defaultCase) {
	t.Helper()
	t.Parallel()
	for _, tt := range cases {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			m := newMapper(t, tt.settings, tt.schema)
			for _, road := range []plan.Road{plan.SlowRoad, plan.BulkRoad} {
				r, err := m.Map(t.Context(), tt.user, plan.Trip{Road: road})
				if err != nil {
					t.Fatal(err)
				}
				expect(t, r, tt.want)
				expectRemarks(t, r, tt.remarks...)
			}
		})
	}
}

type (
	attrs = plan.Attributes
	wants = map[string]string
)

var (
	plain      = plan.Schema{ID: pool}
	aliasEmail = plan.Schema{AliasAttributes: []string{"email"}}
	aliasPhone = plan.Schema{AliasAttributes: []string{"phone_number"}}
	emailPool  = plan.Schema{UsernameAttributes: []string{"email"}}
	phonePool  = plan.Schema{UsernameAttributes: []string{"phone_number"}}
	eitherPool = plan.Schema{UsernameAttributes: []string{"email", "phone_number"}}
)

func TestIDAndIdentities(t *testing.T) {
	const google = `[{"userId":"12345","providerName":"Google","providerType":"Google","issuer":null,"primary":true,"dateCreated":1658604803064}]`
	run(t, []defaultCase{
		{
			name: "sub of no RFC version is the id", user: user("jane", attrs{"sub": "34C84488-E0E1-70AE-D2EE-991AD1A898C8"}),
			want: wants{"id": sub, "username": "jane", "data.cognito.sub": "34C84488-E0E1-70AE-D2EE-991AD1A898C8"},
		},
		{
			name: "odd sub", user: user("jane", attrs{"sub": "jane-17"}), remarks: []string{"id", "id"},
			want: wants{"id": "76dad1cc-9478-513f-8311-57dfba2b3c50", "data.cognito.sub": "jane-17"},
		},
		{
			name: "no sub", user: plan.CognitoUser{Username: "jane"}, schema: plain, remarks: []string{"id"},
			want: wants{"id": "76dad1cc-9478-513f-8311-57dfba2b3c50", "data.cognito.poolId": pool},
		},
		{
			name: "e-mail in lower case", user: user("Jane", attrs{"email": " Jane@Example.com ", "email_verified": "true"}),
			want: wants{"email": "jane@example.com", "verified": "true", "username": "Jane"},
		},
		{
			name: "no e-mail address", user: user("jane", attrs{"email": "jane at example", "email_verified": "true"}),
			want: wants{"email": "", "verified": "false", "data.email": "jane at example"}, remarks: []string{"email"},
		},
		{
			name: "UUID that is the sub", user: user(sub, attrs{"email": "jane@example.com", "email_verified": "true"}),
			want: wants{"username": "", "data.cognito.username": sub},
		},
		{
			name: "UUID of an e-mail pool", user: user("05f1780a-17d4-4bba-befb-07c074a89d7b", attrs{"email": "jane@example.com", "email_verified": "true"}), schema: emailPool,
			want: wants{"username": ""},
		},
		{
			name: "UUID that somebody chose", user: user("05f1780a-17d4-4bba-befb-07c074a89d7b", attrs{"email": "jane@example.com", "email_verified": "true"}),
			want: wants{"username": "05f1780a-17d4-4bba-befb-07c074a89d7b"},
		},
		{
			name: "UUID and nothing else", user: user(sub, attrs{}),
			want: wants{"username": sub}, remarks: []string{"username"},
		},
		{
			name: "username always", user: user(sub, attrs{"email": "jane@example.com", "email_verified": "true"}),
			settings: plan.Settings{Mapping: plan.Mapping{Username: "always"}}, want: wants{"username": sub},
		},
		{
			name: "federated by its link, in lower case", user: user("google_12345", attrs{"email": "jane@example.com", "email_verified": "true", "identities": google}),
			want: wants{"username": "", "data.cognito.username": "google_12345"},
		},
		{
			name: "federated by its status", want: wants{"username": ""},
			user: plan.CognitoUser{Username: "MySAML_jane@example.com", Status: "EXTERNAL_PROVIDER", Attributes: attrs{"sub": sub, "email": "jane@example.com", "email_verified": "true"}},
		},
		{
			name: "linked native keeps the name", user: user("jane", attrs{"identities": strings.Replace(google, "true", "false", 1)}),
			want: wants{"username": "jane"},
		},
		{
			name: "identities as tokens show them", user: user("Google_12345", attrs{"email": "jane@example.com", "email_verified": "true", "identities": `[{"userId":"12345","providerName":"Google","providerType":"Google","primary":"true","dateCreated":"1658604803064"}]`}),
			want: wants{"username": "", "data.cognito.identities": `[{"dateCreated":1658604803064,"primary":true,"providerName":"Google","providerType":"Google","userId":"12345"}]`},
		},
		{
			name: "identities that are none", user: user("jane", attrs{"identities": "Google"}),
			want: wants{"username": "jane", "data.identities": "Google"}, remarks: []string{"identities"},
		},
		{
			name: "preferred_username if configured", user: user("jane", attrs{"preferred_username": "JD"}),
			settings: plan.Settings{Mapping: plan.Mapping{Username: "preferred_username"}},
			want:     wants{"username": "JD", "data.preferred_username": "", "data.cognito.username": "jane"},
		},
		{
			name: "preferred_username if configured and absent", user: user("jane", attrs{}),
			settings: plan.Settings{Mapping: plan.Mapping{Username: "preferred_username"}}, want: wants{"username": "jane"},
		},
		{
			name: "preferred_username else", user: user("jane", attrs{"preferred_username": "JD"}),
			want: wants{"username": "jane", "data.preferred_username": "JD"},
		},
		{
			name: "preferred_username too long", user: user("jane", attrs{"preferred_username": strings.Repeat("x", 192)}), remarks: []string{"username"},
			settings: plan.Settings{Mapping: plan.Mapping{Username: "preferred_username"}},
			want:     wants{"username": "jane", "data.preferred_username": strings.Repeat("x", 192)},
		},
	})
}

func TestPhone(t *testing.T) {
	const number = "+14325551212"
	verified := func(more attrs) plan.CognitoUser {
		more["phone_number"], more["phone_number_verified"] = number, "true"
		return user("jane", more)
	}
	unverified := func(more attrs) plan.CognitoUser {
		more["phone_number"], more["phone_number_verified"] = number, "false"
		return user("jane", more)
	}
	attribute := plan.Settings{Mapping: plan.Mapping{PhoneNumber: "attribute"}}
	run(t, []defaultCase{
		{name: "plain pool", user: verified(attrs{}), schema: plain, want: wants{"phoneNumber": "", "mobilePhone": number, "data.cognito.phoneNumberVerified": "true"}},
		{name: "alias", user: verified(attrs{}), schema: aliasPhone, want: wants{"phoneNumber": number, "mobilePhone": number, "verified": "true"}},
		{name: "alias, told by hand", user: verified(attrs{}), settings: plan.Settings{Mapping: plan.Mapping{PhoneNumber: "alias"}}, want: wants{"phoneNumber": number}},
		{name: "no login, told by hand", user: verified(attrs{}), settings: attribute, schema: aliasPhone, want: wants{"phoneNumber": ""}},
		{name: "alias, unverified", user: unverified(attrs{}), schema: aliasPhone, want: wants{"phoneNumber": "", "mobilePhone": number}, remarks: []string{"phoneNumber"}},
		{name: "username", user: verified(attrs{}), schema: phonePool, want: wants{"phoneNumber": number, "verified": "true"}},
		{name: "username, unverified", user: unverified(attrs{}), schema: phonePool, want: wants{"phoneNumber": number, "verified": "false"}},
		{
			name: "unverified number beside a verified address", user: unverified(attrs{"email": "jane@example.com", "email_verified": "true"}), schema: phonePool,
			want: wants{"phoneNumber": "", "verified": "true"}, remarks: []string{"phoneNumber"},
		},
		{
			name: "verified number beside an unverified address", user: verified(attrs{"email": "jane@example.com"}), schema: eitherPool,
			want: wants{"phoneNumber": number, "verified": "false"}, remarks: []string{"verified"},
		},
		{
			name: "not E.164", user: user("jane", attrs{"phone_number": "303-555-1234", "phone_number_verified": "true"}), schema: aliasPhone,
			want: wants{"phoneNumber": "", "mobilePhone": "303-555-1234", "data.phone_number": "303-555-1234"}, remarks: []string{"phoneNumber"},
		},
	})
}

func TestProfile(t *testing.T) {
	one := func(name, value string) plan.CognitoUser { return user("jane", attrs{name: value}) }
	kept := func(target, attribute, value string) defaultCase {
		return defaultCase{
			name: attribute + " " + value, user: one(attribute, value),
			want: wants{target: "", "data." + attribute: value}, remarks: []string{target},
		}
	}
	long := strings.Repeat("ü", 191)
	run(t, []defaultCase{
		{
			name: "names", user: user("jane", attrs{"given_name": "Jane ", "middle_name": "T", "family_name": "Doe", "name": "Jane T Doe"}),
			want: wants{"firstName": "Jane", "middleName": "T", "lastName": "Doe", "fullName": "Jane T Doe"},
		},
		{name: "191 characters", user: one("given_name", long), want: wants{"firstName": long}},
		kept("firstName", "given_name", long+"ü"),
		{name: "birthdate", user: one("birthdate", "1976-05-30"), want: wants{"birthDate": "1976-05-30", "data.birthdate": ""}},
		kept("birthDate", "birthdate", "05/30/1976"),
		kept("birthDate", "birthdate", "1976"),
		kept("birthDate", "birthdate", "0000-05-30"),
		kept("birthDate", "birthdate", "1977-02-29"),
		{name: "zoneinfo", user: one("zoneinfo", "America/Denver"), want: wants{"timezone": "America/Denver"}},
		{name: "zoneinfo with three parts", user: one("zoneinfo", "America/Argentina/Buenos_Aires"), want: wants{"timezone": "America/Argentina/Buenos_Aires"}},
		{name: "zoneinfo UTC", user: one("zoneinfo", "UTC"), want: wants{"timezone": "UTC"}},
		kept("timezone", "zoneinfo", "-08:00"),
		kept("timezone", "zoneinfo", "PST"),
		kept("timezone", "zoneinfo", "Local"),
		kept("timezone", "zoneinfo", "America/Atlantis"),
		kept("timezone", "zoneinfo", "../../etc/passwd"),
		{name: "locale en-US", user: one("locale", "en-US"), want: wants{"preferredLanguages": `["en_US"]`}},
		{name: "locale en_us", user: one("locale", "en_us"), want: wants{"preferredLanguages": `["en_US"]`}},
		{name: "locale DE", user: one("locale", "DE"), want: wants{"preferredLanguages": `["de"]`}},
		{name: "locale es-419", user: one("locale", "es-419"), want: wants{"preferredLanguages": `["es_419"]`}},
		kept("preferredLanguages", "locale", "english"),
		kept("preferredLanguages", "locale", "en_US.UTF-8"),
		{name: "picture", user: one("picture", "https://example.com/jane.png?s=1&t=2"), want: wants{"imageUrl": `https://example.com/jane.png?s=1\u0026t=2`}},
		kept("imageUrl", "picture", "jane.png"),
		kept("imageUrl", "picture", "ftp://example.com/jane.png"),
		kept("imageUrl", "picture", "javascript:alert(1)"),
		kept("imageUrl", "picture", "https://example.com/jane doe.png"),
		kept("imageUrl", "picture", "https://"),
	})
}

func TestData(t *testing.T) {
	schema := plan.Schema{SchemaAttributes: []plan.SchemaAttribute{
		{"custom:points", "Number"},
		{"custom:vip", "Boolean"},
		{"custom:since", "DateTime"},
		{"custom:plan", "String"},
		{"updated_at", "Number"},
	}}
	one := func(name, value string) plan.CognitoUser { return user("jane", attrs{name: value}) }
	typed := func(attribute, value, want string) defaultCase {
		target := "data." + strings.TrimPrefix(attribute, "custom:")
		return defaultCase{name: attribute + " " + value, user: one(attribute, value), schema: schema, want: wants{target: want}}
	}
	untyped := func(attribute, value string) defaultCase {
		c := typed(attribute, value, value)
		c.remarks = []string{"data." + strings.TrimPrefix(attribute, "custom:")}
		return c
	}
	run(t, []defaultCase{
		{
			name: "as they are", user: user("jane", attrs{"website": "http://example.com", "profile": "x", "nickname": "J", "gender": "f"}),
			want: wants{"data.website": "http://example.com", "data.profile": "x", "data.nickname": "J", "data.gender": "f"},
		},
		{name: "empty is absent", user: user("jane", attrs{"website": "", "given_name": ""}), want: wants{"data.website": "", "firstName": ""}},
		{name: "address in JSON", user: one("address", `{"locality":"Ulm","zip":89073}`), want: wants{"data.address": `{"locality":"Ulm","zip":89073}`}},
		{name: "address in words", user: one("address", "Main Street 1"), want: wants{"data.address": "Main Street 1"}, remarks: []string{"data.address"}},
		{name: "address null", user: one("address", "null"), want: wants{"data.address": "null"}, remarks: []string{"data.address"}},
		{name: "updated_at", user: one("updated_at", "1637109005"), want: wants{"data.updated_at": "1637109005"}},
		typed("custom:points", "9007199254740993", "9007199254740993"),
		typed("custom:points", "-1.5e3", "-1.5e3"),
		untyped("custom:points", "007"),
		untyped("custom:points", "many"),
		typed("custom:vip", "True", "true"),
		untyped("custom:vip", "yes"),
		typed("custom:since", "2026-01-31T12:00:00+01:00", "2026-01-31T11:00:00Z"),
		typed("custom:since", "1637109005", "2021-11-17T00:30:05Z"),
		typed("custom:since", "1637109005123", "2021-11-17T00:30:05.123Z"),
		typed("custom:since", "2026-01-31", "2026-01-31T00:00:00Z"),
		untyped("custom:since", "yesterday"),
		typed("custom:plan", "9007", "9007"),
		{
			name: "type told by hand", user: one("custom:plan", "9007"), schema: schema, want: wants{"data.plan": "9007"},
			settings: plan.Settings{Mapping: plan.Mapping{Types: map[string]string{"custom:plan": "Number"}}},
		},
		{name: "developer's attribute", user: one("dev:custom:team", "blue"), want: wants{"data.team": "blue"}},
		{
			name: "both kinds of one name", user: user("jane", attrs{"custom:team": "red", "dev:custom:team": "blue"}),
			want: wants{"data.team": "red", "data.dev:custom:team": "blue"}, remarks: []string{"data.dev:custom:team"},
		},
		{name: "taken by FusionAuth", user: one("custom:email", "other@example.com"), want: wants{"data.email": "", "data.custom:email": "other@example.com"}, remarks: []string{"data.custom:email"}},
		{name: "taken by Wherry", user: one("custom:cognito", "x"), want: wants{"data.custom:cognito": "x", "data.cognito.username": "jane"}, remarks: []string{"data.custom:cognito"}},
		{name: "taken by Cognito", user: one("custom:website", "x"), want: wants{"data.website": "", "data.custom:website": "x"}, remarks: []string{"data.custom:website"}},
		{name: "pseudo attributes", user: one("cognito:mfa_enabled", "true"), want: wants{"data.cognito:mfa_enabled": ""}},
		{name: "attribute of days to come", user: one("shoe_size", "42"), want: wants{"data.shoe_size": "42"}},
	})
}

func TestStatusGroupsAndFactors(t *testing.T) {
	disabled, enabled := false, true
	base := func(change func(*plan.CognitoUser)) plan.CognitoUser {
		u := user("jane", attrs{
			"email": "Jane@example.com", "email_verified": "true",
			"phone_number": "+14325551212", "phone_number_verified": "true",
		})
		change(&u)
		return u
	}
	groups := func(names ...string) plan.CognitoUser {
		return base(func(u *plan.CognitoUser) { u.Groups = names })
	}
	factors := func(preferred string, list ...string) plan.CognitoUser {
		return base(func(u *plan.CognitoUser) { u.PreferredMfaSetting, u.UserMFASettingList = preferred, list })
	}
	const group = "11111111-2222-3333-4444-555555555555"
	registered := func(roles plan.Roles) plan.Settings {
		return plan.Settings{
			Applications: []plan.Application{{ID: strings.ToUpper(app), Roles: roles}, {ID: group}},
			Groups:       map[string]string{"admins": group},
		}
	}
	mapped := registered(plan.Roles{From: "groups", Map: map[string]string{"admins": "admin", "*": "user"}})
	const sms = `{"methods":[{"method":"sms","mobilePhone":"+14325551212"}]}`
	run(t, []defaultCase{
		{name: "enabled", user: base(func(u *plan.CognitoUser) { u.Enabled = &enabled }), want: wants{"active": "true"}},
		{name: "not told", user: base(func(*plan.CognitoUser) {}), want: wants{"active": "true", "passwordChangeRequired": "false", "twoFactor": "", "registrations": "", "memberships": ""}},
		{name: "disabled", user: base(func(u *plan.CognitoUser) { u.Enabled = &disabled }), want: wants{"active": "false"}},
		{
			name: "temporary password", user: base(func(u *plan.CognitoUser) { u.Status = "FORCE_CHANGE_PASSWORD" }),
			want: wants{"passwordChangeRequired": "true", "data.cognito.userStatus": "FORCE_CHANGE_PASSWORD"},
		},
		{
			name: "several applications", user: groups("admins", pool+"_Google", "admins"), settings: mapped,
			want: wants{
				"registrations":       `[{"applicationId":"` + app + `","roles":["admin","user"]},{"applicationId":"` + group + `"}]`,
				"memberships":         `[{"groupId":"` + group + `"}]`,
				"data.cognito.groups": `["admins"]`,
			},
		},
		{
			name: "everybody's role", user: groups("writers"), settings: mapped,
			want: wants{"registrations": `[{"applicationId":"` + app + `","roles":["user"]},{"applicationId":"` + group + `"}]`, "memberships": ""},
		},
		{
			name: "groups as they are", user: groups("writers", "admins"), settings: registered(plan.Roles{From: "groups"}),
			want: wants{"registrations": `[{"applicationId":"` + app + `","roles":["admins","writers"]},{"applicationId":"` + group + `"}]`},
		},
		{
			name: "SMS", user: factors("", "SMS_MFA"),
			want: wants{"twoFactor": sms, "data.cognito.userMFASettingList": `["SMS_MFA"]`},
		},
		{
			name: "SMS of old", user: base(func(u *plan.CognitoUser) { u.MFAOptions = []plan.MFAOption{{"SMS", "phone_number"}} }),
			want: wants{"twoFactor": sms},
		},
		{
			name: "preferred first", user: factors("EMAIL_OTP", "SMS_MFA", "EMAIL_OTP"),
			want: wants{"twoFactor": `{"methods":[{"method":"email","email":"jane@example.com"},{"method":"sms","mobilePhone":"+14325551212"}]}`, "data.cognito.preferredMfaSetting": "EMAIL_OTP"},
		},
		{name: "authenticator", user: factors("SOFTWARE_TOKEN_MFA"), want: wants{"twoFactor": ""}, remarks: []string{"twoFactor"}},
		{name: "factor of days to come", user: factors("CARRIER_PIGEON"), want: wants{"twoFactor": ""}, remarks: []string{"twoFactor"}},
		{
			name: "unverified number", want: wants{"twoFactor": ""}, remarks: []string{"twoFactor"},
			user: plan.CognitoUser{Username: "jane", UserMFASettingList: []string{"SMS_MFA"}, Attributes: attrs{"sub": sub, "phone_number": "+14325551212"}},
		},
		{name: "pool without factors", user: factors("SMS_MFA"), schema: plan.Schema{MfaConfiguration: "OFF"}, want: wants{"twoFactor": ""}},
	})
}

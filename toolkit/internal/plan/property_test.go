package plan_test

import (
	"encoding/json"
	"errors"
	"regexp"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"wherry/toolkit/internal/plan"
)

// oddities are values that occur in pools, and some that should not.
var oddities = []string{
	"", " ", "true", "false", "TRUE", sub, strings.ToUpper(sub), "jane", "Jane", "jane@example.com", " Jane@Example.COM", "jane@", "@", "+14325551212",
	"+0", "303-555-1234", "1976-05-30", "05/30/1976", "America/Denver", "Europe/../Paris", "-08:00", "en-US", "en_US.UTF-8", "zh-Hant-TW",
	"https://example.com/a b", "http://example.com", "{}", `{"a":{"b":1e999}}`, "[]", "null", `[{"userId":1,"providerName":"Google","primary":"true"}]`,
	"Google_1", "1637109005", "007", "9007199254740993", strings.Repeat("ß", 192), strings.Repeat("x", 2048), "\x00", "\xff", "İ",
}

var attributeNames = []string{
	"sub", "email", "email_verified", "phone_number", "phone_number_verified", "given_name", "middle_name", "family_name", "name",
	"birthdate", "zoneinfo", "picture", "locale", "identities", "website", "address", "updated_at", "preferred_username",
	"custom:n", "custom:b", "custom:d", "custom:email", "custom:cognito", "custom:a.b", "dev:custom:n", "dev:n", "cognito:x", "",
}

func drawUser(t *rapid.T) plan.CognitoUser {
	text := rapid.OneOf(rapid.SampledFrom(oddities), rapid.SampledFrom(oddities), rapid.String())
	list := rapid.SliceOfN(rapid.SampledFrom([]string{"admins", "", pool + "_Google", "SMS_MFA", "EMAIL_OTP", "SOFTWARE_TOKEN_MFA"}), 0, 4)
	u := plan.CognitoUser{
		PoolID:   rapid.SampledFrom([]string{"", pool}).Draw(t, "pool"),
		Username: text.Draw(t, "username"),
		Attributes: rapid.MapOfN(rapid.OneOf(rapid.SampledFrom(attributeNames), rapid.SampledFrom(attributeNames), rapid.String()), text, 0, 20).
			Draw(t, "attributes"),
		Status:              rapid.SampledFrom([]string{"", "CONFIRMED", "FORCE_CHANGE_PASSWORD", "EXTERNAL_PROVIDER"}).Draw(t, "status"),
		Groups:              list.Draw(t, "groups"),
		UserMFASettingList:  list.Draw(t, "factors"),
		PreferredMfaSetting: rapid.SampledFrom(append(oddities, "SMS_MFA")).Draw(t, "preferred"),
	}
	if rapid.Bool().Draw(t, "told") {
		enabled := rapid.Bool().Draw(t, "enabled")
		u.Enabled, u.Created = &enabled, time.UnixMilli(rapid.Int64Range(0, 1<<42).Draw(t, "created"))
	}
	return u
}

func drawMapper(t *rapid.T) *plan.Mapper {
	mode := rapid.SampledFrom([]string{"", "chosen", "always", "preferred_username"}).Draw(t, "mode")
	list := rapid.SampledFrom([][]string{nil, {"email"}, {"phone_number"}, {"email", "phone_number"}})
	s := plan.Settings{
		Mapping:      plan.Mapping{Username: mode},
		Applications: []plan.Application{{ID: app, Roles: plan.Roles{From: "groups"}}},
		Groups:       map[string]string{"*": app},
	}
	if rapid.Bool().Draw(t, "rules") {
		s.Mapping.Rules = []plan.Rule{
			{Rename: "data.n", To: "middleName", When: `attributes["custom:n"] != "9007199254740993"`},
			{Compute: "data.website", As: `user.fullName + attributes.website`},
			{Compute: "data.deep", As: `user.data.loyalty?.points`},
			{Compute: "preferredLanguages", As: `split(attributes.name, "")`},
			{Set: "data.a.b", Value: map[string]any{"c": 1}},
			{Drop: "lastName"},
		}
	}
	schema := plan.Schema{
		UsernameAttributes: list.Draw(t, "signs in with"), AliasAttributes: list.Draw(t, "aliases"),
		MfaConfiguration: rapid.SampledFrom([]string{"", "OPTIONAL"}).Draw(t, "told"),
		SchemaAttributes: []plan.SchemaAttribute{{"custom:n", "Number"}, {"custom:b", "Boolean"}, {"custom:d", "DateTime"}},
	}
	m, err := plan.New(s, schema)
	if err != nil {
		t.Fatal(err)
	}
	m.Now = func() time.Time { return noon }
	return m
}

var anyUUID = regexp.MustCompile(`^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$`)

func TestEveryUser(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		m, in := drawMapper(t), drawUser(t)
		loginID := rapid.SampledFrom([]string{
			in.Username, strings.ToUpper(in.Username), in.Attributes["email"], in.Attributes["phone_number"], in.Attributes["preferred_username"], "nobody",
		}).Draw(t, "login id")

		bulk, err := m.Map(t.Context(), in, plan.Trip{Road: plan.BulkRoad, LoginID: loginID})
		name := strings.TrimSpace(in.Username)
		nameless := name == "" || utf8.RuneCountInString(name) > 191
		switch {
		case err == nil, errors.Is(err, plan.ErrValue):
		case nameless && (errors.Is(err, plan.ErrUsername) || errors.Is(err, plan.ErrNoIdentity)):
		default:
			t.Fatalf("bulk road: %v", err)
		}
		if err == nil {
			sound(t, in, bulk)
		}
		slow, slowErr := m.Map(t.Context(), in, plan.Trip{Road: plan.SlowRoad, LoginID: loginID})
		switch {
		case err != nil:
			if slowErr == nil {
				t.Fatalf("the slow road takes whom the bulk road does not: %v", err)
			}
			return
		case slowErr == nil:
			if !finds(slow.User, loginID) {
				t.Fatalf("%q signs in as %+v", loginID, slow.User)
			}
		case !errors.Is(slowErr, plan.ErrLoginID):
			t.Fatal(slowErr)
		}
		if diff := cmp.Diff(unstamped(bulk.User), unstamped(slow.User)); diff != "" {
			t.Fatal("the roads differ:", diff)
		}
	})
}

// sound is what FusionAuth wants of every user.
func sound(t *rapid.T, in plan.CognitoUser, r plan.Result) {
	u := r.User
	if !anyUUID.MatchString(u.ID) {
		t.Fatalf("id %q", u.ID)
	}
	if u.Email+u.Username+u.PhoneNumber == "" {
		t.Fatal("no identity")
	}
	if u.Verified && (u.Email != "" && in.Attributes["email_verified"] != "true" ||
		u.PhoneNumber != "" && in.Attributes["phone_number_verified"] != "true") {
		t.Fatalf("verified says too much: %+v", u)
	}
	if in.Enabled != nil && u.Active != *in.Enabled {
		t.Fatal("active is not Enabled")
	}
	for _, s := range []string{u.Email, u.Username, u.PhoneNumber, u.FirstName, u.MiddleName, u.LastName, u.FullName, u.MobilePhone} {
		if utf8.RuneCountInString(s) > 191 || s != strings.TrimSpace(s) {
			t.Fatalf("text %q", s)
		}
	}
	if len(u.PreferredLanguages) > 20 {
		t.Fatal("too many languages")
	}
	if _, err := json.Marshal(u); err != nil {
		t.Fatal(err)
	}
	for _, f := range r.Fields() {
		if f.Rule == "" {
			t.Fatalf("nobody knows where %s comes from", f.Target)
		}
	}
}

func finds(u plan.User, loginID string) bool {
	return loginID == "" || strings.ToLower(loginID) == u.Email || strings.EqualFold(loginID, u.Username) && u.Username != "" || loginID == u.PhoneNumber
}

// unstamped is a user without what the two roads do differently.
func unstamped(u plan.User) plan.User {
	u.InsertInstant = 0
	for _, mark := range []string{"importSource", "migratedFrom", "migratedDate"} {
		delete(u.Data, mark)
	}
	if record, ok := u.Data["cognito"].(map[string]any); ok {
		delete(record, "userCreateDate")
	}
	return u
}

package fa_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"wherry/server/internal/fa"
)

func TestPoliciesCoverDomains(t *testing.T) {
	t.Parallel()
	all, some := fa.ConnectorPolicy{Domains: []string{"*"}}, fa.ConnectorPolicy{Domains: []string{"example.com", "ada"}}
	for loginID, want := range map[string][2]bool{
		"ada@example.com":           {true, true},
		"ada@EXAMPLE.com":           {true, true},
		`"a@b"@example.com`:         {true, true},
		"ada@mail.example.com":      {true, false},
		"ada@example.com@evil.test": {true, false},
		"ada@":                      {true, false},
		"ada":                       {true, false},
		"example.com":               {true, false},
		"":                          {true, false},
	} {
		if got := [2]bool{all.Covers(loginID), some.Covers(loginID)}; got != want {
			t.Errorf("%q: %v, want %v", loginID, got, want)
		}
	}
}

func TestAPIKeysAllow(t *testing.T) {
	t.Parallel()
	const now = 1000
	some := fa.Permissions{Endpoints: map[string][]string{"/api/user": {"GET"}, "/api/user/import": {}}}
	tests := []struct {
		name             string
		key              fa.APIKey
		method, endpoint string
		want             bool
	}{
		{"no permissions mean all", fa.APIKey{}, "DELETE", "/api/tenant", true},
		{"all but keys", fa.APIKey{}, "GET", "/api/api-key", false},
		{"keys for managers", fa.APIKey{KeyManager: true, Permissions: some}, "GET", "/api/api-key", true},
		{"managers have their permissions else", fa.APIKey{KeyManager: true, Permissions: some}, "GET", "/api/tenant", false},
		{"permitted", fa.APIKey{Permissions: some}, "GET", "/api/user", true},
		{"another method", fa.APIKey{Permissions: some}, "PUT", "/api/user", false},
		{"an endpoint below", fa.APIKey{Permissions: some}, "GET", "/api/user/registration", false},
		{"no method", fa.APIKey{Permissions: some}, "POST", "/api/user/import", false},
		{"not yet expired", fa.APIKey{ExpirationInstant: now + 1}, "GET", "/api/user", true},
		{"expired", fa.APIKey{ExpirationInstant: now, KeyManager: true}, "GET", "/api/user", false},
		{"expired manager", fa.APIKey{ExpirationInstant: now, KeyManager: true}, "GET", "/api/api-key", false},
	}
	for _, test := range tests {
		if got := test.key.Allows(test.method, test.endpoint, now); got != test.want {
			t.Errorf("%s: %v", test.name, got)
		}
	}
}

func TestAPIKeysCoverEachOther(t *testing.T) {
	t.Parallel()
	key := func(endpoints map[string][]string) *fa.APIKey {
		return &fa.APIKey{Permissions: fa.Permissions{Endpoints: endpoints}}
	}
	everything, reads := key(nil), key(map[string][]string{"/api/user": {"GET"}})
	writes, other := key(map[string][]string{"/api/user": {"GET", "PUT"}}), key(map[string][]string{"/api/group": {"GET"}})
	for _, test := range []struct {
		name        string
		one, second *fa.APIKey
		want        bool
	}{
		{"all and all", everything, everything, true},
		{"all and some", everything, reads, true},
		{"some and all", reads, everything, false},
		{"the same", reads, reads, true},
		{"more methods", writes, reads, true},
		{"fewer methods", reads, writes, false},
		{"another endpoint", reads, other, false},
	} {
		if got := test.one.Covers(test.second); got != test.want {
			t.Errorf("%s: %v", test.name, got)
		}
	}
}

func TestRolesOfARegistration(t *testing.T) {
	t.Parallel()
	app := fa.Application{Roles: []fa.Role{{Name: "admin"}, {Name: "reader", IsDefault: true}, {Name: "writer", IsDefault: true}}}
	for name, test := range map[string]struct{ asked, want, codes []string }{
		"none asked for":  {nil, []string{"reader", "writer"}, nil},
		"asked for":       {[]string{"admin"}, []string{"admin"}, nil},
		"asked for twice": {[]string{"writer", "admin", "writer"}, []string{"writer", "admin"}, nil},
		"unknown":         {[]string{"Admin", "admin", "chef"}, nil, []string{"[invalid]registration.roles", "[invalid]registration.roles"}},
	} {
		var errs fa.Errors
		got := app.RolesFor(test.asked, "registration.roles", &errs)
		if diff := cmp.Diff(test.codes, codes(t, errs.OrNil())); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
		if diff := cmp.Diff(test.want, got); test.codes == nil && diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
	if got := new(fa.Application).RolesFor(nil, "", new(fa.Errors)); got == nil {
		t.Error("no roles at all: want an empty list, which tokens show")
	}
}

func TestPasswordRules(t *testing.T) {
	t.Parallel()
	strict := fa.PasswordValidationRules{MinLength: 8, MaxLength: 12, RequireMixedCase: true, RequireNonAlpha: true, RequireNumber: true}
	plain := new(fa.NewTenant()).PasswordValidationRules
	for _, test := range []struct {
		name     string
		rules    fa.PasswordValidationRules
		password string
		want     []string
	}{
		{"by default eight characters do", plain, "aaaaaaaa", nil},
		{"characters, not bytes", plain, "ääääääää", nil},
		{"short", plain, "aaaaaaa", []string{"[tooShort]user.password"}},
		{"long", plain, long + long, []string{"[tooLong]user.password"}},
		{"all of it", strict, "Wherry-123", nil},
		{
			"everything at once", strict, "aaa",
			[]string{"[onlyAlpha]user.password", "[requireNumber]user.password", "[singleCase]user.password", "[tooShort]user.password"},
		},
		{"a number is no letter", strict, "Wherry123", nil},
		{"a sign is no number", strict, "Wherry---", []string{"[requireNumber]user.password"}},
		{"letters of any alphabet", strict, "Ää-12345", nil},
		{"letters alone, of any alphabet", strict, "Ääääääää", []string{"[onlyAlpha]user.password", "[requireNumber]user.password"}},
		{"upper case alone", strict, "WHERRY-123", []string{"[singleCase]user.password"}},
	} {
		var errs fa.Errors
		test.rules.Check(&errs, test.password, "user.password")
		if diff := cmp.Diff(test.want, codes(t, errs.OrNil())); diff != "" {
			t.Errorf("%s: %s", test.name, diff)
		}
	}
}

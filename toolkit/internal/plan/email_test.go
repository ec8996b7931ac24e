package plan_test

import (
	"strings"
	"testing"

	"wherry/toolkit/internal/plan"
)

// An address that nobody has verified may be anybody's.
func TestUnverifiedEmail(t *testing.T) {
	const address = "jane@example.com"
	told := func(value string) plan.Settings { return plan.Settings{Mapping: plan.Mapping{Email: value}} }
	with := func(flag string, more attrs) plan.CognitoUser {
		more["email"], more["email_verified"] = "Jane@Example.com", flag
		return user("mallory", more)
	}
	unverified := with("false", attrs{})
	identity := wants{"email": address, "verified": "false", "data.cognito.email": ""}
	kept := wants{"email": "", "verified": "false", "username": "mallory", "data.cognito.email": "Jane@Example.com", "data.email": ""}
	remark := []string{"email"}
	run(t, []defaultCase{
		{name: "alias", user: unverified, schema: aliasEmail, want: kept, remarks: remark},
		{name: "another alias", user: unverified, schema: aliasPhone, want: kept, remarks: remark},
		{name: "plain pool", user: unverified, schema: plan.Schema{MfaConfiguration: "OFF"}, want: kept, remarks: remark},
		{name: "people sign up with their number", user: unverified, schema: phonePool, want: kept, remarks: remark},
		{name: "people sign up with it", user: unverified, schema: emailPool, want: identity},
		{name: "people sign up with either", user: unverified, schema: eitherPool, want: identity},
		{name: "pool that cannot be asked", user: unverified, schema: plain, want: kept, remarks: remark},
		{name: "signing up with it, told by hand", user: unverified, settings: told("username"), want: identity},
		{name: "alias, told by hand", user: unverified, settings: told("alias"), schema: emailPool, want: kept, remarks: remark},
		{name: "verified alias", user: with("true", attrs{}), schema: aliasEmail, want: wants{"email": address, "verified": "true"}},
		{name: "flag that is neither true nor false", user: with("1", attrs{}), schema: aliasEmail, want: kept, remarks: remark},
		{name: "no flag", user: user("mallory", attrs{"email": "Jane@Example.com"}), schema: aliasEmail, want: kept, remarks: remark},
		{name: "no address", user: user("mallory", attrs{"email_verified": "false"}), schema: aliasEmail, want: wants{"email": "", "data.cognito.email": ""}},
		{
			name: "beside a verified number", schema: aliasPhone, remarks: remark,
			user: with("false", attrs{"phone_number": "+14325551212", "phone_number_verified": "true"}),
			want: wants{"email": "", "phoneNumber": "+14325551212", "verified": "true"},
		},
		{
			name: "and nobody chose the username", user: user(sub, attrs{"email": address}), schema: aliasEmail,
			want: wants{"email": "", "username": sub}, remarks: []string{"email", "username"},
		},
		{
			name: "and a rule that vouches for it", user: unverified, schema: aliasEmail, remarks: remark,
			settings: withRules(plan.Rule{Compute: "email", As: "attributes.email"}), want: wants{"email": address, "verified": "false"},
		},
		{
			name: "script", user: unverified, schema: aliasEmail, remarks: remark, want: kept,
			settings: withScript(`function processUserJSON(json) { return {username: json.Username, email: json.UserAttributes[0].Value}; }`),
		},
		{
			name: "script with an address of its own", user: unverified, schema: aliasEmail, want: wants{"email": "desk@example.com"},
			settings: withScript(`function processUserJSON(json) { return {username: json.Username, email: "desk@example.com"}; }`),
		},
	})
}

// Of a pool that cannot be asked, who signs in with an unverified address shows
// that people sign up with theirs, unless it is a name that somebody chose.
func TestSignInProvesTheEmail(t *testing.T) {
	t.Parallel()
	const address = "jane@example.com"
	for _, tt := range []struct {
		name, username, loginID string
		schema                  plan.Schema
		proven                  bool
	}{
		{"address of a user whom the sub names", strings.ToUpper(sub), "Jane@Example.com", plain, true},
		{"sub of that user", sub, sub, plain, false},
		{"username that looks like the address", address, address, plain, false},
		{"another username", "mallory", "mallory", plain, false},
		{"pool that says otherwise", sub, address, aliasEmail, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			m := newMapper(t, plan.Settings{Mapping: plan.Mapping{Username: "always"}}, tt.schema)
			in := user(tt.username, attrs{"email": address})
			r, err := m.Map(t.Context(), in, plan.Trip{Road: plan.SlowRoad, LoginID: tt.loginID})
			if (r.User.Email == address) != tt.proven {
				t.Errorf("email is %q, %v", r.User.Email, err)
			}
			if tt.proven && err != nil {
				t.Error(err)
			}
		})
	}
}

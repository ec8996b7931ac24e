package seed_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"wherry/pool/internal/model"
	"wherry/pool/internal/seed"
)

func noEnv(string) string { return "" }

// everything uses each setting once.
const everything = `
pools:
  - id: us-east-1_AbCdEf123
    name: Everything
    alias_attributes: [email, phone_number, preferred_username]
    mfa: ON
    custom_attributes: {"custom:plan": String, "custom:seats": Number}
    settings:
      UserPoolTier: PLUS
      Domain: everything
      Policies: {PasswordPolicy: {MinimumLength: 12, RequireNumbers: true}}
      LambdaConfig: {PreSignUp: "arn:aws:lambda:us-east-1:123456789012:function:check"}
    clients:
      - id: 1example23456789
        name: web
        secret: 9c1example5secret7value3aaaaaaaaaaaaaaaaaaaaaaaaaaa
        flows: [ALLOW_USER_PASSWORD_AUTH]
        read_attributes: [email, "custom:plan"]
        settings:
          RefreshTokenRotation: {Feature: ENABLED, RetryGracePeriodSeconds: 10}
          CallbackURLs: ["https://app.example.com/callback"]
    groups:
      - {name: admins, description: All of it, precedence: 0, role_arn: "arn:aws:iam::123456789012:role/admin"}
    providers:
      - name: Corp_SAML
        type: SAML
        details: {MetadataURL: "https://idp.example.com/metadata"}
        attribute_mapping: {email: mail}
        identifiers: [example.com]
    resource_servers:
      - identifier: https://api.example.com
        name: API
        scopes: [{name: read, description: Read}]
  - id: us-east-1_ByAddress1
    username_attributes: [email]
    case_insensitive: true
    providers: [{name: Google, type: Google}]
    users:
      - sub: 34C84488-e0e1-70ae-d2ee-991ad1a898c8
        password: Correct-Horse-1
        password_expires: 2026-01-02T03:04:05Z
        status: FORCE_CHANGE_PASSWORD
        disabled: true
        created: 2021-11-16T17:27:47.442-07:00
        attributes:
          email: jane@example.com
          email_verified: true
          phone_number: +15555550100
          updated_at: 1637109005
        identities: [{provider: Google, user_id: 007, primary: false}]
        mfa: {factors: [SMS_MFA, SOFTWARE_TOKEN_MFA], preferred: SMS_MFA, totp_secret: JBSWY3DPEHPK3PXP, legacy_sms: true}
      - {attributes: {email: omar@example.com}}
      - identities: [{provider: Google, user_id: "1234", primary: true}]
`

func TestReadEverything(t *testing.T) {
	t.Parallel()
	ds, err := seed.Read("seed.yaml", []byte(everything), noEnv)
	if err != nil {
		t.Fatal(err)
	}
	first, second := ds[0], ds[1]
	for what, is := range map[string]bool{
		"tier by its API name":    first.Pool.UserPoolTier == "PLUS" && first.Pool.Domain == "everything",
		"password policy":         first.Pool.Policies.PasswordPolicy.MinimumLength == 12,
		"lambda":                  first.Pool.LambdaConfig["PreSignUp"] != nil,
		"aliases":                 len(first.Pool.AliasAttributes) == 3,
		"case sensitive":          first.Pool.CaseSensitive() && !second.Pool.CaseSensitive(),
		"authenticators":          first.MFA.SoftwareToken.Enabled && second.MFA.SoftwareToken == nil,
		"custom attributes":       first.Pool.SchemaAttributes[1].Name == "custom:seats" && first.Pool.SchemaAttributes[1].AttributeDataType == "Number",
		"client":                  first.Clients[0].ClientSecret != "" && first.Clients[0].ReadAttributes[1] == "custom:plan",
		"client's other settings": first.Clients[0].RefreshTokenRotation.RetryGracePeriodSeconds == 10 && len(first.Clients[0].CallbackURLs) == 1,
		"group":                   *first.Groups[0].Precedence == 0 && first.Groups[0].RoleArn != "",
		"provider":                first.Providers[0].IdpIdentifiers[0] == "example.com" && first.Providers[0].AttributeMapping["email"] == "mail",
		"resource server":         first.ResourceServers[0].Scopes[0].ScopeDescription == "Read",
	} {
		if !is {
			t.Errorf("%s: not as written", what)
		}
	}
	checkJane(t, &second.Users[0])
	if u := second.Users[1]; u.Username != u.Sub() || len(u.Sub()) != 36 || u.Status != model.Confirmed || u.Password != "" {
		t.Errorf("a user without any settings is %+v", u)
	}
	if u := second.Users[2]; u.Username != "google_1234" || u.Status != model.ExternalProvider {
		t.Errorf("a federated user is %+v", u)
	}
}

func checkJane(t *testing.T, u *model.User) {
	t.Helper()
	phone, _ := u.Attribute("phone_number")
	identities, _ := u.Attribute("identities")
	for what, is := range map[string]bool{
		"sub in lower case":       u.Username == "34c84488-e0e1-70ae-d2ee-991ad1a898c8" && u.Sub() == u.Username,
		"password":                u.Password.Reveal() == "Correct-Horse-1" && u.PasswordExpiry.Equal(time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)),
		"status":                  u.Status == model.ForceChangePassword && !u.Enabled,
		"created":                 u.Created.Equal(time.Date(2021, 11, 17, 0, 27, 47, 442e6, time.UTC)) && u.Created.Location() == time.UTC,
		"number with a plus":      phone == "+15555550100",
		"verified":                u.Verified("email") && !u.Verified("phone_number"),
		"id with leading noughts": strings.Contains(identities, `"userId":"007","providerName":"Google","providerType":"Google"`),
		"factors":                 len(u.MFA.Enabled) == 2 && u.MFA.Preferred == model.SMSMFA && u.MFA.TOTPSecret != "" && u.MFA.LegacySMS,
	} {
		if !is {
			t.Errorf("%s: not as written: %+v", what, u)
		}
	}
}

func TestReadJSONAndTheEnvironment(t *testing.T) {
	t.Parallel()
	getenv := func(name string) string {
		return map[string]string{"PASSWORD": "Correct-Horse-1", "CITY": "Bern"}[name]
	}
	ds, err := seed.Read("seed.json", []byte(`{"pools": [{"id": "us-east-1_AbCdEf123", "users": [
		{"username": "jane", "password": "${PASSWORD}", "attributes": {"address": "${CITY}, 7", "updated_at": 1637109005}}
	]}]}`), getenv)
	if err != nil {
		t.Fatal(err)
	}
	u := ds[0].Users[0]
	if a, _ := u.Attribute("address"); a != "Bern, 7" || u.Password.Reveal() != "Correct-Horse-1" {
		t.Errorf("got %+v", u)
	}
}

func TestReadNamesEveryMistake(t *testing.T) {
	t.Parallel()
	const text = `pools:
  - id: nonsense
    alias_attributes: [mail]
    mfa: MAYBE
    custom_attributes: {plan: Text}
    settings: {Nmae: x}
    clients:
      - {id: a b, flows: [ALLOW_ALL], read_attributes: ["custom:x"]}
      - {id: twice, secret: short}
      - {id: twice}
    groups: [{name: two words}, {name: g, precedence: -1}, {name: g}]
    providers: [{type: Google}, {name: p, type: LDAP}]
    resource_servers: [{identifier: r, scopes: [{name: s}, {name: s}]}, {}]
    user: []
  - id: us-east-1_Second1
    username_attributes: [email]
    alias_attributes: [phone_number]
    users:
      - username: jane
        sub: not-a-uuid
        status: FINE
        attributes: {email: no address, "custom:x": 1, phone_number: "123", birthdate: tomorrow, sub: x}
        groups: [nobody]
        identities: [{provider: none}]
        mfa: {factors: [SMOKE, SOFTWARE_TOKEN_MFA], preferred: SMS_MFA}
      - {attributes: {email: Twice@example.com}}
      - {attributes: {email: Twice@example.com}}
      - {password: [a]}
`
	_, err := seed.Read("seed.yaml", []byte(text), noEnv)
	if err == nil {
		t.Fatal("no mistake was found")
	}
	got := strings.Split(err.Error(), "\n")
	want := strings.Split(strings.TrimSpace(mistakes), "\n")
	for _, line := range want {
		if !slices.Contains(got, line) {
			t.Errorf("not reported: %s", line)
		}
	}
	for _, line := range got {
		if !slices.Contains(want, line) {
			t.Errorf("reported: %s", line)
		}
	}
}

const mistakes = `
seed.yaml:2: pools[0].id: want a region and a name, such as us-east-1_AbCdEf123
seed.yaml:3: pools[0].alias_attributes: want one of email, phone_number, preferred_username
seed.yaml:4: pools[0].mfa: want one of OFF, OPTIONAL, ON
seed.yaml:5: pools[0].custom_attributes.plan: want custom: and a name of at most 20 characters without spaces
seed.yaml:6: pools[0].settings: unknown field "Nmae"
seed.yaml:8: pools[0].clients[0].id: want 1 to 128 letters and digits
seed.yaml:8: pools[0].clients[0].flows[0]: want one of ALLOW_USER_PASSWORD_AUTH, ALLOW_ADMIN_USER_PASSWORD_AUTH, ALLOW_USER_SRP_AUTH, ALLOW_CUSTOM_AUTH, ALLOW_USER_AUTH, ALLOW_REFRESH_TOKEN_AUTH, ADMIN_NO_SRP_AUTH, CUSTOM_AUTH_FLOW_ONLY, USER_PASSWORD_AUTH
seed.yaml:8: pools[0].clients[0].read_attributes[0]: the pool has no attribute "custom:x"
seed.yaml:9: pools[0].clients[1].secret: want 24 to 64 letters and digits
seed.yaml:10: pools[0].clients[2].id: the same as pools[0].clients[1].id
seed.yaml:11: pools[0].groups[0].name: want 1 to 128 characters without spaces
seed.yaml:11: pools[0].groups[1].precedence: want 0 or more
seed.yaml:11: pools[0].groups[2].name: the same as pools[0].groups[1].name
seed.yaml:12: pools[0].providers[0].name: want 1 to 32 characters
seed.yaml:12: pools[0].providers[1].type: want one of Google, Facebook, LoginWithAmazon, SignInWithApple, OIDC, SAML
seed.yaml:13: pools[0].resource_servers[0].scopes[1].name: the same as pools[0].resource_servers[0].scopes[0].name
seed.yaml:13: pools[0].resource_servers[1].identifier: required
seed.yaml:14: pools[0].user: unknown setting; did you mean "users"?
seed.yaml:16: pools[1].username_attributes: a pool has these or alias_attributes, not both
seed.yaml:19: pools[1].users[0].username: leave it out: in a pool with username_attributes it is the sub
seed.yaml:20: pools[1].users[0].sub: want the shape of a UUID
seed.yaml:21: pools[1].users[0].status: want one of CONFIRMED, UNCONFIRMED, FORCE_CHANGE_PASSWORD, RESET_REQUIRED, EXTERNAL_PROVIDER, ARCHIVED, COMPROMISED, UNKNOWN
seed.yaml:22: pools[1].users[0].attributes.birthdate: want ten characters, such as 1976-05-30
seed.yaml:22: pools[1].users[0].attributes.custom:x: the pool has no attribute "custom:x"; custom ones are listed under custom_attributes
seed.yaml:22: pools[1].users[0].attributes.email: want an e-mail address
seed.yaml:22: pools[1].users[0].attributes.phone_number: want + and digits, such as +15555550100
seed.yaml:22: pools[1].users[0].attributes.sub: stands beside attributes, not among them
seed.yaml:23: pools[1].users[0].groups[0]: the pool has no group "nobody"
seed.yaml:24: pools[1].users[0].identities[0].provider: the pool has no provider "none"
seed.yaml:24: pools[1].users[0].identities[0].user_id: required
seed.yaml:25: pools[1].users[0].mfa.factors[0]: want one of SMS_MFA, SOFTWARE_TOKEN_MFA, EMAIL_OTP
seed.yaml:25: pools[1].users[0].mfa.preferred: want one of the user's factors
seed.yaml:25: pools[1].users[0].mfa.totp_secret: SOFTWARE_TOKEN_MFA needs at least 16 letters of Base32 (A to Z, 2 to 7)
seed.yaml:27: pools[1].users[2].attributes.email: the same as pools[1].users[1].attributes.email
seed.yaml:28: pools[1].users[3].password: want text, got a list
`

func TestSampleHasOneOfEachKind(t *testing.T) {
	t.Parallel()
	d := seed.Sample()
	if d.Pool.ID != "us-east-2_ud90QwSeF" || d.Clients[0].ClientID != "5pmi4ct0o4n6ulqj7vlnkm6nhh" {
		t.Errorf("pool %s, client %s", d.Pool.ID, d.Clients[0].ClientID)
	}
	uuid4 := func(s string) bool { return len(s) == 36 && s[14] == '4' && strings.ContainsRune("89ab", rune(s[19])) }
	value := func(u *model.User, name string) string { v, _ := u.Attribute(name); return v }
	for kind, is := range map[string]func(*model.User) bool{
		"as in the guide": func(u *model.User) bool {
			return uuid4(u.Username) && u.Username == u.Sub() && u.Verified("email") && value(u, "website") != "" && value(u, "given_name") != ""
		},
		"e-mail unverified":        func(u *model.User) bool { return value(u, "email_verified") == "false" && u.Status == model.Confirmed },
		"custom attributes":        func(u *model.User) bool { return value(u, "custom:plan") != "" && value(u, "custom:seats") != "" },
		"Username that is no UUID": func(u *model.User) bool { return len(u.Username) < 36 && u.Status == model.Confirmed },
		"two groups":               func(u *model.User) bool { return len(u.Groups) == 2 },
		"sub of the newer kind":    func(u *model.User) bool { return !uuid4(u.Sub()) },
		"disabled":                 func(u *model.User) bool { return !u.Enabled },
		"temporary password":       func(u *model.User) bool { return u.Status == model.ForceChangePassword && u.Password != "" },
		"unconfirmed":              func(u *model.User) bool { return u.Status == model.Unconfirmed },
		"federated":                func(u *model.User) bool { return u.Status == model.ExternalProvider && u.Password == "" },
	} {
		if !slices.ContainsFunc(d.Users, func(u model.User) bool { return is(&u) }) {
			t.Errorf("%s: nobody", kind)
		}
	}
	for _, u := range d.Users {
		if !strings.HasSuffix(value(&u, "email"), "@example.com") {
			t.Errorf("%s is not at example.com", u.Username)
		}
	}
	for _, name := range []string{"custom:plan", "custom:seats"} {
		if !slices.Contains(d.Clients[0].ReadAttributes, name) {
			t.Errorf("the client may not read %s", name)
		}
	}
}

func FuzzReadDoesNotPanic(f *testing.F) {
	f.Add([]byte(everything))
	f.Add([]byte(printed))
	f.Add([]byte("pools: [{id: us-east-1_A, settings: {LambdaConfig: [1]}}]"))
	f.Fuzz(func(t *testing.T, data []byte) {
		ds, err := seed.Read("f", data, noEnv)
		if (err == nil) != (len(ds) > 0) {
			t.Errorf("%d pools, %v", len(ds), err)
		}
	})
}

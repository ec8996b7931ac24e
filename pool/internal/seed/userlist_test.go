package seed_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"wherry/pool/internal/model"
	"wherry/pool/internal/seed"
)

// printed is what the AWS CLI prints, and after it a page as the API sends it,
// which overlaps and holds a member that is not known.
const printed = `{
    "Users": [
        {
            "Username": "05f1780a-17d4-4bba-befb-07c074a89d7b",
            "Attributes": [
                {"Name": "email", "Value": "jane@example.com"},
                {"Name": "email_verified", "Value": "true"},
                {"Name": "custom:plan", "Value": "free"},
                {"Name": "sub", "Value": "05f1780a-17d4-4bba-befb-07c074a89d7b"}
            ],
            "UserCreateDate": "2021-11-16T17:27:47.442000-07:00",
            "UserLastModifiedDate": "2021-11-16T17:30:05.292000-07:00",
            "Enabled": true,
            "UserStatus": "CONFIRMED"
        },
        {
            "Username": "5b1e2d3c-4f5a-4678-9abc-def012345678",
            "Attributes": [{"Name": "sub", "Value": "5b1e2d3c-4f5a-4678-9abc-def012345678"}],
            "UserCreateDate": "2022-01-01T00:00:00Z",
            "Enabled": false,
            "UserStatus": "FORCE_CHANGE_PASSWORD",
            "MFAOptions": [{"DeliveryMedium": "SMS", "AttributeName": "phone_number"}]
        }
    ]
}
{"PaginationToken":"CAIS","Users":[
{"Username":"05f1780a-17d4-4bba-befb-07c074a89d7b","Attributes":[{"Name":"sub","Value":"05f1780a-17d4-4bba-befb-07c074a89d7b"}],"UserStatus":"CONFIRMED"},
{"Username":"Google_1234","UserStatus":"EXTERNAL_PROVIDER","UserCreateDate":1637108867.442,"NewMember":[1],"Attributes":[
 {"Name":"sub","Value":"6c2f3e4d-5a6b-4789-8bcd-ef0123456789"},{"Name":"email","Value":"jane@example.com"},
 {"Name":"identities","Value":"[{\"userId\":\"1234\",\"providerName\":\"Google\",\"providerType\":\"Google\",\"issuer\":null,\"primary\":true,\"dateCreated\":1658604803064}]"}]}
]}
`

func TestReadUserList(t *testing.T) {
	t.Parallel()
	ds, err := seed.Read("users.json", []byte(printed), noEnv)
	if err != nil {
		t.Fatal(err)
	}
	d := ds[0]
	if len(d.Users) != 3 {
		t.Fatalf("%d users", len(d.Users))
	}
	created := time.Date(2021, 11, 17, 0, 27, 47, 442e6, time.UTC)
	jane, made, federated := d.Users[0], d.Users[1], d.Users[2]
	for what, is := range map[string]bool{
		"dates of the CLI":       jane.Created.Equal(created) && jane.Modified.Sub(created) == 137850*time.Millisecond,
		"dates of the API":       federated.Created.Equal(created),
		"password made up":       jane.Password.Reveal() == seed.MadeUpPassword(jane.Username) && jane.Password != made.Password,
		"temporary one is good":  made.Password != "" && made.PasswordExpiry.Year() == 2100,
		"none for federated":     federated.Password == "",
		"status and Enabled":     jane.Enabled && !made.Enabled && federated.Enabled && made.Status == model.ForceChangePassword,
		"SMS by the old API":     made.MFA.LegacySMS && !jane.MFA.LegacySMS,
		"signing in by e-mail":   slices.Contains(d.Pool.UsernameAttributes, "email") && d.Pool.AliasAttributes == nil,
		"custom attribute known": d.Pool.SchemaAttributes[0].Name == "custom:plan" && slices.Contains(d.Clients[0].ReadAttributes, "custom:plan"),
		"provider":               len(d.Providers) == 1 && d.Providers[0].ProviderType == "Google",
		"client":                 slices.Contains(d.Clients[0].ExplicitAuthFlows, "ALLOW_USER_PASSWORD_AUTH"),
	} {
		if !is {
			t.Errorf("%s: not so in %+v", what, d)
		}
	}
}

func TestUserListOfAnAliasPool(t *testing.T) {
	t.Parallel()
	for name, text := range map[string]string{
		"Username that is no sub": `{"Users":[{"Username":"jane","Attributes":[{"Name":"sub","Value":"a"}]}]}`,
		"address twice": `{"Users":[{"Username":"a","Attributes":[{"Name":"sub","Value":"a"},{"Name":"email","Value":"J@example.com"}]},
			{"Username":"b","Attributes":[{"Name":"sub","Value":"b"},{"Name":"email","Value":"j@example.com"}]}]}`,
	} {
		ds, err := seed.Read("users.json", []byte(text), noEnv)
		if err != nil || !slices.Contains(ds[0].Pool.AliasAttributes, "email") {
			t.Errorf("%s: %+v, %v", name, ds, err)
		}
	}
}

func TestMadeUpPasswords(t *testing.T) {
	t.Parallel()
	if got := seed.MadeUpPassword("jane"); got != "Made-Up-081f8f6dde8" {
		t.Errorf("jane has %s", got)
	}
}

func TestMistakesInUserLists(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct{ text, want string }{
		"several": {
			"{\"Users\": [\n{\"Username\": 7},\n{\"Attributes\": []},\n{\"Username\": \"a\"},\n{\"Username\": \"b\",\n\"UserCreateDate\": \"today\"}\n]}",
			"u.json:2: Users[0].Username: cannot be a number\n" +
				"u.json:3: Users[1]: the Username is missing\n" +
				"u.json:4: Users[2]: the attribute sub is missing; list users without --attributes-to-get\n" +
				"u.json:6: Users[3]: want a number of seconds, or a time such as 2021-11-16T17:27:47.442000-07:00",
		},
		"cut off":     {"{\"Users\": [\n{\"Username\": \"a\"", "u.json:2: unexpected EOF"},
		"no list":     {"{\"Users\": 3}", "u.json:1: want [, got 3"},
		"not closed":  {"{\"Users\": []\n", "u.json:1: unexpected EOF"},
		"broken":      {"{\"Users\": [\n}", "u.json:2: invalid character '}'"},
		"second page": {"{\"Users\": []}\n[]", "u.json:2: want {, got ["},
	} {
		_, err := seed.Read("u.json", []byte(tt.text), noEnv)
		if err == nil || !strings.HasPrefix(err.Error(), tt.want) {
			t.Errorf("%s: got\n%v\nwant\n%s", name, err, tt.want)
		}
	}
}

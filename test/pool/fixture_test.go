package pool

import (
	"slices"
	"time"

	"wherry/pool"
)

const (
	poolID   = "us-east-1_Example01"
	clientID = "1example23456789"
	password = "Correct-Horse-1"

	// Other clients of the pool.
	hidingID = "2hides23456789" // PreventUserExistenceErrors
	secretID = "3secret23456789"
	bareID   = "4bare23456789" // no ExplicitAuthFlows

	clientSecret = "9c1example5secret7value3aaaaaaaaaaaaaaaaaaaaaaaaaaa"
	totpSecret   = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
)

var allFlows = []string{
	"ALLOW_USER_PASSWORD_AUTH", "ALLOW_ADMIN_USER_PASSWORD_AUTH", "ALLOW_USER_SRP_AUTH", "ALLOW_REFRESH_TOKEN_AUTH",
	"ALLOW_USER_AUTH", "ALLOW_CUSTOM_AUTH",
}

// directory describes a pool with a user of each kind that the tests need,
// after changes.
func directory(changes ...func(*pool.Directory)) pool.Directory {
	d := pool.Directory{
		Pool: pool.UserPool{
			ID: poolID, Name: "example", MfaConfiguration: "OPTIONAL",
			SchemaAttributes: []pool.Schema{
				{Name: "custom:plan", AttributeDataType: "String", Mutable: true},
				{Name: "custom:seats", AttributeDataType: "Number"},
			},
			AutoVerifiedAttributes: []string{"email"},
		},
		Clients: []pool.Client{
			{ClientID: clientID, ClientName: "open", ExplicitAuthFlows: allFlows},
			{ClientID: hidingID, ClientName: "hiding", ExplicitAuthFlows: allFlows, PreventUserExistenceErrors: "ENABLED"},
			{ClientID: secretID, ClientName: "secret", ExplicitAuthFlows: allFlows, ClientSecret: clientSecret},
			{ClientID: bareID, ClientName: "bare"},
		},
		Groups: []pool.Group{
			{GroupName: "admins", Precedence: new(0), RoleArn: "arn:aws:iam::123456789012:role/admins"},
			{GroupName: "editors"},
		},
		Users: []pool.User{
			person("jane", "CONFIRMED"),
			person("una", "UNCONFIRMED"),
			person("tom", "FORCE_CHANGE_PASSWORD"),
			person("rita", "RESET_REQUIRED"),
			person("archie", "ARCHIVED"),
			person("coco", "COMPROMISED"),
			person("umi", "UNKNOWN"),
			person("Google_1234", "EXTERNAL_PROVIDER", func(u *pool.User) {
				u.Password = ""
				u.Set("identities", `[{"userId":"1234","providerName":"Google","providerType":"Google","issuer":null,"primary":true,"dateCreated":1658604803064}]`)
			}),
			person("passwordless", "CONFIRMED", func(u *pool.User) { u.Password = "" }),
			person("dora", "CONFIRMED", func(u *pool.User) { u.Enabled = false }),
			person("late", "FORCE_CHANGE_PASSWORD", func(u *pool.User) { u.PasswordExpiry = time.Now().Add(-time.Hour) }),
			person("grace", "CONFIRMED", func(u *pool.User) { u.Groups = []string{"editors", "admins"} }),
			person("sam", "CONFIRMED", withFactors("SMS_MFA")),
			person("emma", "CONFIRMED", withFactors("EMAIL_OTP")),
			person("theo", "CONFIRMED", withFactors("SOFTWARE_TOKEN_MFA")),
			person("both", "CONFIRMED", withFactors("SMS_MFA", "SOFTWARE_TOKEN_MFA")),
			person("olda", "CONFIRMED", withFactors(), func(u *pool.User) { u.MFA.LegacySMS = true }),
			person("device", "CONFIRMED", func(u *pool.User) {
				u.Devices = []pool.Device{{DeviceKey: "us-east-1_0a1b2c3d-0000-4000-8000-000000000001"}}
			}),
		},
	}
	for i := range d.Users {
		d.Users[i].Set("sub", sub(i))
	}
	for _, change := range changes {
		change(&d)
	}
	return d
}

// sub is the sub of the user with this number, of the newer kind.
func sub(i int) string {
	const digits = "0123456789abcdef"
	return string(digits[i%16]) + "4c84488-e0e1-70ae-d2ee-991ad1a8" + string(digits[i/16]) + "8c8"
}

func person(name, status string, changes ...func(*pool.User)) pool.User {
	u := pool.User{
		Username: name, Status: status, Enabled: true, Password: password,
		Attributes: []pool.Attribute{
			{Name: "sub"},
			{Name: "email", Value: name + "@example.com"},
			{Name: "email_verified", Value: "true"},
			{Name: "custom:plan", Value: "gold"},
		},
	}
	for _, change := range changes {
		change(&u)
	}
	return u
}

func withFactors(factors ...string) func(*pool.User) {
	return func(u *pool.User) {
		u.Set("phone_number", "+15555552671")
		u.Set("phone_number_verified", "true")
		u.MFA.Enabled = factors
		if slices.Contains(factors, "SOFTWARE_TOKEN_MFA") {
			u.MFA.TOTPSecret = totpSecret
		}
	}
}

// withClient changes one client of a directory.
func withClient(id string, change func(*pool.Client)) func(*pool.Directory) {
	return func(d *pool.Directory) {
		for i := range d.Clients {
			if d.Clients[i].ClientID == id {
				change(&d.Clients[i])
			}
		}
	}
}

// withMFA sets whether the pool wants second factors.
func withMFA(mode string) func(*pool.Directory) {
	return func(d *pool.Directory) { d.Pool.MfaConfiguration = mode }
}

package connector

import (
	"slices"
	"time"

	"wherry/internal/secret"
	"wherry/pool"
)

const (
	poolID   = "us-east-1_Example01"
	password = "Correct-Horse-1"
	wrong    = "Wrong-Horse-1"

	openID   = "1open23456789"   // allows every flow
	secretID = "2secret23456789" // with a secret
	bareID   = "3bare23456789"   // allows no password flow
	hidingID = "4hides23456789"  // unknown users look like wrong passwords

	clientSecret = "9c1example5secret7value3aaaaaaaaaaaaaaaaaaaaaaaaaaa"
	totpSecret   = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
)

// accessKey is the IAM key that the pool knows.
var accessKey = pool.Credential{AccessKeyID: "AKIDEXAMPLE", SecretAccessKey: "an example of an IAM secret key"}

// directory is a pool with somebody for each thing that can become of a user.
func directory() pool.Directory {
	flows := []string{"ALLOW_USER_PASSWORD_AUTH", "ALLOW_ADMIN_USER_PASSWORD_AUTH", "ALLOW_USER_SRP_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"}
	readable := []string{"email", "email_verified", "phone_number", "phone_number_verified", "custom:plan"}
	return pool.Directory{
		Pool: pool.UserPool{
			ID: poolID, Name: "customers", MfaConfiguration: "OPTIONAL",
			AliasAttributes:       []string{"email"},
			UsernameConfiguration: &pool.UsernameConfig{CaseSensitive: false},
			SchemaAttributes:      []pool.Schema{{Name: "custom:plan", AttributeDataType: "String", Mutable: true}},
		},
		Clients: []pool.Client{
			{ClientID: openID, ClientName: "open", ExplicitAuthFlows: flows, ReadAttributes: readable},
			{ClientID: secretID, ClientName: "secret", ExplicitAuthFlows: flows, ReadAttributes: readable, ClientSecret: clientSecret},
			{ClientID: bareID, ClientName: "bare", ExplicitAuthFlows: []string{"ALLOW_REFRESH_TOKEN_AUTH"}},
			{ClientID: hidingID, ClientName: "hiding", ExplicitAuthFlows: flows, PreventUserExistenceErrors: "ENABLED"},
		},
		Groups: []pool.Group{{GroupName: "staff"}, {GroupName: "editors"}},
		Users: []pool.User{
			person(0, "jane", "CONFIRMED", func(u *pool.User) { u.Groups = []string{"staff", "editors"} }),
			person(1, "una", "UNCONFIRMED"),
			person(2, "tom", "FORCE_CHANGE_PASSWORD"),
			person(3, "tessa", "FORCE_CHANGE_PASSWORD", factors("SOFTWARE_TOKEN_MFA")),
			person(4, "lara", "FORCE_CHANGE_PASSWORD", func(u *pool.User) { u.PasswordExpiry = time.Now().Add(-time.Hour) }),
			person(5, "rita", "RESET_REQUIRED"),
			person(6, "Google_1234", "EXTERNAL_PROVIDER", func(u *pool.User) { u.Password = "" }),
			person(7, "archie", "ARCHIVED"),
			person(8, "coco", "COMPROMISED"),
			person(9, "umi", "UNKNOWN"),
			person(10, "dora", "CONFIRMED", func(u *pool.User) { u.Enabled = false }),
			person(11, "paula", "CONFIRMED", func(u *pool.User) { u.Password = "" }),
			person(12, "sam", "CONFIRMED", factors("SMS_MFA")),
			person(13, "sven", "CONFIRMED", factors("SMS_MFA"), unverified("phone_number")),
			person(14, "olda", "CONFIRMED", factors(), func(u *pool.User) { u.MFA.LegacySMS = true }),
			person(15, "emma", "CONFIRMED", factors("EMAIL_OTP")),
			person(16, "eve", "CONFIRMED", factors("EMAIL_OTP"), unverified("email")),
			person(17, "theo", "CONFIRMED", factors("SOFTWARE_TOKEN_MFA")),
			person(18, "bea", "CONFIRMED", factors("SMS_MFA", "SOFTWARE_TOKEN_MFA")),
			person(19, "phil", "CONFIRMED", factors()),
			person(20, "devi", "CONFIRMED", func(u *pool.User) {
				u.Devices = []pool.Device{{DeviceKey: "us-east-1_0a1b2c3d-0000-4000-8000-000000000001"}}
			}),
		},
	}
}

func person(number byte, name, status string, changes ...func(*pool.User)) pool.User {
	u := pool.User{
		Username: name, Status: status, Enabled: true, Password: secret.String(password),
		Attributes: []pool.Attribute{
			{Name: "sub", Value: sub(number)},
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

// sub is of the kind that is no UUID by RFC 4122.
func sub(number byte) string {
	const digits = "0123456789abcdef"
	return "4c84488" + string(digits[number%16]) + "-e0e1-70ae-d2ee-991ad1a8" + string(digits[number/16]) + "8c8"
}

func factors(names ...string) func(*pool.User) {
	return func(u *pool.User) {
		u.Set("phone_number", "+15555552671")
		u.Set("phone_number_verified", "true")
		u.MFA.Enabled = names
		if slices.Contains(names, "SOFTWARE_TOKEN_MFA") {
			u.MFA.TOTPSecret = totpSecret
		}
	}
}

func unverified(attribute string) func(*pool.User) {
	return func(u *pool.User) { u.Set(attribute+"_verified", "false") }
}

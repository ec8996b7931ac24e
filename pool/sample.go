package pool

import "wherry/pool/internal/model"

// SamplePassword is the password of every user of Sample.
const SamplePassword = "Correct-Horse-1"

// Sample is a small pool for first steps: a client that allows passwords, and
// a user of each common kind.
func Sample() Directory {
	return Directory{
		Pool:    UserPool{ID: "us-east-1_Example01", Name: "sample"},
		Clients: []Client{{ClientID: "1example23456789", ClientName: "sample", ExplicitAuthFlows: sampleFlows}},
		Groups:  []Group{{GroupName: "admins", Description: "Administrators"}, {GroupName: "users"}},
		Users: []User{
			sampleUser("jane", "34c84488-e0e1-70ae-d2ee-991ad1a898c8", model.Confirmed, "admins", "users"),
			sampleUser("omar", "5a1f07c2-40b1-7033-9b6f-0c5e7d3a2b11", model.Confirmed, "users"),
			sampleUser("new", "6b20f1d3-51c2-7144-8c70-1d6f8e4b3c22", model.ForceChangePassword),
			sampleUser("reset", "7c3102e4-62d3-7255-9d81-2e709f5c4d33", model.ResetRequired),
			sampleUser("unconfirmed", "8d4213f5-73e4-7366-ae92-3f81a06d5e44", model.Unconfirmed),
		},
	}
}

var sampleFlows = []string{"ALLOW_USER_PASSWORD_AUTH", "ALLOW_ADMIN_USER_PASSWORD_AUTH", "ALLOW_USER_SRP_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"}

func sampleUser(name, sub, status string, groups ...string) User {
	return User{
		Username: name, Status: status, Enabled: true, Password: SamplePassword, Groups: groups,
		Attributes: []Attribute{{Name: "sub", Value: sub}, {Name: "email", Value: name + "@example.com"}, {Name: "email_verified", Value: "true"}},
	}
}

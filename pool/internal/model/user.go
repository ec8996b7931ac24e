package model

import (
	"slices"
	"time"

	"wherry/internal/secret"
)

// The values of User.Status.
const (
	Confirmed           = "CONFIRMED"
	Unconfirmed         = "UNCONFIRMED"
	ForceChangePassword = "FORCE_CHANGE_PASSWORD"
	ResetRequired       = "RESET_REQUIRED"
	ExternalProvider    = "EXTERNAL_PROVIDER"
	Archived            = "ARCHIVED"
	Compromised         = "COMPROMISED"
	Unknown             = "UNKNOWN"
)

// The names of factors, as in UserMFASettingList.
const (
	SMSMFA           = "SMS_MFA"
	SoftwareTokenMFA = "SOFTWARE_TOKEN_MFA"
	EmailOTP         = "EMAIL_OTP"
)

// User is a profile of the pool.
type User struct {
	Username   string
	Attributes []Attribute // sub too; in the order in which they are shown
	Status     string
	Enabled    bool
	Created    time.Time
	Modified   time.Time

	Password       secret.String // "" when the user has none
	PasswordExpiry time.Time     // of a temporary password; zero: Created plus the pool's TemporaryPasswordValidityDays

	Groups     []string // names
	MFA        UserMFA
	Devices    []Device
	AuthEvents []AuthEvent
}

// Attribute is a name and its value, which is always text.
type Attribute struct {
	Name  string `json:"Name"`
	Value string `json:"Value"`
}

// UserMFA is the second factors of a user.
type UserMFA struct {
	Enabled    []string      // UserMFASettingList: SMSMFA, SoftwareTokenMFA, EmailOTP
	Preferred  string        // one of Enabled, or ""
	TOTPSecret secret.String // Base32; "" when no authenticator is registered
	LegacySMS  bool          // SMS by the old API, shown as MFAOptions
}

// Attribute returns the value of an attribute, and whether the user has it.
func (u *User) Attribute(name string) (string, bool) {
	for i := range u.Attributes {
		if u.Attributes[i].Name == name {
			return u.Attributes[i].Value, true
		}
	}
	return "", false
}

// Sub returns the user's subject, "" when it is missing.
func (u *User) Sub() string {
	sub, _ := u.Attribute("sub")
	return sub
}

// Verified tells whether email or phone_number is marked as verified.
func (u *User) Verified(name string) bool {
	v, _ := u.Attribute(name + "_verified")
	return v == "true"
}

// Set writes an attribute, at its old place when the user has it already.
func (u *User) Set(name, value string) {
	for i := range u.Attributes {
		if u.Attributes[i].Name == name {
			u.Attributes[i].Value = value
			return
		}
	}
	u.Attributes = append(u.Attributes, Attribute{name, value})
}

// Remove deletes an attribute.
func (u *User) Remove(name string) {
	u.Attributes = slices.DeleteFunc(u.Attributes, func(a Attribute) bool { return a.Name == name })
}

// Clone copies the user so that nothing is shared.
func (u *User) Clone() User {
	c := *u
	c.Attributes = slices.Clone(u.Attributes)
	c.Groups = slices.Clone(u.Groups)
	c.MFA.Enabled = slices.Clone(u.MFA.Enabled)
	c.Devices = slices.Clone(u.Devices)
	c.AuthEvents = slices.Clone(u.AuthEvents)
	return c
}

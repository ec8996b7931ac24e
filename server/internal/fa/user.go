package fa

import (
	"fmt"
	"net/mail"
	"slices"
	"strings"
	"time"
)

// User is an account in a tenant, as the API returns it: passwords and what
// belongs to them are never part of it.
//
// Source: https://fusionauth.io/docs/apis/users
type User struct {
	Active                    bool           `json:"active"`
	BirthDate                 string         `json:"birthDate,omitzero"` // YYYY-MM-DD
	BreachedPasswordStatus    string         `json:"breachedPasswordStatus,omitzero"`
	ConnectorID               ID             `json:"connectorId,omitzero"` // the system of record
	Data                      Data           `json:"data"`
	Email                     string         `json:"email,omitzero"`
	EncryptionScheme          string         `json:"encryptionScheme,omitzero"`
	Expiry                    int64          `json:"expiry,omitzero"`
	FirstName                 string         `json:"firstName,omitzero"`
	FullName                  string         `json:"fullName,omitzero"`
	ID                        ID             `json:"id,omitzero"`
	Identities                []Identity     `json:"identities,omitempty"`
	ImageURL                  string         `json:"imageUrl,omitzero"`
	InsertInstant             int64          `json:"insertInstant,omitzero"`
	LastLoginInstant          int64          `json:"lastLoginInstant,omitzero"`
	LastName                  string         `json:"lastName,omitzero"`
	LastUpdateInstant         int64          `json:"lastUpdateInstant,omitzero"`
	Memberships               []Membership   `json:"memberships"`
	MiddleName                string         `json:"middleName,omitzero"`
	MobilePhone               string         `json:"mobilePhone,omitzero"`
	ParentEmail               string         `json:"parentEmail,omitzero"`
	PasswordChangeReason      string         `json:"passwordChangeReason,omitzero"`
	PasswordChangeRequired    bool           `json:"passwordChangeRequired"`
	PasswordLastUpdateInstant int64          `json:"passwordLastUpdateInstant,omitzero"`
	PhoneNumber               string         `json:"phoneNumber,omitzero"` // E.164
	PreferredLanguages        []string       `json:"preferredLanguages"`
	Registrations             []Registration `json:"registrations"`
	TenantID                  ID             `json:"tenantId,omitzero"`
	Timezone                  string         `json:"timezone,omitzero"`
	TwoFactor                 TwoFactor      `json:"twoFactor"`
	Username                  string         `json:"username,omitzero"`
	UsernameStatus            string         `json:"usernameStatus,omitzero"`
	Verified                  bool           `json:"verified"`
	VerifiedInstant           int64          `json:"verifiedInstant,omitzero"`
	Rest                      Rest           `json:",embed"`
}

// The reasons why a password has to be changed.
const (
	ReasonAdministrative = "Administrative"
	ReasonBreached       = "Breached"
	ReasonExpired        = "Expired"
	ReasonValidation     = "Validation"
)

// NewUser returns a user with every default filled in.
func NewUser() User {
	return User{
		Active:             true,
		ConnectorID:        ConnectorID,
		Data:               Data{},
		Memberships:        []Membership{},
		PreferredLanguages: []string{},
		Registrations:      []Registration{},
		TwoFactor:          TwoFactor{Methods: []TwoFactorMethod{}},
		UsernameStatus:     "ACTIVE",
	}
}

// UserRequest is a user as clients and connectors send it. What they send about
// passwords is named here so that it never becomes part of the document, as
// unknown properties do.
type UserRequest struct {
	User
	CurrentPassword string `json:"currentPassword,omitzero"`
	Factor          int    `json:"factor,omitzero"`
	Password        string `json:"password,omitzero"`
	Salt            string `json:"salt,omitzero"`
}

// Bound is the connector that a new user belongs to: FusionAuth's own unless the
// user comes without a password and with another. Beyond FusionAuth, somebody
// can so have an account before the connector is asked for the first time.
func (r *UserRequest) Bound() ID {
	if r.Password == "" && r.ConnectorID != "" {
		return r.ConnectorID
	}
	return ConnectorID
}

// Normalize brings the user into the form in which it is stored.
func (u *User) Normalize() {
	u.Email = strings.ToLower(strings.TrimSpace(u.Email))
	u.ParentEmail = strings.ToLower(strings.TrimSpace(u.ParentEmail))
	for _, field := range []*string{
		&u.Username, &u.PhoneNumber, &u.FirstName, &u.MiddleName, &u.LastName, &u.FullName, &u.MobilePhone, &u.EncryptionScheme,
	} {
		*field = strings.TrimSpace(*field)
	}
	u.PhoneNumber = canonicalPhone(u.PhoneNumber)
	u.Data.Normalize()
	u.PreferredLanguages = distinct(u.PreferredLanguages)
	u.Memberships = slices.DeleteFunc(u.Memberships, func(m Membership) bool { return m.GroupID == "" })
	u.TwoFactor.Normalize()
}

func distinct(list []string) []string {
	out := []string{}
	for _, s := range list {
		if s != "" && !slices.Contains(out, s) {
			out = append(out, s)
		}
	}
	return out
}

// Validate is Check as an error.
func (u *User) Validate() error {
	var errs Errors
	u.Check(&errs)
	return errs.OrNil()
}

// Check reports everything about the user itself that FusionAuth would refuse;
// what needs other objects is checked elsewhere.
func (u *User) Check(errs *Errors) {
	u.check(errs)
	if u.Email != "" && !isEmail(u.Email) {
		errs.Field("user.email", "notEmail", "[%s] is not a valid email address.", u.Email)
	}
}

// check is Check without what an import does not look at.
func (u *User) check(errs *Errors) {
	if u.Email == "" && u.Username == "" && u.PhoneNumber == "" {
		errs.Field("user.email", "blank", "You must specify either the [user.email], [user.username] or [user.phoneNumber] property.")
		errs.Field("user.username", "blank", "You must specify either the [user.email], [user.username] or [user.phoneNumber] property.")
	}
	if u.PhoneNumber != "" && !isPhone(u.PhoneNumber) {
		errs.Field("user.phoneNumber", "invalidPhone", "[%s] is not a valid phone number.", u.PhoneNumber)
	}
	errs.Short(u.Email, "user.email")
	errs.Short(u.Username, "user.username")
	for path, text := range map[string]string{
		"user.firstName": u.FirstName, "user.fullName": u.FullName, "user.lastName": u.LastName, "user.middleName": u.MiddleName,
		"user.mobilePhone": u.MobilePhone, "user.parentEmail": u.ParentEmail,
	} {
		errs.atMost(text, path, maxText)
	}
	if u.BirthDate != "" && !isDate(u.BirthDate) {
		errs.Field("user.birthDate", "couldNotConvert", "[%s] is not a date in the form YYYY-MM-DD.", u.BirthDate)
	}
	if u.ImageURL != "" && !isURI(u.ImageURL) {
		errs.Field("user.imageUrl", "couldNotConvert", "[%s] is not an absolute URL.", u.ImageURL)
	}
	errs.locale(u.Timezone, u.PreferredLanguages, "user")
	for i, m := range u.TwoFactor.Methods {
		m.check(errs, fmt.Sprintf("user.twoFactor.methods[%d]", i))
	}
}

// locale checks what users and registrations say about where they are.
func (e *Errors) locale(timezone string, languages []string, path string) {
	if timezone != "" && !isTimezone(timezone) {
		e.Field(path+".timezone", "couldNotConvert", "[%s] is not an IANA time zone.", timezone)
	}
	if len(languages) > 20 {
		e.Field(path+".preferredLanguages", "tooMany", "There can be at most 20 preferred languages.")
	}
}

func isEmail(text string) bool {
	address, err := mail.ParseAddress(text)
	return err == nil && address.Address == text
}

func isDate(text string) bool {
	_, err := time.Parse(time.DateOnly, text)
	return err == nil
}

// Registration returns the user's registration for an application.
func (u *User) Registration(application ID) (*Registration, bool) {
	i := slices.IndexFunc(u.Registrations, func(r Registration) bool { return r.ApplicationID == application })
	if i < 0 {
		return nil, false
	}
	return &u.Registrations[i], true
}

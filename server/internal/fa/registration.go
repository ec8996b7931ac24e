package fa

import "strings"

// Registration is a user's place in an application.
//
// Source: https://fusionauth.io/docs/apis/registrations
type Registration struct {
	ApplicationID       ID                `json:"applicationId,omitzero"`
	AuthenticationToken string            `json:"authenticationToken,omitzero"`
	Data                Data              `json:"data"`
	ID                  ID                `json:"id,omitzero"`
	InsertInstant       int64             `json:"insertInstant,omitzero"`
	LastLoginInstant    int64             `json:"lastLoginInstant,omitzero"`
	LastUpdateInstant   int64             `json:"lastUpdateInstant,omitzero"`
	PreferredLanguages  []string          `json:"preferredLanguages"`
	Roles               []string          `json:"roles"`
	Timezone            string            `json:"timezone,omitzero"`
	Tokens              map[string]string `json:"tokens"`
	Username            string            `json:"username,omitzero"`
	UsernameStatus      string            `json:"usernameStatus,omitzero"`
	Verified            bool              `json:"verified"`
	VerifiedInstant     int64             `json:"verifiedInstant,omitzero"`
	Rest                Rest              `json:",embed"`
}

// RegistrationUnverified is what happens to those who have not verified their
// registration.
type RegistrationUnverified struct {
	Behavior string `json:"behavior"` // Allow or Gated
	Rest     Rest   `json:",embed"`
}

// NewRegistration returns a registration with every default filled in.
func NewRegistration() Registration {
	return Registration{
		Data: Data{}, PreferredLanguages: []string{}, Roles: []string{}, Tokens: map[string]string{}, UsernameStatus: "ACTIVE",
	}
}

// UnmarshalJSON fills in the defaults of registrations inside a list.
func (r *Registration) UnmarshalJSON(data []byte) error {
	type plain Registration
	fresh := plain(NewRegistration())
	if err := decodeInto(data, &fresh); err != nil {
		return err
	}
	*r = Registration(fresh)
	return nil
}

// Check reports everything about the registration itself that FusionAuth would
// refuse; path is where it hangs in the request.
func (r *Registration) Check(errs *Errors, path string) {
	errs.locale(r.Timezone, r.PreferredLanguages, path)
	errs.Short(r.Username, path+".username")
}

// Normalize brings the registration into the form in which it is stored.
func (r *Registration) Normalize() {
	r.Username = strings.TrimSpace(r.Username)
	r.AuthenticationToken = strings.TrimSpace(r.AuthenticationToken)
	r.Data.Normalize()
	r.PreferredLanguages = distinct(r.PreferredLanguages)
}

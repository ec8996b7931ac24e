package plan

// User is a FusionAuth user with the properties that we send, to the import
// API as to FusionAuth's generic connector. The tags named expr are how rules
// call them.
type User struct {
	ID       string `json:"id" expr:"id"`
	Active   bool   `json:"active" expr:"active"`
	Verified bool   `json:"verified" expr:"verified"` // the e-mail address and, since 1.59, the phone number too

	// The three identities, unique in their tenant; one must be there.
	Email       string `json:"email,omitempty" expr:"email"`
	Username    string `json:"username,omitempty" expr:"username"`
	PhoneNumber string `json:"phoneNumber,omitempty" expr:"phoneNumber"` // E.164

	FirstName          string   `json:"firstName,omitempty" expr:"firstName"`
	MiddleName         string   `json:"middleName,omitempty" expr:"middleName"`
	LastName           string   `json:"lastName,omitempty" expr:"lastName"`
	FullName           string   `json:"fullName,omitempty" expr:"fullName"`
	MobilePhone        string   `json:"mobilePhone,omitempty" expr:"mobilePhone"`
	BirthDate          string   `json:"birthDate,omitempty" expr:"birthDate"` // YYYY-MM-DD
	Timezone           string   `json:"timezone,omitempty" expr:"timezone"`   // IANA
	PreferredLanguages []string `json:"preferredLanguages,omitempty" expr:"preferredLanguages"`
	ImageURL           string   `json:"imageUrl,omitempty" expr:"imageUrl"`

	InsertInstant          int64 `json:"insertInstant,omitempty" expr:"insertInstant"` // milliseconds; import only
	Expiry                 int64 `json:"expiry,omitempty" expr:"expiry"`               // milliseconds
	PasswordChangeRequired bool  `json:"passwordChangeRequired,omitempty" expr:"passwordChangeRequired"`

	Registrations []Registration `json:"registrations,omitempty" expr:"registrations"`
	Memberships   []Membership   `json:"memberships,omitempty" expr:"memberships"`
	TwoFactor     *TwoFactor     `json:"twoFactor,omitempty" expr:"twoFactor"`
	Data          map[string]any `json:"data,omitempty" expr:"data"`
}

// Registration lets a user into an application.
type Registration struct {
	ApplicationID string         `json:"applicationId" expr:"applicationId"`
	Roles         []string       `json:"roles,omitempty" expr:"roles"` // by name
	Username      string         `json:"username,omitempty" expr:"username"`
	Verified      bool           `json:"verified,omitempty" expr:"verified"`
	Data          map[string]any `json:"data,omitempty" expr:"data"`
}

// Membership puts a user into a group.
type Membership struct {
	GroupID string         `json:"groupId" expr:"groupId"`
	Data    map[string]any `json:"data,omitempty" expr:"data"`
}

// TwoFactor holds the factors that FusionAuth asks for after the password.
type TwoFactor struct {
	Methods []TwoFactorMethod `json:"methods" expr:"methods"`
}

// TwoFactorMethod is one factor. Methods with a secret do not occur: Cognito
// gives none away.
type TwoFactorMethod struct {
	Method      string `json:"method" expr:"method"` // sms, email
	MobilePhone string `json:"mobilePhone,omitempty" expr:"mobilePhone"`
	Email       string `json:"email,omitempty" expr:"email"`
}

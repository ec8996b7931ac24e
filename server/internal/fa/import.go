package fa

import "wherry/server/internal/jsondoc"

// ImportUser is a user as an import brings it: unlike elsewhere, inactive
// unless the request says otherwise, and perhaps with a hashed password.
//
// Source: https://fusionauth.io/docs/apis/users#import-users
type ImportUser struct {
	UserRequest
	Salt *string `json:"salt,omitzero"` // nil: not given, which is another thing than empty
}

// NewImportUser returns a user with every default of an import filled in.
func NewImportUser() ImportUser {
	u := ImportUser{UserRequest: UserRequest{User: NewUser()}}
	u.Active = false
	return u
}

// DecodeImportUser reads one user of an import, as ImportRequest.Users returns
// it: JSON that a decoder has let pass.
func DecodeImportUser(data []byte) (*ImportUser, error) {
	if err := jsondoc.CheckValid(data, importLimits); err != nil {
		return nil, FieldError("user", "invalid", "The user cannot be used: %v.", err)
	}
	u := NewImportUser()
	return &u, DecodeAt("user", data, &u)
}

// importLimits is what the document of a user may look like.
var importLimits = jsondoc.Limits{Depth: 64}

// VerifiedImport is why an imported identity may be used.
const VerifiedImport = "Import"

// maxHash is how long FusionAuth lets a hash be.
const maxHash = 2048

// Settle brings the user into the form in which it is stored, fills in what the
// server decides and empties what no import can bring. now is in milliseconds.
func (u *ImportUser) Settle(now int64) {
	u.Normalize()
	u.LastUpdateInstant, u.LastLoginInstant, u.BreachedPasswordStatus = now, 0, ""
	u.ConnectorID = u.Bound()
	if u.InsertInstant == 0 {
		u.InsertInstant = now
	}
	if u.PasswordLastUpdateInstant == 0 || !u.Hashed() {
		u.PasswordLastUpdateInstant = now
	}
	if u.Password == "" {
		u.PasswordLastUpdateInstant = 0
	}
	u.settleImported(now)
	u.TwoFactor.settleImported()
}

// Hashed tells whether the password, if there is one, is a hash.
func (u *ImportUser) Hashed() bool { return u.EncryptionScheme != "" }

// settleImported makes the identities. The user's word for it that they are
// verified counts for e-mail address and phone number.
func (u *User) settleImported(now int64) {
	verified, instant := u.Verified, u.VerifiedInstant
	if instant == 0 {
		instant = now
	}
	u.Identities, u.VerifiedInstant = nil, 0
	u.SettleIdentities(VerifiedImport, now)
	if !verified {
		return
	}
	for i := range u.Identities {
		if id := &u.Identities[i]; id.Type != IdentityUsername {
			id.Verified, id.VerifiedInstant = true, instant
		}
	}
	u.settleVerified(instant)
}

// Validate reports what an import would refuse about the user itself. It looks
// at less than elsewhere: a malformed e-mail address comes in.
func (u *ImportUser) Validate() error {
	var errs Errors
	u.check(&errs)
	errs.Short(u.PhoneNumber, "user.phoneNumber")
	if u.Hashed() {
		u.checkHash(&errs)
	}
	return errs.OrNil()
}

func (u *ImportUser) checkHash(errs *Errors) {
	if u.Salt == nil {
		errs.Field("user.salt", "blank", "You must specify the [user.salt] property for a hashed password; it may be empty.")
	}
	if len(u.Password) > maxHash {
		errs.Field("user.password", "tooLong", "A hash must be at most %d characters long.", maxHash)
	}
}

// settleImported gives every authenticator the settings that FusionAuth has,
// whatever the request says.
func (t *TwoFactor) settleImported() {
	for i := range t.Methods {
		if m := &t.Methods[i]; m.Method == MethodAuthenticator {
			m.Authenticator = NewAuthenticator()
		}
	}
}

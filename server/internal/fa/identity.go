package fa

import "slices"

// Identity is one thing that a user can sign in with.
type Identity struct {
	DisplayValue      string `json:"displayValue,omitzero"`
	InsertInstant     int64  `json:"insertInstant,omitzero"`
	LastLoginInstant  int64  `json:"lastLoginInstant,omitzero"`
	LastUpdateInstant int64  `json:"lastUpdateInstant,omitzero"`
	ModerationStatus  string `json:"moderationStatus,omitzero"`
	Primary           bool   `json:"primary"`
	Type              string `json:"type"` // email, phoneNumber or username
	Value             string `json:"value"`
	Verified          bool   `json:"verified"`
	VerifiedInstant   int64  `json:"verifiedInstant,omitzero"`
	VerifiedReason    string `json:"verifiedReason,omitzero"`
	Rest              Rest   `json:",embed"`
}

// The types of identities.
const (
	IdentityEmail       = "email"
	IdentityPhoneNumber = "phoneNumber"
	IdentityUsername    = "username"
)

// SettleIdentities rebuilds the identities from e-mail, phone number and user
// name, keeping what is known about those that stay. reason is why new ones
// count as they do, now is in milliseconds.
func (u *User) SettleIdentities(reason string, now int64) {
	old := u.Identities
	u.Identities = nil
	settle := func(kind, value string) {
		if value == "" {
			return
		}
		i := slices.IndexFunc(old, func(o Identity) bool { return o.Type == kind && o.Value == value })
		if i >= 0 {
			u.Identities = append(u.Identities, old[i])
			return
		}
		id := Identity{Type: kind, Value: value, Primary: true, InsertInstant: now, LastUpdateInstant: now, VerifiedReason: reason}
		switch {
		case kind == IdentityUsername:
			id.DisplayValue, id.ModerationStatus, id.VerifiedReason = value, "ACTIVE", "Unverifiable"
		case u.Verified:
			id.Verified, id.VerifiedInstant = true, now
		}
		u.Identities = append(u.Identities, id)
	}
	settle(IdentityEmail, u.Email)
	settle(IdentityPhoneNumber, u.PhoneNumber)
	settle(IdentityUsername, u.Username)
}

// IsVerified tells whether the identity of that type has been verified.
func (u *User) IsVerified(kind string) bool {
	return slices.ContainsFunc(u.Identities, func(i Identity) bool { return i.Type == kind && i.Verified })
}

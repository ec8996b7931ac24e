package fa

import (
	"cmp"
	"slices"
	"strings"
)

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

// Why an identity may be used although nobody has verified it, or may not.
const (
	VerifiedPending      = "Pending"      // it has to be verified
	VerifiedImplicit     = "Implicit"     // it has to be, unless acting on a message has done so
	VerifiedSkipped      = "Skipped"      // whoever made it has said so
	VerifiedDisabled     = "Disabled"     // the tenant does not ask for it
	VerifiedTrusted      = "Trusted"      // a connector says whether it is
	VerifiedUnverifiable = "Unverifiable" // it is a user name
)

// IdentityKey is the form in which identities of a type are compared: neither
// case nor the punctuation of a phone number matters; blanks do.
func IdentityKey(kind, value string) string {
	if kind == IdentityPhoneNumber {
		return canonicalPhone(value)
	}
	return strings.ToLower(value)
}

// Is tells whether somebody who types loginID means this identity.
func (i *Identity) Is(loginID string) bool {
	return IdentityKey(i.Type, i.Value) == IdentityKey(i.Type, loginID)
}

// HasIdentity tells whether the user can sign in with loginID.
func (u *User) HasIdentity(loginID string) bool {
	return slices.ContainsFunc(u.Identities, func(i Identity) bool { return i.Is(loginID) })
}

// SettleIdentities rebuilds the identities from e-mail, phone number and user
// name, keeping what is known about those that stay. New ones are not verified;
// reason is why they may be used all the same. now is in milliseconds.
func (u *User) SettleIdentities(reason string, now int64) {
	old := u.Identities
	u.Identities = nil
	for _, next := range []Identity{
		{Type: IdentityEmail, Value: u.Email, VerifiedReason: reason},
		{Type: IdentityPhoneNumber, Value: u.PhoneNumber, VerifiedReason: reason},
		{Type: IdentityUsername, Value: u.Username, VerifiedReason: VerifiedUnverifiable, DisplayValue: u.Username, ModerationStatus: "ACTIVE"},
	} {
		if next.Value != "" {
			u.Identities = append(u.Identities, next.settled(old, now))
		}
	}
	slices.SortFunc(u.Identities, func(a, b Identity) int {
		return cmp.Or(cmp.Compare(a.InsertInstant, b.InsertInstant), cmp.Compare(a.Type, b.Type))
	})
	u.settleVerified(now)
}

// settled is a new identity, or the old one as it is written now.
func (i Identity) settled(old []Identity, now int64) Identity {
	at := slices.IndexFunc(old, func(o Identity) bool { return o.Type == i.Type && o.Is(i.Value) })
	if at < 0 {
		i.Primary, i.InsertInstant, i.LastUpdateInstant = true, now, now
		return i
	}
	known := old[at]
	known.Value, known.DisplayValue = i.Value, i.DisplayValue
	return known
}

// TrustIdentities takes a connector's word for it that e-mail address and phone
// number are verified, or are not.
func (u *User) TrustIdentities(verified bool, now int64) {
	for i := range u.Identities {
		id := &u.Identities[i]
		if id.Type == IdentityUsername {
			continue
		}
		id.VerifiedReason = VerifiedTrusted
		if id.Verified != verified {
			id.Verified, id.VerifiedInstant, id.LastUpdateInstant = verified, 0, now
		}
		if verified && id.VerifiedInstant == 0 {
			id.VerifiedInstant = now
		}
	}
	u.settleVerified(now)
}

// AwaitVerification says of an identity of that type which is new now that it
// has to be verified.
func (u *User) AwaitVerification(kind string, now int64) {
	for i := range u.Identities {
		if id := &u.Identities[i]; id.Type == kind && !id.Verified && id.InsertInstant == now && id.VerifiedReason == VerifiedDisabled {
			id.VerifiedReason = VerifiedPending
		}
	}
}

// AwaitsVerification tells whether the identity has to be verified and is not.
func (i *Identity) AwaitsVerification() bool {
	return !i.Verified && (i.VerifiedReason == VerifiedPending || i.VerifiedReason == VerifiedImplicit)
}

// SkipVerification lets the identities be used without having been verified,
// for good. now is in milliseconds.
func (u *User) SkipVerification(now int64) {
	for i := range u.Identities {
		if id := &u.Identities[i]; id.Type != IdentityUsername {
			id.VerifiedReason = VerifiedSkipped
		}
	}
	u.settleVerified(now)
}

// settleVerified derives the user's deprecated properties from the identities.
// An e-mail address that nobody asks to verify counts as verified there.
func (u *User) settleVerified(now int64) {
	u.Verified = slices.ContainsFunc(u.Identities, func(i Identity) bool {
		return i.Verified || i.Type == IdentityEmail && i.VerifiedReason == VerifiedSkipped
	})
	if u.Verified && u.VerifiedInstant == 0 {
		u.VerifiedInstant = now
	}
}

// IsVerified tells whether the identity of that type has been verified.
func (u *User) IsVerified(kind string) bool {
	return slices.ContainsFunc(u.Identities, func(i Identity) bool { return i.Type == kind && i.Verified })
}

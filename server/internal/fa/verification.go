package fa

// How an identity came to be verified.
const (
	VerifiedAdministrative = "Administrative" // an administrator says so
	VerifiedCompleted      = "Completed"      // the user has used what was sent
)

// VerifyIdentity verifies the identity of that type, if value is still what it
// is; it tells whether.
func (u *User) VerifyIdentity(kind, value, reason string, now int64) bool {
	for i := range u.Identities {
		id := &u.Identities[i]
		if id.Type != kind || !id.Is(value) {
			continue
		}
		if !id.Verified {
			id.Verified, id.VerifiedInstant, id.VerifiedReason, id.LastUpdateInstant = true, now, reason, now
			u.settleVerified(now)
		}
		return true
	}
	return false
}

// MailAddress is where the user gets mail; empty: nowhere. Somebody without an
// address to sign in with may have one in the data.
func (u *User) MailAddress() string {
	if u.Email != "" {
		return u.Email
	}
	var kept string
	if raw, ok := u.Data["email"]; ok && Decode(raw, &kept) == nil && isEmail(kept) {
		return kept
	}
	return ""
}

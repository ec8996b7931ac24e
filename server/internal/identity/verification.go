package identity

import (
	"slices"

	"wherry/server/internal/fa"
)

// Unverified is what somebody has to verify before coming in.
type Unverified string

// What may be unverified; the zero value is nothing that matters.
const (
	UnverifiedIdentity     Unverified = "identity" // the one that was typed
	UnverifiedRegistration Unverified = "registration"
)

// unverified tells what the user has to verify first, where tenant and
// application insist.
func unverified(tenant *fa.Tenant, a Attempt, user *fa.Account) Unverified {
	if mail := tenant.EmailConfiguration; mail.VerifyEmail && mail.Unverified.Behavior == fa.BehaviorGated {
		waiting := func(i fa.Identity) bool {
			return i.Type == fa.IdentityEmail && i.Is(a.LoginID) && i.AwaitsVerification()
		}
		if slices.ContainsFunc(user.Identities, waiting) {
			return UnverifiedIdentity
		}
	}
	if app := a.Application; app != nil && app.VerifyRegistration && app.Unverified.Behavior == fa.BehaviorGated {
		if r, registered := user.Registration(app.ID); registered && !r.Verified {
			return UnverifiedRegistration
		}
	}
	return ""
}

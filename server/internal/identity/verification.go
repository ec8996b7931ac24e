package identity

import (
	"context"
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

// waitingIdentity is the identity that was typed, if the tenant insists that it is
// verified first and it is not; else nil.
func waitingIdentity(tenant *fa.Tenant, a Attempt, user *fa.Account) *fa.Identity {
	mail, phone := tenant.EmailConfiguration, tenant.PhoneConfiguration
	gated := map[string]bool{
		fa.IdentityEmail:       mail.VerifyEmail && mail.Unverified.Behavior == fa.BehaviorGated,
		fa.IdentityPhoneNumber: phone.VerifyPhoneNumber && phone.Unverified.Behavior == fa.BehaviorGated,
	}
	i := slices.IndexFunc(user.Identities, func(i fa.Identity) bool { return gated[i.Type] && i.Is(a.LoginID) && i.AwaitsVerification() })
	if i < 0 {
		return nil
	}
	return &user.Identities[i]
}

// verifyAtSignIn makes an id for what somebody has to verify before coming in, and
// sends the code that has to be typed with it. Where people follow a link, and
// after too many codes, there is none.
func (s *Service) verifyAtSignIn(ctx context.Context, tenant *fa.Tenant, a Attempt, user *fa.Account, what Unverified) (string, error) {
	var v verifying
	if what == UnverifiedIdentity {
		v = verifyIdentity(ctx, tenant, &user.User, *waitingIdentity(tenant, a, user))
	} else {
		registration, _ := user.Registration(a.applicationID())
		var err error
		if v, err = s.verifyNew(ctx, tenant, &user.User, *registration); err != nil {
			return "", err
		}
	}
	if v.CodeHash == "" {
		return "", nil
	}
	n, err := s.Counters.Count(ctx, countVerificationSent, string(user.ID), wrongCodeWindow)
	if err != nil || n > mostSent {
		return "", err
	}
	return v.id.ID, s.keepVerification(s.along(ctx, v.mail), v)
}

// unverified tells what the user has to verify first, where tenant and
// application insist.
func unverified(tenant *fa.Tenant, a Attempt, user *fa.Account) Unverified {
	if waitingIdentity(tenant, a, user) != nil {
		return UnverifiedIdentity
	}
	if app := a.Application; app != nil && app.VerifyRegistration && app.Unverified.Behavior == fa.BehaviorGated {
		if r, registered := user.Registration(app.ID); registered && !r.Verified {
			return UnverifiedRegistration
		}
	}
	return ""
}

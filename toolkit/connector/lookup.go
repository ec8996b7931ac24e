package connector

import (
	"context"
	"net/http"
	"slices"

	"wherry/toolkit/config"
	"wherry/toolkit/internal/cognito"
	"wherry/toolkit/internal/plan"
)

// RequestHeader tells a look-up, "look-up", from a sign-in, which has no such
// header. Wherry's own server asks so about somebody who has forgotten the
// password before the first sign-in; FusionAuth never does. A look-up has no
// password, and its answer has the outcome "known" or is a 404.
const RequestHeader = "Wherry-Request"

func isLookUp(r *http.Request) bool { return r.Header.Get(RequestHeader) == "look-up" }

// Outcomes of our own, for look-ups.
const (
	lookUpOff         cognito.Outcome = "look-up-off"        // the settings do not allow them
	unverifiedAddress cognito.Outcome = "address-unverified" // where the mail would go
)

// lookUp answers whether the pool knows somebody, if the settings allow it. The
// user goes across as after a sign-in, but has proven nothing: whoever may not
// sign in at Cognito, or has no verified address that a mail could go to, is as
// good as unknown.
func (p *pool) lookUp(ctx context.Context, req signIn) verdict {
	if !p.Connector.ForgotPassword {
		return refused(lookUpOff, "connector.forgot_password is off, so nobody may ask who is known")
	}
	name, err := p.cognito.Find(ctx, req.LoginID)
	if err != nil {
		return verdict{}.refuse(err)
	}
	if name == "" {
		return refused(cognito.Unknown, "")
	}
	u, err := p.cognito.AdminUser(ctx, name)
	if err != nil {
		return verdict{}.refuse(err)
	}
	if v := barred(u); v.outcome != "" {
		return v
	}
	if u.Groups, err = p.cognito.AdminGroups(ctx, u.Username); err != nil {
		return verdict{}.refuse(err)
	}
	return p.carry(ctx, req, verdict{outcome: cognito.Known}, u, config.Carry)
}

// barred tells who may not be carried across, and why.
func barred(u plan.CognitoUser) verdict {
	switch {
	case u.Enabled != nil && !*u.Enabled:
		return refused(cognito.Disabled, "the user is disabled")
	case !slices.Contains([]string{"CONFIRMED", "RESET_REQUIRED", "FORCE_CHANGE_PASSWORD"}, u.Status):
		return refused(cognito.Unconfirmed, "the user has no password at Cognito, or has not been confirmed")
	case u.Attributes["email"] == "" || u.Attributes["email_verified"] != "true":
		return refused(unverifiedAddress, "a mail would go to an address that Cognito has not verified")
	}
	return verdict{}
}

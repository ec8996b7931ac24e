package connector

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"wherry/internal/secret"
	"wherry/toolkit/config"
	"wherry/toolkit/internal/cognito"
	"wherry/toolkit/internal/plan"
)

// verdict is what becomes of one sign-in.
type verdict struct {
	outcome cognito.Outcome
	user    *plan.User // nil for everybody who is refused
	answer  []byte     // the body for FusionAuth
	remarks []plan.Remark

	operation, code string // what went wrong, in Cognito's words
	hint            string // and in ours; neither is personal
	withoutFactor   bool   // carried across, and a second factor given up

	refreshToken secret.String // left behind at Cognito
	failure      error         // for whoever may see Cognito's own text
}

// refused is a verdict that Cognito was not asked for.
func refused(o cognito.Outcome, hint string) verdict { return verdict{outcome: o, hint: hint} }

// refuse is the verdict on a failed call.
func (v verdict) refuse(err error) verdict {
	v.failure = err
	if f, ok := errors.AsType[*cognito.Failure](err); ok {
		v.outcome, v.operation, v.code, v.hint = f.Outcome, f.Operation, f.Code, f.Hint
	} else {
		v.outcome, v.hint = cognito.Unclassified, err.Error()
	}
	return v
}

// ask puts the password before Cognito and follows the policy for what it says.
func (p *pool) ask(ctx context.Context, req signIn) verdict {
	if req.lookUp {
		return p.lookUp(ctx, req)
	}
	s, err := p.cognito.SignIn(ctx, req.LoginID, req.Password)
	if err != nil {
		return verdict{}.refuse(err)
	}
	v := verdict{outcome: s.Outcome, refreshToken: s.RefreshToken}
	policy, setting := p.policy(s.Outcome)
	if policy == config.Refuse {
		v.hint = fmt.Sprintf("the password is right; connector.outcomes.%s says refuse", setting)
		return v
	}
	user, err := p.profile(ctx, req.LoginID, s)
	if err != nil {
		return v.refuse(err)
	}
	return p.carry(ctx, req, v, user, policy)
}

// policy is what the settings say about an outcome that proves the password.
func (p *pool) policy(o cognito.Outcome) (policy config.Policy, setting string) {
	switch o {
	case cognito.Tokens:
		return config.Carry, ""
	case cognito.SMSFactor, cognito.EmailFactor:
		return p.Connector.Outcomes.MessageFactor, "message_factor"
	case cognito.TOTPFactor, cognito.FactorChoice, cognito.FactorSetup:
		return p.Connector.Outcomes.OtherFactor, "other_factor"
	case cognito.TemporaryPassword:
		return p.Connector.Outcomes.TemporaryPassword, "temporary_password"
	default:
		return config.Refuse, ""
	}
}

// profile reads the user: with the tokens, or, where a challenge stands in
// place of tokens, with IAM.
func (p *pool) profile(ctx context.Context, login string, s *cognito.SignIn) (plan.CognitoUser, error) {
	if s.Outcome != cognito.Tokens {
		return p.adminProfile(ctx, login, s)
	}
	var u plan.CognitoUser
	var err error
	if p.Connector.Profile == config.ProfileIDToken {
		u, err = p.cognito.IDTokenUser(s.IDToken)
	} else {
		u, err = p.cognito.User(ctx, s.AccessToken)
	}
	if err != nil {
		return u, err
	}
	if p.Connector.Groups == config.GroupsAdmin {
		u.Groups, err = p.cognito.AdminGroups(ctx, u.Username)
	} else {
		u.Groups, err = cognito.Groups(s.AccessToken)
	}
	return u, err
}

func (p *pool) adminProfile(ctx context.Context, login string, s *cognito.SignIn) (plan.CognitoUser, error) {
	name := s.Username
	if name == "" {
		name = login
	}
	u, err := p.cognito.AdminUser(ctx, name)
	if err != nil {
		return u, err
	}
	if factor := factorOf[s.Outcome]; factor != "" && u.PreferredMfaSetting == "" {
		u.PreferredMfaSetting = factor // a pool that demands MFA asks for codes nobody has switched on
	}
	u.Groups, err = p.cognito.AdminGroups(ctx, u.Username)
	return u, err
}

var factorOf = map[cognito.Outcome]string{cognito.SMSFactor: "SMS_MFA", cognito.EmailFactor: "EMAIL_OTP"}

// carry maps the user and sees to the second factor.
func (p *pool) carry(ctx context.Context, req signIn, v verdict, in plan.CognitoUser, policy config.Policy) verdict {
	mapped, err := p.mapper.Map(ctx, in, plan.Trip{Road: plan.SlowRoad, LoginID: req.LoginID, Brief: true})
	v.remarks = mapped.Remarks
	if err != nil {
		return v.fault(err)
	}
	u := mapped.User
	u.PasswordChangeRequired = u.PasswordChangeRequired || v.outcome == cognito.TemporaryPassword
	if unasked := v.outcome == cognito.TemporaryPassword || v.outcome == cognito.Known; unasked && p.owesFactor(in) && u.TwoFactor == nil {
		policy = p.Connector.Outcomes.OtherFactor
	}
	switch {
	case policy == config.Refuse:
		v.outcome, v.hint = cognito.TOTPFactor, "Cognito will ask for a factor that cannot be carried; connector.outcomes.other_factor says refuse"
		return v
	case policy == config.CarryWithoutFactor:
		u.TwoFactor, v.withoutFactor = nil, true
	case policy == config.CarryOnTenantPolicy:
		v.withoutFactor = u.TwoFactor == nil
	case !carries(u.TwoFactor, v.outcome):
		v.outcome, v.hint = unverified, "Cognito sends codes to an address that it has not verified"
		return v
	}
	return v.with(&u)
}

// owesFactor tells whether Cognito would ask the user for a second factor. A
// temporary password is asked about first, so its challenge does not say.
func (p *pool) owesFactor(u plan.CognitoUser) bool {
	return len(u.UserMFASettingList) > 0 && p.Schema.MfaConfiguration != "OFF"
}

// carries tells whether the code that Cognito has sent, if it has, will be
// asked for by FusionAuth from now on.
func carries(t *plan.TwoFactor, o cognito.Outcome) bool {
	method := map[cognito.Outcome]string{cognito.SMSFactor: "sms", cognito.EmailFactor: "email"}[o]
	return method == "" || t != nil && slices.ContainsFunc(t.Methods, func(m plan.TwoFactorMethod) bool { return m.Method == method })
}

// with is the verdict that carries the user across.
func (v verdict) with(u *plan.User) verdict {
	body, err := json.Marshal(map[string]*plan.User{"user": u})
	if err != nil { // a script or rule made something that JSON cannot say
		return v.fault(err)
	}
	v.user, v.answer = u, body
	return v
}

func (v verdict) fault(err error) verdict {
	v.outcome, v.hint, v.failure = mappingFault, err.Error(), err
	return v
}

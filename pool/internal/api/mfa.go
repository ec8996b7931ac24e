package api

import (
	"slices"

	"wherry/pool/internal/model"
	"wherry/pool/internal/refuse"
	"wherry/pool/internal/store"
)

type mfaConfigOut struct {
	model.MFAConfig
	MfaConfiguration string
}

func mfaConfigOf(p *store.Pool) mfaConfigOut {
	return mfaConfigOut{*p.MFA.Get(), p.Settings.Get().MfaConfiguration}
}

func (a *API) getUserPoolMfaConfig(_ *Call, in *poolIn) (mfaConfigOut, error) {
	p, err := a.Store.Pool(in.UserPoolId)
	if err != nil {
		return mfaConfigOut{}, err
	}
	return mfaConfigOf(p), nil
}

type setMfaConfigIn struct {
	poolIn
	model.MFAConfig
	MfaConfiguration string `shape:"UserPoolMfaType"`
}

func (a *API) setUserPoolMfaConfig(_ *Call, in *setMfaConfigIn) (mfaConfigOut, error) {
	p, err := a.Store.Pool(in.UserPoolId)
	if err != nil {
		return mfaConfigOut{}, err
	}
	p.MFA.Update(func(m *model.MFAConfig) { *m = in.MFAConfig })
	p.Settings.Update(func(s *model.Pool) {
		s.MfaConfiguration = in.MfaConfiguration
		store.Complete(s)
	})
	return mfaConfigOf(p), nil
}

// preference is one factor's part of a preference; nil leaves it as it is.
type preference struct{ Enabled, PreferredMfa bool }

type preferences struct {
	SMSMfaSettings           *preference
	SoftwareTokenMfaSettings *preference
	EmailMfaSettings         *preference
}

type adminSetMFAIn struct {
	userIn
	preferences
}

func (a *API) adminSetUserMFAPreference(c *Call, in *adminSetMFAIn) (nothing, error) {
	p, user, err := a.user(c, in.userIn)
	if err != nil {
		return nothing{}, err
	}
	return nothing{}, a.change(p, user, in.write)
}

type setMFAIn struct {
	tokenIn
	preferences
}

func (a *API) setUserMFAPreference(c *Call, in *setMFAIn) (nothing, error) {
	h, err := a.holder(c, &in.tokenIn)
	if err != nil {
		return nothing{}, err
	}
	return nothing{}, a.change(h.Pool, h.User, in.write)
}

// write switches factors on and off. Only one of them can be preferred.
func (in *preferences) write(u *model.User) error {
	for _, f := range []struct {
		name   string
		want   *preference
		able   bool
		unable string
	}{
		{model.SMSMFA, in.SMSMfaSettings, hasAttribute(u, "phone_number"), "User does not have delivery config set to turn on SMS_MFA"},
		{model.SoftwareTokenMFA, in.SoftwareTokenMfaSettings, u.MFA.TOTPSecret != "", "User has not verified software token mfa"},
		{model.EmailOTP, in.EmailMfaSettings, hasAttribute(u, "email"), "User does not have delivery config set to turn on EMAIL_OTP"},
	} {
		if f.want == nil {
			continue
		}
		if f.want.Enabled && !f.able {
			return refuse.InvalidParameter("%s", f.unable)
		}
		prefer(u, f.name, *f.want)
	}
	return nil
}

func prefer(u *model.User, factor string, want preference) {
	u.MFA.Enabled = slices.DeleteFunc(u.MFA.Enabled, func(f string) bool { return f == factor })
	if want.Enabled {
		u.MFA.Enabled = append(u.MFA.Enabled, factor)
	}
	switch {
	case want.Enabled && want.PreferredMfa:
		u.MFA.Preferred = factor
	case u.MFA.Preferred == factor:
		u.MFA.Preferred = ""
	}
}

func hasAttribute(u *model.User, name string) bool {
	_, ok := u.Attribute(name)
	return ok
}

type associateIn struct {
	AccessToken string `shape:"TokenModelType"`
	Session     string `shape:"SessionType"`
}

type associateOut struct {
	SecretCode string
	Session    string `json:",omitempty"`
}

func (a *API) associateSoftwareToken(c *Call, in *associateIn) (associateOut, error) {
	if in.AccessToken == "" && in.Session == "" {
		return associateOut{}, refuse.InvalidParameter("Exactly one of accessToken and session is required.")
	}
	if in.AccessToken == "" {
		code, session, err := a.SignIn.AssociateInSession(in.Session)
		return associateOut{code, session}, err
	}
	h, err := a.holder(c, &tokenIn{in.AccessToken})
	if err != nil {
		return associateOut{}, err
	}
	return associateOut{SecretCode: a.SignIn.Associate(h)}, nil
}

type verifyIn struct {
	associateIn
	UserCode string `shape:"SoftwareTokenMFAUserCode,required"`
}

type verifyOut struct {
	Status  string
	Session string `json:",omitempty"`
}

func (a *API) verifySoftwareToken(c *Call, in *verifyIn) (verifyOut, error) {
	if in.AccessToken == "" {
		session, err := a.SignIn.VerifyInSession(a.Store, in.Session, in.UserCode)
		return verifyOut{"SUCCESS", session}, err
	}
	h, err := a.holder(c, &tokenIn{in.AccessToken})
	if err != nil {
		return verifyOut{}, err
	}
	return verifyOut{Status: "SUCCESS"}, a.SignIn.Verify(h, in.UserCode)
}

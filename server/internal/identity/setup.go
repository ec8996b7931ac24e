package identity

import (
	"context"
	"encoding/base32"
	"encoding/base64"
	"errors"
	"net/url"
	"slices"

	"wherry/server/internal/fa"
)

// SetUp is what somebody has filled in so far to set up a second factor.
type SetUp struct {
	Method  string // empty: not chosen yet
	Address string // where codes are to go
	Secret  string // of an authenticator, in base32; empty: none has been made yet
	Send    bool   // a code is to be sent to the address
	Code    string
}

// ReadSetUp reads the fields of a form on which a second factor is set up.
func ReadSetUp(field func(name string) string) SetUp {
	step := SetUp{
		Method: field("method"), Address: field("email"), Secret: field("secret"), Send: field("action") == "send", Code: field("code"),
	}
	if step.Method == fa.MethodSMS {
		step.Address = field("mobilePhone")
	}
	return step
}

// SettingUp is how far somebody has come.
type SettingUp struct {
	Methods []string // to be chosen from; none when one was
	SetUp
	URI     string // of the secret, for apps to scan
	Sent    bool   // a code is on its way
	Problem string // a code such as [invalid]code; empty: nothing went wrong
	Enabled *Enabled
}

// ContinueSetUp takes the next step: choose a method, unless there is only one;
// make a secret, or have a code sent; prove the code. What people do wrong is a
// Problem.
func (s *Service) ContinueSetUp(ctx context.Context, user *fa.Account, application *fa.Application, step SetUp) (*SettingUp, error) {
	tenant, err := s.Tenants.Get(ctx, user.TenantID)
	if err != nil {
		return nil, err
	}
	methods := tenant.MultiFactorConfiguration.Methods()
	if len(methods) == 1 {
		step.Method = methods[0]
	}
	if !slices.Contains(methods, step.Method) {
		return &SettingUp{Methods: methods}, nil
	}
	now := &SettingUp{SetUp: step}
	if step.Method == fa.MethodAuthenticator {
		now.prepare(tenant, user)
		if step.Secret == "" {
			return now, nil
		}
	} else if step.Send || step.Code == "" {
		return now, s.sendSetUp(ctx, user, application, now)
	}
	now.Sent = now.Method != fa.MethodAuthenticator
	now.Enabled, err = s.EnableMethod(Within(ctx, application), user, NewMethod{Method: now.method(), Code: step.Code})
	now.Problem, err = problemOfSetUp(err)
	return now, err
}

// prepare fills in what an app needs to know of an authenticator.
func (n *SettingUp) prepare(tenant *fa.Tenant, user *fa.Account) {
	if _, err := base32.StdEncoding.WithPadding(base32.NoPadding).DecodeString(n.Secret); err != nil || n.Secret == "" {
		n.Secret = NewTwoFactorSecret().SecretBase32Encoded
		n.Code = ""
	}
	issuer := url.PathEscape(tenant.Name) // apps know no + for a blank
	n.URI = "otpauth://totp/" + issuer + ":" + url.PathEscape(loginIDOf(&user.User)) + "?secret=" + n.Secret + "&issuer=" + issuer
}

// problemOfSetUp is what people are told of an error, or else the error.
func problemOfSetUp(err error) (string, error) {
	refused, isRefused := errors.AsType[*fa.Errors](err)
	switch {
	case err == nil:
		return "", nil
	case errors.Is(err, ErrCode):
		return "[invalid]code", nil
	case errors.Is(err, ErrRateLimited):
		return "[RateLimitedException]", nil
	case isRefused:
		for _, path := range []string{"email", "mobilePhone"} {
			if list := refused.FieldErrors[path]; len(list) > 0 {
				return list[0].Code, nil
			}
		}
		return "[MessengerError]", nil
	}
	return "", err
}

// method is what is to be set up.
func (n *SettingUp) method() fa.TwoFactorMethod {
	m := fa.TwoFactorMethod{Method: n.Method}
	switch n.Method {
	case fa.MethodAuthenticator:
		raw, _ := base32.StdEncoding.WithPadding(base32.NoPadding).DecodeString(n.Secret) // prepare has looked
		m.Secret = base64.StdEncoding.EncodeToString(raw)
	case fa.MethodEmail:
		m.Email = n.Address
	case fa.MethodSMS:
		m.MobilePhone = n.Address
	}
	return m
}

// sendSetUp sends a code to the address, or suggests one if there is none yet.
func (s *Service) sendSetUp(ctx context.Context, user *fa.Account, application *fa.Application, now *SettingUp) error {
	if !now.Send {
		if now.Address == "" {
			now.Address = map[string]string{fa.MethodEmail: user.Email, fa.MethodSMS: user.MobilePhone}[now.Method]
		}
		return nil
	}
	problem, err := problemOfSetUp(s.SendToEnable(ctx, user, application, now.method()))
	now.Problem, now.Sent = problem, problem == "" && err == nil
	return err
}

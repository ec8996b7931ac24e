package compat

import (
	"crypto/hmac"
	"crypto/sha1"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"testing"
	"time"

	"github.com/FusionAuth/go-client/pkg/fusionauth"
)

// place is a tenant that one test has for itself, with an application and
// somebody who is registered for it.
type place struct {
	*fusionauth.FusionAuthClient
	tenant, app, user, loginID string
}

func newPlace(t *testing.T, name string) place {
	t.Helper()
	tenant, errs, err := client.CreateTenant("", fusionauth.TenantRequest{Tenant: fusionauth.Tenant{Name: name}})
	there := *client
	p := place{FusionAuthClient: &there, tenant: made(t, tenant)(errs, err).Tenant.Id, loginID: "signin@example.com"}
	p.SetTenantId(p.tenant)
	app, errs, err := p.CreateApplication("", fusionauth.ApplicationRequest{Application: fusionauth.Application{Name: name}})
	p.app = made(t, app)(errs, err).Application.Id
	user, errs, err := p.Register("", fusionauth.RegistrationRequest{
		User:         fusionauth.User{Email: p.loginID, SecureIdentity: fusionauth.SecureIdentity{Password: password}},
		Registration: fusionauth.UserRegistration{ApplicationId: p.app},
	})
	p.user = made(t, user)(errs, err).User.Id
	return p
}

func (p place) login(password string) (*fusionauth.LoginResponse, outcome) {
	r, errs, err := p.Login(fusionauth.LoginRequest{
		LoginId: p.loginID, Password: password, BaseLoginRequest: fusionauth.BaseLoginRequest{ApplicationId: p.app},
	})
	return r, come(r.StatusCode, "", errs, err)
}

func TestTwoFactor(t *testing.T) {
	t.Parallel()
	p := newPlace(t, "Compat factors")
	offered, errs, err := p.PatchTenant(p.tenant, map[string]any{"tenant": map[string]any{"multiFactorConfiguration": map[string]any{
		"authenticator": map[string]any{"enabled": true}, // the client has switched it off: it always sends false
	}}})
	come(offered.StatusCode, "", errs, err).is(t, "tenant", 200, "")
	secret, err := p.GenerateTwoFactorSecret()
	if err != nil {
		t.Fatal(err)
	}
	now := time.Now()
	wrong, errs, err := p.EnableTwoFactor(p.user, fusionauth.TwoFactorRequest{Method: "authenticator", Secret: secret.Secret, Code: "000000"})
	come(wrong.StatusCode, "", errs, err).is(t, "enable with a wrong code", 421, "")
	enabled, errs, err := p.EnableTwoFactor(p.user, fusionauth.TwoFactorRequest{Method: "authenticator", Secret: secret.Secret, Code: totpAt(t, secret.Secret, now)})
	come(enabled.StatusCode, fmt.Sprint(len(enabled.RecoveryCodes)), errs, err).is(t, "enable", 200, "10")

	asked, came := p.login(password)
	came.is(t, "password", 242, "")
	if len(asked.Methods) != 1 || asked.Methods[0].Method != "authenticator" || asked.Methods[0].Secret != "" || asked.Token != "" {
		t.Errorf("asked: %+v", asked)
	}
	give := func(code string) (*fusionauth.LoginResponse, outcome) {
		r, errs, err := p.TwoFactorLogin(fusionauth.TwoFactorLoginRequest{TwoFactorId: asked.TwoFactorId, Code: code, TrustComputer: true})
		return r, come(r.StatusCode, r.User.Id, errs, err)
	}
	_, came = give("000000")
	came.is(t, "wrong code", 421, "")
	in, came := give(totpAt(t, secret.Secret, now.Add(30*time.Second)))
	came.is(t, "code", 200, p.user)
	if in.Token == "" || in.TwoFactorTrustId == "" {
		t.Errorf("signed in: %+v", in)
	}
	_, came = give(enabled.RecoveryCodes[0])
	came.is(t, "used challenge", 404, "")

	started, errs, err := p.StartTwoFactorLogin(fusionauth.TwoFactorStartRequest{LoginId: p.loginID, ApplicationId: p.app})
	come(started.StatusCode, "", errs, err).is(t, "start", 200, "")
	asked.TwoFactorId = started.TwoFactorId
	trusted, came := give(started.Code)
	came.is(t, "started by the application", 200, p.user)
	changed, errs, err := p.ChangePasswordByIdentity(fusionauth.ChangePasswordRequest{LoginId: p.loginID, Password: "made-up password 2"})
	come(changed.StatusCode, "", errs, err).isRefused(t, "change without a trust token", 400, "[TrustTokenRequired]")
	changed, errs, err = p.ChangePasswordByIdentity(fusionauth.ChangePasswordRequest{LoginId: p.loginID, Password: "made-up password 2", TrustToken: trusted.TrustToken})
	come(changed.StatusCode, "", errs, err).is(t, "change with one", 200, "")

	gone, errs, err := p.DisableTwoFactor(p.user, asked.Methods[0].Id, enabled.RecoveryCodes[1])
	come(gone.StatusCode, "", errs, err).is(t, "disable", 200, "")
	_, came = p.login("made-up password 2")
	came.is(t, "without a second factor", 200, "")
}

// totpAt is the code that an authenticator shows, RFC 6238.
func totpAt(t *testing.T, secret string, at time.Time) string {
	t.Helper()
	key, err := base64.StdEncoding.DecodeString(secret)
	if err != nil {
		t.Fatal(err)
	}
	mac := hmac.New(sha1.New, key)
	_ = binary.Write(mac, binary.BigEndian, at.Unix()/30)
	sum := mac.Sum(nil)
	offset := sum[len(sum)-1] & 0xf
	return fmt.Sprintf("%06d", binary.BigEndian.Uint32(sum[offset:])&0x7fffffff%1_000_000)
}

func TestLockoutAndChange(t *testing.T) {
	t.Parallel()
	p := newPlace(t, "Compat lockout")
	action, errs, err := p.CreateUserAction("", fusionauth.UserActionRequest{UserAction: fusionauth.UserAction{Name: "Compat locked out", Temporal: true, PreventLogin: true}})
	id := made(t, action)(errs, err).UserAction.Id
	patched, errs, err := p.PatchTenant(p.tenant, map[string]any{"tenant": map[string]any{"failedAuthenticationConfiguration": map[string]any{
		"userActionId": id, "tooManyAttempts": 2, "actionCancelPolicy": map[string]any{"onPasswordReset": true},
	}}})
	come(patched.StatusCode, "", errs, err).is(t, "tenant", 200, "")
	for n, status := range []int{404, 409} {
		_, came := p.login("wrong")
		came.is(t, fmt.Sprintf("wrong password %d", n), status, "")
	}
	_, came := p.login(password)
	came.is(t, "right password", 409, "")
	changed, errs, err := p.ChangePasswordByIdentity(fusionauth.ChangePasswordRequest{LoginId: p.loginID, Password: "made-up password 2"})
	come(changed.StatusCode, "", errs, err).is(t, "new password", 200, "")

	user, errs, err := p.PatchUser(p.user, object("user", "passwordChangeRequired", true))
	come(user.StatusCode, "", errs, err).is(t, "require a change", 200, "")
	asked, came := p.login("made-up password 2")
	came.is(t, "change required", 203, "")
	done, errs, err := p.ChangePassword(asked.ChangePasswordId, fusionauth.ChangePasswordRequest{Password: "made-up password 3"})
	come(done.StatusCode, "", errs, err).is(t, "change", 200, "")
	once, errs, err := p.Login(fusionauth.LoginRequest{OneTimePassword: done.OneTimePassword, BaseLoginRequest: fusionauth.BaseLoginRequest{ApplicationId: p.app}})
	come(once.StatusCode, once.User.Id, errs, err).is(t, "one-time password", 200, p.user)
	pinged, errs, err := p.LoginPing(p.user, p.app, "192.0.2.1")
	come(pinged.StatusCode, "", errs, err).is(t, "ping", 200, "")
	out, err := p.Logout(true, "unknown")
	come(out.StatusCode, "", nil, err).is(t, "logout", 200, "")

	limited, errs, err := p.PatchTenant(p.tenant, map[string]any{"tenant": map[string]any{"rateLimitConfiguration": map[string]any{
		"failedLogin": map[string]any{"enabled": true, "limit": 1},
	}}})
	come(limited.StatusCode, "", errs, err).is(t, "limit", 200, "")
	p.loginID = "nobody@example.com"
	_, came = p.login("wrong")
	came.is(t, "first failure", 404, "")
	_, came = p.login("wrong")
	came.isRefused(t, "second failure", 429, "[RateLimitedException]")
}

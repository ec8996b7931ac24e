package rehearse

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"sync"
	"time"

	"github.com/pquerna/otp/totp"
)

// twoFactor is FusionAuth's status for a second factor that is needed.
const twoFactor = 242

// signIn is the answer of a login, as far as the checks go on with it.
type signIn struct {
	ChangePasswordID string `json:"changePasswordId"`
	TwoFactorID      string `json:"twoFactorId"`
	Methods          []struct{ ID, Method string }
	User             user
}

func (c *checker) start(ctx context.Context, p Person, password string) (s signIn, status int, err error) {
	status, err = c.call(ctx, http.MethodPost, "/api/login",
		map[string]string{"loginId": p.LoginID, "password": password, "applicationId": c.ApplicationID}, &s)
	return s, status, err
}

// finish gives the code of the second factor.
func (c *checker) finish(ctx context.Context, s signIn, code string) (done signIn, status int, err error) {
	status, err = c.call(ctx, http.MethodPost, "/api/two-factor/login", map[string]string{"twoFactorId": s.TwoFactorID, "code": code}, &done)
	return done, status, err
}

// newPassword is what the one with the temporary password chooses.
const newPassword = "Lighthouse-Keeper-7"

func (c *checker) changesPassword(ctx context.Context) error {
	for _, p := range c.People {
		if !p.changes {
			continue
		}
		s, _, err := c.start(ctx, p, p.Password.Reveal())
		if err != nil {
			return err
		}
		status, err := c.call(ctx, http.MethodPost, "/api/user/change-password/"+s.ChangePasswordID, map[string]string{"password": newPassword}, nil)
		if err := allOf(err, expect("status of the change", status, http.StatusOK)); err != nil {
			return err
		}
		_, old, errOld := c.start(ctx, p, p.Password.Reveal())
		_, fresh, errFresh := c.start(ctx, p, newPassword)
		if err := allOf(errOld, errFresh, expect("status with the old password", old, http.StatusNotFound),
			expect("status with the new password", fresh, http.StatusOK)); err != nil {
			return err
		}
	}
	return nil
}

func (c *checker) authenticator(ctx context.Context) error {
	var secret struct{ Secret, SecretBase32Encoded string }
	if _, err := c.call(ctx, http.MethodGet, "/api/two-factor/secret", nil, &secret); err != nil {
		return err
	}
	now := time.Now()
	first, err := totp.GenerateCode(secret.SecretBase32Encoded, now)
	second, errSecond := totp.GenerateCode(secret.SecretBase32Encoded, now.Add(30*time.Second)) // a clock may be ahead as much
	if err := allOf(err, errSecond); err != nil {
		return err
	}
	var enabled struct{ RecoveryCodes []string }
	status, err := c.call(ctx, http.MethodPost, "/api/user/two-factor/"+c.byAPI.Sub,
		map[string]string{"method": "authenticator", "secret": secret.Secret, "code": first}, &enabled)
	if err := allOf(err, expect("status of setting it up", status, http.StatusOK), expect("recovery codes", len(enabled.RecoveryCodes), 10)); err != nil {
		return err
	}
	s, status, err := c.start(ctx, c.byAPI, c.byAPI.Password.Reveal())
	if err := allOf(err, expect("status of the password alone", status, twoFactor)); err != nil {
		return err
	}
	_, again, errAgain := c.finish(ctx, s, first)
	done, right, errRight := c.finish(ctx, s, second)
	return allOf(errAgain, errRight, expect("status of a code that was used", again, http.StatusMisdirectedRequest),
		expect("status of the next code", right, http.StatusOK), expect("id", done.User.ID, c.byAPI.Sub))
}

func (c *checker) textMessage(ctx context.Context) (err error) {
	phone, err := newPhone(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, phone.Close()) }()
	if err := c.setUpTexting(ctx, phone); err != nil {
		return err
	}
	method := map[string]string{"userId": c.late.Sub, "method": "sms", "mobilePhone": "+15555550100"}
	if _, err := c.call(ctx, http.MethodPost, "/api/two-factor/send", method, nil); err != nil {
		return err
	}
	method["code"] = phone.code()
	status, err := c.call(ctx, http.MethodPost, "/api/user/two-factor/"+c.late.Sub, method, nil)
	if err := allOf(err, expect("status of setting it up", status, http.StatusOK)); err != nil {
		return err
	}
	s, status, err := c.start(ctx, c.late, c.late.Password.Reveal())
	if err := allOf(err, expect("status of the password alone", status, twoFactor), expect("methods", len(s.Methods), 1)); err != nil {
		return err
	}
	if _, err := c.call(ctx, http.MethodPost, "/api/two-factor/send/"+s.TwoFactorID, map[string]string{"methodId": s.Methods[0].ID}, nil); err != nil {
		return err
	}
	done, status, err := c.finish(ctx, s, phone.code())
	return allOf(err, expect("status of the code", status, http.StatusOK), expect("id", done.User.ID, c.late.Sub))
}

// setUpTexting lets the tenant send codes to the phone.
func (c *checker) setUpTexting(ctx context.Context, phone *phone) error {
	var made struct {
		Messenger, MessageTemplate struct{ ID string }
	}
	_, errMessenger := c.call(ctx, http.MethodPost, "/api/messenger", map[string]any{"messenger": map[string]any{
		"type": "Generic", "name": "Rehearsal", "url": phone.url, "connectTimeout": 1000, "readTimeout": 2000,
	}}, &made)
	_, errTemplate := c.call(ctx, http.MethodPost, "/api/message/template", map[string]any{"messageTemplate": map[string]any{
		"type": "SMS", "name": "Rehearsal", "defaultTemplate": "Your code is ${code}.",
	}}, &made)
	status, err := c.call(ctx, http.MethodPatch, "/api/tenant/"+c.TenantID, map[string]any{"tenant": map[string]any{
		"multiFactorConfiguration": map[string]any{
			"sms": map[string]any{"enabled": true, "messengerId": made.Messenger.ID, "templateId": made.MessageTemplate.ID},
		},
	}}, nil)
	return allOf(errMessenger, errTemplate, err, expect("status of the tenant", status, http.StatusOK))
}

// mostFailures is how many wrong passwords lock out.
const mostFailures = 3

func (c *checker) lockout(ctx context.Context) error {
	var made struct{ UserAction struct{ ID string } }
	_, errAction := c.call(ctx, http.MethodPost, "/api/user-action", map[string]any{"userAction": map[string]any{
		"name": "Locked out", "temporal": true, "preventLogin": true,
	}}, &made)
	status, err := c.call(ctx, http.MethodPatch, "/api/tenant/"+c.TenantID, map[string]any{"tenant": map[string]any{
		"failedAuthenticationConfiguration": map[string]any{"userActionId": made.UserAction.ID, "tooManyAttempts": mostFailures},
	}}, nil)
	if err := allOf(errAction, err, expect("status of the tenant", status, http.StatusOK)); err != nil {
		return err
	}
	for n := range mostFailures {
		want := http.StatusNotFound
		if n == mostFailures-1 {
			want = http.StatusConflict
		}
		_, status, err := c.start(ctx, c.byBrowser, "not the password")
		if err := allOf(err, expect(fmt.Sprintf("status of failure %d", n+1), status, want)); err != nil {
			return err
		}
	}
	_, status, err = c.start(ctx, c.byBrowser, c.byBrowser.Password.Reveal())
	return allOf(err, expect("status with the right password", status, http.StatusConflict))
}

// phone receives text messages where a messenger posts them.
type phone struct {
	*http.Server
	url  string
	mu   sync.Mutex
	last string
}

func newPhone(ctx context.Context) (*phone, error) {
	var listen net.ListenConfig
	ln, err := listen.Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("listen for text messages: %w", err)
	}
	p := &phone{url: "http://" + ln.Addr().String()}
	p.Server = &http.Server{Handler: http.HandlerFunc(p.receive), ReadHeaderTimeout: time.Second}
	go func() { _ = p.Serve(ln) }()
	return p, nil
}

func (p *phone) receive(_ http.ResponseWriter, r *http.Request) {
	var message struct{ Code string }
	_ = json.NewDecoder(io.LimitReader(r.Body, 1<<20)).Decode(&message) // without a code the check fails
	p.mu.Lock()
	defer p.mu.Unlock()
	p.last = message.Code
}

// code is the one that came last.
func (p *phone) code() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.last
}

package oauth

import (
	"cmp"
	"context"
	"errors"
	"net/http"
	"net/url"
	"strings"

	"wherry/server/internal/fa"
	"wherry/server/internal/identity"
)

// Verifying is how people prove what they have said of themselves.
type Verifying interface {
	SendEmailVerification(ctx context.Context, tenant *fa.Tenant, app *fa.Application, u *fa.User) (fa.VerificationID, error)
	SendRegistrationVerification(ctx context.Context, tenant *fa.Tenant, app *fa.Application, u *fa.User) (fa.VerificationID, error)
	VerifyEmail(ctx context.Context, id, code string) (*fa.User, error)
	VerifyRegistration(ctx context.Context, id, code string) error
	// ChangeUnverifiedEmail gives somebody who has to verify an address another one
	// to verify.
	ChangeUnverifiedEmail(ctx context.Context, a identity.Attempt, user *fa.Account, email string) (*fa.User, error)
}

// GatePage asks somebody to verify an address or a registration before going
// on.
type GatePage struct {
	Frame
	Registration bool   // it is the registration
	Email        string // where the message went to
	AskCode      bool   // a code has to be typed; else a link has to be followed
	AllowChange  bool   // another address can be given
	Sent         bool   // a message has just been sent
	Problem      string
}

const (
	fieldVerification = "verificationId"
	fieldOneTimeCode  = "oneTimeCode"
)

// gate is a page that asks for a verification, and what it does.
type gate struct {
	page   GatePage
	send   func(ctx context.Context, tenant *fa.Tenant, app *fa.Application, u *fa.User) (fa.VerificationID, error)
	verify func(ctx context.Context, id, code string) error
}

func (s *Server) gateOf(a *authorizeRequest, u *fa.User, registration bool) gate {
	if registration {
		askCode := a.application.VerificationStrategy == fa.VerifyByForm
		return gate{
			GatePage{Registration: true, Email: u.MailAddress(), AskCode: askCode},
			s.Verifying.SendRegistrationVerification, s.Verifying.VerifyRegistration,
		}
	}
	askCode := a.tenant.EmailConfiguration.VerificationStrategy == fa.VerifyByForm
	page := GatePage{Email: u.Email, AskCode: askCode, AllowChange: a.tenant.EmailConfiguration.Unverified.AllowEmailChangeWhenGated}
	return gate{page, s.Verifying.SendEmailVerification, func(ctx context.Context, id, code string) error {
		_, err := s.Verifying.VerifyEmail(ctx, id, code)
		return err
	}}
}

// askEmailVerification shows the page that asks to verify the address.
func (s *Server) askEmailVerification(w http.ResponseWriter, r *http.Request, a *authorizeRequest, out *identity.Outcome, sent identity.VerificationIDs) error {
	id := out.VerificationID
	for _, made := range sent.Identities {
		if made.Type == fa.IdentityEmail {
			id = made.ID
		}
	}
	return s.askVerification(w, r, a, out, s.gateOf(a, out.User, false), id)
}

// askRegistrationVerification shows the page that asks to verify the
// registration.
func (s *Server) askRegistrationVerification(w http.ResponseWriter, r *http.Request, a *authorizeRequest, out *identity.Outcome, sent identity.VerificationIDs) error {
	id := cmp.Or(sent.Registrations[a.application.ID].ID, out.VerificationID)
	return s.askVerification(w, r, a, out, s.gateOf(a, out.User, true), id)
}

// askVerification shows a gate. Where a code has to be typed and none is on its
// way, one is sent; links are sent with what they verify, and again on request.
func (s *Server) askVerification(w http.ResponseWriter, r *http.Request, a *authorizeRequest, out *identity.Outcome, g gate, id string) error {
	if g.page.Email == "" { // no message would arrive anywhere
		return s.refuseWith(w, r, a, out.LoginID, "[RegistrationVerificationRequired]")
	}
	held, err := s.hold(r.Context(), a, out)
	if err != nil {
		return err
	}
	g.page.Sent = id != ""
	if id == "" && g.page.AskCode {
		if id, err = s.sendVerification(r.Context(), a, out.User, &g); err != nil {
			return err
		}
	}
	g.page.Frame = a.frame(held, Field{fieldVerification, id})
	s.Pages.Gate(w, r, http.StatusOK, g.page)
	return nil
}

// sendVerification sends a message, and says on the page what came of it.
func (s *Server) sendVerification(ctx context.Context, a *authorizeRequest, u *fa.User, g *gate) (id string, err error) {
	made, err := g.send(ctx, a.tenant, a.application, u)
	switch {
	case errors.Is(err, identity.ErrRateLimited):
		g.page.Problem = "[RateLimitedException]"
		return "", nil
	case errors.Is(err, identity.ErrNoTemplate), errors.Is(err, identity.ErrNoAddress):
		g.page.Problem = "[MailError]"
		return "", nil
	}
	g.page.Sent = err == nil
	return made.ID, err
}

func (s *Server) emailGate(w http.ResponseWriter, r *http.Request) error {
	return s.pass(w, r, false)
}

func (s *Server) registrationGate(w http.ResponseWriter, r *http.Request) error {
	return s.pass(w, r, true)
}

// pass serves the form of a gate: it sends a message again, also to another
// address, takes a code, or looks whether the link was followed.
func (s *Server) pass(w http.ResponseWriter, r *http.Request, registration bool) error {
	a, values, user, err := s.interrupted(w, r)
	if user == nil || err != nil {
		return err
	}
	g := s.gateOf(a, &user.User, registration)
	held, id := Field{fieldContext, values.Get(fieldContext)}, values.Get(fieldVerification)
	action := values.Get("action")
	if action == "change" && g.page.AllowChange {
		user, err = s.changeEmail(r, a, user, &g, values.Get("email"))
		if err != nil {
			return err
		}
		action = "resend"
	}
	switch {
	case g.page.Problem != "":
	case action == "resend":
		next, err := s.sendVerification(r.Context(), a, &user.User, &g)
		if err != nil {
			return err
		}
		if next != "" {
			id = next
		}
	case g.page.AskCode:
		g.page.Problem, err = checkCode(within(r, a), g, id, values)
	case !verified(a, user, registration):
		g.page.Problem = "[VerificationPending]"
	}
	if err != nil {
		return err
	}
	if g.page.Problem == "" && !g.page.Sent {
		return s.resume(w, r, a, values)
	}
	status := http.StatusOK
	if g.page.Problem != "" {
		status = http.StatusBadRequest
	}
	g.page.Frame = a.frame(held, Field{fieldVerification, id})
	s.Pages.Gate(w, r, status, g.page)
	return nil
}

// changeEmail gives somebody another address, or says on the page what is wrong
// with it.
func (s *Server) changeEmail(r *http.Request, a *authorizeRequest, user *fa.Account, g *gate, email string) (*fa.Account, error) {
	if email = strings.TrimSpace(email); email == "" {
		g.page.Problem = "[blank]email"
		return user, nil
	}
	changed, err := s.Verifying.ChangeUnverifiedEmail(r.Context(), attempt(r, a), user, email)
	if refused, bad := errors.AsType[*fa.Errors](told(err)); bad {
		g.page.Problem = refused.Codes()[0]
		return user, nil
	}
	if err != nil {
		return nil, err
	}
	g.page.Email = changed.Email
	return &fa.Account{User: *changed}, nil
}

// checkCode verifies with the code that was typed, or says what is wrong.
func checkCode(ctx context.Context, g gate, id string, values url.Values) (problem string, err error) {
	code := values.Get(fieldOneTimeCode)
	if code == "" {
		return "[blank]oneTimeCode", nil
	}
	err = g.verify(ctx, id, code)
	if errors.Is(err, fa.ErrNotFound) {
		return "[InvalidVerificationId]", nil
	}
	return "", err
}

// verified tells whether somebody has done elsewhere what a gate asks for.
func verified(a *authorizeRequest, user *fa.Account, registration bool) bool {
	if registration {
		made, there := user.Registration(a.application.ID)
		return !there || made.Verified
	}
	for _, i := range user.Identities {
		if i.Type == fa.IdentityEmail && i.AwaitsVerification() {
			return false
		}
	}
	return true
}

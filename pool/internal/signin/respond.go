package signin

import (
	"crypto/subtle"
	"errors"
	"slices"

	"wherry/pool/internal/model"
	"wherry/pool/internal/refuse"
	"wherry/pool/internal/store"
)

// Answer is the answer to a challenge.
type Answer struct {
	Pool      *store.Pool
	Client    *model.Client
	Challenge string
	Session   string
	Responses map[string]string
}

// reply checks the answer to one challenge and goes on with the sign-in.
type reply func(*Service, *attempt, *session, *Answer) (Result, error)

var replies = map[string]reply{
	"NEW_PASSWORD_REQUIRED":    (*Service).newPassword,
	"SMS_MFA":                  (*Service).sentCode,
	"EMAIL_OTP":                (*Service).sentCode,
	"SMS_OTP":                  (*Service).sentCode,
	"SOFTWARE_TOKEN_MFA":       (*Service).totpCode,
	"SELECT_MFA_TYPE":          (*Service).selectFactor,
	"MFA_SETUP":                (*Service).factorSetUp,
	"SELECT_CHALLENGE":         (*Service).choose,
	"PASSWORD":                 (*Service).firstPassword,
	"PASSWORD_SRP":             (*Service).firstPassword,
	"CUSTOM_CHALLENGE":         (*Service).answerCustom,
	"DEVICE_SRP_AUTH":          (*Service).deviceSRP,
	"DEVICE_PASSWORD_VERIFIER": (*Service).deviceVerifier,
}

// Respond goes on with a sign-in after a challenge.
func (s *Service) Respond(r Answer) (Result, error) {
	a := &attempt{pool: r.Pool, client: r.Client, device: r.Responses["DEVICE_KEY"]}
	result, err := s.respond(a, &r)
	result.User = a.user
	return result, err
}

func (s *Service) respond(a *attempt, r *Answer) (Result, error) {
	if r.Challenge == "PASSWORD_VERIFIER" {
		return s.verifier(a, r.Responses)
	}
	answer, known := replies[r.Challenge]
	switch {
	case !known:
		return Result{}, refuse.InvalidParameter("Challenge %s is not supported.", r.Challenge)
	case r.Session == "":
		return Result{}, refuse.InvalidParameter("Missing required parameter Session")
	}
	if err := need(r.Responses, "USERNAME"); err != nil {
		return Result{}, err
	}
	if err := CheckSecretHash(r.Client, r.Responses["USERNAME"], r.Responses["SECRET_HASH"]); err != nil {
		return Result{}, err
	}
	v, err := s.sessions.take(r.Session, s.Now())
	if err != nil {
		return Result{}, err
	}
	if err := a.resume(&v, r); err != nil {
		return Result{}, err
	}
	result, err := answer(s, a, &v, r)
	if _, ok := errors.AsType[retry](err); ok {
		s.sessions.again(r.Session, v)
	}
	return result, err
}

// retry is a refusal after which the same session may be answered again.
type retry struct{ error }

func (r retry) Unwrap() error { return r.error }

// resume finds the user of a session again, and checks that it is this
// challenge that was asked, of this user and through this client.
func (a *attempt) resume(v *session, r *Answer) error {
	if v.pool != a.pool.ID || v.client != a.client.ClientID || v.challenge != r.Challenge {
		return refuse.NotAuthorized("Invalid session for the user.")
	}
	user, ok := a.pool.Users.Number(v.user)
	if !ok {
		return refuse.NoUser()
	}
	a.user = user
	name := r.Responses["USERNAME"]
	named, ok := a.pool.Users.Login(name)
	switch {
	case (!ok || named.N != user.N) && name != user.Sub():
		return refuse.NotAuthorized("Invalid session for the user.")
	case !user.Enabled:
		return refuse.NotAuthorized("User is disabled.")
	}
	return nil
}

func wrongCode() error {
	return refuse.With("CodeMismatch", "Invalid verification code provided, please try again.")
}

// sentCode answers SMS_MFA, EMAIL_OTP and SMS_OTP.
func (s *Service) sentCode(a *attempt, v *session, r *Answer) (Result, error) {
	name := v.challenge + "_CODE"
	if err := need(r.Responses, name); err != nil {
		return Result{}, retry{err}
	}
	if subtle.ConstantTimeCompare([]byte(v.code), []byte(r.Responses[name])) != 1 {
		return Result{}, retry{wrongCode()}
	}
	if err := a.verifyPhone(v.challenge); err != nil {
		return Result{}, err
	}
	return s.finish(a)
}

// verifyPhone marks a number as verified once a code that was sent to it came
// back.
func (a *attempt) verifyPhone(challenge string) (err error) {
	if challenge == model.SMSMFA && !a.user.Verified("phone_number") {
		a.user, err = a.pool.Users.Update(a.user.N, func(u *model.User) error {
			u.Set("phone_number_verified", "true")
			return nil
		})
	}
	return err
}

// selectFactor answers SELECT_MFA_TYPE.
func (s *Service) selectFactor(a *attempt, _ *session, r *Answer) (Result, error) {
	factor := r.Responses["ANSWER"]
	if factor == "EMAIL_MFA" {
		factor = model.EmailOTP
	}
	if !slices.Contains(factorsOf(a, false), factor) {
		return Result{}, retry{refuse.InvalidParameter("Invalid MFA type selected: %s", factor)}
	}
	return s.ask(a, factor)
}

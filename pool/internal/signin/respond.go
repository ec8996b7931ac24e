package signin

import (
	"crypto/subtle"
	"encoding/json"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/pquerna/otp"
	"github.com/pquerna/otp/hotp"

	"wherry/internal/secret"
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
	return answer(s, a, &v, r)
}

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
		s.sessions.again(r.Session, *v)
		return Result{}, err
	}
	if subtle.ConstantTimeCompare([]byte(v.code), []byte(r.Responses[name])) != 1 {
		s.sessions.again(r.Session, *v)
		return Result{}, wrongCode()
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

// totpCode answers SOFTWARE_TOKEN_MFA.
func (s *Service) totpCode(a *attempt, v *session, r *Answer) (Result, error) {
	if err := need(r.Responses, "SOFTWARE_TOKEN_MFA_CODE"); err != nil {
		s.sessions.again(r.Session, *v)
		return Result{}, err
	}
	step, right := totpStep(a.user.MFA.TOTPSecret.Reveal(), r.Responses["SOFTWARE_TOKEN_MFA_CODE"], s.Now())
	if !right {
		s.sessions.again(r.Session, *v)
		return Result{}, wrongCode()
	}
	if !s.spent.spend(a.who(), step) {
		s.sessions.again(r.Session, *v)
		return Result{}, refuse.With("ExpiredCode", "Your software token has already been used once.")
	}
	return s.finish(a)
}

// totpStep finds the half minute, this one or a neighbour, that a code belongs
// to (RFC 6238).
func totpStep(secret, code string, now time.Time) (step uint64, ok bool) {
	this := uint64(now.Unix() / 30)
	for _, step := range []uint64{this, this - 1, this + 1} {
		right, err := hotp.ValidateCustom(code, step, secret, hotp.ValidateOpts{Digits: otp.DigitsSix, Algorithm: otp.AlgorithmSHA1})
		if err == nil && right {
			return step, true
		}
	}
	return 0, false
}

// spent is the latest TOTP code that each user has used: no code works twice.
type spent struct {
	mu sync.Mutex
	of map[who]uint64
}

func (s *spent) spend(w who, step uint64) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.of == nil {
		s.of = map[who]uint64{}
	}
	if step <= s.of[w] {
		return false
	}
	s.of[w] = step
	return true
}

// selectFactor answers SELECT_MFA_TYPE.
func (s *Service) selectFactor(a *attempt, v *session, r *Answer) (Result, error) {
	factor := r.Responses["ANSWER"]
	if factor == "EMAIL_MFA" {
		factor = model.EmailOTP
	}
	if !slices.Contains(factorsOf(a, false), factor) {
		s.sessions.again(r.Session, *v)
		return Result{}, refuse.InvalidParameter("Invalid MFA type selected: %s", factor)
	}
	return s.ask(a, factor)
}

// askNewPassword asks a user whose temporary password was right for one of
// their own.
func (s *Service) askNewPassword(a *attempt) (Result, error) {
	attributes := map[string]string{}
	for _, v := range a.user.Attributes {
		if v.Name != "sub" && v.Name != "identities" {
			attributes[v.Name] = v.Value
		}
	}
	text, err := json.Marshal(attributes)
	if err != nil {
		return Result{}, err
	}
	return s.challenge(a, session{challenge: "NEW_PASSWORD_REQUIRED"}, map[string]string{
		"requiredAttributes": list(missing(a)),
		"userAttributes":     string(text),
	})
}

// missing is the attributes that the pool requires and the user lacks, as the
// challenge names them.
func missing(a *attempt) []string {
	names := []string{}
	for _, schema := range a.pool.Settings.Get().SchemaAttributes {
		if _, has := a.user.Attribute(schema.Name); schema.Required && !has {
			names = append(names, "userAttributes."+schema.Name)
		}
	}
	return names
}

// newPassword answers NEW_PASSWORD_REQUIRED.
func (s *Service) newPassword(a *attempt, v *session, r *Answer) (Result, error) {
	err := need(r.Responses, append([]string{"NEW_PASSWORD"}, missing(a)...)...)
	if err == nil {
		err = CheckPassword(a.pool.Settings.Get().Policies.PasswordPolicy, r.Responses["NEW_PASSWORD"])
	}
	if err != nil {
		s.sessions.again(r.Session, *v)
		return Result{}, err
	}
	a.user, err = a.pool.Users.Update(a.user.N, func(u *model.User) error {
		for name, value := range r.Responses {
			if name, ok := strings.CutPrefix(name, "userAttributes."); ok {
				u.Set(name, value)
			}
		}
		u.Password, u.Status, u.Modified = secret.String(r.Responses["NEW_PASSWORD"]), model.Confirmed, s.Now()
		return nil
	})
	if err != nil {
		return Result{}, err
	}
	return s.askFactor(a)
}

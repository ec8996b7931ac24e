package signin

import (
	"time"
	"unicode"
	"unicode/utf8"

	"wherry/pool/internal/model"
	"wherry/pool/internal/refuse"
	"wherry/pool/internal/store"
)

// attempt is a sign-in on its way.
type attempt struct {
	pool   *store.Pool
	client *model.Client
	user   store.User
	device string // DEVICE_KEY, when the client sent one
	custom bool   // CUSTOM_AUTH: a custom challenge follows the password
}

func (a *attempt) who() who { return who{a.pool.ID, a.user.N} }

// begin finds the user of a sign-in by what was typed, and refuses one whose
// state says no. A client may want unknown users to look like wrong passwords.
func (s *Service) begin(a *attempt, given map[string]string, needed ...string) error {
	if err := need(given, needed...); err != nil {
		return err
	}
	name := given["USERNAME"]
	if !named(name) {
		return refuse.InvalidParameter("Invalid input given")
	}
	if err := CheckSecretHash(a.client, name, given["SECRET_HASH"]); err != nil {
		return err
	}
	user, ok := a.pool.Users.Login(name)
	if !ok {
		user, ok = a.pool.Users.Subject(name)
	}
	if !ok {
		return unknown(a.client)
	}
	a.user = user
	return s.mayTry(a)
}

const (
	longestName     = 128
	longestPassword = 256
)

// named tells whether a name could be anybody's (UsernameType).
func named(name string) bool {
	for _, r := range name {
		if !unicode.In(r, unicode.L, unicode.M, unicode.S, unicode.N, unicode.P) {
			return false
		}
	}
	return utf8.RuneCountInString(name) <= longestName
}

func unknown(c *model.Client) error {
	if c.HidesUsers() {
		return refuse.WrongPassword()
	}
	return refuse.NoUser()
}

// mayTry refuses users whose state says no, whatever their password is.
func (s *Service) mayTry(a *attempt) error {
	switch {
	case !a.user.Enabled:
		return refuse.NotAuthorized("User is disabled.")
	case a.user.Status == model.Unconfirmed:
		return refuse.With("UserNotConfirmed", "User is not confirmed.")
	case a.user.Status == model.ResetRequired:
		return refuse.With("PasswordResetRequired", "Password reset required for the user")
	case s.tries.locked(a.who(), s.Now()):
		return refuse.NotAuthorized("Password attempts exceeded")
	default:
		return nil
	}
}

// password is USER_PASSWORD_AUTH and ADMIN_USER_PASSWORD_AUTH.
func (s *Service) password(a *attempt, given map[string]string) (Result, error) {
	if err := s.begin(a, given, "USERNAME", "PASSWORD"); err != nil {
		return Result{}, err
	}
	return s.byPassword(a, given["PASSWORD"])
}

// prove counts what became of a password.
func (s *Service) prove(a *attempt, right bool) error {
	if !right {
		s.tries.failed(a.who(), s.Now())
		s.record(a, "Fail")
		return refuse.WrongPassword()
	}
	s.tries.passed(a.who())
	return nil
}

// byPassword holds a password against the user's.
func (s *Service) byPassword(a *attempt, password string) (Result, error) {
	if utf8.RuneCountInString(password) > longestPassword {
		return Result{}, refuse.NotAuthorized("Invalid password format.")
	}
	if err := s.prove(a, usable(a.user.User) && a.user.Password.Equal(password)); err != nil {
		return Result{}, err
	}
	return s.admit(a)
}

// usable tells whether a user has a password that counts.
func usable(u *model.User) bool {
	switch u.Status {
	case model.Archived, model.Compromised, model.Unknown:
		return false
	default:
		return u.Password != ""
	}
}

// admit goes on after a password was right.
func (s *Service) admit(a *attempt) (Result, error) {
	if a.custom {
		return s.askCustom(a)
	}
	if a.user.Status == model.ForceChangePassword {
		if s.Now().After(temporaryUntil(a)) {
			return Result{}, refuse.NotAuthorized("Temporary password has expired and must be reset by an administrator.")
		}
		return s.askNewPassword(a)
	}
	return s.askFactor(a)
}

func temporaryUntil(a *attempt) time.Time {
	if !a.user.PasswordExpiry.IsZero() {
		return a.user.PasswordExpiry
	}
	days := a.pool.Settings.Get().Policies.PasswordPolicy.TemporaryPasswordValidityDays
	return a.user.Created.AddDate(0, 0, days)
}

// record keeps a sign-in as an event, where threat protection is on.
func (s *Service) record(a *attempt, response string) {
	addOns := a.pool.Settings.Get().UserPoolAddOns
	if addOns == nil || addOns.AdvancedSecurityMode == "OFF" {
		return
	}
	password := map[string]string{"Pass": "Success", "Fail": "Failure"}[response]
	event := model.AuthEvent{
		EventID: s.NewID(), EventType: "SignIn", CreationDate: model.At(s.Now()), EventResponse: response,
		EventRisk:          &model.EventRisk{RiskDecision: "NoRisk"},
		ChallengeResponses: []model.ChallengeResponse{{ChallengeName: "Password", ChallengeResponse: password}},
	}
	// The user may be gone by now: then there is nothing to keep.
	_, _ = a.pool.Users.Update(a.user.N, func(u *model.User) error {
		u.AuthEvents = append([]model.AuthEvent{event}, u.AuthEvents...)
		return nil
	})
}

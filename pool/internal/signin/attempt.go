package signin

import (
	"time"

	"wherry/pool/internal/model"
	"wherry/pool/internal/refuse"
	"wherry/pool/internal/store"
)

// attempt is a sign-in on its way.
type attempt struct {
	pool   *store.Pool
	client *model.Client
	user   store.User
}

func (a *attempt) who() who { return who{a.pool.ID, a.user.N} }

// find looks a user up by what was typed. A client may want unknown users to
// look like wrong passwords.
func find(r *Request, name string, subToo bool) (attempt, error) {
	a := attempt{pool: r.Pool, client: r.Client}
	user, ok := r.Pool.Users.Login(name)
	if !ok && subToo {
		user, ok = r.Pool.Users.Subject(name)
	}
	if !ok {
		return a, unknown(r.Client)
	}
	a.user = user
	return a, nil
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
func (s *Service) password(r *Request) (Result, error) {
	if err := need(r.Parameters, "USERNAME", "PASSWORD"); err != nil {
		return Result{}, err
	}
	name := r.Parameters["USERNAME"]
	if err := CheckSecretHash(r.Client, name, r.Parameters["SECRET_HASH"]); err != nil {
		return Result{}, err
	}
	a, err := find(r, name, true)
	if err != nil {
		return Result{}, err
	}
	if err := s.mayTry(&a); err != nil {
		return Result{User: a.user}, err
	}
	if err := s.prove(&a, usable(a.user.User) && a.user.Password.Equal(r.Parameters["PASSWORD"])); err != nil {
		return Result{User: a.user}, err
	}
	return s.admit(&a)
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

// admit goes on after a password was right.
func (s *Service) admit(a *attempt) (Result, error) {
	if a.user.Status == model.ForceChangePassword {
		if s.Now().After(temporaryUntil(a)) {
			return Result{User: a.user}, refuse.NotAuthorized("Temporary password has expired and must be reset by an administrator.")
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

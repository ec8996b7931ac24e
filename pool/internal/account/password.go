package account

import (
	"time"

	"wherry/internal/secret"
	"wherry/pool/internal/model"
	"wherry/pool/internal/outbox"
	"wherry/pool/internal/policy"
	"wherry/pool/internal/refuse"
	"wherry/pool/internal/store"
)

// pretended is where the code for a user who does not exist is said to go.
func pretended(username string) Delivery {
	return Delivery{Destination: outbox.Mask(username + "@e"), DeliveryMedium: "EMAIL", AttributeName: "email"}
}

// Forgot sends the code that ConfirmForgot wants back.
func (s *Service) Forgot(p *store.Pool, c *model.Client, username string) (store.User, Delivery, error) {
	user, ok := p.Users.Login(username)
	switch {
	case !ok && c.HidesUsers():
		return user, pretended(username), nil
	case !ok:
		return user, Delivery{}, unknown()
	case !user.Enabled:
		return user, Delivery{}, refuse.NotAuthorized("User is disabled.")
	}
	delivery, err := s.sendReset(p, user)
	return user, delivery, err
}

// sendReset sends the code of a forgotten password to a verified address.
func (s *Service) sendReset(p *store.Pool, user store.User) (Delivery, error) {
	if user.Status == model.ForceChangePassword || user.Status == model.ExternalProvider {
		return Delivery{}, refuse.NotAuthorized("User password cannot be reset in the current state.")
	}
	address, ok := verifiedAddress(user.User)
	if !ok {
		return Delivery{}, refuse.InvalidParameter("Cannot reset password for the user as there is no registered/verified email or phone_number")
	}
	code := s.Code()
	if err := s.codes.put(codeKey{p.ID, user.N, ForgotPassword}, code, s.Now(), forgotAge); err != nil {
		return Delivery{}, err
	}
	return s.send(p, user.User, ForgotPassword, code, address), nil
}

// ConfirmForgot sets a new password by the code that Forgot, or Reset, sent.
func (s *Service) ConfirmForgot(p *store.Pool, c *model.Client, username, code, password string) (store.User, error) {
	user, ok := p.Users.Login(username)
	switch {
	case !ok && c.HidesUsers():
		return user, mismatch()
	case !ok:
		return user, unknown()
	}
	if err := policy.Password(p.Settings.Get().Policies.PasswordPolicy, password); err != nil {
		return user, err
	}
	if err := s.codes.spend(codeKey{p.ID, user.N, ForgotPassword}, code, s.Now()); err != nil {
		return user, err
	}
	return s.setPassword(p, user, password, model.Confirmed)
}

// Reset is AdminResetUserPassword: the old password is worth nothing any more,
// and a code is on its way.
func (s *Service) Reset(p *store.Pool, user store.User) error {
	if !user.Enabled {
		return refuse.NotAuthorized("User is disabled.")
	}
	if _, err := s.sendReset(p, user); err != nil {
		return err
	}
	_, err := p.Users.Update(user.N, func(u *model.User) error {
		u.Status, u.Modified = model.ResetRequired, s.Now()
		return nil
	})
	return err
}

// SetPassword is AdminSetUserPassword.
func (s *Service) SetPassword(p *store.Pool, user store.User, password string, permanent bool) error {
	if err := policy.Password(p.Settings.Get().Policies.PasswordPolicy, password); err != nil {
		return err
	}
	status := model.ForceChangePassword
	if permanent {
		status = model.Confirmed
	}
	_, err := s.setPassword(p, user, password, status)
	return err
}

// Change is ChangePassword, by a user who knows the old one.
func (s *Service) Change(p *store.Pool, user store.User, old, password string) error {
	if user.Password == "" || !user.Password.Equal(old) {
		return refuse.WrongPassword()
	}
	if err := policy.Password(p.Settings.Get().Policies.PasswordPolicy, password); err != nil {
		return err
	}
	_, err := s.setPassword(p, user, password, user.Status)
	return err
}

func (s *Service) setPassword(p *store.Pool, user store.User, password, status string) (store.User, error) {
	return p.Users.Update(user.N, func(u *model.User) error {
		u.Password, u.Status, u.Modified = secret.String(password), status, s.Now()
		u.PasswordExpiry = time.Time{}
		if status == model.ForceChangePassword {
			u.PasswordExpiry = s.temporaryUntil(p)
		}
		return nil
	})
}

func (s *Service) temporaryUntil(p *store.Pool) time.Time {
	return s.Now().AddDate(0, 0, p.Settings.Get().Policies.PasswordPolicy.TemporaryPasswordValidityDays)
}

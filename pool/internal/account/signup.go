package account

import (
	"slices"

	"wherry/pool/internal/model"
	"wherry/pool/internal/policy"
	"wherry/pool/internal/refuse"
	"wherry/pool/internal/store"
)

// SignUp makes an unconfirmed user, and sends a code where the pool verifies
// addresses by itself.
func (s *Service) SignUp(p *store.Pool, c *model.Client, in Profile) (store.User, *Delivery, error) {
	settings := p.Settings.Get()
	if settings.AdminCreateUserConfig.AllowAdminCreateUserOnly {
		return store.User{}, nil, refuse.NotAuthorized("SignUp is not permitted for this user pool")
	}
	for _, a := range in.Attributes {
		if !writes(c, a.Name) {
			return store.User{}, nil, refuse.NotAuthorized("A client attempted to write unauthorized attribute")
		}
	}
	if err := policy.Password(settings.Policies.PasswordPolicy, in.Password); err != nil {
		return store.User{}, nil, err
	}
	in.Status = model.Unconfirmed
	user, err := s.create(p, in)
	if err != nil {
		return user, nil, err
	}
	delivery, err := s.sendSignUp(p, user)
	return user, delivery, err
}

// writes tells whether a client's users may write an attribute. Nobody marks
// their own address as verified.
func writes(c *model.Client, name string) bool {
	return c.Writes(name) && name != "email_verified" && name != "phone_number_verified" && name != "identities"
}

func (s *Service) sendSignUp(p *store.Pool, user store.User) (*Delivery, error) {
	address, ok := autoVerified(p.Settings.Get(), user.User)
	if !ok {
		return nil, nil
	}
	code := s.Code()
	if err := s.codes.put(codeKey{p.ID, user.N, SignUp}, code, s.Now(), signUpAge); err != nil {
		return nil, err
	}
	return new(s.send(p, user.User, SignUp, code, address)), nil
}

// autoVerified is the address that the pool verifies at sign-up.
func autoVerified(p *model.Pool, u *model.User) (Delivery, bool) {
	for _, d := range []Delivery{byMail, bySMS} {
		if _, has := u.Attribute(d.AttributeName); has && slices.Contains(p.AutoVerifiedAttributes, d.AttributeName) {
			return d, true
		}
	}
	return Delivery{}, false
}

// Resend sends the code of a sign-up again.
func (s *Service) Resend(p *store.Pool, c *model.Client, username string) (store.User, Delivery, error) {
	user, ok := p.Users.Login(username)
	switch {
	case !ok && c.HidesUsers():
		return user, pretended(username), nil
	case !ok:
		return user, Delivery{}, unknown()
	case user.Status != model.Unconfirmed:
		return user, Delivery{}, refuse.InvalidParameter("User is already confirmed.")
	}
	delivery, err := s.sendSignUp(p, user)
	if err == nil && delivery == nil {
		err = refuse.InvalidParameter("Auto verification not turned on.")
	}
	if err != nil {
		return user, Delivery{}, err
	}
	return user, *delivery, nil
}

// Confirm ends a sign-up by its code. By force it takes an address away from
// another user who has it as an alias.
func (s *Service) Confirm(p *store.Pool, c *model.Client, username, code string, force bool) (store.User, error) {
	user, ok := p.Users.Login(username)
	switch {
	case !ok && c.HidesUsers():
		return user, expired()
	case !ok:
		return user, unknown()
	case user.Status != model.Unconfirmed:
		return user, refuse.NotAuthorized("User cannot be confirmed. Current status is %s", user.Status)
	}
	if err := s.codes.spend(codeKey{p.ID, user.N, SignUp}, code, s.Now()); err != nil {
		return user, err
	}
	address, verified := autoVerified(p.Settings.Get(), user.User)
	if value, has := user.Attribute(address.AttributeName); force && has {
		p.Users.Release(address.AttributeName, value)
	}
	return p.Users.Update(user.N, func(u *model.User) error {
		u.Status, u.Modified = model.Confirmed, s.Now()
		if verified {
			u.Set(address.AttributeName+"_verified", "true")
		}
		return nil
	})
}

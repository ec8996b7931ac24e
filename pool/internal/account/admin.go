package account

import (
	"cmp"
	"crypto/rand"

	"wherry/pool/internal/model"
	"wherry/pool/internal/policy"
	"wherry/pool/internal/refuse"
	"wherry/pool/internal/store"
)

// Invitation is AdminCreateUser.
type Invitation struct {
	Profile
	Silent bool // MessageAction SUPPRESS
	Force  bool // ForceAliasCreation: take verified addresses away from others
}

// purpose of the message that carries a temporary password.
const invitation = "AdminCreateUser"

// Invite makes a user with a temporary password.
func (s *Service) Invite(p *store.Pool, in Invitation) (store.User, error) {
	in.Password = cmp.Or(in.Password, temporary(p.Settings.Get().Policies.PasswordPolicy))
	if err := policy.Password(p.Settings.Get().Policies.PasswordPolicy, in.Password); err != nil {
		return store.User{}, err
	}
	in.Status = model.ForceChangePassword
	if in.Force {
		for _, a := range in.Attributes {
			p.Users.Release(a.Name, a.Value)
		}
	}
	user, err := s.create(p, in.Profile)
	if err != nil {
		return user, err
	}
	s.invite(p, user, in)
	return user, nil
}

func (s *Service) invite(p *store.Pool, user store.User, in Invitation) {
	if address, ok := anyAddress(user.User); ok && !in.Silent {
		s.send(p, user.User, invitation, in.Password, address)
	}
}

// InviteAgain is AdminCreateUser with MessageAction RESEND: the user gets
// another temporary password, and its time begins anew.
func (s *Service) InviteAgain(p *store.Pool, in Invitation) (store.User, error) {
	user, err := p.Users.Resolve(in.Username)
	if err != nil {
		return user, err
	}
	if user.Status != model.ForceChangePassword {
		return user, refuse.With("UnsupportedUserState", "Resend not possible. Status of user is not FORCE_CHANGE_PASSWORD")
	}
	in.Password = cmp.Or(in.Password, temporary(p.Settings.Get().Policies.PasswordPolicy))
	if err := s.SetPassword(p, user, in.Password, false); err != nil {
		return user, err
	}
	s.invite(p, user, in)
	return p.Users.Resolve(user.Username)
}

// temporary draws a temporary password that fits every policy.
func temporary(p model.PasswordPolicy) string {
	password := "aA1-" + rand.Text()
	for len(password) < p.MinimumLength {
		password += rand.Text()
	}
	return password
}

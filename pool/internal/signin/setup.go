package signin

import (
	"crypto/rand"
	"encoding/base32"
	"slices"

	"wherry/internal/secret"
	"wherry/pool/internal/model"
	"wherry/pool/internal/refuse"
	"wherry/pool/internal/store"
)

// factorSetUp answers MFA_SETUP, with the session that VerifySoftwareToken gave.
func (s *Service) factorSetUp(a *attempt, v *session, _ *Answer) (Result, error) {
	if !v.verified {
		return Result{}, retry{refuse.InvalidParameter("User has not set up any software token")}
	}
	return s.finish(a)
}

// newSecret draws the secret of an authenticator: 32 bytes in Base32.
func newSecret() string {
	b := make([]byte, 32)
	_, _ = rand.Read(b) // never fails
	return base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(b)
}

// AssociateInSession is AssociateSoftwareToken during MFA_SETUP: it returns a
// new secret and the session to go on with.
func (s *Service) AssociateInSession(id string) (code, next string, err error) {
	v, err := s.sessions.take(id, s.Now())
	if err != nil {
		return "", "", err
	}
	if v.challenge != "MFA_SETUP" {
		return "", "", refuse.NotAuthorized("Invalid session for the user.")
	}
	v.secret = newSecret()
	return v.secret, s.sessions.put(v, s.Now()), nil
}

// Associate is AssociateSoftwareToken for a signed-in user: a new secret, in
// use once VerifySoftwareToken has seen a code of it.
func (s *Service) Associate(h Holder) string {
	code := newSecret()
	s.pending.put(who{h.Pool.ID, h.User.N}, code)
	return code
}

// VerifyInSession is VerifySoftwareToken during MFA_SETUP.
func (s *Service) VerifyInSession(pools *store.Store, id, code string) (next string, err error) {
	v, err := s.sessions.take(id, s.Now())
	if err != nil {
		return "", err
	}
	if v.challenge != "MFA_SETUP" || v.secret == "" {
		return "", refuse.NotAuthorized("Invalid session for the user.")
	}
	p, err := pools.Pool(v.pool)
	if err != nil {
		return "", err
	}
	if err := s.register(p, v.user, v.secret, code, true); err != nil {
		s.sessions.again(id, v)
		return "", err
	}
	v.verified = true
	return s.sessions.put(v, s.Now()), nil
}

// Verify is VerifySoftwareToken for a signed-in user.
func (s *Service) Verify(h Holder, code string) error {
	w := who{h.Pool.ID, h.User.N}
	totp, ok := s.pending.get(w)
	if !ok {
		return refuse.With("SoftwareTokenMFANotFound", "Software token TOTP multi-factor authentication is not enabled for the user.")
	}
	if err := s.register(h.Pool, h.User.N, totp, code, false); err != nil {
		return err
	}
	s.pending.drop(w)
	return nil
}

// register gives a user an authenticator that has shown a right code.
func (s *Service) register(p *store.Pool, user int, totp, code string, enable bool) error {
	step, right := totpStep(totp, code, s.Now())
	if !right {
		return refuse.With("EnableSoftwareTokenMFA", "Code mismatch")
	}
	_, err := p.Users.Update(user, func(u *model.User) error {
		u.MFA.TOTPSecret = secret.String(totp)
		if enable && !slices.Contains(u.MFA.Enabled, model.SoftwareTokenMFA) {
			u.MFA.Enabled = append(u.MFA.Enabled, model.SoftwareTokenMFA)
		}
		return nil
	})
	if err == nil {
		s.spent.spend(who{p.ID, user}, step)
	}
	return err
}

package identity

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"wherry/internal/secret"
	"wherry/server/internal/fa"
	"wherry/server/internal/password"
)

// setPassword hashes the plain password of a request, if it has one, with the
// scheme that the request or else the tenant names.
func (s *Service) setPassword(ctx context.Context, tenant *fa.Tenant, u *fa.Account, request fa.UserRequest) error {
	config := tenant.PasswordEncryptionConfiguration
	scheme, factor := config.EncryptionScheme, config.EncryptionSchemeFactor
	if request.EncryptionScheme != "" {
		scheme, factor = request.EncryptionScheme, request.Factor
	}
	u.EncryptionScheme = ""
	if request.Password == "" {
		return nil
	}
	made, err := s.Passwords.New(ctx, scheme, request.Password, factor)
	if err != nil {
		return refusedPassword(scheme, err)
	}
	u.Credential = credentialOf(made)
	u.PasswordLastUpdateInstant = s.millis()
	return nil
}

func refusedPassword(scheme string, err error) error {
	switch {
	case errors.Is(err, password.ErrBusy):
		return ErrBusy
	case errors.Is(err, password.ErrScheme):
		return fa.FieldError("user.encryptionScheme", "invalid", "The encryption scheme [%s] does not exist.", scheme)
	case errors.Is(err, password.ErrFactor):
		return fa.FieldError("user.factor", "invalid", "The factor is out of range for the encryption scheme [%s].", scheme)
	case errors.Is(err, password.ErrTooLong):
		return fa.FieldError("user.password", "tooLong", "Your password is too long for the encryption scheme [%s].", scheme)
	}
	return fmt.Errorf("hash a password: %w", err)
}

// checkPassword reports which rules of the tenant a new password breaks, those
// about earlier passwords among them.
func (s *Service) checkPassword(ctx context.Context, tenant *fa.Tenant, u *fa.Account, plain, path string) error {
	var errs fa.Errors
	rules := tenant.PasswordValidationRules
	rules.CheckFor(&errs, &u.User, plain, path)
	if err := errs.OrNil(); err != nil || !rules.RememberPreviousPasswords.Enabled {
		return err
	}
	for _, c := range append([]fa.Credential{u.Credential}, u.Previous...) {
		if c.Hash == "" {
			continue
		}
		err := s.compare(ctx, tenant, c, secret.String(plain))
		if err == nil {
			return fa.FieldError(path, "previouslyUsed", "Your password must not be one that you have used before.")
		}
		if !errors.Is(err, ErrCredentials) {
			return err
		}
	}
	return nil
}

// remembered is the earlier passwords of somebody who gets a new one.
func remembered(tenant *fa.Tenant, u *fa.Account) []fa.Credential {
	remember := tenant.PasswordValidationRules.RememberPreviousPasswords
	if !remember.Enabled {
		return nil
	}
	all := u.Previous
	if u.Hash != "" {
		all = append([]fa.Credential{u.Credential}, all...)
	}
	return all[:min(len(all), remember.Count)]
}

// rehash hashes a password that was right as the tenant wants passwords hashed
// today, if that is another way than the stored one and the tenant asks for it.
// What cannot be hashed so, or not now, stays as it is.
func (s *Service) rehash(ctx context.Context, tenant *fa.Tenant, p proof) error {
	config, old := tenant.PasswordEncryptionConfiguration, p.user.Credential
	current := old.Scheme == config.EncryptionScheme && old.Factor == config.EncryptionSchemeFactor
	if !config.ModifyEncryptionSchemeOnLogin || p.password == "" || old.Hash == "" || current {
		return nil
	}
	made, err := s.Passwords.New(ctx, config.EncryptionScheme, p.password.Reveal(), config.EncryptionSchemeFactor)
	if err != nil {
		return nil //nolint:nilerr // the sign-in succeeds, and the next one tries again
	}
	return s.Store.NoteUser(ctx, p.user.ID, func(u *fa.Account) error {
		if u.Credential == old { // else it was changed meanwhile
			u.Credential = credentialOf(made)
		}
		return nil
	})
}

func credentialOf(h password.Hashed) fa.Credential {
	return fa.Credential{Scheme: h.EncryptionScheme, Factor: h.Factor, Salt: h.Salt, Hash: h.Hash}
}

// atPath is an error about a user's password as an error about the one at path.
func atPath(err error, path string) error {
	refused, ok := errors.AsType[*fa.Errors](err)
	if !ok {
		return err
	}
	var moved fa.Errors
	for from, list := range refused.FieldErrors {
		for _, e := range list {
			reason, _, _ := strings.Cut(strings.TrimPrefix(e.Code, "["), "]")
			if from == "user.password" {
				from = path
			}
			moved.Field(from, reason, "%s", e.Message)
		}
	}
	return moved.OrNil()
}

// compare proves a password; without a credential it takes as long and always
// fails.
func (s *Service) compare(ctx context.Context, tenant *fa.Tenant, c fa.Credential, plain secret.String) error {
	var err error
	if c.Hash == "" {
		config := tenant.PasswordEncryptionConfiguration
		err = s.Passwords.Pretend(ctx, config.EncryptionScheme, plain.Reveal(), config.EncryptionSchemeFactor)
		if err == nil {
			err = password.ErrMismatch
		}
	} else {
		err = s.Passwords.Verify(ctx, plain.Reveal(), password.Hashed{EncryptionScheme: c.Scheme, Factor: c.Factor, Salt: c.Salt, Hash: c.Hash})
	}
	switch {
	case errors.Is(err, password.ErrBusy):
		return ErrBusy
	case errors.Is(err, password.ErrMismatch):
		return ErrCredentials
	}
	return err
}

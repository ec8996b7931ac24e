package identity

import (
	"context"
	"errors"
	"fmt"

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
	u.Credential = fa.Credential{Scheme: made.EncryptionScheme, Factor: made.Factor, Salt: made.Salt, Hash: made.Hash}
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

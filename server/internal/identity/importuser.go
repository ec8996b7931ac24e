package identity

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"wherry/server/internal/fa"
	"wherry/server/internal/password"
)

// account makes an account of a user in a request. Everything that is refused
// about the user comes back together. A plain password is still to be hashed.
func (i *importing) account(ctx context.Context, data []byte) (*fa.Account, plainPassword, error) {
	u, err := fa.DecodeImportUser(data)
	if err != nil {
		return nil, plainPassword{}, err
	}
	tenant, err := i.tenants.Get(ctx, u.TenantID)
	if err != nil {
		return nil, plainPassword{}, err
	}
	u.TenantID = tenant.ID
	if u.ID == "" {
		u.ID = i.rules.NewID()
	}
	u.Settle(i.rules.millis())
	nameMethods(&u.TwoFactor)
	credential, refused := i.credential(tenant, u)
	if err := fa.Join(
		u.Validate(), refused, i.rules.completeRegistrations(ctx, &u.User), i.rules.completeMemberships(ctx, tenant.ID, &u.User),
		checkBound(ctx, i.rules.Connectors, &u.User),
	); err != nil {
		return nil, plainPassword{}, err
	}
	var plain plainPassword
	if !u.Hashed() {
		plain = plainPassword{tenant: tenant, text: u.Password}
	}
	u.EncryptionScheme = ""
	return &fa.Account{User: u.User, Credential: credential}, plain, nil
}

// credential is the hashed password that the user brings, or none.
func (i *importing) credential(tenant *fa.Tenant, u *fa.ImportUser) (c fa.Credential, err error) {
	if !u.Hashed() {
		return c, nil
	}
	scheme, known := i.Schemes[u.EncryptionScheme]
	if !known {
		return c, refusedPassword(u.EncryptionScheme, password.ErrScheme)
	}
	var errs fa.Errors
	if u.Salt != nil && scheme.CheckSalt(*u.Salt) != nil {
		errs.Field("user.salt", "invalid", "[%s] is not a valid salt for the encryption scheme [%s].", *u.Salt, u.EncryptionScheme)
	}
	if scheme.CheckFactor(u.Factor) != nil {
		errs.Field("user.factor", "invalid", "[%d] is out of range for the encryption scheme [%s].", u.Factor, u.EncryptionScheme)
	}
	if err := errs.OrNil(); err != nil || u.Password == "" || u.Salt == nil {
		return c, err
	}
	factor := scheme.DefaultFactor
	if config := tenant.PasswordEncryptionConfiguration; config.EncryptionScheme == u.EncryptionScheme {
		factor = config.EncryptionSchemeFactor
	}
	return fa.Credential{Scheme: u.EncryptionScheme, Factor: cmp.Or(u.Factor, factor), Salt: *u.Salt, Hash: u.Password}, nil
}

// completeRegistrations is completeRegistration for all that a new user brings.
func (s *Service) completeRegistrations(ctx context.Context, u *fa.User) error {
	var errs fa.Errors
	for i := range u.Registrations {
		r := &u.Registrations[i]
		path := fmt.Sprintf("user.registrations[%d]", i)
		if err := s.completeRegistration(ctx, u.TenantID, r, path, &errs); err != nil {
			return err
		}
		if slices.ContainsFunc(u.Registrations[:i], func(o fa.Registration) bool { return o.ApplicationID == r.ApplicationID && r.ApplicationID != "" }) {
			errs.Field(path+".applicationId", "duplicate", "The application [%s] is given twice.", r.ApplicationID)
		}
		if r.Verified && r.VerifiedInstant == 0 {
			r.VerifiedInstant = s.millis()
		}
	}
	return errs.OrNil()
}

// nameMethods gives second factors the short ids that FusionAuth has for them.
func nameMethods(t *fa.TwoFactor) {
	ids := map[string]bool{"": true}
	for i := range t.Methods {
		m := &t.Methods[i]
		for ids[m.ID] {
			m.ID = methodID()
		}
		ids[m.ID] = true
	}
}

package identity

import (
	"context"
	"errors"

	"wherry/server/internal/fa"
	"wherry/server/internal/password"
)

// Importer brings in many users at once, all or none. All fields are required.
type Importer struct {
	Service   *Service // whose rules hold
	Schemes   password.Registry
	Passwords *password.Hasher // not that of the sign-ins
	Workers   int              // goroutines for each import; sensibly the number of cores
	Begin     func(ctx context.Context) (Import, error)
}

// Import takes in accounts and stores them together.
type Import interface {
	// Add takes in accounts and returns the number of the first; they count
	// from 0. It may be called by several goroutines at once.
	Add(accounts []*fa.Account) (first int, err error)
	// Taken reports, as *fa.Errors, what is not unique about the accounts.
	Taken(ctx context.Context) error
	// Write stores the accounts; those with these numbers get these credentials.
	Write(ctx context.Context, credentials map[int]fa.Credential) error
	Close() error
}

// TenantOf settles the tenant of a user who names this one, or none.
type TenantOf func(ctx context.Context, named fa.ID) (*fa.Tenant, error)

// Import reads a request to its end, hashes the passwords that are plain and
// stores the users. What is refused comes back together, as *fa.Errors; then
// nothing is stored.
//
// Source: https://fusionauth.io/docs/apis/users#import-users
func (s *Importer) Import(ctx context.Context, request *fa.ImportRequest, tenantOf TenantOf) (err error) {
	batch, err := s.Begin(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, batch.Close()) }()
	i := s.newImporting(batch, tenantOf)
	if err := i.read(ctx, request.Users()); err != nil {
		return err
	}
	if err := fa.Join(i.refused.OrNil(), s.checkOptions(request)); err != nil {
		return err
	}
	credentials, err := i.hash(ctx, request)
	if err != nil {
		return err
	}
	if request.ValidateDBConstraints {
		if err := batch.Taken(ctx); err != nil {
			return err
		}
	}
	return batch.Write(ctx, credentials)
}

// checkOptions checks what is said about plain passwords, whether there are any
// or not.
func (s *Importer) checkOptions(request *fa.ImportRequest) error {
	if request.EncryptionScheme == "" {
		return nil
	}
	scheme, known := s.Schemes[request.EncryptionScheme]
	if !known {
		return fa.FieldError("encryptionScheme", "invalid", "The encryption scheme [%s] does not exist.", request.EncryptionScheme)
	}
	if scheme.CheckFactor(request.Factor) != nil {
		return fa.FieldError("factor", "invalid", "[%d] is out of range for the encryption scheme [%s].", request.Factor, request.EncryptionScheme)
	}
	return nil
}

// newImporting is an import that looks each tenant, application and group up
// once.
func (s *Importer) newImporting(batch Import, tenantOf TenantOf) *importing {
	rules := *s.Service
	rules.Applications = &memo[fa.Application]{get: s.Service.Applications.Get}
	rules.Groups = &memo[fa.Group]{get: s.Service.Groups.Get}
	rules.Connectors = &memo[fa.Connector]{get: s.Service.Connectors.Get}
	return &importing{Importer: s, rules: &rules, tenants: &memo[fa.Tenant]{get: tenantOf}, batch: batch}
}

package identity

import (
	"context"
	"errors"

	"wherry/server/internal/fa"
)

type applicationKey struct{}

// Within returns the context of a request that names an application, or, where
// that is nil, the same one. In mails about what the request changes the
// application's templates win over the tenant's.
func Within(ctx context.Context, a *fa.Application) context.Context {
	if a == nil {
		return ctx
	}
	return context.WithValue(ctx, applicationKey{}, a)
}

// within is the application of a tenant that a request names; nil: none.
func within(ctx context.Context, tenant *fa.Tenant) *fa.Application {
	if a, named := ctx.Value(applicationKey{}).(*fa.Application); named && a.TenantID == tenant.ID {
		return a
	}
	return nil
}

// idWithin is the id of the application that a request names; empty: none.
func idWithin(ctx context.Context, tenant *fa.Tenant) fa.ID {
	if a := within(ctx, tenant); a != nil {
		return a.ID
	}
	return ""
}

// backWithin returns the context of a request that goes on with one that named an
// application, unless it names another one.
func (s *Service) backWithin(ctx context.Context, tenant *fa.Tenant, id fa.ID) (context.Context, error) {
	if id == "" || within(ctx, tenant) != nil {
		return ctx, nil
	}
	a, err := s.Applications.Get(ctx, id)
	if errors.Is(err, fa.ErrNotFound) { // it was deleted meanwhile
		return ctx, nil
	}
	return Within(ctx, a), err
}

// about returns a mail to a user about what a request does.
func about(ctx context.Context, tenant *fa.Tenant, u *fa.User, what template) Mail {
	a := within(ctx, tenant)
	return Mail{Tenant: tenant, Application: a, User: u, TemplateID: tenant.EmailTemplate(a, what)}
}

package identity

import (
	"cmp"
	"context"

	"wherry/server/internal/fa"
)

// validateLogin asks the tenant's lambda, if it has one, whether somebody who
// has proven to be the user may come in.
func (s *Service) validateLogin(ctx context.Context, tenant *fa.Tenant, a Attempt, user *fa.Account) error {
	id := tenant.LambdaConfiguration.LoginValidationID
	if id == "" || s.Lambdas == nil {
		return nil
	}
	registration, _ := user.Registration(a.applicationID())
	return s.Lambdas.Validate(ctx, id, &user.User, registration, a.about())
}

// RequireFactor asks the lambda of the application, or else of the tenant,
// whether a second factor is needed; required is what the policy says.
func (s *Service) RequireFactor(ctx context.Context, tenant *fa.Tenant, a Attempt, user *fa.Account, required bool) (bool, error) {
	id := tenant.LambdaConfiguration.MultiFactorRequirementID
	if a.Application != nil {
		id = cmp.Or(a.Application.LambdaConfiguration.MultiFactorRequirementID, id)
	}
	if id == "" || s.Lambdas == nil {
		return required, nil
	}
	registration, _ := user.Registration(a.applicationID())
	return s.Lambdas.RequireFactor(ctx, id, required, &user.User, registration, a.about())
}

// about is what lambdas are told of a sign-in.
func (a Attempt) about() map[string]any {
	return map[string]any{"applicationId": a.applicationID(), "eventInfo": a.EventInfo}
}

package identity

import "context"

// Continue is SignIn for somebody who is signed in to the tenant already: what an
// application asks for beyond that is asked for now.
func (s *Service) Continue(ctx context.Context, p *Presented, a Attempt) (*Outcome, error) {
	a.TenantID = p.Tenant.ID
	return s.admit(ctx, p.Tenant, a, proof{user: p.User, how: p.Session.AuthenticationType, factor: p.Session.Factor})
}

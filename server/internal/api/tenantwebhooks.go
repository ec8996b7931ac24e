package api

import (
	"context"
	"slices"

	"wherry/server/internal/fa"
)

// toldTenants is the storage of tenants for requests that say which webhooks
// hear of a tenant. Webhooks are only added: PUT /api/webhook takes them away.
type toldTenants struct {
	Documents[fa.Tenant]
	webhooks Documents[fa.Webhook]
}

// Create is part of Documents.
func (s toldTenants) Create(ctx context.Context, t *fa.Tenant) error {
	if err := s.Documents.Create(ctx, t); err != nil {
		return err
	}
	return s.tell(ctx, t)
}

// Update is part of Documents.
func (s toldTenants) Update(ctx context.Context, id fa.ID, change func(*fa.Tenant) error) (*fa.Tenant, error) {
	t, err := s.Documents.Update(ctx, id, change)
	if err != nil {
		return nil, err
	}
	return t, s.tell(ctx, t)
}

func (s toldTenants) tell(ctx context.Context, t *fa.Tenant) error {
	for _, id := range t.WebhookIDs {
		if _, err := s.webhooks.Update(ctx, id, func(w *fa.Webhook) error {
			if !slices.Contains(w.TenantIDs, t.ID) {
				w.TenantIDs = append(w.TenantIDs, t.ID)
			}
			return nil
		}); err != nil {
			return err
		}
	}
	return nil
}

package cli

import (
	"context"
	"errors"
	"fmt"
	"net/http"

	"github.com/google/uuid"

	"wherry/internal/exit"
	"wherry/toolkit/internal/fusionauth"
)

// target is the FusionAuth that the pool's users go to, within their tenant.
// The workspace is bound to both.
func (x *crossing) target(ctx context.Context) (*fusionauth.Client, error) {
	if x.settings.Target.URL == "" {
		return nil, exit.With(exit.Usage, errors.New("the configuration names no target"), "set target.url and target.api_key")
	}
	api, err := fusionauth.New(fusionauth.Options{URL: x.settings.Target.URL, APIKey: x.settings.Target.APIKey})
	if err != nil {
		return nil, err
	}
	id, err := tenantID(ctx, api, x.pool.Tenant)
	if _, answered := errors.AsType[*fusionauth.Error](err); err != nil && !answered && exit.Hint(err) == "" {
		err = exit.With(exit.Failed, fmt.Errorf("the target does not answer: %w", err), "see to it that it runs at target.url, and run the same command again")
	}
	if err != nil {
		return nil, err
	}
	if err := x.part.Claim(ctx, "target", x.settings.Target.URL); err != nil {
		return nil, err
	}
	if id == "" {
		return api, nil
	}
	return api.In(id), x.part.Claim(ctx, "tenant", id)
}

// tenantID finds a tenant by its name or id. "" is the only one there is, or
// the one that the key belongs to. A key that may not read tenants has to take
// an id as it is.
func tenantID(ctx context.Context, api *fusionauth.Client, name string) (string, error) {
	if name == "" {
		return "", nil
	}
	if uuid.Validate(name) == nil {
		_, err := api.Tenant(ctx, name)
		if refused, ok := errors.AsType[*fusionauth.Error](err); ok && refused.Status == http.StatusUnauthorized {
			return name, nil
		}
		if errors.Is(err, fusionauth.ErrNotFound) {
			return "", noTenant(name)
		}
		return name, err
	}
	tenants, err := api.Tenants(ctx)
	if err != nil {
		return "", fmt.Errorf("find the tenant %q: %w", name, err)
	}
	for _, t := range tenants {
		if t.Name == name {
			return t.ID, nil
		}
	}
	return "", noTenant(name)
}

func noTenant(name string) error {
	return exit.With(exit.Usage, fmt.Errorf("the target has no tenant %q", name), "mend the pool's setting tenant, or make the tenant first")
}

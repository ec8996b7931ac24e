package api

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"

	"wherry/server/internal/fa"
	"wherry/server/internal/identity"
)

// tenantHeader selects a tenant.
const tenantHeader = "X-FusionAuth-TenantId"

// caller is who makes a request, and for which tenant.
type caller struct {
	key    *fa.APIKey
	tenant fa.ID // from the key, the token or the header; empty: not said
	user   fa.ID // whose access token it is; empty: it is a key
}

type callerKey struct{}

func callerOf(r *http.Request) caller {
	c, _ := r.Context().Value(callerKey{}).(caller)
	return c
}

// sees tells whether the caller may see something of that tenant.
func (c caller) sees(tenant fa.ID) bool { return c.tenant == "" || c.tenant == tenant }

// global tells whether the caller may use what belongs to no tenant.
func (c caller) global() bool { return c.key.TenantID == "" }

// endpointOf is the path that permissions name: the pattern without its ids.
func endpointOf(path string) string {
	var parts []string
	for part := range strings.SplitSeq(path, "/") {
		if !strings.HasPrefix(part, "{") {
			parts = append(parts, part)
		}
	}
	return strings.Join(parts, "/")
}

// authenticate checks the API key: the raw value of Authorization. Whatever is
// wrong with it, the answer is the same.
func (m *Mux) authenticate(r *http.Request, method, endpoint string) (caller, error) {
	key, err := m.presented(r)
	if err != nil {
		return caller{}, err
	}
	if !key.Allows(method, endpoint, m.Now().UnixMilli()) {
		return caller{}, errUnauthorized
	}
	if err := m.Access.Admit(r.Context(), key.IPAccessControlListID, peer(r)); errors.Is(err, identity.ErrAddress) {
		return caller{}, errUnauthorized
	} else if err != nil {
		return caller{}, err
	}
	return caller{key: key, tenant: key.TenantID}.narrowed(r)
}

// narrowed is the caller with the tenant that the header names.
func (c caller) narrowed(r *http.Request) (caller, error) {
	header := r.Header.Get(tenantHeader)
	if header == "" {
		return c, nil
	}
	asked, err := fa.ParseID(header)
	if err != nil {
		return caller{}, fa.GeneralError("invalidTenantId", "The value of the %s header is not a UUID.", tenantHeader)
	}
	if c.tenant != "" && c.tenant != asked {
		return caller{}, errUnauthorized
	}
	c.tenant = asked
	return c, nil
}

// anybody is who asks where no API key is needed: the key is nil without one that
// may. The header names the tenant either way.
func (m *Mux) anybody(r *http.Request, endpoint string) (caller, error) {
	c, err := m.authenticate(r, r.Method, endpoint)
	if errors.Is(err, errUnauthorized) {
		return caller{}.narrowed(r)
	}
	return c, err
}

func (m *Mux) presented(r *http.Request) (*fa.APIKey, error) {
	value := r.Header.Get("Authorization")
	if value == "" {
		return nil, errUnauthorized
	}
	key, err := m.Keys.APIKeyByValue(r.Context(), value)
	if errors.Is(err, fa.ErrNotFound) {
		return nil, errUnauthorized
	}
	return key, err
}

// tenantFor settles the tenant of something that belongs to one: the one that
// is named, or the only one that there is.
func (m *Mux) tenantFor(ctx context.Context, named fa.ID) (*fa.Tenant, error) {
	if named != "" {
		t, err := m.Tenants.Get(ctx, named)
		if errors.Is(err, fa.ErrNotFound) {
			return nil, fa.GeneralError("invalidTenantId", "There is no tenant with the id [%s].", named)
		}
		return t, err
	}
	all, err := m.Tenants.All(ctx)
	if err != nil {
		return nil, fmt.Errorf("find the tenant: %w", err)
	}
	if len(all) != 1 {
		return nil, fa.GeneralError("TenantIdRequired",
			"There is more than one tenant: name one in the %s header, or use an API key of one tenant.", tenantHeader)
	}
	return all[0], nil
}

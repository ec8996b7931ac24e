package oauth

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"wherry/server/internal/fa"
	"wherry/server/internal/identity"
)

// entityGrant serves the client credentials grant, whose clients are entities.
//
// Source: https://fusionauth.io/docs/lifecycle/authenticate-users/oauth/endpoints#client-credentials-grant-request
func (s *Server) entityGrant(w http.ResponseWriter, r *http.Request, values url.Values) error {
	e, err := s.entityOf(r, values)
	if err != nil {
		return err
	}
	tenant, err := s.Tenants.Get(r.Context(), e.TenantID)
	if err != nil {
		return err
	}
	if t := values.Get("tenantId"); t != "" && !strings.EqualFold(t, string(tenant.ID)) {
		return refuse("invalid_request", "invalid_tenant_id", "The entity belongs to another tenant.")
	}
	grant := identity.EntityGrant{Tenant: tenant, Entity: e, Scope: values.Get("scope"), Permissions: map[fa.ID][]string{}}
	for _, item := range strings.Fields(grant.Scope) {
		if err := s.addTarget(r.Context(), &grant, item); err != nil {
			return err
		}
	}
	token, err := s.Tokens.Entity(r.Context(), grant)
	if err != nil {
		return err
	}
	respond(w, http.StatusOK, tokenResponse{
		AccessToken: token.Compact, ExpiresIn: int(token.Expires.Sub(s.Now()).Seconds()), Scope: grant.Scope, TokenType: "Bearer",
	})
	return nil
}

// entityOf is the entity that a client is, with its type. It always has to show
// its secret.
func (s *Server) entityOf(r *http.Request, values url.Values) (*fa.Entity, error) {
	shown, err := credentialsOf(r, values)
	if err != nil {
		return nil, err
	}
	if shown.clientID == "" {
		return nil, missingParameter("client_id")
	}
	e, err := s.Entities.Client(r.Context(), shown.clientID)
	switch {
	case errors.Is(err, fa.ErrNotFound):
		return nil, unauthorized("invalid_client_id", "There is no entity with this client_id.")
	case err != nil:
		return nil, err
	case len(shown.secrets) == 0:
		return nil, unauthorized("client_authentication_missing", "The client must authenticate with its secret.")
	case !shown.prove(e.ClientSecret):
		return nil, unauthorized("invalid_client_authentication", "The client could not be authenticated.")
	}
	return e, s.typed(r.Context(), e)
}

// typed gives an entity its whole type.
func (s *Server) typed(ctx context.Context, e *fa.Entity) error {
	t, err := s.EntityTypes.Get(ctx, e.Type.ID)
	if err == nil {
		e.Type = *t
	}
	return err
}

const targetPrefix = "target-entity:"

// addTarget adds an item of the scope, "target-entity:{id}" or
// "target-entity:{id}:{permission},{permission}". Without permissions it means
// all that are granted; those that are named have to be.
func (s *Server) addTarget(ctx context.Context, grant *identity.EntityGrant, item string) error {
	wrong := refuse("invalid_scope", "invalid_target_entity_scope", "The scope names an entity that the client has no grant for.")
	rest, isTarget := strings.CutPrefix(item, targetPrefix)
	name, permissions, named := strings.Cut(rest, ":")
	id, err := fa.ParseID(name)
	if !isTarget || err != nil {
		return wrong
	}
	grants, err := s.EntityGrants.Grants(ctx, fa.GrantMatch{EntityID: id, RecipientEntityID: grant.Entity.ID})
	if err != nil {
		return err
	}
	if len(grants) == 0 {
		return wrong
	}
	target, err := s.Entities.Get(ctx, id)
	if err != nil {
		return err
	}
	if err := s.typed(ctx, target); err != nil {
		return err
	}
	grants[0].Show(target) // only what the type still has
	granted := grants[0].Permissions
	if named {
		if granted, err = namedPermissions(granted, permissions); err != nil {
			return err
		}
	}
	if _, twice := grant.Permissions[id]; !twice {
		grant.Targets = append(grant.Targets, target)
	}
	grant.Permissions[id] = merged(grant.Permissions[id], granted)
	return nil
}

func namedPermissions(granted []string, list string) (named []string, err error) {
	for _, name := range strings.Split(list, ",") {
		if !slices.Contains(granted, name) {
			return nil, refuse("invalid_scope", "invalid_entity_permission_scope", "The scope names a permission that was not granted.")
		}
		named = append(named, name)
	}
	return named, nil
}

func merged(a, b []string) []string {
	all := slices.Concat([]string{}, a, b)
	slices.Sort(all)
	return slices.Compact(all)
}

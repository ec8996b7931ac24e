package events

import (
	"context"
	"encoding/base64"
	"strings"

	"wherry/server/internal/fa"
	"wherry/server/internal/identity"
)

// TokenRefreshed implements identity.SessionWitness. Webhooks, and the log of
// what they are told, are no place for what signs somebody in: of tokens they
// get everything but the signature, and of refresh tokens nothing.
//
// Source: https://fusionauth.io/docs/extend/events-and-webhooks/events/jwt-refresh
func (b *Bus) TokenRefreshed(ctx context.Context, r identity.TokenRefreshed) (context.Context, error) {
	heard, err := b.hears(ctx, JWTRefresh)
	if err != nil || !heard {
		return ctx, err
	}
	body := map[string]any{"applicationId": r.ApplicationID, "token": unsigned(r.Token), "userId": r.User.ID}
	if original := unsigned(r.Original); original != "" {
		body["original"] = original
	}
	return b.Announce(ctx, identity.EventInfoOf(ctx), Event{Type: JWTRefresh, TenantID: r.User.TenantID, About: r.User.ID, Body: body})
}

// mostOriginal is how long a token may be that somebody else says is the old
// one.
const mostOriginal = 8 << 10

// unsigned is a JWT without its signature; empty for what is none.
func unsigned(token string) string {
	parts := strings.Split(token, ".")
	if len(parts) != 3 || len(token) > mostOriginal {
		return ""
	}
	for _, part := range parts {
		if _, err := base64.RawURLEncoding.DecodeString(part); err != nil || part == "" {
			return ""
		}
	}
	return parts[0] + "." + parts[1] + "."
}

// signers are the keys with which tokens of an application are signed.
func signers(t *fa.Tenant, a *fa.Application) [2]fa.ID {
	config := identity.Grant{Tenant: t, Application: a}.Configuration()
	return [2]fa.ID{config.AccessTokenKeyID, config.IDTokenKeyID}
}

// keysChanged tells whoever checks signatures that there are other keys now.
func keysChanged(tenant, about fa.ID, applications []fa.ID) Event {
	return Event{Type: JWTPublicKeyUpdate, TenantID: tenant, About: about, Body: map[string]any{"applicationIds": applications}}
}

// Applications is the storage of applications, with events.
type Applications struct {
	Documents[fa.Application]
	Tenants identity.Lookup[fa.Tenant]
	Bus     *Bus
}

// Update is part of Documents.
func (s *Applications) Update(ctx context.Context, id fa.ID, change func(*fa.Application) error) (a *fa.Application, err error) {
	heard, err := s.Bus.hears(ctx, JWTPublicKeyUpdate)
	if err != nil {
		return nil, err
	}
	if !heard {
		return s.Documents.Update(ctx, id, change)
	}
	if a, err = s.Get(ctx, id); err != nil {
		return nil, err
	}
	tenant, err := s.Tenants.Get(ctx, a.TenantID)
	if err != nil {
		return nil, err
	}
	err = s.Bus.Change(ctx, func(ctx context.Context, raise Raise) (err error) {
		a, err = s.Documents.Update(ctx, id, func(a *fa.Application) error {
			before := signers(tenant, a)
			err := change(a)
			if err == nil && signers(tenant, a) != before {
				raise(keysChanged(tenant.ID, a.ID, []fa.ID{a.ID}))
			}
			return err
		})
		return err
	})
	return a, err
}

// Tenants is the storage of tenants, with events.
type Tenants struct {
	Documents[fa.Tenant]
	Applications interface {
		All(ctx context.Context) ([]*fa.Application, error)
	}
	Bus *Bus
}

// Update is part of Documents.
func (s *Tenants) Update(ctx context.Context, id fa.ID, change func(*fa.Tenant) error) (t *fa.Tenant, err error) {
	heard, err := s.Bus.hears(ctx, JWTPublicKeyUpdate)
	if err != nil {
		return nil, err
	}
	if !heard {
		return s.Documents.Update(ctx, id, change)
	}
	all, err := s.Applications.All(ctx) // before: the store must not be asked in its transactions
	if err != nil {
		return nil, err
	}
	err = s.Bus.Change(ctx, func(ctx context.Context, raise Raise) (err error) {
		t, err = s.Documents.Update(ctx, id, func(t *fa.Tenant) error {
			before := fa.Tenant{JWTConfiguration: t.JWTConfiguration}
			if err := change(t); err != nil {
				return err
			}
			var concerned []fa.ID
			for _, a := range all {
				if a.TenantID == id && signers(&before, a) != signers(t, a) {
					concerned = append(concerned, a.ID)
				}
			}
			if len(concerned) > 0 {
				raise(keysChanged(id, id, concerned))
			}
			return nil
		})
		return err
	})
	return t, err
}

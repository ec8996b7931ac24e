package server

import (
	"context"
	"fmt"
	"time"

	"wherry/server/internal/fa"
	"wherry/server/internal/identity"
	"wherry/server/internal/store"
)

// desk gives out tokens of both kinds.
type desk struct {
	*identity.Tokens
	sessions
}

type sessions = *identity.Sessions

// accounts looks users up as identity looks everything else up.
type accounts struct{ db *store.DB }

// Get implements identity.Lookup.
func (a accounts) Get(ctx context.Context, id fa.ID) (*fa.Account, error) { return a.db.User(ctx, id) }

// pruneSessions removes the refresh tokens that have expired, by what tenants and
// applications say today.
func (s *Server) pruneSessions(ctx context.Context) error {
	tenants, err := s.db.Tenants.All(ctx)
	if err != nil {
		return fmt.Errorf("find out how long refresh tokens live: %w", err)
	}
	byID := map[fa.ID]*fa.Tenant{}
	for _, t := range tenants {
		byID[t.ID] = t
		idle := time.Duration(t.HTTPSessionMaxInactiveInterval) * time.Second
		if err := s.db.PruneSessions(ctx, t.ID, "", s.config.Now().Add(-idle)); err != nil {
			return err
		}
	}
	applications, err := s.db.Applications.All(ctx)
	if err != nil {
		return fmt.Errorf("find out how long refresh tokens live: %w", err)
	}
	for _, a := range applications {
		if byID[a.TenantID] == nil { // made meanwhile: it has nothing yet that is old
			continue
		}
		lives := identity.Grant{Tenant: byID[a.TenantID], Application: a}.Configuration().RefreshTokenTimeToLiveInMinutes
		if err := s.db.PruneSessions(ctx, a.TenantID, a.ID, s.config.Now().Add(-time.Duration(lives)*time.Minute)); err != nil {
			return err
		}
	}
	return nil
}

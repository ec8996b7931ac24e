package identity

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"fmt"
	"time"

	"wherry/server/internal/fa"
)

// Identifiers keeps what codes that travel outside stand for.
type Identifiers interface {
	KeepIdentifier(ctx context.Context, kind, code string, ttl time.Duration, value any) error
	TakeIdentifier(ctx context.Context, kind, code string, value any) error
}

// passwordChange is what a changePasswordId stands for.
type passwordChange struct {
	UserID fa.ID `json:"userId"`
}

// StartPasswordChange makes a changePasswordId for somebody whose password was
// right and has to be changed.
func (s *Service) StartPasswordChange(ctx context.Context, tenant *fa.Tenant, user fa.ID) (string, error) {
	id := NewCode()
	ttl := time.Duration(tenant.ExternalIdentifierConfiguration.ChangePasswordIDTTL) * time.Second
	if err := s.Identifiers.KeepIdentifier(ctx, "changePasswordId", id, ttl, passwordChange{user}); err != nil {
		return "", fmt.Errorf("start the change of a password: %w", err)
	}
	return id, nil
}

// NewCode returns 32 random bytes in base64url, FusionAuth's form for
// authorization codes and ids that nobody can guess.
func NewCode() string {
	var b [32]byte
	_, _ = rand.Read(b[:]) // never fails: it would end the program first
	return base64.RawURLEncoding.EncodeToString(b[:])
}

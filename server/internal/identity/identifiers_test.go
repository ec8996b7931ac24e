package identity_test

import (
	"context"
	"time"

	"wherry/server/internal/fa"
)

// noIdentifiers keeps nothing.
type noIdentifiers struct{}

func (noIdentifiers) KeepIdentifier(context.Context, string, string, time.Duration, any) error {
	return nil
}

func (noIdentifiers) ProlongIdentifier(context.Context, string, string, time.Duration) error {
	return nil
}

func (noIdentifiers) Identifier(context.Context, string, string, any) error { return fa.ErrNotFound }

package identity

import (
	"context"
	"sync"

	"wherry/server/internal/fa"
)

// memo looks every object up once. Nobody may change what it returns.
type memo[T any] struct {
	get   func(ctx context.Context, id fa.ID) (*T, error)
	mu    sync.Mutex
	known map[fa.ID]*T
}

func (m *memo[T]) Get(ctx context.Context, id fa.ID) (*T, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if v, ok := m.known[id]; ok {
		return v, nil
	}
	v, err := m.get(ctx, id)
	if err != nil {
		return nil, err
	}
	if m.known == nil {
		m.known = map[fa.ID]*T{}
	}
	m.known[id] = v
	return v, nil
}

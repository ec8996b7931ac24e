// Package copies keeps copies of what is in the database, so that it need not be
// read and parsed for every request.
package copies

import (
	"context"
	"sync"
)

// Of keeps values by their keys until it is told to drop them. The zero value
// is empty. Nobody may change what it returns.
type Of[K comparable, V any] struct {
	mu    sync.Mutex
	drops int
	held  map[K]V
}

// Get returns the copy, or what load returns, which becomes the copy unless it
// was dropped meanwhile: then it may be old already.
func (c *Of[K, V]) Get(ctx context.Context, key K, load func(ctx context.Context) (V, error)) (V, error) {
	c.mu.Lock()
	v, ok := c.held[key]
	before := c.drops
	c.mu.Unlock()
	if ok {
		return v, nil
	}
	v, err := load(ctx)
	if err != nil {
		return v, err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.drops == before {
		if c.held == nil {
			c.held = map[K]V{}
		}
		c.held[key] = v
	}
	return v, nil
}

// Drop forgets everything.
func (c *Of[K, V]) Drop() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.held = nil
	c.drops++
}

package token

import (
	"sync"
	"time"
)

// Mints makes the mint of each pool when it is first asked for.
type Mints struct {
	Seed   string
	Issuer func(poolID string) string
	Start  time.Time

	mu sync.RWMutex
	of map[string]*Mint
}

// Of returns the mint of a pool.
func (m *Mints) Of(poolID string) (*Mint, error) {
	m.mu.RLock()
	mint := m.of[poolID]
	m.mu.RUnlock()
	if mint != nil {
		return mint, nil
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if mint := m.of[poolID]; mint != nil {
		return mint, nil
	}
	mint, err := NewMint(poolID, m.Issuer(poolID), m.Seed, m.Start)
	if err != nil {
		return nil, err
	}
	if m.of == nil {
		m.of = map[string]*Mint{}
	}
	m.of[poolID] = mint
	return mint, nil
}

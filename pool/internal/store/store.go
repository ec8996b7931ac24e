// Package store keeps user pools in memory. What it hands out is shared and
// must not be changed: changes replace a thing by its changed copy, so readers
// never wait for writers. Generated users cost no memory until written to.
package store

import (
	"strings"
	"sync"
	"time"

	"wherry/pool/internal/model"
	"wherry/pool/internal/refuse"
)

// Store is every pool of one process.
type Store struct {
	Now func() time.Time // dates what comes without a date

	pools   Table[Pool]
	mu      sync.RWMutex
	clients map[string]*Pool // which pool a client belongs to
}

// Add makes a pool of what d describes, with the defaults that Cognito fills
// in. A pool of the same id is replaced.
func (s *Store) Add(d model.Directory) *Pool {
	p := newPool(d, model.At(s.Now()))
	s.pools.Put(p.ID, p)
	for _, c := range d.Clients {
		s.AddClient(p, c)
	}
	return p
}

// Pool returns a pool, or ResourceNotFoundException.
func (s *Store) Pool(id string) (*Pool, error) {
	p, ok := s.pools.Get(id)
	if !ok {
		return nil, refuse.NoPool(id)
	}
	return p, nil
}

// Pools pages through all pools, in the order of their ids.
func (s *Store) Pools(after string, limit int) ([]*Pool, string) {
	return s.pools.After(after, limit)
}

// Remove deletes a pool with everything in it.
func (s *Store) Remove(id string) bool {
	s.mu.Lock()
	for client, p := range s.clients {
		if p.ID == id {
			delete(s.clients, client)
		}
	}
	s.mu.Unlock()
	return s.pools.Delete(id)
}

// Client returns a client and its pool, or ResourceNotFoundException.
func (s *Store) Client(id string) (*Pool, *model.Client, error) {
	s.mu.RLock()
	p := s.clients[id]
	s.mu.RUnlock()
	if p == nil {
		return nil, nil, refuse.NoClient(id)
	}
	c, ok := p.Clients.Get(id)
	if !ok {
		return nil, nil, refuse.NoClient(id)
	}
	return p, c, nil
}

// AddClient gives p a client, and makes it known by its id alone.
func (s *Store) AddClient(p *Pool, c model.Client) {
	c.UserPoolID = p.ID
	date(&c.CreationDate, &c.LastModifiedDate, model.At(s.Now()))
	if c.RefreshTokenValidity == 0 && c.TokenValidityUnits == nil {
		c.RefreshTokenValidity = 30 // days
	}
	p.Clients.Put(c.ClientID, &c)
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.clients == nil {
		s.clients = map[string]*Pool{}
	}
	s.clients[c.ClientID] = p
}

// RemoveClient deletes a client, and tells whether p had it.
func (s *Store) RemoveClient(p *Pool, id string) bool {
	if !p.Clients.Delete(id) {
		return false
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.clients, id)
	return true
}

// Domain finds a domain by its prefix or whole name in whichever pool has it.
func (s *Store) Domain(name string) (*model.Domain, bool) {
	pools, _ := s.pools.After("", s.pools.Len())
	for _, p := range pools {
		if d, ok := p.Domains.Get(name); ok {
			return d, true
		}
	}
	return nil, false
}

// Region is the part of a pool's id before the last underscore.
func Region(poolID string) string {
	return poolID[:max(0, strings.LastIndexByte(poolID, '_'))]
}

// Name is the part of a pool's id after the last underscore, which SRP calls
// the pool's name.
func Name(poolID string) string { return poolID[strings.LastIndexByte(poolID, '_')+1:] }

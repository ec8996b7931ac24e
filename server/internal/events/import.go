package events

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"sync"

	"github.com/go-json-experiment/json/jsontext"

	"wherry/server/internal/fa"
	"wherry/server/internal/identity"
)

// maxImported is how many users one event tells of: an import can have more than
// a webhook would take at once.
const maxImported = 1000

// importing is an import that somebody wants to hear of.
type importing struct {
	identity.Import
	bus   *Bus
	mu    sync.Mutex
	users map[fa.ID][]jsontext.Value // by tenant
}

// Import is an import with events. Only if there is a webhook for them are the
// users kept in memory until then.
func (b *Bus) Import(ctx context.Context, batch identity.Import) (identity.Import, error) {
	l, err := b.current(ctx)
	if err != nil {
		return nil, errors.Join(err, batch.Close())
	}
	if !slices.ContainsFunc(l.webhooks, func(w *fa.Webhook) bool { return w.EventsEnabled[UserBulkCreate] }) {
		return batch, nil
	}
	return &importing{Import: batch, bus: b, users: map[fa.ID][]jsontext.Value{}}, nil
}

// Add is part of identity.Import.
func (im *importing) Add(accounts []*fa.Account) (first int, err error) {
	told := make([]jsontext.Value, len(accounts))
	for i, u := range accounts {
		if told[i], err = fa.Encode(shown(&u.User)); err != nil {
			return 0, fmt.Errorf("encode an imported user: %w", err)
		}
	}
	im.mu.Lock()
	defer im.mu.Unlock()
	for i, u := range accounts {
		im.users[u.TenantID] = append(im.users[u.TenantID], told[i])
	}
	return im.Import.Add(accounts)
}

// Write is part of identity.Import.
func (im *importing) Write(ctx context.Context, credentials map[int]fa.Credential) error {
	var told []Event
	for _, tenant := range slices.Sorted(maps.Keys(im.users)) {
		for users := range slices.Chunk(im.users[tenant], maxImported) {
			told = append(told, Event{Type: UserBulkCreate, TenantID: tenant, Body: map[string]any{"users": users}})
		}
	}
	return im.bus.Change(ctx, func(ctx context.Context, raise Raise) error {
		raise(told...)
		return im.Import.Write(ctx, credentials)
	})
}

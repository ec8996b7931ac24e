package events

import (
	"context"
	"fmt"
	"slices"

	"wherry/server/internal/fa"
)

// listeners is who wants to hear what.
type listeners struct {
	webhooks []*fa.Webhook
	settings map[fa.ID]map[string]fa.EventSetting // by tenant
}

// current returns the listeners, from a copy that Drop lets go of.
func (b *Bus) current(ctx context.Context) (*listeners, error) {
	return b.listeners.Get(ctx, struct{}{}, func(ctx context.Context) (*listeners, error) {
		webhooks, err := b.Webhooks.All(ctx)
		if err != nil {
			return nil, fmt.Errorf("find the webhooks: %w", err)
		}
		l := &listeners{webhooks: webhooks, settings: map[fa.ID]map[string]fa.EventSetting{}}
		if len(webhooks) == 0 {
			return l, nil
		}
		tenants, err := b.Tenants.All(ctx)
		if err != nil {
			return nil, fmt.Errorf("find what the tenants tell: %w", err)
		}
		for _, t := range tenants {
			l.settings[t.ID] = t.EventConfiguration.Events
		}
		return l, nil
	})
}

// hears tells whether any webhook wants to be told of a kind of event.
func (b *Bus) hears(ctx context.Context, kind string) (bool, error) {
	l, err := b.current(ctx)
	if err != nil {
		return false, err
	}
	return slices.ContainsFunc(l.webhooks, func(w *fa.Webhook) bool { return w.EventsEnabled[kind] }), nil
}

// with returns the listeners, read anew if some of these webhooks are not among
// them: another server may have made them a moment ago.
func (b *Bus) with(ctx context.Context, webhooks []fa.ID) (*listeners, error) {
	l, err := b.current(ctx)
	if err != nil || !slices.ContainsFunc(webhooks, func(id fa.ID) bool { return l.webhook(id) == nil }) {
		return l, err
	}
	b.Drop()
	return b.current(ctx)
}

// Drop forgets who listens: webhooks or tenants have changed.
func (b *Bus) Drop() { b.listeners.Drop() }

// of returns who is to hear of an event, and how many have to agree to it.
//
// Source: https://fusionauth.io/docs/extend/events-and-webhooks/
func (l *listeners) of(e Event) (receivers []fa.ID, transaction string) {
	setting := fa.EventSetting{Enabled: true, TransactionType: fa.TransactionNone}
	if e.TenantID != "" {
		setting = l.settings[e.TenantID][e.Type]
	}
	if !setting.Enabled {
		return nil, fa.TransactionNone
	}
	for _, w := range l.webhooks {
		if w.EventsEnabled[e.Type] && (e.TenantID == "" || w.Global || slices.Contains(w.TenantIDs, e.TenantID)) {
			receivers = append(receivers, w.ID)
		}
	}
	if e.announced || !transactional(e.Type) {
		return receivers, fa.TransactionNone
	}
	if e.transaction != "" && e.transaction != fa.TransactionNone {
		return receivers, e.transaction
	}
	return receivers, setting.TransactionType
}

// webhook returns one of the listeners; nil if it is gone.
func (l *listeners) webhook(id fa.ID) *fa.Webhook {
	i := slices.IndexFunc(l.webhooks, func(w *fa.Webhook) bool { return w.ID == id })
	if i < 0 {
		return nil
	}
	return l.webhooks[i]
}

// agreed tells whether so many of the webhooks are enough.
func agreed(transaction string, yes, all int) bool {
	switch transaction {
	case fa.TransactionAny:
		return yes > 0
	case fa.TransactionSimpleMajority:
		return 2*yes >= all
	case fa.TransactionSuperMajority:
		return 3*yes >= 2*all
	case fa.TransactionAbsoluteMajority:
		return yes == all
	}
	return true
}

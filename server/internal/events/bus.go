package events

import (
	"context"
	"errors"
	"fmt"
	"time"

	"wherry/server/internal/copies"
	"wherry/server/internal/fa"
	"wherry/server/internal/identity"
	"wherry/server/internal/jobs"
)

// Bus takes events from where they happen to the webhooks.
type Bus struct {
	Webhooks interface {
		All(ctx context.Context) ([]*fa.Webhook, error)
	}
	Tenants interface {
		All(ctx context.Context) ([]*fa.Tenant, error)
	}
	Configuration identity.Lookup[fa.SystemConfiguration]
	Sender        Sender
	Log           Log
	Jobs          interface {
		Add(ctx context.Context, jobs ...jobs.Job) error
	}
	Now   func() time.Time
	NewID func() fa.ID

	listeners copies.Of[struct{}, *listeners]
}

// Sender tells one webhook of an event and says how that went.
type Sender interface {
	Send(ctx context.Context, w *fa.Webhook, body []byte) fa.WebhookCallResponse
}

// Raise says what a change brings about. It may be called again when the change
// is tried again; what was said before does not count then.
type Raise func(...Event)

// errNotAsked takes a transaction back to which webhooks have to agree first.
var errNotAsked = errors.New("the webhooks have not been asked yet")

// rounds is how often a change is tried whose events change while the webhooks
// are asked.
const rounds = 4

// Change makes a change of the store and tells of it. change makes it with the
// context that it is given, in one transaction, and calls raise before that
// ends; it may be called again. The error is fa.ErrTransaction when the webhooks
// did not agree.
func (b *Bus) Change(ctx context.Context, change func(ctx context.Context, raise Raise) error) error {
	l, err := b.current(ctx)
	if err != nil {
		return err
	}
	if len(l.webhooks) == 0 {
		return change(ctx, nobody)
	}
	t := &telling{bus: b, listeners: l, info: identity.EventInfoOf(ctx), asked: map[string]*delivery{}}
	for range rounds {
		err := change(jobs.Along(ctx, t.due), t.raise)
		if !errors.Is(err, errNotAsked) {
			return err
		}
		if err := t.ask(ctx); err != nil {
			return err
		}
	}
	return fa.ErrTransaction
}

// nobody listens.
func nobody(...Event) {}

// Announce asks those who have to agree to events that do not depend on a
// change, and returns a context whose next change stores the events.
func (b *Bus) Announce(ctx context.Context, info *identity.EventInfo, raised ...Event) (context.Context, error) {
	l, err := b.current(ctx)
	if err != nil || len(l.webhooks) == 0 {
		return ctx, err
	}
	t := &telling{bus: b, listeners: l, info: info, asked: map[string]*delivery{}, raised: raised}
	if _, err := t.due(); errors.Is(err, errNotAsked) {
		if err := t.ask(ctx); err != nil {
			return ctx, err
		}
	}
	return jobs.Along(ctx, t.due), nil
}

// Tell tells of something that no change of the store goes along with.
func (b *Bus) Tell(ctx context.Context, info *identity.EventInfo, raised ...Event) error {
	ctx = jobs.Apart(ctx) // the change that ctx is about may have been refused
	along, err := b.Announce(ctx, info, raised...)
	if err != nil || along == ctx {
		return err
	}
	if err := b.Jobs.Add(along); err != nil {
		return fmt.Errorf("store an event: %w", err)
	}
	return nil
}

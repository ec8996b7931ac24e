package events

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"github.com/go-json-experiment/json/jsontext"

	"wherry/server/internal/fa"
	"wherry/server/internal/identity"
	"wherry/server/internal/jobs"
)

// telling is the events of one change on their way.
type telling struct {
	bus       *Bus
	listeners *listeners
	info      *identity.EventInfo
	raised    []Event
	asked     map[string]*delivery // those that the webhooks have agreed to
	open      []question
}

// question is an event to which webhooks have to agree.
type question struct {
	*delivery
	key, transaction string
}

func (t *telling) raise(raised ...Event) { t.raised = raised }

// due is the jobs that tell of the events, or errNotAsked.
func (t *telling) due() ([]jobs.Job, error) {
	var left []jobs.Job
	t.open = nil
	for i, e := range t.raised {
		d, err := t.delivery(e, fmt.Sprintf("%d %s %s", i, e.Type, e.About))
		if err != nil {
			return nil, err
		}
		if d == nil {
			continue
		}
		job, err := d.job(t.bus.Now())
		if err != nil {
			return nil, err
		}
		left = append(left, job)
	}
	if len(t.open) > 0 {
		return nil, errNotAsked
	}
	return left, nil
}

// delivery is what has to be delivered of an event, nil if nobody listens. An
// event to which somebody has to agree becomes an open question. The key tells
// the events of a change apart, also when it is tried again.
func (t *telling) delivery(e Event, key string) (*delivery, error) {
	receivers, transaction := t.listeners.of(e)
	if len(receivers) == 0 {
		return nil, nil //nolint:nilnil // documented above
	}
	if d, done := t.asked[key]; done {
		return d, nil
	}
	body, id, err := t.encode(e)
	if err != nil {
		return nil, err
	}
	d := &delivery{ID: id, Type: e.Type, LinkedObjectID: e.About, CreateInstant: t.bus.Now().UnixMilli(), Event: body, Pending: receivers}
	if e.unheard {
		d.Pending, d.Unheard = nil, true
		return d, nil
	}
	if transaction != fa.TransactionNone {
		t.open = append(t.open, question{d, key, transaction})
	}
	return d, nil
}

// encode writes the body of the requests about an event.
func (t *telling) encode(e Event) (body jsontext.Value, id fa.ID, err error) {
	id = t.bus.NewID()
	event := map[string]any{"createInstant": t.bus.Now().UnixMilli(), "id": id, "info": t.info, "type": e.Type}
	if e.TenantID != "" {
		event["tenantId"] = e.TenantID
	}
	maps.Copy(event, e.Body)
	body, err = fa.Encode(map[string]any{"event": event})
	if err != nil {
		return nil, "", fmt.Errorf("encode the event %s: %w", e.Type, err)
	}
	return body, id, nil
}

// ask asks the webhooks about the open questions, one after the other, until
// one is denied.
func (t *telling) ask(ctx context.Context) error {
	for _, q := range t.open {
		all := len(q.Pending)
		if err := t.bus.send(ctx, q.delivery); err != nil {
			return err
		}
		q.Asked = true
		t.asked[q.key] = q.delivery
		if !agreed(q.transaction, all-len(q.Pending), all) {
			return t.denied(ctx)
		}
	}
	return nil
}

// denied notes how the questions were answered, for events that now do not
// happen.
func (t *telling) denied(ctx context.Context) error {
	for _, key := range slices.Sorted(maps.Keys(t.asked)) {
		d := t.asked[key]
		d.Pending, d.Denied = nil, true
		job, err := d.job(t.bus.Now())
		if err != nil {
			return err
		}
		if err := t.bus.Jobs.Add(jobs.Apart(context.WithoutCancel(ctx)), job); err != nil {
			return fmt.Errorf("note a denied event: %w", err)
		}
	}
	return fa.ErrTransaction
}

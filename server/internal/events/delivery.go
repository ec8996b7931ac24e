package events

import (
	"context"
	"fmt"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/go-json-experiment/json/jsontext"

	"wherry/server/internal/fa"
	"wherry/server/internal/jobs"
)

// Kind is the kind of the jobs that deliver events.
const Kind = "webhook-event"

// Waits is how long a webhook that failed is left alone before each of the three
// further attempts that FusionAuth makes.
var Waits = []time.Duration{10 * time.Second, time.Minute, 5 * time.Minute}

// Log is the webhook event log.
type Log interface {
	// NoteWebhookEvent writes what has become of an event: more attempts, and a
	// new result. It is the first to tell of the event, or adds to what is there.
	NoteWebhookEvent(ctx context.Context, e fa.WebhookEventLog) error
	LogEvent(ctx context.Context, kind, message string) error
}

// delivery is the payload of a job: an event, and who has to hear of it still.
type delivery struct {
	ID             fa.ID                  `json:"id"`
	Type           string                 `json:"type"`
	LinkedObjectID fa.ID                  `json:"linkedObjectId,omitzero"`
	CreateInstant  int64                  `json:"createInstant"`
	Event          jsontext.Value         `json:"event"`
	Pending        []fa.ID                `json:"pending"`
	Attempts       []fa.WebhookAttemptLog `json:"attempts"` // that are not in the log yet
	Asked          bool                   `json:"asked"`    // the first attempt was made before the change
	Denied         bool                   `json:"denied"`   // so the change was not made
	Unheard        bool                   `json:"unheard"`  // nobody is told, nor is it logged
}

func (d *delivery) job(now time.Time) (jobs.Job, error) {
	job, err := jobs.New(Kind, d)
	if d.Asked && len(d.Pending) > 0 {
		job.At = now.Add(Waits[0])
	}
	return job, err
}

// send tells everybody who has to hear of the event still, all at once. Those
// who did not take it stay pending. The error is that ctx has ended.
func (b *Bus) send(ctx context.Context, d *delivery) error {
	l, err := b.with(ctx, d.Pending)
	if err != nil {
		return err
	}
	attempts := make([]*fa.WebhookAttemptLog, len(d.Pending))
	var calls sync.WaitGroup
	for i, id := range d.Pending {
		if w := l.webhook(id); w != nil {
			calls.Go(func() { attempts[i] = b.attempt(ctx, w, d) })
		}
	}
	calls.Wait()
	if err := ctx.Err(); err != nil {
		return fmt.Errorf("tell webhooks of %s: %w", d.Type, err)
	}
	d.Pending = nil
	for _, a := range attempts {
		if a == nil {
			continue // the webhook was deleted meanwhile
		}
		d.Attempts = append(d.Attempts, *a)
		if a.AttemptResult != fa.AttemptSuccess {
			d.Pending = append(d.Pending, a.WebhookID)
		}
	}
	return nil
}

func (b *Bus) attempt(ctx context.Context, w *fa.Webhook, d *delivery) *fa.WebhookAttemptLog {
	a := &fa.WebhookAttemptLog{
		AttemptResult: fa.AttemptFailure, Data: fa.Data{}, ID: b.NewID(), StartInstant: b.Now().UnixMilli(), WebhookEventLogID: d.ID, WebhookID: w.ID,
	}
	a.WebhookCallResponse = b.Sender.Send(ctx, w, d.Event)
	a.WebhookCallResponse.URL = plainURL(w.URL)
	if status := a.WebhookCallResponse.StatusCode; status >= 200 && status <= 299 && a.WebhookCallResponse.Exception == "" {
		a.AttemptResult = fa.AttemptSuccess
	}
	a.EndInstant = b.Now().UnixMilli()
	return a
}

// plainURL is a URL without what may be secret in it.
func plainURL(text string) string {
	u, err := url.Parse(text)
	if err != nil {
		return ""
	}
	u.User, u.RawQuery, u.Fragment = nil, "", ""
	return u.String()
}

// Deliver does the jobs of Kind.
func (b *Bus) Deliver(ctx context.Context, job *jobs.Job) error {
	var d delivery
	if err := job.Decode(&d); err != nil {
		return err
	}
	if d.Unheard {
		return nil
	}
	if err := b.send(ctx, &d); err != nil {
		return err
	}
	made := job.Attempt
	if d.Asked {
		made++
	}
	over := len(d.Pending) == 0 || made > len(Waits)
	if err := b.note(ctx, &d, over); err != nil {
		return err
	}
	if len(d.Pending) == 0 {
		return nil
	}
	if over {
		return b.giveUp(ctx, &d, made)
	}
	again, err := jobs.New(Kind, d)
	if err != nil {
		return err
	}
	job.Payload = again.Payload
	return fmt.Errorf("%d webhooks did not take the event %s", len(d.Pending), d.Type)
}

// note writes attempts to the webhook event log, if there is to be one.
func (b *Bus) note(ctx context.Context, d *delivery, over bool) error {
	c, err := b.Configuration.Get(ctx, "")
	if err != nil {
		return fmt.Errorf("look whether webhook events are logged: %w", err)
	}
	result := fa.ResultRunning
	switch {
	case d.Denied || over && len(d.Pending) > 0:
		result = fa.ResultFailed
	case over:
		result = fa.ResultSucceeded
	}
	if c.WebhookEventLogConfiguration.Enabled {
		if err := b.Log.NoteWebhookEvent(ctx, fa.WebhookEventLog{
			ID: d.ID, EventType: d.Type, EventResult: result, LinkedObjectID: d.LinkedObjectID, InsertInstant: d.CreateInstant,
			LastUpdateInstant: b.Now().UnixMilli(), Event: d.Event, Attempts: d.Attempts,
		}); err != nil {
			return fmt.Errorf("write the webhook event log: %w", err)
		}
	}
	d.Attempts = nil
	return nil
}

// giveUp says in the event log who did not take the event, unless the event is
// about the event log: that would never end.
func (b *Bus) giveUp(ctx context.Context, d *delivery, attempts int) error {
	if d.Type == EventLogCreate {
		return nil
	}
	l, err := b.current(ctx)
	if err != nil {
		return err
	}
	var places []string
	for _, id := range d.Pending {
		if w := l.webhook(id); w != nil {
			places = append(places, "["+plainURL(w.URL)+"]")
		}
	}
	return b.Log.LogEvent(ctx, fa.EventError, fmt.Sprintf("The webhooks %s did not take the event [%s] with the id [%s] in %d attempts.",
		strings.Join(places, ", "), d.Type, d.ID, attempts))
}

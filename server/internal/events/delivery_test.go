package events

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"wherry/server/internal/fa"
	"wherry/server/internal/jobs"
)

const (
	one   fa.ID = "00000000-0000-0000-0000-00000000000a"
	other fa.ID = "00000000-0000-0000-0000-00000000000b"
	told  fa.ID = "00000000-0000-0000-0000-00000000000e"
)

// world is everything around a bus.
type world struct {
	mu       sync.Mutex
	webhooks []*fa.Webhook
	sent     []fa.ID
	status   map[fa.ID]int // what a webhook answers; 200 unless it is here
	logged   []fa.WebhookEventLog
	messages []string
}

func (w *world) All(context.Context) ([]*fa.Webhook, error) { return slices.Clone(w.webhooks), nil }

func (w *world) Send(_ context.Context, hook *fa.Webhook, _ []byte) fa.WebhookCallResponse {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.sent = append(w.sent, hook.ID)
	if status := w.status[hook.ID]; status != 0 {
		return fa.WebhookCallResponse{StatusCode: status}
	}
	return fa.WebhookCallResponse{StatusCode: 200}
}

func (w *world) Get(context.Context, fa.ID) (*fa.SystemConfiguration, error) {
	c := fa.NewSystemConfiguration()
	c.WebhookEventLogConfiguration.Enabled = true
	return &c, nil
}

func (w *world) NoteWebhookEvent(_ context.Context, e fa.WebhookEventLog) error {
	w.logged = append(w.logged, e)
	return nil
}

func (w *world) LogEvent(_ context.Context, _, message string) error {
	w.messages = append(w.messages, message)
	return nil
}

// tenants is no tenants.
type tenants struct{}

func (tenants) All(context.Context) ([]*fa.Tenant, error) { return nil, nil }

func newBus(w *world) *Bus {
	return &Bus{
		Webhooks: w, Tenants: tenants{}, Configuration: w, Sender: w, Log: w,
		Now: func() time.Time { return time.UnixMilli(1) }, NewID: func() fa.ID { return told },
	}
}

func (w *world) add(ids ...fa.ID) {
	for _, id := range ids {
		w.webhooks = append(w.webhooks, &fa.Webhook{Head: fa.Head{ID: id}, URL: "https://ada:made-up@hooks.example.com/" + string(id) + "?key=made-up"})
	}
}

func event(t *testing.T, attempt int, pending ...fa.ID) *jobs.Job {
	t.Helper()
	job, err := jobs.New(Kind, delivery{ID: told, Type: UserCreate, Event: []byte("{}"), Pending: pending})
	if err != nil {
		t.Fatal(err)
	}
	job.Attempt = attempt
	return &job
}

// TestAWebhookThatAnotherServerHasJustMade is told although this server's copy
// does not have it yet.
func TestAWebhookThatAnotherServerHasJustMade(t *testing.T) {
	t.Parallel()
	w := &world{}
	b := newBus(w)
	if _, err := b.current(t.Context()); err != nil {
		t.Fatal(err)
	}
	w.add(one)
	if err := b.Deliver(t.Context(), event(t, 1, one, other)); err != nil || !slices.Equal(w.sent, []fa.ID{one}) {
		t.Errorf("sent to %v, %v", w.sent, err)
	}
}

func TestOnlyThoseThatFailedAreToldAgain(t *testing.T) {
	t.Parallel()
	w := &world{status: map[fa.ID]int{other: 500}}
	w.add(one, other)
	b, job := newBus(w), event(t, 1, one, other)
	for ; job.Attempt <= len(Waits); job.Attempt++ {
		if err := b.Deliver(t.Context(), job); err == nil {
			t.Errorf("attempt %d: no error", job.Attempt)
		}
	}
	if err := b.Deliver(t.Context(), job); err != nil {
		t.Errorf("the last attempt: %v", err)
	}
	slices.Sort(w.sent)
	if diff := cmp.Diff([]fa.ID{one, other, other, other, other}, w.sent); diff != "" {
		t.Errorf("sent: %s", diff)
	}
	var results []string
	for _, e := range w.logged {
		results = append(results, e.EventResult)
	}
	if diff := cmp.Diff([]string{"Running", "Running", "Running", "Failed"}, results); diff != "" {
		t.Errorf("results: %s", diff)
	}
	want := []string{fmt.Sprintf("The webhooks [https://hooks.example.com/%s] did not take the event [user.create] with the id [%s] in 4 attempts.", other, told)}
	if diff := cmp.Diff(want, w.messages); diff != "" {
		t.Errorf("event log: %s", diff)
	}
}

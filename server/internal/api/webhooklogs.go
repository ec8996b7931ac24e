package api

import (
	"cmp"
	"context"
	"net/http"
	"time"

	"wherry/server/internal/fa"
)

// WebhookLogs serves /api/system/webhook-event-log and
// /api/system/webhook-attempt-log.
//
// Source: https://fusionauth.io/docs/apis/webhook-event-logs
type WebhookLogs struct {
	Store interface {
		WebhookEventLog(ctx context.Context, id fa.ID) (*fa.WebhookEventLog, error)
		WebhookAttemptLog(ctx context.Context, id fa.ID) (fa.WebhookAttemptLog, error)
		SearchWebhookEventLog(ctx context.Context, s fa.WebhookEventSearch) ([]*fa.WebhookEventLog, int, error)
	}
	Now func() time.Time
}

// Mount registers the endpoints.
func (h *WebhookLogs) Mount(m *Mux) {
	m.HandleGlobal("GET /api/system/webhook-event-log/{webhookEventLogId}", h.event)
	m.HandleGlobal("GET /api/system/webhook-attempt-log/{webhookAttemptLogId}", h.attempt)
	m.HandleGlobal("GET /api/system/webhook-event-log/search", h.search)
	m.HandleGlobal("POST /api/system/webhook-event-log/search", h.search)
}

func (h *WebhookLogs) event(w http.ResponseWriter, r *http.Request) error {
	id, err := pathID(r, "webhookEventLogId")
	if err != nil {
		return err
	}
	e, err := h.Store.WebhookEventLog(r.Context(), id)
	if err != nil {
		return err
	}
	return respond(w, http.StatusOK, map[string]any{"webhookEventLog": e})
}

func (h *WebhookLogs) attempt(w http.ResponseWriter, r *http.Request) error {
	id, err := pathID(r, "webhookAttemptLogId")
	if err != nil {
		return err
	}
	a, err := h.Store.WebhookAttemptLog(r.Context(), id)
	if err != nil {
		return err
	}
	return respond(w, http.StatusOK, map[string]any{"webhookAttemptLog": a})
}

// search looks at the last hour unless the request says otherwise, in whole
// minutes.
func (h *WebhookLogs) search(w http.ResponseWriter, r *http.Request) error {
	c, order, err := readNewestFirst(r)
	if err != nil {
		return err
	}
	minute := time.Minute.Milliseconds()
	start := cmp.Or(c.Start, h.Now().Add(-time.Hour).UnixMilli())
	end := cmp.Or(c.End, h.Now().UnixMilli())
	found, total, err := h.Store.SearchWebhookEventLog(r.Context(), fa.WebhookEventSearch{
		Event: c.Event, EventResult: c.EventResult, EventType: c.EventType,
		Start: start / minute * minute, End: (end/minute+1)*minute - 1,
		Limit: c.NumberOfResults, Offset: c.StartRow, Order: order,
	})
	if err != nil {
		return err
	}
	return respond(w, http.StatusOK, map[string]any{"webhookEventLogs": found, "total": total})
}

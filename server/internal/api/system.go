package api

import (
	"context"
	"net/http"
	"strconv"

	"wherry/internal/buildinfo"
	"wherry/server/internal/fa"
)

// apiVersion is the version of FusionAuth's API that we are compatible with.
const apiVersion = "1.69.0"

// System serves /api/status, /api/health and /api/system/*.
//
// Sources: https://fusionauth.io/docs/apis/system, https://fusionauth.io/docs/apis/event-logs
type System struct {
	Store interface {
		Ping(ctx context.Context) error
		EventLog(ctx context.Context, id int64) (fa.EventLog, error)
		SearchEventLog(ctx context.Context, s fa.EventSearch) ([]fa.EventLog, int, error)
	}
}

// statusNoDatabase is FusionAuth's own code for a lost database.
const statusNoDatabase = 452

// Mount registers the endpoints.
func (h *System) Mount(m *Mux) {
	status := func(w http.ResponseWriter, r *http.Request) error {
		if h.Store.Ping(r.Context()) != nil {
			w.WriteHeader(statusNoDatabase)
			return nil
		}
		if _, err := m.authenticate(r, http.MethodGet, "/api/status"); err != nil {
			return nil // without a key there is a status and nothing else
		}
		return respond(w, http.StatusOK, map[string]string{"version": apiVersion, "wherry": buildinfo.Version()})
	}
	m.HandleOpen("GET /api/status", status)
	m.HandleOpen("GET /api/health", func(w http.ResponseWriter, r *http.Request) error { return h.Store.Ping(r.Context()) })
	m.Handle("GET /api/system/version", func(w http.ResponseWriter, _ *http.Request) error {
		return respond(w, http.StatusOK, map[string]string{"version": apiVersion})
	})
	m.HandleGlobal("GET /api/system/event-log/{eventLogId}", h.event)
	m.HandleGlobal("GET /api/system/event-log/search", h.search)
	m.HandleGlobal("POST /api/system/event-log/search", h.search)
}

func (h *System) event(w http.ResponseWriter, r *http.Request) error {
	id, err := strconv.ParseInt(r.PathValue("eventLogId"), 10, 64)
	if err != nil {
		return fa.FieldError("eventLogId", "couldNotConvert", "[%s] is not a number.", r.PathValue("eventLogId"))
	}
	e, err := h.Store.EventLog(r.Context(), id)
	if err != nil {
		return err
	}
	return respond(w, http.StatusOK, map[string]any{"eventLog": e})
}

func (h *System) search(w http.ResponseWriter, r *http.Request) error {
	c, order, err := readNewestFirst(r)
	if err != nil {
		return err
	}
	found, total, err := h.Store.SearchEventLog(r.Context(), fa.EventSearch{
		Message: c.Message, Type: c.Type, Start: c.Start, End: c.End,
		Limit: c.NumberOfResults, Offset: c.StartRow, Order: order,
	})
	if err != nil {
		return err
	}
	return respond(w, http.StatusOK, map[string]any{"eventLogs": found, "total": total})
}

package api

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

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
	m.Handle("GET /api/system/event-log/{id}", h.event)
	m.Handle("GET /api/system/event-log/search", h.search)
	m.Handle("POST /api/system/event-log/search", h.search)
}

// event needs a key of all tenants, as the event log belongs to none.
func (h *System) event(w http.ResponseWriter, r *http.Request) error {
	if callerOf(r).tenant != "" {
		return errUnauthorized
	}
	id, err := strconv.ParseInt(r.PathValue("id"), 10, 64)
	if err != nil {
		return fa.FieldError("eventLogId", "couldNotConvert", "[%s] is not a number.", r.PathValue("id"))
	}
	e, err := h.Store.EventLog(r.Context(), id)
	if err != nil {
		return err
	}
	return respond(w, http.StatusOK, map[string]any{"eventLog": e})
}

// eventCriteria is how a search is written in JSON.
type eventCriteria struct {
	End             int64   `json:"end"`
	Message         string  `json:"message"`
	NumberOfResults int     `json:"numberOfResults"`
	OrderBy         string  `json:"orderBy"`
	Start           int64   `json:"start"`
	StartRow        int     `json:"startRow"`
	Type            string  `json:"type"`
	Rest            fa.Rest `json:",embed"`
}

func (h *System) search(w http.ResponseWriter, r *http.Request) error {
	if callerOf(r).tenant != "" {
		return errUnauthorized
	}
	criteria, err := readEventCriteria(r)
	if err != nil {
		return err
	}
	order, err := orderBy(criteria.OrderBy, "insertInstant DESC", map[string]string{
		"id": "id", "insertInstant": "insert_instant", "message": "message", "type": "type",
	})
	if err != nil {
		return err
	}
	found, total, err := h.Store.SearchEventLog(r.Context(), fa.EventSearch{
		Message: criteria.Message, Type: criteria.Type, Start: criteria.Start, End: criteria.End,
		Limit: criteria.NumberOfResults, Offset: criteria.StartRow, Order: order,
	})
	if err != nil {
		return err
	}
	return respond(w, http.StatusOK, map[string]any{"eventLogs": found, "total": total})
}

func readEventCriteria(r *http.Request) (eventCriteria, error) {
	criteria := eventCriteria{NumberOfResults: 25}
	if r.Method == http.MethodPost {
		body, err := read(r)
		if err != nil {
			return criteria, err
		}
		return criteria, body.decode("search", &criteria)
	}
	q := r.URL.Query()
	criteria.Message, criteria.Type, criteria.OrderBy = q.Get("message"), q.Get("type"), q.Get("orderBy")
	var errs fa.Errors
	criteria.NumberOfResults = int(number(&errs, q, "numberOfResults", 25))
	criteria.StartRow = int(number(&errs, q, "startRow", 0))
	criteria.Start, criteria.End = number(&errs, q, "start", 0), number(&errs, q, "end", 0)
	return criteria, errs.OrNil()
}

func number(errs *fa.Errors, q url.Values, name string, otherwise int64) int64 {
	if !q.Has(name) {
		return otherwise
	}
	n, err := strconv.ParseInt(q.Get(name), 10, 64)
	if err != nil || n < 0 {
		errs.Field(name, "couldNotConvert", "[%s] is not a number.", q.Get(name))
	}
	return n
}

// orderBy turns "column ASC, other DESC" into SQL, by way of the columns that
// may be named.
func orderBy(text, otherwise string, columns map[string]string) (string, error) {
	if text == "" {
		text = otherwise
	}
	var order []string
	for term := range strings.SplitSeq(text, ",") {
		words := strings.Fields(term)
		direction := "asc"
		if len(words) == 2 {
			direction = strings.ToLower(words[1])
		}
		if len(words) == 0 || len(words) > 2 || columns[words[0]] == "" || !slices.Contains([]string{"asc", "desc"}, direction) {
			return "", fa.FieldError("search.orderBy", "invalid", "[%s] is not a column that can be sorted by.", strings.TrimSpace(term))
		}
		order = append(order, columns[words[0]]+" "+direction)
	}
	return strings.Join(order, ", "), nil
}

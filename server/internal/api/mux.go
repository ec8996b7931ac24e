// Package api is FusionAuth's API, /api/*: each endpoint decodes, calls one
// thing and responds. A resource whose requests mean "store this document"
// is served by one generic type; what is odd is written by hand.
//
// A request moves through Mux: body limit, API key and tenant, handler, and
// one place that turns errors into statuses.
package api

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"time"
	"unicode/utf8"

	"wherry/server/internal/fa"
	"wherry/server/internal/identity"
)

// maxBody is what a request may weigh, in bytes; imports have their own limit.
const maxBody = 4 << 20

// Mux routes requests and turns the errors of handlers into answers.
type Mux struct {
	*http.ServeMux
	Keys    KeyStore
	Tenants Documents[fa.Tenant]
	Bearers Bearers
	Access  identity.AccessLists
	Now     func() time.Time
	Log     *slog.Logger

	large map[string]int64 // what patterns with a limit of their own let a request weigh
}

// KeyStore finds API keys.
type KeyStore interface {
	APIKeyByValue(ctx context.Context, value string) (*fa.APIKey, error)
}

// handler is an endpoint.
type handler func(w http.ResponseWriter, r *http.Request) error

// Handle registers an endpoint that needs an API key with the permission for
// its path and method.
func (m *Mux) Handle(pattern string, h handler) {
	_, path, _ := strings.Cut(pattern, " ")
	m.handleAs(pattern, endpointOf(path), h)
}

// handleAs is Handle for a pattern that does not say which endpoint it is.
func (m *Mux) handleAs(pattern, endpoint string, h handler) {
	method, _, _ := strings.Cut(pattern, " ")
	m.HandleOpen(pattern, func(w http.ResponseWriter, r *http.Request) error {
		caller, err := m.authenticate(r, method, endpoint)
		if err != nil {
			return err
		}
		return h(w, r.WithContext(context.WithValue(r.Context(), callerKey{}, caller)))
	})
}

// HandleGlobal registers an endpoint for what belongs to no tenant: keys of one
// tenant are refused.
func (m *Mux) HandleGlobal(pattern string, h handler) {
	m.Handle(pattern, func(w http.ResponseWriter, r *http.Request) error {
		if !callerOf(r).global() {
			return errUnauthorized
		}
		return h(w, r)
	})
}

// handleLarge is Handle for requests that may weigh so many bytes.
func (m *Mux) handleLarge(pattern string, bytes int64, h handler) {
	if m.large == nil {
		m.large = map[string]int64{}
	}
	m.large[pattern] = bytes
	m.Handle(pattern, h)
}

// HandleOpen registers an endpoint that anybody may call.
func (m *Mux) HandleOpen(pattern string, h handler) {
	limit := cmp.Or(m.large[pattern], maxBody)
	m.HandleFunc(pattern, func(w http.ResponseWriter, r *http.Request) {
		r.Body = http.MaxBytesReader(w, r.Body, limit)
		w.Header().Set("Cache-Control", "no-store")
		w.Header().Set("X-Content-Type-Options", "nosniff")
		err := checkQuery(r.URL.RawQuery)
		if err == nil {
			err = h(w, r)
		}
		if err != nil {
			m.fail(w, r, err)
		}
	})
}

// checkQuery refuses what the handlers would not see, and text that PostgreSQL
// cannot look for.
func checkQuery(raw string) error {
	_, err := url.ParseQuery(raw)
	text, _ := url.QueryUnescape(raw) // as far as ParseQuery is content
	if err != nil || !utf8.ValidString(text) || strings.ContainsRune(text, 0) {
		return fa.GeneralError("invalid", "The query of the URL is not well-formed text.")
	}
	return nil
}

// errUnauthorized is a missing, unknown, expired or too narrow API key.
var errUnauthorized = errors.New("no API key with this permission")

// fail is the one place that answers for an error, and the one that logs it.
// Causes never reach the client.
func (m *Mux) fail(w http.ResponseWriter, r *http.Request, err error) {
	var refused *fa.Errors
	var tooLarge *http.MaxBytesError
	var prevented *identity.Prevented
	var unknown *identity.ExternalError
	switch {
	case errors.As(err, &refused):
		_ = respond(w, http.StatusBadRequest, refused)
	case errors.As(err, &unknown):
		external(w, unknown)
	case errors.As(err, &prevented):
		_ = respond(w, http.StatusConflict, prevented)
	case errors.As(err, &tooLarge):
		_ = respond(w, http.StatusRequestEntityTooLarge,
			fa.GeneralError("requestTooLarge", "The request body is larger than %d bytes.", tooLarge.Limit))
	case errors.Is(err, identity.ErrNoTemplate):
		w.WriteHeader(http.StatusForbidden)
	case errors.Is(err, identity.ErrNoAddress):
		w.WriteHeader(http.StatusUnprocessableEntity)
	case errors.Is(err, errUnauthorized):
		w.WriteHeader(http.StatusUnauthorized)
	case errors.Is(err, fa.ErrNotFound), errors.Is(err, identity.ErrCredentials):
		w.WriteHeader(http.StatusNotFound)
	case errors.Is(err, fa.ErrConflict):
		w.WriteHeader(http.StatusConflict)
	case errors.Is(err, identity.ErrLocked):
		w.WriteHeader(http.StatusLocked)
	case errors.Is(err, identity.ErrExpired):
		w.WriteHeader(http.StatusGone)
	case errors.Is(err, identity.ErrCode):
		w.WriteHeader(statusWrongCode)
	case errors.Is(err, identity.ErrRateLimited):
		_ = respond(w, http.StatusTooManyRequests, fa.GeneralError("RateLimitedException", "There were too many attempts. Try again later."))
	case errors.Is(err, identity.ErrBusy):
		w.Header().Set("Retry-After", "1")
		_ = respond(w, http.StatusServiceUnavailable, fa.GeneralError("busy", "Too many sign-ins at this moment. Try again in a second."))
	case errors.Is(err, fa.ErrTransaction):
		_ = respond(w, http.StatusGatewayTimeout, fa.GeneralError("WebhookTransactionException",
			"The webhooks of the event did not agree, or could not be reached, so nothing was changed."))
	case errors.Is(err, context.Canceled) && r.Context().Err() != nil:
		// Nobody is listening any more.
	default:
		m.Log.ErrorContext(r.Context(), "request failed", "method", r.Method, "route", r.Pattern, "error", err)
		w.WriteHeader(http.StatusInternalServerError)
	}
}

func isNotFound(err error) bool { return errors.Is(err, fa.ErrNotFound) }

// respond writes v as JSON.
func respond(w http.ResponseWriter, status int, v any) error {
	body, err := fa.Encode(v)
	if err != nil {
		return fmt.Errorf("encode the response: %w", err)
	}
	w.Header().Set("Content-Type", "application/json;charset=UTF-8")
	w.WriteHeader(status)
	_, _ = w.Write(body) // the client may have left
	return nil
}

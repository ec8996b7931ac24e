package fusionauth_test

import (
	"context"
	"crypto/tls"
	"errors"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"wherry/toolkit/internal/fusionauth"
)

func status(ctx context.Context, c *fusionauth.Client) error { return c.Status(ctx) }

func create(ctx context.Context, c *fusionauth.Client) error {
	_, err := c.CreateTenant(ctx, fusionauth.Tenant{Name: "Customers"})
	return err
}

func patch(ctx context.Context, c *fusionauth.Client) error {
	_, err := c.PatchTenant(ctx, tenantID, fusionauth.Tenant{Issuer: "example.com"})
	return err
}

func update(ctx context.Context, c *fusionauth.Client) error {
	_, err := c.UpdateConnector(ctx, fusionauth.Connector{ID: tenantID})
	return err
}

func search(ctx context.Context, c *fusionauth.Client) error {
	_, err := c.SearchEventLogs(ctx, fusionauth.EventLogSearch{})
	return err
}

const hangUp = -1

func TestRetries(t *testing.T) {
	t.Parallel()
	const conflict = `{"generalErrors": [{"code": "[retryableConflict]", "message": "Again."}]}`
	for _, tt := range []struct {
		name     string
		call     func(context.Context, *fusionauth.Client) error
		status   int // of every answer but the fourth, which is 200
		body     string
		attempts int32
	}{
		{"get, too many requests", status, 429, "", 4},
		{"get, bad gateway", status, 502, "", 4},
		{"get, unavailable", status, 503, "", 4},
		{"get, gateway timeout", status, 504, "", 4},
		{"get, no answer", status, hangUp, "", 4},
		{"get, server error", status, 500, "", 4},
		{"get, refused", status, 400, "", 1},
		{"put, unavailable", update, 503, "", 4},
		{"put, retryable conflict", update, 409, conflict, 4},
		{"put, other conflict", update, 409, "", 1},
		{"merge patch, unavailable", patch, 503, "", 4},
		{"search, unavailable", search, 503, "", 4},
		{"post, unavailable", create, 503, "", 1},
		{"post, no answer", create, hangUp, "", 1},
		{"post, retryable conflict", create, 409, conflict, 1},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			var attempts atomic.Int32
			var bodies [5]string
			c := connect(t, func(w http.ResponseWriter, r *http.Request) {
				n := attempts.Add(1)
				body, _ := io.ReadAll(r.Body)
				bodies[n] = string(body)
				switch {
				case n == 4:
					_, _ = io.WriteString(w, `{"tenant": {}, "connector": {}}`)
				case tt.status == hangUp:
					panic(http.ErrAbortHandler)
				default:
					w.WriteHeader(tt.status)
					_, _ = io.WriteString(w, tt.body)
				}
			})
			err := tt.call(t.Context(), c)
			if attempts.Load() != tt.attempts || (err == nil) != (tt.attempts == 4) {
				t.Errorf("%d attempts, want %d; %v", attempts.Load(), tt.attempts, err)
			}
			if tt.attempts == 4 && bodies[4] != bodies[1] {
				t.Errorf("the last request was %q, the first %q", bodies[4], bodies[1])
			}
		})
	}
}

func TestRetriesEnd(t *testing.T) {
	t.Parallel()
	var attempts atomic.Int32
	c := connect(t, func(w http.ResponseWriter, _ *http.Request) {
		attempts.Add(1)
		w.WriteHeader(http.StatusServiceUnavailable)
	})
	var refused *fusionauth.Error
	if err := c.Status(t.Context()); !errors.As(err, &refused) || refused.Status != http.StatusServiceUnavailable {
		t.Errorf("want the last answer, got %v", err)
	}
	if attempts.Load() != 5 {
		t.Errorf("%d attempts, want 5", attempts.Load())
	}
}

// The client's own pause is an hour here: only the server's can end the test.
func TestRetryAfterIsHonoured(t *testing.T) {
	t.Parallel()
	var attempts atomic.Int32
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		if attempts.Add(1) == 1 {
			w.Header().Set("Retry-After", "0")
			w.WriteHeader(http.StatusTooManyRequests)
		}
	}))
	t.Cleanup(srv.Close)
	if err := dial(t, fusionauth.Options{URL: srv.URL, Backoff: time.Hour}).Status(t.Context()); err != nil {
		t.Error(err)
	}
}

func TestPauseEndsWithTheContext(t *testing.T) {
	t.Parallel()
	ctx, stop := context.WithCancel(t.Context())
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(http.StatusServiceUnavailable)
		time.AfterFunc(time.Millisecond, stop)
	}))
	t.Cleanup(srv.Close)
	err := dial(t, fusionauth.Options{URL: srv.URL, Backoff: time.Hour}).Status(ctx)
	if !errors.Is(err, context.Canceled) {
		t.Errorf("want the context's error, got %v", err)
	}
}

func TestTimeout(t *testing.T) {
	t.Parallel()
	srv := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		<-r.Context().Done()
	}))
	t.Cleanup(srv.Close)
	err := create(t.Context(), dial(t, fusionauth.Options{URL: srv.URL, Timeout: time.Millisecond}))
	if err == nil || !strings.Contains(err.Error(), "no answer in time") {
		t.Errorf("want a timeout, got %v", err)
	}
}

func TestUntrustedCertificateIsRefused(t *testing.T) {
	t.Parallel()
	srv := httptest.NewUnstartedServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { t.Error("the server was asked") }))
	srv.Config.ErrorLog = log.New(io.Discard, "", 0)
	srv.StartTLS()
	t.Cleanup(srv.Close)
	err := dial(t, fusionauth.Options{URL: srv.URL, Backoff: time.Hour}).Status(t.Context())
	var untrusted *tls.CertificateVerificationError
	if !errors.As(err, &untrusted) {
		t.Errorf("want the certificate to be refused at once, got %v", err)
	}
}

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

func version(ctx context.Context, c *fusionauth.Client) error {
	_, err := c.Version(ctx)
	return err
}

func create(ctx context.Context, c *fusionauth.Client) error {
	_, err := c.Create(ctx, fusionauth.Place{Path: "/api/tenant/{id}", IDs: []string{""}}, fusionauth.Doc{"tenant": fusionauth.Doc{"name": "Customers"}}, "tenant")
	return err
}

var customers = fusionauth.Place{Path: "/api/tenant/{id}", IDs: []string{tenantID}}

func patch(ctx context.Context, c *fusionauth.Client) error {
	_, err := c.Patch(ctx, customers, fusionauth.Doc{"tenant": fusionauth.Doc{"issuer": "example.com"}}, "tenant")
	return err
}

func remove(ctx context.Context, c *fusionauth.Client) error { return c.Delete(ctx, customers) }

func search(ctx context.Context, c *fusionauth.Client) error {
	_, err := c.Registrations(ctx, []string{userID})
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
		{"get, too many requests", version, 429, "", 4},
		{"get, bad gateway", version, 502, "", 4},
		{"get, unavailable", version, 503, "", 4},
		{"get, gateway timeout", version, 504, "", 4},
		{"get, no answer", version, hangUp, "", 4},
		{"get, server error", version, 500, "", 4},
		{"get, refused", version, 400, "", 1},
		{"delete, unavailable", remove, 503, "", 4},
		{"delete, retryable conflict", remove, 409, conflict, 4},
		{"delete, other conflict", remove, 409, "", 1},
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
					_, _ = io.WriteString(w, `{"tenant": {}, "version": ""}`)
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
	if err := version(t.Context(), c); !errors.As(err, &refused) || refused.Status != http.StatusServiceUnavailable {
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
		_, _ = io.WriteString(w, `{"version": "1.69.0"}`)
	}))
	t.Cleanup(srv.Close)
	if err := version(t.Context(), dial(t, fusionauth.Options{URL: srv.URL, Backoff: time.Hour})); err != nil {
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
	err := version(ctx, dial(t, fusionauth.Options{URL: srv.URL, Backoff: time.Hour}))
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
	err := version(t.Context(), dial(t, fusionauth.Options{URL: srv.URL, Backoff: time.Hour}))
	var untrusted *tls.CertificateVerificationError
	if !errors.As(err, &untrusted) {
		t.Errorf("want the certificate to be refused at once, got %v", err)
	}
}

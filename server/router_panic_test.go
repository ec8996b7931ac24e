package server

import (
	"bytes"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

// TestPanic: a broken handler costs one answer and leaves a trace.
func TestPanic(t *testing.T) {
	t.Parallel()
	var log bytes.Buffer
	mux := http.NewServeMux()
	mux.HandleFunc("GET /broken", func(http.ResponseWriter, *http.Request) { panic("broken") })
	mux.HandleFunc("GET /aborted", func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) })
	rt := &router{mux: mux, log: slog.New(slog.NewTextHandler(&log, nil))}
	w := httptest.NewRecorder()
	rt.ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/broken", nil))
	if w.Code != http.StatusInternalServerError || w.Body.Len() > 0 || !strings.Contains(log.String(), "GET /broken") || !strings.Contains(log.String(), "TestPanic") {
		t.Errorf("status %d, body %q, log %s", w.Code, w.Body, &log)
	}
	defer func() {
		if recover() != http.ErrAbortHandler { //nolint:errorlint // net/http compares it so
			t.Error("net/http has to learn that the answer was aborted")
		}
	}()
	rt.ServeHTTP(httptest.NewRecorder(), httptest.NewRequest(http.MethodGet, "/aborted", nil))
}

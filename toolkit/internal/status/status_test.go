package status_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"wherry/toolkit/internal/status"
	"wherry/toolkit/internal/workspace"
)

var now = time.Date(2026, 11, 22, 9, 0, 0, 0, time.UTC)

// crossing is a workspace in which something has happened on each of two days.
func crossing(t *testing.T) *workspace.Workspace {
	t.Helper()
	ctx, clock := t.Context(), now.Add(-48*time.Hour)
	w, err := workspace.Open(ctx, filepath.Join(t.TempDir(), "wherry.db"), workspace.Options{Now: func() time.Time { return clock }})
	must(t, err)
	t.Cleanup(func() { _ = w.Close() })
	p, err := w.Pool(ctx, "eu-west-1_ExamplePool")
	must(t, err)
	r, err := p.Start(ctx, workspace.Export)
	must(t, err)
	s, err := r.Scan(ctx)
	must(t, err, s.Divide(ctx, workspace.PartUsers, []string{""}))
	h, err := s.Next(ctx, workspace.PartUsers)
	must(t, err)
	var users []workspace.Source
	for n := range 10 {
		users = append(users, workspace.Source{ID: fmt.Sprintf("id-%d", n), Document: fmt.Appendf(nil, `"user%d<b>"`, n), Enabled: true})
	}
	_, err = h.Save(ctx, workspace.Page{Users: users, Last: true})
	must(t, err, s.Finish(ctx, true, nil), r.Report(ctx, workspace.Progress{Step: "users", Done: 10, Of: 10, PerSecond: 5}), r.End(ctx, "done"))

	r, err = p.Start(ctx, workspace.Import)
	must(t, err)
	q := workspace.Query{}
	for range 2 {
		b, err := r.Next(ctx, &q, 4)
		must(t, err)
		for u, err := range b.All(ctx) {
			must(t, err, b.Done(ctx, workspace.Imported, []workspace.Move{{User: u.N, To: workspace.Refused, Reason: "no e-mail <address>"}}))
			break
		}
		clock = clock.Add(24 * time.Hour)
	}
	must(t, r.Report(ctx, workspace.Progress{Step: "users", Done: 6, Of: 10, PerSecond: 1}))
	t.Cleanup(func() { _ = r.End(context.WithoutCancel(ctx), "done") })
	return w
}

func look(t *testing.T, people int) status.Status {
	t.Helper()
	s, err := status.Of(t.Context(), crossing(t), status.Options{Runs: 5, People: people, Name: func(source []byte) string { return string(source) }}, now)
	must(t, err)
	s.TurnedAway = []status.TurnedAway{{Pool: "p", Outcome: "totp-factor", People: 2, Times: 3, Last: now}}
	return s
}

func TestStatus(t *testing.T) {
	t.Parallel()
	s := look(t, 0)
	p := s.Pools[0]
	if p.Across != 6 || p.Left != 2 || p.Users.Total != 10 || len(p.Done) != 2 || p.Done[0].Users != 3 || len(p.People) != 0 {
		t.Errorf("%+v", p)
	}
	var text strings.Builder
	s.Print(&text)
	for _, want := range []string{
		"10 users, 6 across (60 %), 2 to go", "6 imported", "2 refused: no e-mail <address>", "read to its end on",
		"import", "running", "6 of 10 users, 1/s, 4s left", "2 totp-factor", "3 times",
	} {
		if !strings.Contains(text.String(), want) {
			t.Errorf("no %q in:\n%s", want, &text)
		}
	}
}

func TestThePage(t *testing.T) {
	t.Parallel()
	for people, named := range map[int]bool{0: false, 1: true} {
		s := look(t, people)
		page := status.Page{Status: func(context.Context) (status.Status, error) { return s, nil }, Every: 2 * time.Second}
		code, header, body := get(t, page, http.MethodGet, "/")
		for _, want := range []string{"60 %", "Burn-down", "no e-mail &lt;address&gt;", "3 came across, 5 to go", "totp-factor", "4s left"} {
			if code != http.StatusOK || !strings.Contains(body, want) {
				t.Errorf("no %q in:\n%s", want, body)
			}
		}
		if strings.Contains(body, "user0") != named || strings.Contains(body, "<b>") {
			t.Errorf("people=%d: personal data: %v", people, !named)
		}
		if policy := header.Get("Content-Security-Policy"); !strings.HasPrefix(policy, "default-src 'none'") {
			t.Errorf("policy %q", policy)
		}
	}
}

func TestThePageIsReadOnly(t *testing.T) {
	t.Parallel()
	page := status.Page{Status: func(context.Context) (status.Status, error) {
		return status.Status{}, errors.New("jane@example.com")
	}, Log: slog.New(slog.DiscardHandler)}
	for _, tt := range []struct {
		method, path string
		want         int
	}{
		{http.MethodPost, "/", http.StatusMethodNotAllowed},
		{http.MethodDelete, "/", http.StatusMethodNotAllowed},
		{http.MethodGet, "/style.css", http.StatusOK},
		{http.MethodGet, "/page.html", http.StatusNotFound},
		{http.MethodGet, "/", http.StatusInternalServerError},
	} {
		code, _, body := get(t, page, tt.method, tt.path)
		if code != tt.want || strings.Contains(body, "jane") {
			t.Errorf("%s %s: %d, want %d\n%s", tt.method, tt.path, code, tt.want, body)
		}
	}
}

func TestThePageIsNotForOtherSites(t *testing.T) {
	t.Parallel()
	s := look(t, 1)
	handler := status.Page{Status: func(context.Context) (status.Status, error) { return s, nil }, Loopback: true}.Handler()
	for host, want := range map[string]int{
		"127.0.0.1:9085": http.StatusOK, "localhost:9085": http.StatusOK, "[::1]:9085": http.StatusOK, "localhost": http.StatusOK,
		"example.com:9085": http.StatusMisdirectedRequest, "": http.StatusMisdirectedRequest, "127.0.0.1.example.com": http.StatusMisdirectedRequest,
	} {
		r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/", nil)
		r.Host = host
		w := httptest.NewRecorder()
		handler.ServeHTTP(w, r)
		if w.Code != want {
			t.Errorf("%q: %d, want %d", host, w.Code, want)
		}
	}
}

func get(t *testing.T, p status.Page, method, path string) (int, http.Header, string) {
	t.Helper()
	w := httptest.NewRecorder()
	p.Handler().ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), method, path, nil))
	return w.Code, w.Header(), w.Body.String()
}

func must(t *testing.T, errs ...error) {
	t.Helper()
	if err := errors.Join(errs...); err != nil {
		t.Fatal(err)
	}
}

package serve_test

import (
	"context"
	"io"
	"log/slog"
	"net/http"
	"strings"
	"testing"

	"wherry/internal/exit"
	"wherry/internal/serve"
)

func TestListenNamesPortAndFlag(t *testing.T) {
	t.Parallel()
	first, err := serve.Listen(t.Context(), "--listen", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer first.Close()
	addr := first.Addr().String()
	_, err = serve.Listen(t.Context(), "--listen", addr)
	if err == nil {
		t.Fatal("the second listener must be refused")
	}
	port := addr[strings.LastIndex(addr, ":")+1:]
	if said := err.Error() + exit.Hint(err); !strings.Contains(said, port) || !strings.Contains(said, "--listen") {
		t.Errorf("must name port %s and the flag: %s", port, said)
	}
	if _, err := serve.Listen(t.Context(), "--listen", "nonsense"); exit.Code(err) != exit.Usage {
		t.Errorf("an address that is none is a usage error, got %v", err)
	}
}

func TestHTTPLetsRequestsFinish(t *testing.T) {
	t.Parallel()
	ln, err := serve.Listen(t.Context(), "--listen", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	h := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		stop() // the signal arrives while the request is being answered
		<-ctx.Done()
		if r.Context().Err() != nil {
			t.Error("the request's context must outlive the signal")
		}
		_, _ = io.WriteString(w, "whole")
	})
	ended := make(chan error, 1)
	go func() { ended <- serve.HTTP(ctx, ln, h, slog.New(slog.DiscardHandler)) }()

	req, _ := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://"+ln.Addr().String(), nil)
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	if body, err := io.ReadAll(resp.Body); err != nil || string(body) != "whole" {
		t.Errorf("got %q, %v", body, err)
	}
	if err := <-ended; err != nil {
		t.Error(err)
	}
}

// Package serve opens listeners and runs HTTP servers the same way for all
// parts: clear words when a port is taken, timeouts, graceful shutdown.
package serve

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"syscall"
	"time"

	"wherry/internal/exit"
)

// Listen opens addr. Its error names the port, and flag as the way out.
func Listen(ctx context.Context, flag, addr string) (net.Listener, error) {
	var lc net.ListenConfig
	ln, err := lc.Listen(ctx, "tcp", addr)
	switch {
	case err == nil:
		return ln, nil
	case errors.Is(err, syscall.EADDRINUSE):
		_, port, _ := net.SplitHostPort(addr)
		return nil, exit.With(exit.Failed, fmt.Errorf("port %s is already in use (%s %s)", port, flag, addr),
			fmt.Sprintf("stop the program that uses it, or choose another port with %s", flag))
	case errors.Is(err, syscall.EACCES):
		return nil, exit.With(exit.Failed, fmt.Errorf("not allowed to listen on %s", addr),
			fmt.Sprintf("choose a port above 1023 with %s", flag))
	default:
		return nil, exit.With(exit.Usage, fmt.Errorf("cannot listen on %q: %w", addr, err),
			fmt.Sprintf("give %s as host:port, for example 127.0.0.1:9011", flag))
	}
}

// drain is how long requests in flight may take to finish after the context
// has ended.
const drain = 10 * time.Second

// HTTP serves h on ln until ctx ends, then lets the requests in flight finish.
// It owns ln. There is no write timeout: imports take as long as they take.
func HTTP(ctx context.Context, ln net.Listener, h http.Handler, log *slog.Logger) error {
	srv := &http.Server{
		Handler:           h,
		ReadHeaderTimeout: 10 * time.Second,
		IdleTimeout:       2 * time.Minute,
		MaxHeaderBytes:    64 << 10,
		ErrorLog:          slog.NewLogLogger(log.Handler(), slog.LevelWarn),
		BaseContext:       func(net.Listener) context.Context { return context.WithoutCancel(ctx) },
	}
	failed := make(chan error, 1)
	go func() { failed <- srv.Serve(ln) }()
	select {
	case err := <-failed:
		return fmt.Errorf("serve %s: %w", ln.Addr(), err)
	case <-ctx.Done():
	}
	patience, cancel := context.WithTimeout(context.WithoutCancel(ctx), drain)
	defer cancel()
	if err := srv.Shutdown(patience); err != nil {
		return errors.Join(fmt.Errorf("shut down %s: %w", ln.Addr(), err), srv.Close())
	}
	return nil
}

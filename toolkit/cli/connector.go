package cli

import (
	"context"
	"crypto/tls"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"runtime/debug"
	"strings"

	"wherry/internal/console"
	"wherry/internal/serve"
	"wherry/toolkit/config"
	"wherry/toolkit/connector"
)

// connectorCommand is `wherry connector` and what stands below it.
type connectorCommand struct {
	Serve connectorServe `cmd:"" default:"withargs" help:"Serve the connector until interrupted."`
	Test  connectorTest  `cmd:"" help:"Sign one user in, and show each step with its time."`
	Why   connectorWhy   `cmd:"" help:"Show why one user was turned away."`
}

// connectorServe serves the connector in the foreground.
type connectorServe struct {
	Config string `default:"wherry.yaml" placeholder:"FILE" help:"The configuration."`
	Listen string `default:"127.0.0.1:9080" placeholder:"HOST:PORT" help:"Where FusionAuth reaches the connector."`
	Admin  string `placeholder:"HOST:PORT" help:"Where /healthz, /readyz and /metrics are. Default: nowhere."`
}

// Run serves until the context ends.
func (c *connectorServe) Run(ctx context.Context, out *console.Console, p Process) error {
	settings, err := config.Load(c.Config, p.Getenv)
	if err != nil {
		return err
	}
	thrift(p.Getenv)
	log := slog.New(slog.NewJSONHandler(out.Err, nil))
	k, err := connector.New(ctx, connector.Config{Settings: settings, Log: log})
	if err != nil {
		return err
	}
	rooms, err := c.rooms(ctx, k)
	if err != nil {
		return err
	}
	if k.TLS() == nil && !local(rooms[0].listener) {
		out.Note("passwords arrive in plain HTTP: set connector.tls, or let something in front of the connector encrypt")
	}
	out.Note("%s, for %d pool(s); stop with Ctrl-C", addresses(rooms), len(settings.Pools))
	err = serveAll(ctx, rooms, log)
	k.Wait()
	return err
}

// thrift spends a little processor time on memory, of which a program that waits
// for Cognito in many places at a time has plenty in use: Go lets the heap grow
// by as much as all stacks hold. Whoever has set GOGC knows better.
func thrift(getenv func(string) string) {
	if getenv("GOGC") == "" {
		debug.SetGCPercent(50)
	}
}

type room struct {
	name     string
	listener net.Listener
	handler  http.Handler
}

func local(ln net.Listener) bool {
	addr, ok := ln.Addr().(*net.TCPAddr)
	return ok && addr.IP.IsLoopback()
}

func addresses(rooms []room) string {
	var list []string
	for _, r := range rooms {
		list = append(list, r.name+" on "+r.listener.Addr().String())
	}
	return strings.Join(list, ", ")
}

// rooms opens the listeners.
func (c *connectorServe) rooms(ctx context.Context, k *connector.Connector) ([]room, error) {
	ln, err := serve.Listen(ctx, "--listen", c.Listen)
	if err != nil {
		return nil, err
	}
	if k.TLS() != nil {
		ln = tls.NewListener(ln, k.TLS())
	}
	rooms := []room{{"connector", ln, k.Handler()}}
	if c.Admin == "" {
		return rooms, nil
	}
	admin, err := serve.Listen(ctx, "--admin", c.Admin)
	if err != nil {
		return nil, errors.Join(err, ln.Close())
	}
	return append(rooms, room{"admin", admin, k.Admin()}), nil
}

// serveAll serves until the context ends or a listener breaks; either ends
// them all.
func serveAll(ctx context.Context, rooms []room, log *slog.Logger) error {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	ended := make(chan error, len(rooms))
	for _, r := range rooms {
		go func() {
			ended <- serve.HTTP(ctx, r.listener, r.handler, log)
			stop()
		}()
	}
	var errs []error
	for range rooms {
		errs = append(errs, <-ended)
	}
	return errors.Join(errs...)
}

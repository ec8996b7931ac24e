// Command wherry carries an organisation's users off Amazon Cognito into
// FusionAuth, or into its own identity server.
package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"

	"wherry/pool"
	"wherry/rehearse"
	"wherry/server"
	"wherry/toolkit/cli"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	code := cli.Main(ctx, cli.This(),
		cli.Command{Name: "rehearse", Help: "Run a whole crossing on this machine: the first thing to try.", Cmd: &rehearse.Command{}},
		cli.Command{Name: "server", Help: "Run the identity server.", Cmd: &server.Commands{}},
		cli.Command{Name: "pool", Help: "Run the stand-in user pool.", Cmd: &pool.Command{}},
	)
	stop()
	os.Exit(code)
}

package cli

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"

	"wherry/internal/console"
	"wherry/internal/exit"
	"wherry/toolkit/config"
	"wherry/toolkit/connector"
)

// connectorWhy finds one user in the list of those turned away.
type connectorWhy struct {
	Login  string `arg:"" help:"What the user types to sign in."`
	Config string `default:"wherry.yaml" placeholder:"FILE" help:"The connector's configuration."`
}

// Help is the end of --help.
func (*connectorWhy) Help() string {
	return "Reads the file that connector.turned_away_log names. A wrong password turns nobody away. Exit code 5: the user is not in it."
}

// Run ends with exit code 5 if the user was not turned away.
func (c *connectorWhy) Run(ctx context.Context, out *console.Console, p Process) error {
	settings, err := config.Load(c.Config, p.Getenv)
	if err != nil {
		return err
	}
	k, err := connector.New(ctx, connector.Config{Settings: settings})
	if err != nil {
		return err
	}
	list, err := k.WhyTurnedAway(c.Login)
	if err != nil {
		return err
	}
	if len(list) == 0 {
		return exit.With(exit.Nothing, errors.New("nothing but perhaps a wrong password has turned this user away"), "")
	}
	for _, t := range list {
		if err := out.Emit(t, func(w io.Writer) { printTurnedAway(w, t) }); err != nil {
			return err
		}
	}
	return nil
}

func printTurnedAway(w io.Writer, t connector.TurnedAway) {
	fmt.Fprintf(w, "%s  %s  %s", t.Time.Local().Format("2006-01-02 15:04:05"), t.Pool, t.Outcome)
	if why := cmp.Or(t.Hint, t.Code); why != "" {
		fmt.Fprintf(w, "  (%s)", why)
	}
	fmt.Fprintln(w)
}

package cli

import (
	"context"
	"encoding/json"
	"errors"
	"io/fs"
	"log/slog"
	"time"

	"wherry/internal/console"
	"wherry/internal/exit"
	"wherry/internal/serve"
	"wherry/toolkit/config"
	"wherry/toolkit/connector"
	"wherry/toolkit/internal/plan"
	"wherry/toolkit/internal/status"
	"wherry/toolkit/internal/whole"
	"wherry/toolkit/internal/workspace"
)

// statusCommand shows where the crossing stands.
type statusCommand struct {
	workspaceFlags
	Config string        `default:"wherry.yaml" placeholder:"FILE" help:"The configuration, for the connector's list of those turned away. May be absent."`
	Runs   int           `default:"10" placeholder:"N" help:"How many of the latest runs."`
	People int           `placeholder:"N" help:"Name so many of those refused or skipped: personal data."`
	Watch  bool          `help:"Show it again and again."`
	Every  time.Duration `default:"2s" placeholder:"TIME" help:"How often, with --watch and --web."`
	Web    bool          `help:"Serve it as a page to browsers, until interrupted."`
	Listen string        `default:"127.0.0.1:9085" placeholder:"HOST:PORT" help:"Where, with --web."`
}

// Help is the end of --help.
func (*statusCommand) Help() string {
	return "Writes nothing. Personal data is shown only with --people; the page asks for no password, so leave it on a loopback address then."
}

// Validate is called before anything is tried.
func (c *statusCommand) Validate() error {
	if c.Watch && c.Web {
		return errors.New("--watch is for the terminal, --web for a browser: give one of them")
	}
	if c.Every < time.Second {
		return errors.New("--every must be a second at least")
	}
	return nil
}

// Run shows it once, or until the context ends.
func (c *statusCommand) Run(ctx context.Context, out *console.Console, p Process) (err error) {
	settings, err := config.Load(c.Config, p.Getenv)
	if errors.Is(err, fs.ErrNotExist) {
		settings, err = &config.Config{}, nil
	}
	if err != nil {
		return err
	}
	w, err := c.open(ctx, p, true)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, w.Close()) }()
	look := func(ctx context.Context) (status.Status, error) { return c.look(ctx, w, settings) }
	if c.Web {
		return c.serve(ctx, out, look)
	}
	for {
		if err := showStatus(ctx, out, c.Watch, look); err != nil || !c.Watch {
			return err
		}
		select {
		case <-ctx.Done():
			return nil // Ctrl-C is how it ends
		case <-time.After(c.Every):
		}
	}
}

func (c *statusCommand) look(ctx context.Context, w *workspace.Workspace, settings *config.Config) (status.Status, error) {
	s, err := status.Of(ctx, w, status.Options{Runs: c.Runs, People: c.People, Name: username}, time.Now())
	if err != nil || settings.Connector.TurnedAwayLog == "" {
		return s, err
	}
	counts, err := connector.CountTurnedAway(settings.Path(settings.Connector.TurnedAwayLog))
	for _, t := range counts {
		s.TurnedAway = append(s.TurnedAway, status.TurnedAway(t))
	}
	return s, err
}

func username(source []byte) string {
	var u plan.CognitoUser
	if json.Unmarshal(source, &u) != nil {
		return ""
	}
	return visible(u.Username)
}

// clearing moves to the top of a terminal and clears what is below.
const clearing = "\x1b[H\x1b[J"

func showStatus(ctx context.Context, out *console.Console, again bool, look func(context.Context) (status.Status, error)) error {
	s, err := look(ctx)
	if err != nil {
		return err
	}
	if again && out.Color {
		_, _ = out.Out.Write([]byte(clearing)) // the status itself tells whether it can be written
	}
	return out.Emit(s, s.Print)
}

func (c *statusCommand) serve(ctx context.Context, out *console.Console, look func(context.Context) (status.Status, error)) error {
	ln, err := serve.Listen(ctx, "--listen", c.Listen)
	if err != nil {
		return err
	}
	if c.People > 0 && !local(ln) {
		return errors.Join(ln.Close(), exit.With(exit.Usage, errors.New("the page would show personal data to whoever can reach it"),
			"leave --people out, or --listen on a loopback address"))
	}
	out.Note("status on http://%s, stop with Ctrl-C", ln.Addr())
	log := slog.New(slog.NewTextHandler(out.Err, nil))
	return serve.HTTP(ctx, ln, status.Page{Status: look, Every: c.Every, Log: log, Loopback: local(ln)}.Handler(), log)
}

// purgeCommand erases personal data from the workspace.
type purgeCommand struct {
	workspaceFlags
	Yes     bool   `help:"Erase it. It cannot be taken back."`
	Receipt string `placeholder:"FILE" help:"Write the receipt there too, as JSON."`
}

// Help is the end of --help.
func (*purgeCommand) Help() string {
	return `Erases documents, login names, groups and the details of events. Of each user the id, the state with its reason and its
instants stay, so that status still adds up. Files that --out wrote are yours to delete.`
}

// Run asks for --yes rather than at a prompt.
func (c *purgeCommand) Run(ctx context.Context, out *console.Console, p Process) (err error) {
	w, err := c.open(ctx, p, true)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, w.Close()) }()
	if !c.Yes {
		return exit.With(exit.Usage, errors.New("nothing was erased from "+w.Place()+": it could not be taken back"), "run it again with --yes to erase all personal data in it")
	}
	receipt, err := w.Purge(ctx)
	if err != nil {
		return err
	}
	if c.Receipt != "" {
		err = writeReceipt(c.Receipt, receipt)
	}
	return errors.Join(err, out.Emit(receipt, receipt.Print))
}

func writeReceipt(path string, r workspace.Receipt) error {
	text, err := json.MarshalIndent(r, "", "  ")
	if err != nil {
		return err
	}
	return whole.Write(path, append(text, '\n'))
}

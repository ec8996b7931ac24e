package rehearse

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"

	"wherry/internal/console"
	"wherry/internal/exit"
	"wherry/pool"
)

// Command is `wherry rehearse`.
type Command struct {
	Check    bool   `help:"Sign people in by itself, say what was checked, and exit with 0 or 1."`
	Bulk     bool   `help:"Go the bulk road too: some sign in first, everybody else is exported, imported, linked, mailed and verified. With --check it ends there."`
	Users    int    `placeholder:"N" help:"How many users the pool has, with --bulk (default: 2000)."`
	Faults   string `placeholder:"LIST" help:"What disturbs the pool meanwhile, with --bulk, such as throttle,outage,empty-pages or all: see wherry pool --help."`
	Report   string `placeholder:"FILE" type:"path" help:"Where the report of the verification goes, with --bulk (default: in the rehearsal's folder)."`
	Open     bool   `help:"Open the sign-in page in the browser."`
	Dir      string `placeholder:"DIR" type:"path" help:"Keep the rehearsal's files there (default: a temporary folder that is removed)."`
	Postgres string `placeholder:"URL" help:"Run the server on this PostgreSQL. Without --dir, in a schema of its own that is removed."`

	Server    string `placeholder:"ADDR" help:"Where the identity server listens (default: 127.0.0.1:9011)."`
	Connector string `placeholder:"ADDR" help:"Where the connector listens (default: 127.0.0.1:9080)."`
	Pool      string `placeholder:"ADDR" help:"Where the user pool listens (default: 127.0.0.1:9229)."`
	App       string `placeholder:"ADDR" help:"Where the sample application listens (default: 127.0.0.1:9012)."`
	Mail      string `placeholder:"ADDR" help:"Where the mail server listens, which keeps what it gets (default: 127.0.0.1:9025)."`
	Verbose   bool   `help:"Log what the parts do, to standard error."`
}

// Validate is called before anything is tried.
func (c *Command) Validate() error {
	switch {
	case !c.Bulk && (c.Users != 0 || c.Faults != "" || c.Report != ""):
		return errors.New("--users, --faults and --report are about --bulk")
	case c.Bulk && c.Users != 0 && c.Users < leastUsers:
		return fmt.Errorf("--users must be %d at least, so that some of each kind are there", leastUsers)
	}
	return nil
}

// Help says what --check does about ports.
func (Command) Help() string {
	return "With --check the parts listen on free ports unless you say where. Give port 0 for a free port."
}

// Run runs the rehearsal until ctx ends or, with --check, until all is checked.
func (c *Command) Run(ctx context.Context, out *console.Console) (err error) {
	faults, err := pool.ParseFaults(c.Faults)
	if err != nil {
		return exit.With(exit.Usage, fmt.Errorf("--faults: %w", err), "wherry pool --help lists the faults")
	}
	o, clean, err := c.options(ctx, out)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, clean()) }()
	r, err := Start(ctx, o)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, r.Stop()) }()
	if c.Bulk {
		if err := r.Bulk(ctx, out, faults, c.Report); err != nil || c.Check {
			return err
		}
	}
	if c.Check {
		return r.Check(ctx, out)
	}
	if err := c.show(r, out); err != nil {
		return err
	}
	if c.Open {
		c.browse(ctx, r.AppURL, out)
	}
	<-r.ended()
	return nil
}

func (c *Command) show(r *Rehearsal, out *console.Console) error {
	s := r.shown(c.Dir == "")
	return out.Emit(s, func(w io.Writer) { s.print(w, out) })
}

// options settles where everything is; clean removes what was temporary.
func (c *Command) options(ctx context.Context, out *console.Console) (o Options, clean func() error, err error) {
	o = Options{
		Server: c.address(c.Server, "9011"), Connector: c.address(c.Connector, "9080"),
		Pool: c.address(c.Pool, "9229"), App: c.address(c.App, "9012"), Mail: c.address(c.Mail, "9025"),
		Dir: c.Dir, Postgres: c.Postgres, Log: slog.New(slog.DiscardHandler),
	}
	if c.Bulk {
		o.Users = cmp.Or(c.Users, usualUsers)
	}
	if c.Verbose {
		o.Log = slog.New(slog.NewTextHandler(out.Err, nil))
	}
	if c.Dir != "" {
		return o, func() error { return nil }, nil
	}
	if o.Dir, err = os.MkdirTemp("", "wherry-rehearsal-"); err != nil {
		return o, nil, fmt.Errorf("make a temporary folder: %w", err)
	}
	clean = func() error { return os.RemoveAll(o.Dir) }
	if c.Postgres == "" {
		return o, clean, nil
	}
	url, drop, err := temporarySchema(ctx, c.Postgres)
	if err != nil {
		return o, nil, errors.Join(err, clean())
	}
	o.Postgres = url
	return o, func() error { return errors.Join(drop(), os.RemoveAll(o.Dir)) }, nil
}

func (c *Command) address(given, port string) string {
	switch {
	case given != "":
		return given
	case c.Check:
		return "127.0.0.1:0"
	default:
		return "127.0.0.1:" + port
	}
}

// browse opens the user's browser; where that fails the address is on screen.
func (c *Command) browse(ctx context.Context, url string, out *console.Console) {
	opener := map[string][]string{
		"darwin": {"open"}, "windows": {"rundll32", "url.dll,FileProtocolHandler"},
	}[runtime.GOOS]
	if opener == nil {
		opener = []string{"xdg-open"}
	}
	if err := exec.CommandContext(ctx, opener[0], append(opener[1:], url)...).Start(); err != nil {
		out.Note("wherry: no browser could be opened (%v); open %s yourself", err, filepath.ToSlash(url))
	}
}

var errChecks = errors.New("the rehearsal does not do what it must")

// failedChecks is the error of a check that found something.
func failedChecks(n int) error {
	return exit.With(exit.Failed, fmt.Errorf("%w: %d checks failed", errChecks, n), "run it with --verbose to see what the parts say")
}

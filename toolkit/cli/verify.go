package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"

	"wherry/internal/console"
	"wherry/internal/exit"
	"wherry/toolkit/internal/progress"
	"wherry/toolkit/internal/whole"
	"wherry/toolkit/internal/workspace"
	"wherry/toolkit/linker"
	"wherry/toolkit/reconcile"
)

// verifyCommand compares both sides.
type verifyCommand struct {
	crossingFlags
	Sample   int     `placeholder:"N" help:"Compare so many users, chosen at random, and tell how sure that makes."`
	Strict   bool    `help:"Count what was changed in the target after a user came across as unexplained, too."`
	Again    bool    `help:"Begin anew, though a verification was interrupted."`
	Links    string  `enum:"all,planned" default:"all" help:"Whose links to ask for: all finds links that nobody expected too, and takes a request for each user; planned asks for those of users who should have some."`
	HTML     string  `placeholder:"FILE" help:"Write the report as a page that needs nothing else and can be printed."`
	List     string  `placeholder:"FILE" help:"Write every difference, one JSON object a line."`
	Names    bool    `help:"Show usernames and values in --html and --list: personal data."`
	Rate     float64 `default:"500" placeholder:"N" help:"At most so many requests a second: one for 250 users, and one for the links of each."`
	Parallel int     `default:"4" placeholder:"N" help:"At most so many requests on their way."`
}

// Help is the end of --help.
func (*verifyCommand) Help() string {
	return `Nothing is written to the pool or the target. The API key needs POST on /api/user/search, GET on /api/user,
/api/identity-provider and /api/identity-provider/link. The users of the pool are those that the latest wherry export read: run it
again before, to verify against what the pool holds today.

The command may be interrupted, or killed, at any time: run it again to go on.

Exit codes: 0 everybody is accounted for, 4 there are differences that nobody can explain, 130 interrupted.`
}

// Validate is called before anything is tried.
func (c *verifyCommand) Validate() error {
	switch {
	case c.Sample < 0:
		return errors.New("--sample is a number of users")
	case c.Rate <= 0 || c.Parallel <= 0:
		return errors.New("--rate and --parallel must be more than 0")
	case c.Names && c.HTML == "" && c.List == "":
		return errors.New("--names is about --html and --list")
	}
	return nil
}

// Run ends with exit code 4 when there are differences without a reason.
func (c *verifyCommand) Run(ctx context.Context, out *console.Console, p Process) (err error) {
	x, err := c.open(ctx, p, true)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, x.workspace.Close()) }()
	return x.run(ctx, workspace.Verify, func(r *workspace.Run) error {
		report, err := c.verify(ctx, out, p, x, r)
		if err != nil {
			return err
		}
		if err := c.write(ctx, report); err != nil {
			return err
		}
		if err := out.Emit(report, report.Print); err != nil {
			return err
		}
		return verdict(report)
	})
}

func (c *verifyCommand) verify(ctx context.Context, out *console.Console, p Process, x *crossing, r *workspace.Run) (*reconcile.Report, error) {
	target, err := x.target(ctx)
	if err != nil {
		return nil, err
	}
	planner, err := x.planner(ctx, r, target)
	if err != nil {
		return nil, err
	}
	there, err := target.IdentityProviders(ctx)
	if err != nil {
		return nil, fmt.Errorf("list the identity providers of the target: %w", err)
	}
	display := progress.New(out, p.ErrTerminal)
	defer display.Close()
	report, err := reconcile.Verify(ctx, reconcile.Config{
		Run: r, Client: target, Mapper: planner.Mapper, Provider: linker.Find(there, x.pool.Import.IdentityProviders),
		PlannedLinks: c.Links == "planned", NoProviders: len(there) == 0,
		Sample: c.Sample, Seed: rand.Uint64(), Strict: c.Strict, Again: c.Again, Names: c.Names, //nolint:gosec // a sample keeps no secret
		Rate: c.Rate, Parallel: c.Parallel, Progress: display, Note: out.Note,
	})
	return report, resumable(ctx, err)
}

// write writes the files that were asked for; only the owner can read them.
func (c *verifyCommand) write(ctx context.Context, r *reconcile.Report) error {
	return errors.Join(writeWhole(c.HTML, func(w io.Writer) error { return r.WriteHTML(ctx, w) }),
		writeWhole(c.List, func(w io.Writer) error { return r.WriteList(ctx, w) }))
}

// writeWhole writes a file whole or not at all; without a name it does nothing.
func writeWhole(name string, write func(io.Writer) error) error {
	if name == "" {
		return nil
	}
	f, err := whole.Create(name)
	if err != nil {
		return err
	}
	defer f.Drop()
	if err := write(f); err != nil {
		return err
	}
	return f.Keep()
}

func verdict(r *reconcile.Report) error {
	switch {
	case r.Checked == 0:
		return exit.With(exit.Nothing, errors.New("there are no users to compare"), "run wherry export first")
	case r.Bad() > 0:
		return exit.With(exit.Differences, fmt.Errorf("%d of %d users are lost or differ without a reason", r.Bad(), r.Checked),
			"look at them with --html or --list, and --names for their names")
	}
	return nil
}

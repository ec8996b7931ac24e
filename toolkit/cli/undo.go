package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"

	"wherry/internal/console"
	"wherry/internal/exit"
	"wherry/toolkit/importer"
	"wherry/toolkit/internal/progress"
	"wherry/toolkit/internal/workspace"
	"wherry/toolkit/undo"
)

// undoCommand takes a run back.
type undoCommand struct {
	crossingFlags
	Of     int64 `arg:"" name:"run" help:"The number of the run, which its command has told and wherry status lists."`
	DryRun bool  `help:"Only tell what would be taken back."`
	Yes    bool  `help:"Take it back: users are deleted for good."`
	Force  bool  `help:"Also users who have signed in or changed since, with whatever they did."`
}

// Help is the end of --help.
func (*undoCommand) Help() string {
	return `Of an import, the users are deleted whom it made and whom nobody has touched since; of links, the links that they made. Nothing else
is touched. Afterwards the users are planned, as before the run.

The API key needs POST on /api/user/search, DELETE on /api/user/bulk, and DELETE on /api/identity-provider/link for links.

The command may be interrupted, or killed, at any time: run it again to go on.

Exit codes: 0 done, 3 some were left alone, 5 there was nothing to take back, 130 interrupted.`
}

// Validate is called before anything is tried.
func (c *undoCommand) Validate() error {
	if c.DryRun && c.Yes {
		return errors.New("--dry-run takes nothing back, --yes does: give one of them")
	}
	return nil
}

// undone is the answer.
type undone struct {
	undo.Result
	DryRun bool  `json:"dryRun,omitempty"`
	Of     int64 `json:"of"`
}

// Run asks for --yes rather than at a prompt.
func (c *undoCommand) Run(ctx context.Context, out *console.Console, p Process) (err error) {
	if !c.DryRun && !c.Yes {
		return exit.With(exit.Usage, errors.New("nothing was taken back: users would be deleted for good"), "look with --dry-run, then give --yes")
	}
	x, err := c.open(ctx, p, true)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, x.workspace.Close()) }()
	api, err := x.target(ctx)
	if err != nil {
		return err
	}
	answer := undone{DryRun: c.DryRun, Of: c.Of}
	err = x.run(ctx, workspace.Undo, func(r *workspace.Run) error {
		display := progress.New(out, p.ErrTerminal)
		defer display.Close()
		u := undo.Undoer{Run: r, Target: importer.API{Client: api}, Of: c.Of, Force: c.Force, DryRun: c.DryRun, Progress: display}
		if answer.Result, err = u.Undo(ctx); err == nil {
			err = answer.verdict()
		}
		return err
	})
	if err != nil && exit.Code(err) != exit.Refused {
		return err
	}
	return errors.Join(err, out.Emit(answer, func(w io.Writer) { answer.print(w) }))
}

func (u undone) verdict() error {
	kept := 0
	for _, n := range u.Kept {
		kept += n
	}
	switch {
	case kept > 0:
		return exit.With(exit.Refused, fmt.Errorf("%d were left alone", kept), "--force takes them back, too")
	case u.Undone+u.Gone == 0:
		return exit.With(exit.Nothing, fmt.Errorf("there is nothing to take back of run %d", u.Of), "wherry status lists the runs")
	}
	return nil
}

func (u undone) print(w io.Writer) {
	did := "taken back"
	if u.DryRun {
		did = "would be taken back"
	}
	fmt.Fprintf(w, "%8d %s of run %d\n", u.Undone, did, u.Of)
	if u.Gone > 0 {
		fmt.Fprintf(w, "%8d were not there any more\n", u.Gone)
	}
	for _, why := range slices.Sorted(maps.Keys(u.Kept)) {
		fmt.Fprintf(w, "%8d left alone: %s\n", u.Kept[why], why)
	}
}

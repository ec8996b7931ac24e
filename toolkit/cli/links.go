package cli

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"

	"wherry/internal/console"
	"wherry/internal/exit"
	"wherry/toolkit/internal/progress"
	"wherry/toolkit/internal/whole"
	"wherry/toolkit/internal/workspace"
	"wherry/toolkit/linker"
)

// linksCommand links federated users.
type linksCommand struct {
	crossingFlags
	Parallel  int    `default:"8" placeholder:"N" help:"At most so many requests on their way."`
	Conflicts string `placeholder:"FILE" help:"Write the links that could not be made there, one JSON object a line: personal data."`
}

// Help is the end of --help.
func (*linksCommand) Help() string {
	return `Each user who is across gets a link for each identity provider that they sign in with in the pool. The identity providers must
be in the target. The API key needs GET on /api/identity-provider, and POST and GET on /api/identity-provider/link.

The command may be interrupted, or killed, at any time: run it again to go on. Links that could not be made are tried again.

Exit codes: 0 done, 3 some links could not be made, 5 there was nobody to link, 130 interrupted.`
}

// Validate is called before anything is tried.
func (c *linksCommand) Validate() error {
	if c.Parallel < 1 {
		return errors.New("--parallel must be more than 0")
	}
	return nil
}

// linked is the answer.
type linked struct {
	linker.Result
	Run int64 `json:"run"`
}

// Run ends with exit code 3 when links could not be made.
func (c *linksCommand) Run(ctx context.Context, out *console.Console, p Process) (err error) {
	x, err := c.open(ctx, p, true)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, x.workspace.Close()) }()
	api, err := x.target(ctx)
	if err != nil {
		return err
	}
	var answer linked
	err = x.run(ctx, workspace.Links, func(r *workspace.Run) error {
		display := progress.New(out, p.ErrTerminal)
		defer display.Close()
		answer.Run = r.N
		answer.Result, err = linker.New(linker.Config{
			Run: r, Target: api, Names: x.pool.Import.IdentityProviders, Workers: c.Parallel, Progress: display,
		}).Link(ctx)
		if err == nil {
			err = answer.verdict()
		}
		return err
	})
	if c.Conflicts != "" && exit.Code(err) == exit.Refused {
		err = errors.Join(err, writeConflicts(ctx, x.part, answer.Run, c.Conflicts))
	}
	if err != nil && exit.Code(err) != exit.Refused {
		return err
	}
	return errors.Join(err, out.Emit(answer, func(w io.Writer) { answer.print(w) }))
}

func (l linked) verdict() error {
	problems := 0
	for _, n := range l.Problems {
		problems += n
	}
	switch {
	case problems > 0:
		return exit.With(exit.Refused, fmt.Errorf("%d link(s) could not be made", problems),
			"make the identity providers that are missing, or name them in import.identity_providers, and run the same command again; --conflicts FILE writes each")
	case l.Users == 0:
		return exit.With(exit.Nothing, errors.New("there is nobody to link"), "wherry status shows where everybody is")
	}
	return nil
}

func (l linked) print(w io.Writer) {
	fmt.Fprintf(w, "%8d links made in %.1f s for %d users: run %d\n", l.Made, l.Seconds, l.Users, l.Run)
	if l.Found > 0 {
		fmt.Fprintf(w, "%8d were there already\n", l.Found)
	}
	for _, why := range slices.Sorted(maps.Keys(l.Problems)) {
		fmt.Fprintf(w, "%8d not made: %s\n", l.Problems[why], visible(why))
	}
}

func writeConflicts(ctx context.Context, part *workspace.Pool, run int64, path string) error {
	var text []byte
	for e, err := range part.Events(ctx, run, linker.ConflictEvent) {
		if err != nil {
			return err
		}
		var conflict linker.Conflict
		if err := json.Unmarshal(e.Detail, &conflict); err != nil {
			return fmt.Errorf("read a conflict: %w", err)
		}
		line, err := json.Marshal(conflict)
		if err != nil {
			return err
		}
		text = append(append(text, line...), '\n')
	}
	return whole.Write(path, text)
}

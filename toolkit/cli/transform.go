package cli

import (
	"context"
	"errors"
	"fmt"
	"io"

	"wherry/internal/console"
	"wherry/internal/exit"
	"wherry/toolkit/config"
	"wherry/toolkit/importer"
	"wherry/toolkit/internal/fusionauth"
	"wherry/toolkit/internal/progress"
	"wherry/toolkit/internal/workspace"
)

// transformCommand writes import files, for people who send them themselves.
type transformCommand struct {
	crossingFlags
	collisionFlags
	Out   string `default:"import" placeholder:"DIR" help:"The folder for the files."`
	Users int    `default:"100000" placeholder:"N" help:"At most so many users in one file."`
}

// Help is the end of --help.
func (*transformCommand) Help() string {
	return `Each file is a request to POST /api/user/import, and manifest.jsonl has a line about each. They hold personal data. The target
is asked only for the ids of applications that the configuration names without one.

Run it again to write them anew: who has been planned is not planned again unless something has changed.

Exit codes: 0 done, 3 some users were refused, 5 there is nobody to write, 130 interrupted.`
}

// Validate is called before anything is tried.
func (c *transformCommand) Validate() error {
	if c.Users < 1 {
		return errors.New("--users must be more than 0")
	}
	return nil
}

// transformed is the answer.
type transformed struct {
	Planning planned             `json:"planning"`
	Users    int                 `json:"users"`
	Seconds  float64             `json:"seconds"` // for writing
	Files    []importer.FileInfo `json:"files"`
}

// Run ends with exit code 3 when somebody could not be planned.
func (c *transformCommand) Run(ctx context.Context, out *console.Console, p Process) (err error) {
	x, err := c.open(ctx, p, true)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, x.workspace.Close()) }()
	var api *fusionauth.Client
	if x.settings.Target.URL != "" && x.settings.Target.APIKey != "" {
		if api, err = x.target(ctx); err != nil {
			return err
		}
	}
	var answer transformed
	err = x.run(ctx, workspace.Transform, func(r *workspace.Run) error {
		display := progress.New(out, p.ErrTerminal)
		defer display.Close()
		answer, err = c.write(ctx, x, r, api, watch{out, display})
		return err
	})
	if err != nil && exit.Code(err) != exit.Refused {
		return err
	}
	return errors.Join(err, out.Emit(answer, func(w io.Writer) { answer.print(w, c.Out) }))
}

func nothing() error { return nil }

func (c *transformCommand) write(ctx context.Context, x *crossing, r *workspace.Run, api *fusionauth.Client, w watch) (t transformed, err error) {
	t.Planning, err = x.plan(ctx, r, api, w, c.collisionFlags, nothing, nothing)
	if err != nil {
		return t, err
	}
	files := importer.Files{Run: r, Dir: c.Out, PerFile: c.Users, Progress: w.display}
	if config.IsID(x.pool.Tenant) {
		files.Sealer.Tenant = x.pool.Tenant
	}
	if t.Files, t.Seconds, err = files.Write(ctx); err != nil {
		return t, err
	}
	for _, f := range t.Files {
		t.Users += f.Users
	}
	switch {
	case t.Planning.Refused > 0:
		return t, exit.With(exit.Refused, fmt.Errorf("%d user(s) were refused", t.Planning.Refused), "wherry status shows the reasons")
	case t.Users == 0:
		return t, exit.With(exit.Nothing, errors.New("there is nobody to write"), "wherry status shows where everybody is")
	}
	return t, nil
}

func (t transformed) print(w io.Writer, dir string) {
	t.Planning.print(w)
	fmt.Fprintf(w, "%8d users written in %.1f s into %d files in %s\n", t.Users, t.Seconds, len(t.Files), dir)
}

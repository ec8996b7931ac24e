package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"

	"wherry/internal/console"
	"wherry/internal/exit"
	"wherry/toolkit/config"
	"wherry/toolkit/importer"
	"wherry/toolkit/internal/fusionauth"
	"wherry/toolkit/internal/progress"
	"wherry/toolkit/internal/workspace"
)

// importCommand carries users into the target.
type importCommand struct {
	crossingFlags
	collisionFlags
	StopAfter string `default:"20%" placeholder:"N|N%" help:"Stop when so many users, or such a share of those sent, were refused; 0 goes on whatever happens."`
	AtMost    int    `default:"100000" placeholder:"N" help:"At most so many users in one request. How many the target bears is found out."`
	Refused   string `placeholder:"FILE" help:"Write everybody who is refused there, with the reasons: to be mended and fed back with --in."`
	In        string `placeholder:"FILE" help:"Read mended users from a file that --refused wrote, and send them too."`
	Retry     bool   `help:"Send users again who were refused before, because the target has changed."`
}

// Help is the end of --help.
func (*importCommand) Help() string {
	return `The API key needs POST on /api/user/import and on /api/user/search, GET on /api/tenant if the pool's tenant is given by name,
and GET on /api/application if applications are.

Users who are across already are left alone. Passwords are random, and nobody knows them: send mails with wherry reset.

The command may be interrupted, or killed, at any time: run it again to go on.

Exit codes: 0 everybody whom this run took on is across, 3 it refused some, 5 there was nobody to send, 130 interrupted.`
}

// Validate is called before anything is tried.
func (c *importCommand) Validate() error {
	if c.AtMost < 1 || c.AtMost > 1_000_000 {
		return errors.New("--at-most must be from 1 to 1000000")
	}
	_, err := c.limit()
	return err
}

func (c *importCommand) limit() (l importer.Limit, err error) {
	number, share := strings.CutSuffix(c.StopAfter, "%")
	if share {
		l.Percent, err = strconv.ParseFloat(number, 64)
	} else {
		l.Users, err = strconv.Atoi(number)
	}
	if err != nil || l.Users < 0 || l.Percent < 0 || l.Percent > 100 {
		return l, errors.New("--stop-after must be a number of users, or a percentage such as 5%")
	}
	return l, nil
}

// imported is the answer.
type imported struct {
	Planning planned         `json:"planning"`
	Mended   int             `json:"mended,omitempty"`
	Again    int             `json:"again,omitempty"` // refused before, and sent again
	Import   importer.Result `json:"import"`
	Run      int64           `json:"run"` // by which undo knows it
}

// Run ends with exit code 3 when somebody was refused.
func (c *importCommand) Run(ctx context.Context, out *console.Console, p Process) (err error) {
	x, err := c.open(ctx, p, true)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, x.workspace.Close()) }()
	api, err := x.target(ctx)
	if err != nil {
		return err
	}
	var answer imported
	err = x.run(ctx, workspace.Import, func(r *workspace.Run) error {
		display := progress.New(out, p.ErrTerminal)
		defer display.Close()
		answer, err = c.carry(ctx, out, x, r, api, display)
		return err
	})
	if c.Refused != "" && (err == nil || exit.Code(err) == exit.Refused) {
		n, writeErr := importer.WriteRefused(ctx, x.part, c.Refused)
		if writeErr == nil {
			out.Note("%d refused users written to %s", n, c.Refused)
		}
		err = errors.Join(err, writeErr)
	}
	if err != nil && exit.Code(err) != exit.Refused {
		return err
	}
	return errors.Join(err, out.Emit(answer, func(w io.Writer) { answer.print(w) }))
}

// carry plans, and sends who was planned.
func (c *importCommand) carry(ctx context.Context, out *console.Console, x *crossing, r *workspace.Run, api *fusionauth.Client, display *progress.Display) (a imported, err error) {
	a.Run = r.N
	sealer, err := x.sealer(ctx, api)
	if err != nil {
		return a, err
	}
	retry := func() error {
		if !c.Retry {
			return nil
		}
		a.Again, err = r.Again(ctx, workspace.Refused)
		return err
	}
	a.Planning, err = x.plan(ctx, r, api, watch{out, display}, c.collisionFlags, retry, func() error {
		if c.In == "" {
			return nil
		}
		a.Mended, err = importer.ReadRefused(ctx, r, c.In)
		return err
	})
	if err != nil {
		return a, err
	}
	limit, err := c.limit()
	if err != nil {
		return a, err
	}
	a.Import, err = importer.New(importer.Config{
		Run: r, Target: importer.API{Client: api}, Sealer: sealer, AtMost: c.AtMost, Stop: limit, Progress: display, Note: out.Note,
	}).Import(ctx)
	if err != nil {
		return a, err
	}
	return a, a.verdict()
}

// sealer completes users with the connector that goes on being asked, if the
// configuration wants that.
func (x *crossing) sealer(ctx context.Context, api *fusionauth.Client) (importer.Sealer, error) {
	name := x.pool.Import.Connector
	if name == "" || config.IsID(name) {
		return importer.Sealer{Connector: strings.ToLower(name)}, nil
	}
	all, err := api.Connectors(ctx)
	if err != nil {
		return importer.Sealer{}, fmt.Errorf("find the connector %q: %w", name, err)
	}
	for _, k := range all {
		if k.Name == name {
			return importer.Sealer{Connector: k.ID}, nil
		}
	}
	return importer.Sealer{}, exit.With(exit.Usage, fmt.Errorf("the target has no connector %q", name), "mend the pool's setting import.connector, or make the connector first")
}

func (a imported) verdict() error {
	refused := a.Planning.Refused + a.Import.Refused
	switch {
	case a.Import.Stopped:
		return exit.With(exit.Refused, fmt.Errorf("stopped after %d users were refused", a.Import.Refused),
			"wherry status shows the reasons; mend what they have in common and run wherry import --retry, or go on with another --stop-after")
	case refused > 0:
		return exit.With(exit.Refused, fmt.Errorf("%d user(s) were refused", refused), "wherry status shows the reasons; --refused FILE writes the users, to be mended and fed back with --in FILE")
	case a.Import.Imported+a.Import.Skipped+a.Planning.Planned+a.Planning.Skipped == 0:
		return exit.With(exit.Nothing, errors.New("there is nobody to import"), "wherry status shows where everybody is")
	}
	return nil
}

func (a imported) print(w io.Writer) {
	a.Planning.print(w)
	if a.Mended > 0 {
		fmt.Fprintf(w, "%8d mended by hand\n", a.Mended)
	}
	fmt.Fprintf(w, "%8d imported in %.1f s, by %d requests of up to %d users: run %d\n", a.Import.Imported, a.Import.Seconds, a.Import.Requests, a.Import.Largest, a.Run)
	if a.Import.Skipped > 0 {
		fmt.Fprintf(w, "%8d were across already\n", a.Import.Skipped)
	}
	if a.Import.Refused > 0 {
		fmt.Fprintf(w, "%8d refused by the target\n", a.Import.Refused)
	}
}

package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"

	"wherry/internal/console"
	"wherry/internal/exit"
	"wherry/toolkit/exporter"
	"wherry/toolkit/internal/cognito"
	"wherry/toolkit/internal/progress"
	"wherry/toolkit/internal/quota"
	"wherry/toolkit/internal/workspace"
)

// exportCommand reads a pool into the workspace.
type exportCommand struct {
	crossingFlags
	Rate    float64  `default:"10" placeholder:"N" help:"At most so many requests a second of each of Cognito's quota categories, which live sign-in shares."`
	Share   int      `placeholder:"PERCENT" help:"Use so much of the account's own quotas instead: AWS is asked for them."`
	Factors bool     `help:"Read each user's second factors too: a request for each, and each counts as active in AWS's bill."`
	Recount bool     `help:"Read the pool a second time and name every difference: twice the requests."`
	In      []string `placeholder:"FILE" sep:"none" help:"Read the users from files: the AWS CLI's list-users, cognito-backup-restore's, or CSV. May be repeated."`
	Whole   bool     `help:"The files hold the whole pool: who is not in them is gone from it."`
	Out     string   `placeholder:"FILE" help:"Write everybody as aws cognito-idp list-users prints them, when all is read."`
}

// Help is the end of --help.
func (*exportCommand) Help() string {
	return `Reading the pool needs IAM credentials with cognito-idp:DescribeUserPool, ListUsers, ListGroups and ListUsersInGroup,
AdminGetUser with --factors, and servicequotas:ListServiceQuotas with --share. Nothing is written to the pool.

The command may be interrupted, or killed, at any time: run it again to go on. Once it has ended, it reads what has changed
since: who is new, changed, disabled, enabled or deleted.

Exit codes: 0 everybody was read, 4 the numbers do not add up, 130 interrupted.`
}

// Validate is called before anything is tried.
func (c *exportCommand) Validate() error {
	switch {
	case c.Rate <= 0:
		return errors.New("--rate must be more than 0")
	case c.Share < 0 || c.Share > 100:
		return errors.New("--share must be from 1 to 100")
	case c.Whole && len(c.In) == 0:
		return errors.New("--whole is about files: give them with --in")
	case len(c.In) > 0 && (c.Factors || c.Recount):
		return errors.New("--factors and --recount ask the pool: leave them out with --in")
	}
	return nil
}

// Run ends with exit code 4 when the numbers do not add up.
func (c *exportCommand) Run(ctx context.Context, out *console.Console, p Process) (err error) {
	x, err := c.open(ctx, p, false)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, x.workspace.Close()) }()
	var results []exporter.Result
	err = x.run(ctx, workspace.Export, func(r *workspace.Run) error {
		results, err = c.export(ctx, out, p, x, r)
		return err
	})
	for _, r := range results {
		err = errors.Join(err, out.Emit(r, func(w io.Writer) { printExport(w, x, r) }))
	}
	if err != nil || c.Out == "" {
		return errors.Join(err, oddities(results))
	}
	n, err := exporter.WriteFile(ctx, x.part, c.Out)
	if err == nil {
		out.Note("%d users written to %s", n, c.Out)
	}
	return errors.Join(err, oddities(results))
}

// export reads once, and with --recount once more.
func (c *exportCommand) export(ctx context.Context, out *console.Console, p Process, x *crossing, r *workspace.Run) (results []exporter.Result, err error) {
	display := progress.New(out, p.ErrTerminal)
	defer display.Close()
	settings := exporter.Config{Run: r, Rate: c.Rate, Share: float64(c.Share) / 100, Factors: c.Factors, Progress: display, Note: out.Note}
	if len(c.In) > 0 {
		result, err := exporter.Files{Config: settings, Paths: c.In, Whole: c.Whole}.Export(ctx)
		return finished(nil, result, err)
	}
	client, err := cognito.New(ctx, cognito.Options{
		PoolID: x.pool.ID, Region: x.pool.Region, Endpoint: x.pool.Endpoint, ClientID: x.pool.ClientID, Connections: 32, Once: true,
	})
	if err != nil {
		return nil, err
	}
	settings.Source = source{client}
	result, err := exporter.New(settings).Export(ctx)
	results, err = finished(nil, result, err)
	if err != nil || !c.Recount {
		return results, err
	}
	settings.Factors = false
	again, err := exporter.New(settings).Export(ctx)
	return finished(results, again.Against(result), err)
}

// source is the pool, and the account that it is in.
type source struct{ *cognito.Client }

func (s source) Quotas(ctx context.Context) (map[string]float64, error) {
	return quota.Rates(ctx, s.Client)
}

func finished(before []exporter.Result, r exporter.Result, err error) ([]exporter.Result, error) {
	if err != nil {
		return before, err
	}
	return append(before, r), nil
}

func oddities(results []exporter.Result) error {
	var odd int
	for _, r := range results {
		odd += len(r.Discrepancies)
	}
	if odd == 0 {
		return nil
	}
	return exit.With(exit.Differences, fmt.Errorf("the pool was read, but %d number(s) do not add up", odd), "run wherry export --recount to read the pool a second time")
}

func printExport(w io.Writer, x *crossing, r exporter.Result) {
	fmt.Fprintf(w, "%d users of the pool %s are in %s\n", r.Users, x.pool.Name, x.workspace.Place())
	if r.Delta {
		for _, change := range []workspace.Change{workspace.New, workspace.Changed, workspace.Disabled, workspace.Enabled, workspace.Deleted} {
			if n := r.Changes[change]; n > 0 {
				fmt.Fprintf(w, "%8d %s\n", n, change)
			}
		}
		if len(r.Changes) == 0 {
			fmt.Fprintln(w, "nothing has changed")
		}
	}
	for _, text := range slices.Concat(r.Discrepancies, r.Remarks) {
		fmt.Fprintf(w, "! %s\n", text)
	}
}

package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"

	"wherry/internal/console"
	"wherry/internal/exit"
	"wherry/toolkit/internal/record"
	"wherry/toolkit/internal/teardown"
)

// teardownCommand takes away what apply made.
type teardownCommand struct {
	endFlags
	Connector bool   `help:"At the end of the slow road: take the connector out of the tenants' policies, and delete it."`
	Tenant    string `placeholder:"NAME" help:"Delete this tenant with all its users, and everything else that apply made for it. Naming it is the confirmation."`
	DryRun    bool   `help:"Show what would be deleted, and delete nothing."`
}

// Help is the end of --help.
func (*teardownCommand) Help() string {
	return `Deletes only what wherry.applied.json says that apply made. What was there before stays.

Exit codes: 0 done, 4 with --dry-run: something would be deleted, 5 nothing to do.`
}

// Validate is called before anything is tried.
func (c *teardownCommand) Validate() error {
	if c.Connector == (c.Tenant != "") {
		return errors.New("say what: --connector, or --tenant NAME")
	}
	return nil
}

// teardownAnswer is what --json prints.
type teardownAnswer struct {
	Deleted bool            `json:"deleted"`
	Users   int             `json:"users,omitempty"` // in the tenant
	Steps   []teardown.Step `json:"steps"`
}

// Run deletes.
func (c *teardownCommand) Run(ctx context.Context, out *console.Console, p Process) error {
	settings, api, err := c.load(p)
	if err != nil {
		return err
	}
	file, err := record.Load(settings.Dir)
	if err != nil {
		return err
	}
	made := file[settings.Target.URL]
	if made == nil {
		return exit.With(exit.Usage, fmt.Errorf("nothing is known of what was applied to %s", settings.Target.URL),
			"run it where "+record.Name+" is, beside the configuration that was applied")
	}
	job := teardown.Job{API: api, Record: made}
	if c.Connector {
		err = job.PlanConnector(ctx)
	} else {
		err = job.PlanTenant(ctx, c.Tenant)
	}
	if err != nil {
		return err
	}
	if len(job.Steps) == 0 {
		return exit.With(exit.Nothing, errors.New("nothing to do: it is gone already"), "")
	}
	if !c.DryRun {
		err = job.Do(ctx)
		err = errors.Join(err, file.Save(settings.Dir))
	}
	answer := teardownAnswer{!c.DryRun, job.Users, job.Steps}
	err = errors.Join(err, out.Emit(answer, func(w io.Writer) { answer.print(w) }))
	if err == nil && c.DryRun {
		return exit.With(exit.Differences, errors.New("nothing was deleted"), "run it without --dry-run to delete this")
	}
	return err
}

func (a teardownAnswer) print(w io.Writer) {
	if a.Users > 0 {
		fmt.Fprintf(w, "%d users belong to the tenant\n", a.Users)
	}
	for _, s := range a.Steps {
		fmt.Fprintln(w, s)
	}
	if i := slices.IndexFunc(a.Steps, func(s teardown.Step) bool { return s.Kept != "" }); i >= 0 {
		fmt.Fprintln(w, "\nwhat was kept is yours to delete")
	}
}

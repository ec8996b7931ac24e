package cli

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"wherry/internal/console"
	"wherry/internal/exit"
	"wherry/toolkit/config"
	"wherry/toolkit/internal/blueprint"
	"wherry/toolkit/internal/fusionauth"
	"wherry/toolkit/internal/record"
	"wherry/toolkit/internal/target"
)

// applyCommand makes the target ready for a crossing.
type applyCommand struct {
	endFlags
	DryRun bool   `help:"Show what would be written, and write nothing."`
	Yes    bool   `short:"y" help:"Write without asking."`
	Out    string `default:"wherry-applied" placeholder:"DIR" help:"Where to write the report, the map of client ids, and the beginnings of lambdas."`
}

// Help is the end of --help.
func (*applyCommand) Help() string {
	return `Turns the configuration of the pools into tenants, applications, roles, groups, identity providers, entities, templates,
a theme, a connector with its policy, and an API key for the bulk road. What is there is changed only where it says something
else, and nothing is removed. wherry.applied.json, beside the configuration, remembers what was made.

Exit codes: 0 done, 4 with --dry-run: something would be written, 5 nothing to do.`
}

// applyAnswer is what --json prints.
type applyAnswer struct {
	Target  string             `json:"target"`
	Written bool               `json:"written"`
	Steps   []target.Step      `json:"steps"`
	Clients []blueprint.Client `json:"clients,omitempty"`
	Notes   []blueprint.Note   `json:"notes,omitempty"`
	Files   []string           `json:"files,omitempty"`
}

// Run shows what differs, asks, and writes it.
func (c *applyCommand) Run(ctx context.Context, out *console.Console, p Process) error {
	settings, api, err := c.load(p)
	if err != nil {
		return err
	}
	a, err := newApplication(ctx, settings, api)
	if err != nil {
		return err
	}
	if len(a.plan.Writes()) == 0 {
		return errors.Join(a.finish(out, c.Out), exit.With(exit.Nothing, errors.New("nothing to do: the target is as it should be"), ""))
	}
	if c.DryRun || !c.Yes && !c.agreed(out, p, a) {
		return c.leave(out, a)
	}
	err = a.do(ctx)
	return errors.Join(err, a.finish(out, c.Out))
}

// agreed shows what would be written and asks, where somebody can answer.
func (c *applyCommand) agreed(out *console.Console, p Process, a *application) bool {
	if !p.Terminal || out.JSON {
		return false
	}
	a.show(out.Out, out)
	a.showNotes(out.Out)
	fmt.Fprint(out.Out, "\nwrite this to ", a.settings.Target.URL, "? [y/N] ")
	line, _ := bufio.NewReader(p.Stdin).ReadString('\n') // no answer is no
	return strings.EqualFold(strings.TrimSpace(line), "y")
}

func (c *applyCommand) leave(out *console.Console, a *application) error {
	answer := a.answer()
	err := out.Emit(answer, func(w io.Writer) { a.show(w, out); a.showNotes(w) })
	n := len(a.plan.Writes())
	return errors.Join(err, exit.With(exit.Differences, fmt.Errorf("nothing was written: %d objects differ", n), "run wherry apply --yes to write them"))
}

// application is one wherry apply.
type application struct {
	settings  *config.Config
	pools     []blueprint.Pool
	blueprint blueprint.Blueprint
	plan      *target.Plan
	written   bool
}

// newApplication reads both ends and compares them.
func newApplication(ctx context.Context, settings *config.Config, api *fusionauth.Client) (*application, error) {
	a := &application{settings: settings}
	for _, pool := range settings.Pools {
		read, err := readPool(ctx, pool)
		if err != nil {
			return nil, err
		}
		a.pools = append(a.pools, read)
	}
	if missing := unread(a.pools); len(missing) > 0 {
		return nil, exit.With(exit.Failed, fmt.Errorf("the IAM credentials do not allow %s", strings.Join(missing, ", ")),
			"allow them, so that nothing of the pool is left behind")
	}
	a.blueprint = blueprint.Of(settings, a.pools)
	plan, err := target.Look(ctx, api, a.blueprint.Objects)
	a.plan = plan
	return a, err
}

// do writes, after it has noted in the record what it is going to make: a run
// that breaks off leaves nothing behind that teardown does not know.
func (a *application) do(ctx context.Context) error {
	file, err := record.Load(a.settings.Dir)
	if err != nil {
		return err
	}
	made := file.At(a.settings.Target.URL)
	for _, s := range a.plan.Writes() {
		if s.Action == target.Created {
			made.Add(record.Object{Kind: s.Kind().Name, ID: s.ID, Name: s.Name, Parent: s.Parent(), Tenant: s.For()})
		}
	}
	for id, places := range a.blueprint.Places {
		made.Pools[id] = places.Renamed(a.plan.Real)
	}
	if err := file.Save(a.settings.Dir); err != nil {
		return err
	}
	a.written = true
	return a.plan.Do(ctx)
}

func (a *application) answer() applyAnswer {
	answer := applyAnswer{Target: a.settings.Target.URL, Written: a.written, Steps: a.plan.Steps, Notes: a.blueprint.Notes}
	for _, c := range a.blueprint.Clients {
		c.ID, c.TenantID = a.plan.Real(c.ID), a.plan.Real(c.TenantID)
		answer.Clients = append(answer.Clients, c)
	}
	return answer
}

// finish writes the files and shows what was done.
func (a *application) finish(out *console.Console, dir string) error {
	answer := a.answer()
	files, err := a.write(answer, a.settings.Path(dir))
	answer.Files = files
	return errors.Join(err, out.Emit(answer, func(w io.Writer) {
		a.show(w, out)
		for _, f := range files {
			fmt.Fprintln(w, "wrote", f)
		}
		if n := len(answer.Notes); n > 0 {
			fmt.Fprintf(w, "%d things have no counterpart, or a different one: read %s\n", n, files[1])
		}
	}))
}

// signs stand before the objects of a plan.
var signs = map[target.Action]string{target.Created: "+", target.Changed: "~", target.Refused: "!"}

// show shows what differs, or what was done.
func (a *application) show(w io.Writer, out *console.Console) {
	for _, s := range a.plan.Steps {
		sign, shown := signs[s.Action]
		if !shown {
			continue
		}
		colour := map[target.Action]string{target.Created: "32", target.Changed: "33", target.Refused: "31"}[s.Action]
		fmt.Fprintf(w, "%s %s %q%s\n", out.Style(colour, sign), s.Object, s.Name, a.of(s))
		for _, change := range s.Changes {
			fmt.Fprintf(w, "    %s\n", change)
		}
		if s.Why != "" {
			fmt.Fprintf(w, "    left out: %s\n", s.Why)
		}
	}
}

// of names what an object is a part of.
func (a *application) of(part target.Step) string {
	for _, s := range a.plan.Steps {
		if part.Parent() != "" && s.ID == part.Parent() && part.Kind() != target.Grant {
			return fmt.Sprintf(" of %q", s.Name)
		}
	}
	return ""
}

// showNotes shows what has no counterpart.
func (a *application) showNotes(w io.Writer) {
	for _, n := range a.blueprint.Notes {
		fmt.Fprintf(w, "* %s: %s\n", n.Subject, n.Text)
		if n.Do != "" {
			fmt.Fprintf(w, "    %s\n", n.Do)
		}
	}
}

package cli

import (
	"context"
	"errors"
	"fmt"
	"io"

	"wherry/internal/console"
	"wherry/internal/exit"
	"wherry/toolkit/internal/check"
	"wherry/toolkit/internal/fusionauth"
)

// planCommand checks everything and writes nothing.
type planCommand struct {
	endFlags
	workspaceFlags
	Users      int  `default:"300" placeholder:"N" help:"Try the mapping on so many users of each pool. If there is a workspace, on all users that it has."`
	TargetKind bool `help:"Say which kind of target answers, and nothing else."`
}

// Help is the end of --help.
func (*planCommand) Help() string {
	return `Looks at both ends: whether they can be reached and what the credentials allow, the connector's app client, the rules for
passwords and second factors, triggers, threat protection, quotas, the mapping on users, collisions, and what apply would write.
Each finding says what to do. Nothing is written, neither to Cognito nor to the target.

Exit codes: 0 nothing stands in the way, 4 something must be done first.`
}

// planAnswer is what --json prints.
type planAnswer struct {
	Ready    bool            `json:"ready"`
	Findings []check.Finding `json:"findings"`
}

// Run ends with exit code 4 when something must be done first.
func (c *planCommand) Run(ctx context.Context, out *console.Console, p Process) error {
	settings, api, err := c.load(p)
	if err != nil {
		return err
	}
	if c.TargetKind {
		return tellKind(ctx, out, api)
	}
	g := &gathering{settings: settings, api: api, command: c, process: p}
	facts, err := g.facts(ctx)
	if err != nil {
		return err
	}
	found := check.Find(facts)
	answer := planAnswer{!check.Blocks(found), found}
	if err := out.Emit(answer, func(w io.Writer) { answer.print(w, out) }); err != nil || answer.Ready {
		return err
	}
	return exit.With(exit.Differences, errors.New("something must be done first"), "do what the findings marked must say, and run wherry plan again")
}

// kindAnswer is what --target-kind prints with --json.
type kindAnswer struct {
	Kind    fusionauth.Kind `json:"kind"`
	Version string          `json:"version"`
}

func tellKind(ctx context.Context, out *console.Console, api *fusionauth.Client) error {
	kind, version, err := api.Kind(ctx)
	if err != nil {
		return err
	}
	return out.Emit(kindAnswer{kind, version}, func(w io.Writer) { fmt.Fprintln(w, kind, version) })
}

func (a planAnswer) print(w io.Writer, out *console.Console) {
	colours := map[check.Severity]string{check.Must: "31", check.Should: "33", check.Note: "36"}
	for _, f := range a.Findings {
		pool := ""
		if f.Pool != "" {
			pool = " [" + f.Pool + "]"
		}
		fmt.Fprintf(w, "%s %s%s: %s\n", out.Style(colours[f.Severity], fmt.Sprintf("%-6s", f.Severity)), f.Code, pool, f.What)
		if f.Do != "nothing" {
			fmt.Fprintf(w, "       → %s\n", f.Do)
		}
	}
	if a.Ready {
		fmt.Fprintln(w, "\nnothing stands in the way")
	}
}

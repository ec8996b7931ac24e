package cli

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"runtime/debug"
	"slices"
	"strings"

	"wherry/internal/console"
	"wherry/internal/exit"
	"wherry/toolkit/config"
	"wherry/toolkit/internal/fusionauth"
	"wherry/toolkit/internal/plan"
	"wherry/toolkit/internal/progress"
	"wherry/toolkit/internal/workspace"
	"wherry/toolkit/planner"
)

// collisionFlags say who gets a login id that several users want.
type collisionFlags struct {
	Collisions     planner.Policy `enum:",first,newest,verified,ask" default:"" placeholder:"WHO" help:"Who gets a login id that several users want: first or newest by when they signed up, verified, or ask: decide in a file. The others are refused. Default: nobody is sent until you say."`
	CollisionsFile string         `default:"collisions.json" placeholder:"FILE" help:"Where --collisions ask asks, and reads the decisions."`
}

// watch is how whoever waits for a command sees what it does.
type watch struct {
	out     *console.Console
	display *progress.Display
}

// planned is what planning has done: the first part of an answer.
type planned struct {
	planner.Result
	Collisions int `json:"collisions"`
}

// plan plans everybody who was exported, and settles collisions, while no other
// run does. Before, first may open some again, and between the two, mend may plan
// some by hand.
func (x *crossing) plan(ctx context.Context, r *workspace.Run, api *fusionauth.Client, w watch, c collisionFlags, first, mend func() error) (done planned, err error) {
	p, err := x.planner(ctx, r, api)
	if err != nil {
		return done, err
	}
	release, err := r.Planning(ctx, p.Mapping, w.out.Note)
	if err != nil {
		return done, resumable(ctx, err)
	}
	defer func() { err = errors.Join(err, release()) }()
	if err := first(); err != nil {
		return done, err
	}
	defer haste()()
	p.Progress = w.display
	if done.Result, err = p.Plan(ctx); err != nil {
		return done, resumable(ctx, err)
	}
	if err := mend(); err != nil {
		return done, err
	}
	settled, err := p.Settle(ctx, c.Collisions, c.CollisionsFile)
	done.Collisions, done.Refused = settled.Collisions, done.Refused+settled.Refused
	return done, resumable(ctx, err)
}

// haste lets the heap of a program that needs little of it grow to four times as
// much before it is collected, which spares a tenth of the processor time, until
// end is called. Whoever has set GOGC knows better.
func haste() (end func()) {
	const usual = 100
	before := debug.SetGCPercent(300)
	if before != usual {
		debug.SetGCPercent(before)
	}
	return func() { debug.SetGCPercent(before) }
}

// resumable gives an interruption its exit code.
func resumable(ctx context.Context, err error) error {
	if err != nil && ctx.Err() != nil {
		return exit.With(exit.Interrupted, err, "run the same command again to go on")
	}
	return err
}

// planner plans by the pool's settings, and its schema: the file that the
// configuration names, or what the latest export was told.
func (x *crossing) planner(ctx context.Context, r *workspace.Run, api *fusionauth.Client) (*planner.Planner, error) {
	pool := x.pool
	kept, err := x.part.Fact(ctx, workspace.SchemaFact)
	if err != nil {
		return nil, err
	}
	if pool.SchemaFile == "" && kept != "" {
		if err := json.Unmarshal([]byte(kept), &pool.Schema); err != nil {
			return nil, fmt.Errorf("read the pool's schema: %w", err)
		}
	}
	if pool.Applications, err = applications(ctx, api, pool.Applications); err != nil {
		return nil, err
	}
	mapper, err := newMapper(pool)
	if err != nil {
		return nil, err
	}
	mapping, err := fingerprint(pool)
	return &planner.Planner{Run: r, Mapper: mapper, Skip: pool.Import.Skip, Mapping: mapping}, err
}

// fingerprint stands for all that plans depend on beside the users.
func fingerprint(pool config.Pool) (string, error) {
	doc, err := json.Marshal([]any{pool.Settings, pool.Mapping.ScriptSource, pool.Schema, pool.Import.Skip})
	if err != nil {
		return "", fmt.Errorf("read the mapping: %w", err)
	}
	sum := sha256.Sum256(doc)
	return hex.EncodeToString(sum[:16]), nil
}

// applications finds the ids of applications that the configuration names. The
// target is asked only if there are any.
func applications(ctx context.Context, api *fusionauth.Client, named []plan.Application) ([]plan.Application, error) {
	named = slices.Clone(named)
	if !slices.ContainsFunc(named, func(a plan.Application) bool { return a.ID == "" }) {
		return named, nil
	}
	if api == nil {
		return nil, exit.With(exit.Usage, errors.New("applications are named, and there is no target to ask for their ids"), "set applications[].id, or target.url and target.api_key")
	}
	there, err := api.Applications(ctx)
	if err != nil {
		return nil, fmt.Errorf("find the ids of the applications: %w", err)
	}
	var missing []string
	for i, a := range named {
		at := slices.IndexFunc(there, func(t fusionauth.Application) bool { return t.Name == a.Name })
		switch {
		case a.ID != "":
		case at < 0:
			missing = append(missing, a.Name)
		default:
			named[i].ID = there[at].ID
		}
	}
	if missing != nil {
		return nil, exit.With(exit.Usage, fmt.Errorf("the target has no application %s", strings.Join(missing, ", ")), "make the applications first, or mend their names in the configuration")
	}
	return named, nil
}

func (p planned) print(w io.Writer) {
	if p.Planned+p.Skipped > 0 {
		fmt.Fprintf(w, "%8d planned in %.1f s\n", p.Planned, p.Seconds)
	}
	if p.Anew > 0 {
		fmt.Fprintf(w, "%8d of these anew\n", p.Anew)
	}
	if p.Skipped > 0 {
		fmt.Fprintf(w, "%8d not carried because of their status\n", p.Skipped)
	}
	if p.Collisions > 0 {
		fmt.Fprintf(w, "%8d login ids were wanted by several users\n", p.Collisions)
	}
	if p.Refused > 0 {
		fmt.Fprintf(w, "%8d refused by mapping or collisions\n", p.Refused)
	}
}

package cli

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"

	"wherry/internal/exit"
	"wherry/internal/secret"
	"wherry/toolkit/config"
	"wherry/toolkit/internal/plan"
	"wherry/toolkit/internal/workspace"
)

// workspaceFlags is how commands of the bulk road find the workspace.
type workspaceFlags struct {
	Workspace    string `default:"wherry.db" env:"WHERRY_WORKSPACE" placeholder:"FILE" help:"The workspace: a file, or a postgres:// URL that several machines share."`
	WorkspaceKey string `env:"WHERRY_WORKSPACE_KEY_FILE" placeholder:"FILE" help:"The key that encrypts it, from openssl rand 32. A passphrase comes in WHERRY_WORKSPACE_PASSPHRASE instead."`
}

// lock reads what opens the workspace.
func (f *workspaceFlags) lock(p Process) (workspace.Lock, error) {
	l := workspace.Lock{Passphrase: secret.String(p.Getenv("WHERRY_WORKSPACE_PASSPHRASE"))}
	if f.WorkspaceKey == "" {
		return l, nil
	}
	if l.Passphrase != "" {
		return l, exit.With(exit.Usage, errors.New("there are both a key and a passphrase for the workspace"), "give one of them")
	}
	key, err := os.ReadFile(f.WorkspaceKey)
	if err != nil {
		return l, exit.With(exit.Usage, fmt.Errorf("read the workspace's key: %w", err), "name the file with --workspace-key")
	}
	l.Key = secret.String(key)
	return l, nil
}

// open opens the workspace of these pools.
func (f *workspaceFlags) open(ctx context.Context, p Process, existing bool, pools ...string) (*workspace.Workspace, error) {
	l, err := f.lock(p)
	if err != nil {
		return nil, err
	}
	return workspace.Open(ctx, f.Workspace, workspace.Options{Pools: pools, Existing: existing, Lock: l})
}

// crossingFlags is how commands of the bulk road find their crossing.
type crossingFlags struct {
	Config string `default:"wherry.yaml" placeholder:"FILE" help:"The configuration."`
	Pool   string `placeholder:"NAME" help:"Which pool of the configuration, by name or id. Default: the only one."`
	workspaceFlags
}

// crossing is one pool of a configuration with its part of the workspace.
type crossing struct {
	settings  *config.Config
	pool      config.Pool
	workspace *workspace.Workspace
	part      *workspace.Pool
}

// open reads the configuration and opens the workspace, which must be closed.
func (f *crossingFlags) open(ctx context.Context, p Process, existing bool) (*crossing, error) {
	settings, err := config.Load(f.Config, p.Getenv)
	if err != nil {
		return nil, err
	}
	pool, err := choosePool(settings.Pools, f.Pool)
	if err != nil {
		return nil, err
	}
	return f.openPool(ctx, p, settings, pool, existing)
}

func (f *crossingFlags) openPool(ctx context.Context, p Process, settings *config.Config, pool config.Pool, existing bool) (*crossing, error) {
	var ids []string
	for _, p := range settings.Pools {
		ids = append(ids, p.ID)
	}
	w, err := f.workspaceFlags.open(ctx, p, existing, ids...)
	if err != nil {
		return nil, err
	}
	part, err := w.Pool(ctx, pool.ID)
	if err != nil {
		return nil, errors.Join(err, w.Close())
	}
	return &crossing{settings, pool, w, part}, nil
}

// run runs what a command of the bulk road does as one run of the workspace.
func (x *crossing) run(ctx context.Context, kind workspace.Kind, do func(*workspace.Run) error) error {
	r, err := x.part.Start(ctx, kind)
	if err != nil {
		return err
	}
	err = do(r)
	return errors.Join(err, r.End(ctx, outcome(err)))
}

// outcome is how a run ended, in words that hold no personal data.
func outcome(err error) string {
	switch exit.Code(err) {
	case exit.Done:
		return "done"
	case exit.Interrupted:
		return "interrupted"
	case exit.Refused:
		return "done, some users were refused"
	case exit.Differences:
		return "done, differences were found"
	case exit.Nothing:
		return "nothing to do"
	default:
		first, _, _ := strings.Cut(err.Error(), "\n")
		return "failed: " + first
	}
}

// newMapper is the pool's mapping.
func newMapper(pool config.Pool) (*plan.Mapper, error) {
	m, err := plan.New(pool.Settings, pool.Schema)
	if err != nil {
		return nil, exit.With(exit.Usage, fmt.Errorf("the mapping of the pool %s:\n%w", pool.Name, err), "mend the configuration and run the command again")
	}
	return m, nil
}

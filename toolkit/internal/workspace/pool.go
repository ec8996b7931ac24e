package workspace

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strings"

	"wherry/internal/exit"
)

// Pool is one user pool's part of a workspace.
type Pool struct {
	ID string // of the user pool
	w  *Workspace
	n  int64
}

// Workspace is what the pool's part is a part of.
func (p *Pool) Workspace() *Workspace { return p.w }

// Pools lists the pools of the workspace by their ids, in the order in which
// they came in.
func (w *Workspace) Pools(ctx context.Context) ([]*Pool, error) {
	pools, err := list(ctx, w.reader, func(rows *sql.Rows) (*Pool, error) {
		p := &Pool{w: w}
		return p, rows.Scan(&p.n, &p.ID)
	}, "select n, id from pools order by n")
	if err != nil {
		return nil, fmt.Errorf("list the pools of the workspace: %w", err)
	}
	return pools, nil
}

// Pool is the part of the pool with this id, which begins empty.
func (w *Workspace) Pool(ctx context.Context, id string) (*Pool, error) {
	p := &Pool{ID: id, w: w}
	err := w.tx(ctx, func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, "insert into pools (id, created) values ($1, $2) on conflict (id) do nothing", id, w.instant())
		if err != nil {
			return err
		}
		return tx.QueryRowContext(ctx, "select n from pools where id = $1", id).Scan(&p.n)
	})
	if err != nil {
		return nil, fmt.Errorf("open the pool's part of the workspace: %w", err)
	}
	return p, nil
}

// admit refuses a workspace of another crossing.
func (w *Workspace) admit(ctx context.Context, ids []string) error {
	if len(ids) == 0 {
		return nil
	}
	pools, err := w.Pools(ctx)
	if err != nil {
		return err
	}
	for _, p := range pools {
		if !slices.Contains(ids, p.ID) {
			return exit.With(exit.Usage,
				fmt.Errorf("the workspace %s belongs to the pool %s, the configuration names %s", w.place, p.ID, strings.Join(ids, ", ")),
				"name the configuration of that pool with --config, or another workspace with --workspace")
		}
	}
	return nil
}

// Claim binds the pool's part to a fact that must not change under it, such as
// the target and tenant that its users go to. The first value holds; another
// one later is refused, and what names it in the message.
func (p *Pool) Claim(ctx context.Context, what, value string) error {
	var holds string
	err := p.w.tx(ctx, func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, "insert into claims (pool, name, value) values ($1, $2, $3) on conflict (pool, name) do nothing", p.n, what, value)
		if err != nil {
			return err
		}
		return tx.QueryRowContext(ctx, "select value from claims where pool = $1 and name = $2", p.n, what).Scan(&holds)
	})
	if err != nil {
		return fmt.Errorf("bind the workspace to its %s: %w", what, err)
	}
	if holds != value {
		return exit.With(exit.Usage, fmt.Errorf("the workspace %s was begun with the %s %s, not with %s", p.w.place, what, holds, value),
			"go on with that one, or name another workspace with --workspace")
	}
	return nil
}

// SchemaFact is the fact that an export keeps for the mapping: what the pool
// says of its attributes, as JSON.
const SchemaFact = "schema"

// SetFact keeps a text about the pool that a later run wants to know, such as
// its schema. It must hold no personal data.
func (r *Run) SetFact(ctx context.Context, name, value string) error {
	_, err := r.w.exec(ctx, `insert into claims (pool, name, value) values ($1, $2, $3)
		on conflict (pool, name) do update set value = excluded.value`, r.n, factPrefix+name, value)
	if err != nil {
		return fmt.Errorf("keep the pool's %s: %w", name, err)
	}
	return nil
}

// Fact is what SetFact kept last, or "".
func (p *Pool) Fact(ctx context.Context, name string) (value string, err error) {
	err = p.w.reader.QueryRowContext(ctx, "select value from claims where pool = $1 and name = $2", p.n, factPrefix+name).Scan(&value)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return "", fmt.Errorf("read the pool's %s: %w", name, err)
	}
	return value, nil
}

const factPrefix = "fact: " // claims are in the same table

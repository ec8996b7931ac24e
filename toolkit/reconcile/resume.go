package reconcile

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"wherry/toolkit/internal/workspace"
)

// What a verification writes into the workspace.
const (
	kindDifference = "difference"
	kindCheckpoint = "checkpoint"
	kindFinished   = "verified"
)

// checkpoint is how far a verification had come, and what it had counted.
type checkpoint struct {
	Began  time.Time     `json:"began"`
	Spent  time.Duration `json:"spent"`
	Asked  int           `json:"asked"`
	Runs   []int64       `json:"runs"`
	Phase  int           `json:"phase"`
	After  int64         `json:"after"`
	Strict bool          `json:"strict"`
	Links  bool          `json:"plannedLinks,omitempty"`
	Tally  Tally         `json:"tally"`
}

func (v *verification) checkpoint() (workspace.Event, error) {
	return eventOf(kindCheckpoint, 0, checkpoint{
		Began: v.began, Spent: v.spent + v.Now().Sub(v.started), Asked: v.asked + v.pacer.Counts().Calls, Runs: v.runs,
		Phase: v.phase, After: v.after, Strict: v.Strict, Links: v.PlannedLinks, Tally: v.Tally,
	})
}

func eventOf(kind string, user int64, detail any) (workspace.Event, error) {
	doc, err := json.Marshal(detail)
	if err != nil {
		return workspace.Event{}, fmt.Errorf("write down what was found: %w", err)
	}
	return workspace.Event{Kind: kind, User: user, Detail: doc}, nil
}

// stale is how old a verification may be that is gone on with: it should tell
// what is, not what was.
const stale = 24 * time.Hour

// look is how many runs back an interrupted verification is looked for.
const look = 200

// resume goes on with the latest verification of everybody, if it came to no
// end.
func (v *verification) resume(ctx context.Context) (resumed bool, err error) {
	v.runs = []int64{v.Run.N}
	if v.Again || v.Sample > 0 {
		return false, nil
	}
	runs, err := v.Run.Workspace().Runs(ctx, look)
	if err != nil {
		return false, err
	}
	for _, r := range runs {
		if r.Kind != workspace.Verify || r.Pool != v.Run.ID || r.N >= v.Run.N || r.Outcome == workspace.Running {
			continue
		}
		c, ended, err := v.left(ctx, r.N)
		if err != nil || ended {
			return false, err
		}
		if c != nil {
			return v.goOn(*c), nil
		}
	}
	return false, nil
}

// left is where a run stopped, nil if it had hardly begun.
func (v *verification) left(ctx context.Context, run int64) (c *checkpoint, ended bool, err error) {
	for e, err := range v.Run.Events(ctx, run, "") {
		switch {
		case err != nil:
			return nil, false, err
		case e.Kind == kindFinished:
			return nil, true, nil
		case e.Kind == kindCheckpoint && len(e.Detail) > 0: // else it was purged
			c = &checkpoint{}
			if err := json.Unmarshal(e.Detail, c); err != nil {
				return nil, false, fmt.Errorf("read where the verification stopped: %w", err)
			}
		}
	}
	return c, false, nil
}

func (v *verification) goOn(c checkpoint) bool {
	if v.Now().Sub(c.Began) > stale || c.Strict != v.Strict || c.Links != v.PlannedLinks {
		return false
	}
	v.Tally, v.began, v.spent, v.asked, v.phase, v.after = c.Tally, c.Began, c.Spent, c.Asked, c.Phase, c.After
	v.runs = append(c.Runs, v.Run.N)
	v.Note("going on with what was begun on %s", c.Began.Local().Format("2006-01-02 15:04"))
	return true
}

// finish says that the verification came to its end.
func (v *verification) finish(ctx context.Context) error {
	e, err := eventOf(kindFinished, 0, v.Outcomes)
	if err != nil {
		return err
	}
	return v.Run.Note(ctx, e)
}

// tell lets `wherry status` know.
func (v *verification) tell(ctx context.Context) error {
	return v.Run.Report(ctx, workspace.Progress{
		Step: "users", Done: int64(v.Checked), Of: int64(v.total),
		PerSecond: float64(v.Checked-v.before) / max(0.001, v.Now().Sub(v.started).Seconds()),
		Detail:    v.Outcomes,
	})
}

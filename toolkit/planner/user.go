package planner

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	jsonv2 "github.com/go-json-experiment/json"

	"wherry/internal/exit"
	"wherry/toolkit/internal/plan"
	"wherry/toolkit/internal/workspace"
)

// user decides what becomes of one user. Its errors end the run.
func (p *Planner) user(ctx context.Context, u workspace.User) (workspace.Move, error) {
	if u.Source == nil {
		return workspace.Move{}, exit.With(exit.Failed, fmt.Errorf("the workspace %s was purged", p.Run.Workspace().Place()),
			"export the pool again, into a new workspace")
	}
	var in plan.CognitoUser
	if err := in.Read(u.Source, fast); err != nil {
		return workspace.Move{}, fmt.Errorf("the document of user %s in the workspace: %w", u.ID, err)
	}
	if slices.Contains(p.Skip, in.Status) {
		return workspace.Move{User: u.N, To: workspace.Skipped, Reason: "the status is " + in.Status}, nil
	}
	result, err := p.Mapper.Map(ctx, in, plan.Trip{Road: plan.BulkRoad, Brief: true})
	if ctx.Err() != nil {
		return workspace.Move{}, fmt.Errorf("plan users: %w", ctx.Err())
	}
	if err != nil {
		return workspace.Move{User: u.N, To: workspace.Refused, Reason: "mapping: " + err.Error()}, nil
	}
	planned, err := document(result)
	if err != nil {
		return workspace.Move{}, fmt.Errorf("write what becomes of user %s: %w", u.ID, err)
	}
	return workspace.Move{User: u.N, To: workspace.Planned, Plan: planned}, nil
}

// fast decodes what the exporter has encoded in a third of the time that
// encoding/json takes, which would be a quarter of all planning.
func fast(data []byte, v any) error { return jsonv2.Unmarshal(data, v) }

func document(r plan.Result) (*workspace.Plan, error) {
	doc, err := json.Marshal(r.User)
	if err != nil {
		return nil, err
	}
	planned := &workspace.Plan{Document: doc, Names: workspace.Names{Username: r.User.Username, Email: r.User.Email, Phone: r.User.PhoneNumber}}
	if len(r.Remarks) > 0 {
		planned.Remarks, err = json.Marshal(r.Remarks)
	}
	return planned, err
}

// sortByStep brings moves that are alike together, so that each step is one
// statement.
func sortByStep(moves []workspace.Move) {
	slices.SortStableFunc(moves, func(a, b workspace.Move) int {
		return cmp.Or(cmp.Compare(a.To, b.To), strings.Compare(a.Reason, b.Reason))
	})
}

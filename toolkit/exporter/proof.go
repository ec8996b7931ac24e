package exporter

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"wherry/toolkit/internal/workspace"
)

// tolerance is how far the estimate may be off, as a share, before it is worth
// a word: Cognito renews it now and then only.
const tolerance = 0.01

// conclude counts again, names what does not add up, and ends the scan.
func (e *Exporter) conclude(ctx context.Context) (Result, error) {
	r := Result{Scan: e.scan.N, Delta: e.scan.Delta, Estimate: e.pool.Estimate, Requests: e.requests(), Restarts: int(e.lost.Load())}
	var err error
	if r.Users, r.Discrepancies, err = e.recount(ctx); err != nil {
		return r, err
	}
	if off := r.Users - r.Estimate; float64(max(off, -off)) > tolerance*float64(r.Estimate) {
		r.Remarks = append(r.Remarks, fmt.Sprintf(
			"Cognito estimates %d users, %d were read: the estimate may be hours old, or subs do not begin with a hexadecimal digit", r.Estimate, r.Users))
	}
	if err := e.scan.Finish(ctx, true, r); err != nil {
		return r, err
	}
	r.Changes, err = e.Run.Changes(ctx, e.scan.N)
	return r, err
}

// recount compares what each shard says it has seen with what is there.
func (e *Exporter) recount(ctx context.Context) (users int, odd []string, err error) {
	shards, err := e.scan.Shards(ctx)
	if err != nil {
		return 0, nil, err
	}
	width := 0
	for _, h := range shards {
		if h.Part == workspace.PartUsers {
			width = len(h.Name)
		}
	}
	there, err := e.scan.Recount(ctx, width)
	if err != nil {
		return 0, nil, err
	}
	for _, h := range shards {
		if h.Part != workspace.PartUsers {
			continue
		}
		if there[h.Name] != h.Users {
			odd = append(odd, fmt.Sprintf("shard %q: %d users were read, %d are in the workspace", h.Name, h.Users, there[h.Name]))
		}
		users += there[h.Name]
		delete(there, h.Name)
	}
	for _, prefix := range slices.Sorted(maps.Keys(there)) {
		odd = append(odd, fmt.Sprintf("%d users whose id begins with %q belong to no shard", there[prefix], prefix))
		users += there[prefix]
	}
	return users, odd, nil
}

// Against makes the result of a second reading tell what the first one missed:
// whoever is new or deleted now came or went meanwhile, or was not listed.
func (r Result) Against(first Result) Result {
	for _, c := range []workspace.Change{workspace.New, workspace.Deleted} {
		if n := r.Changes[c]; n > 0 {
			r.Discrepancies = append(r.Discrepancies, fmt.Sprintf("%d users are %s since the pool was read a moment ago", n, c))
		}
	}
	if r.Users != first.Users {
		r.Discrepancies = append(r.Discrepancies, fmt.Sprintf("%d users were read first, %d the second time", first.Users, r.Users))
	}
	return r
}

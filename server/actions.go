package server

import (
	"context"
	"time"

	"wherry/server/internal/fa"
	"wherry/server/internal/identity"
	"wherry/server/internal/jobs"
)

// actionEndKind is the kind of the jobs that tell that the time of an action on a
// user has come.
const actionEndKind = "user-action-end"

// endings implements identity.Endings.
type endings struct{}

// Along is part of identity.Endings.
func (endings) Along(ctx context.Context, action fa.ID, at time.Time) context.Context {
	return jobs.Along(ctx, func() ([]jobs.Job, error) {
		job, err := jobs.New(actionEndKind, action)
		job.At = at
		return []jobs.Job{job}, err
	})
}

func endAction(actions *identity.UserActions) jobs.Handler {
	return func(ctx context.Context, job *jobs.Job) error {
		var id fa.ID
		if err := job.Decode(&id); err != nil {
			return err
		}
		return actions.End(ctx, id)
	}
}

package server

import (
	"context"
	"errors"
	"fmt"
	"time"

	"wherry/server/internal/fa"
	"wherry/server/internal/jobs"
)

// deletionKind is the kind of the jobs that delete tenants.
const deletionKind = "tenant-deletion"

// wireUpkeep registers what the server does by itself.
func (s *Server) wireUpkeep() {
	s.jobs.Every(time.Hour, "log-retention", func(ctx context.Context) error {
		c, err := s.db.SystemConfiguration.Get(ctx, "")
		if err != nil {
			return fmt.Errorf("find out how long logs are kept: %w", err)
		}
		return s.db.Prune(ctx, c)
	})
	s.jobs.Every(time.Hour, "refresh-token-retention", s.pruneSessions)
	s.jobs.Handle(deletionKind, func(ctx context.Context, job *jobs.Job) error {
		var tenant fa.ID
		if err := job.Decode(&tenant); err != nil {
			return err
		}
		if err := s.db.DeleteTenant(ctx, tenant); !errors.Is(err, fa.ErrNotFound) {
			return err
		}
		return nil // an attempt before this one came to its end
	})
}

// deleteTenantLater marks a tenant for a job to delete it, in one transaction.
func (s *Server) deleteTenantLater(ctx context.Context, id fa.ID) error {
	along := jobs.Along(ctx, func() ([]jobs.Job, error) {
		job, err := jobs.New(deletionKind, id)
		job.Name = deletionKind + " " + string(id)
		return []jobs.Job{job}, err
	})
	_, err := s.db.Tenants.Update(along, id, func(t *fa.Tenant) error {
		t.State = fa.StatePendingDelete
		return nil
	})
	return err
}

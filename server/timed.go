package server

import (
	"context"
	"math/rand/v2"
	"time"

	"wherry/server/internal/fa"
	"wherry/server/internal/identity"
	"wherry/server/internal/jobs"
	"wherry/server/internal/mail"
)

// The kinds of jobs whose payload is the id of what they are about.
const (
	actionEndKind       timed = "user-action-end"  // the time of an action on a user has come
	consentReminderKind timed = "consent-reminder" // whoever has given a consent is told of it again
)

// timed implements identity.Endings and identity.Reminders with jobs of a kind.
type timed string

// Along is part of both.
func (kind timed) Along(ctx context.Context, id fa.ID, at time.Time) context.Context {
	return jobs.Along(ctx, func() ([]jobs.Job, error) {
		job, err := jobs.New(string(kind), id)
		job.At = at
		return []jobs.Job{job}, err
	})
}

// handle does the jobs of the kind.
func (kind timed) handle(queue *jobs.Queue, do func(ctx context.Context, id fa.ID) error) {
	queue.Handle(string(kind), func(ctx context.Context, job *jobs.Job) error {
		var id fa.ID
		if err := job.Decode(&id); err != nil {
			return err
		}
		return do(ctx, id)
	})
}

func (s *Server) newConsents(office *mail.Office) *identity.Consents {
	consents := &identity.Consents{
		Store: s.db.UserConsents, Consents: s.db.Consents, Tenants: s.db.Tenants, Users: s.db,
		Mailer: mailer{office}, Reminders: consentReminderKind, Random: rand.Int64N, Now: s.config.Now, NewID: newID,
	}
	consentReminderKind.handle(s.jobs, consents.Remind)
	return consents
}

package server

import (
	"context"
	"fmt"
	"sync"

	"wherry/server/internal/jobs"
)

// background is what the server does beside answering requests.
type background struct {
	cancel  context.CancelFunc
	running sync.WaitGroup
}

// begin does work until end, without regard to the context of the start.
func (b *background) begin(ctx context.Context, work ...func(context.Context)) {
	ctx, b.cancel = context.WithCancel(context.WithoutCancel(ctx))
	for _, do := range work {
		b.running.Go(func() { do(ctx) })
	}
}

// end stops the work and waits until it has stopped.
func (b *background) end() {
	if b.cancel != nil {
		b.cancel()
	}
	b.running.Wait()
}

func (s *Server) newQueue() *jobs.Queue {
	return &jobs.Queue{
		Store: s.db, Now: s.config.Now, NewID: func() string { return string(newID()) }, Log: s.config.Log,
		Buried: func(ctx context.Context, kind string, attempts int, reason error) {
			s.logEvent(ctx, fmt.Sprintf("The job [%s] was given up after %d attempts: %v", kind, attempts, reason))
		},
	}
}

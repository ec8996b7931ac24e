// Package meter counts what a run does, and shows it: to whoever watches the
// command, and in the workspace to `wherry status`.
package meter

import (
	"context"
	"sync"
	"sync/atomic"
	"time"

	"wherry/toolkit/internal/progress"
	"wherry/toolkit/internal/workspace"
)

// interval is how often it is shown.
const interval = time.Second

// Meter counts one step of a run. Its methods may be called by many goroutines.
type Meter struct {
	run    *workspace.Run
	task   *progress.Task
	step   string
	began  time.Time
	done   atomic.Int64
	of     int64
	closed chan struct{}
	ended  sync.WaitGroup
}

// Start begins to count a step of which there is so much to do; 0 if nobody
// knows. Stop must be called.
func Start(ctx context.Context, run *workspace.Run, display *progress.Display, step string, of int) *Meter {
	m := &Meter{run: run, step: step, of: int64(of), began: time.Now(), task: display.Task(step, 0, int64(of)), closed: make(chan struct{})}
	m.ended.Go(func() { m.show(ctx) })
	return m
}

// Add counts what was done.
func (m *Meter) Add(n int) { m.done.Add(int64(n)) }

func (m *Meter) show(ctx context.Context) {
	tick := time.NewTicker(interval)
	defer tick.Stop()
	for {
		select {
		case <-m.closed:
			m.report(ctx)
			return
		case <-tick.C:
			m.report(ctx)
		}
	}
}

func (m *Meter) report(ctx context.Context) {
	done := m.done.Load()
	m.task.Set(done, m.of)
	_ = m.run.Report(ctx, workspace.Progress{ // the next one comes in a second
		Step: m.step, Done: done, Of: max(m.of, done), PerSecond: float64(done) / max(0.001, time.Since(m.began).Seconds()),
	})
}

// Stop shows it for the last time, and answers how long it took.
func (m *Meter) Stop(ctx context.Context) time.Duration {
	close(m.closed)
	m.ended.Wait()
	if ctx.Err() == nil {
		m.task.End()
	}
	return time.Since(m.began)
}

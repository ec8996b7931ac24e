package reconcile

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"strings"
	"sync"

	"wherry/toolkit/internal/plan"
	"wherry/toolkit/internal/workspace"
)

// chunk is how many accounts are asked for at a time.
const chunk = 250

// The phases of a walk: those who are in the pool, then those who were.
const (
	phasePool = iota
	phaseGone
	phaseDone
)

// everybody walks through all users.
func (v *verification) everybody(ctx context.Context, total int) error {
	task := v.Progress.Task("users", int64(v.Checked), int64(total))
	for ; v.phase < phaseDone; v.phase, v.after = v.phase+1, 0 {
		q := workspace.Query{After: v.after, Source: true, Target: true, Remarks: true}
		if v.phase == phaseGone {
			q.Changes = []workspace.Change{workspace.Deleted}
		}
		err := v.walk(ctx, v.Run.Users(ctx, q), func() { task.Set(int64(v.Checked), int64(total)) })
		if err != nil {
			return err
		}
	}
	task.End()
	return nil
}

// lot is some users, and in time what became of them. Those take little room.
type lot struct {
	users    []workspace.User
	verdicts []*verdict
	err      error
	done     chan struct{}
}

// walk compares users, several lots at a time, and writes down what it found
// in their order.
func (v *verification) walk(ctx context.Context, users iter.Seq2[workspace.User, error], shown func()) error {
	ctx, stop := context.WithCancel(ctx)
	var working sync.WaitGroup
	defer working.Wait()
	defer stop()
	lots := make(chan *lot, v.Parallel)
	working.Go(func() {
		defer close(lots)
		for l := range divide(users) {
			select {
			case lots <- l:
				working.Go(func() { v.compareLot(ctx, l) })
			case <-ctx.Done():
				return
			}
		}
	})
	book := &book{verification: v, saved: v.Now()}
	for l := range lots {
		<-l.done
		if l.err != nil {
			return errors.Join(l.err, book.save(context.WithoutCancel(ctx)))
		}
		if err := book.enter(ctx, l); err != nil {
			return err
		}
		shown()
	}
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	return book.save(ctx)
}

// divide makes lots of users.
func divide(users iter.Seq2[workspace.User, error]) iter.Seq[*lot] {
	return func(yield func(*lot) bool) {
		l := &lot{done: make(chan struct{})}
		for u, err := range users {
			if err != nil {
				l.err = err
				break
			}
			if l.users = append(l.users, u); len(l.users) < chunk {
				continue
			}
			if !yield(l) {
				return
			}
			l = &lot{done: make(chan struct{})}
		}
		if len(l.users) > 0 || l.err != nil {
			yield(l)
		}
	}
}

// subject is a user with what was planned, nil if nothing was.
type subject struct {
	workspace.User
	planned *plan.User
}

// id is under which the user is in the target: as planned, or what tells the
// user apart in the pool.
func (s *subject) id() string {
	if s.planned != nil {
		return strings.ToLower(s.planned.ID)
	}
	return strings.ToLower(s.ID)
}

func (v *verification) compareLot(ctx context.Context, l *lot) {
	defer close(l.done)
	if l.err == nil {
		l.verdicts, l.err = v.judgeAll(ctx, l.users)
	}
	l.users = nil
}

func (v *verification) judgeAll(ctx context.Context, users []workspace.User) (verdicts []*verdict, err error) {
	subjects, ids := make([]subject, len(users)), make([]string, len(users))
	for i, u := range users {
		subjects[i] = subject{User: u}
		if len(u.Target) > 0 {
			if subjects[i].planned, err = decodePlan(u.Target); err != nil {
				return nil, err
			}
		}
		ids[i] = subjects[i].id()
	}
	accounts, err := v.accounts(ctx, ids)
	if err != nil {
		return nil, fmt.Errorf("look users up in the target: %w", err)
	}
	for i := range subjects {
		d, err := v.judge(ctx, &subjects[i], accounts[ids[i]])
		if err != nil {
			return nil, err
		}
		d.username = usernameOf(d, users[i].Source)
		d.user.Source, d.user.Target, d.user.Remarks = nil, nil, nil
		verdicts = append(verdicts, d)
	}
	return verdicts, nil
}

package store

import (
	"context"
	"sync"
	"time"
)

// gather answers those who ask at the same time with one question to the
// database. Whoever comes while as many questions are out as there may be is part
// of the next one: no answer was read before it was asked for.
type gather[K comparable, V any] struct {
	ask  func(ctx context.Context, keys []K) (map[K]V, error) // keys may repeat
	most int                                                  // questions that are out at a time

	mu   sync.Mutex
	out  int
	next *question[K, V] // of those who wait; nil: nobody does
}

type question[K comparable, V any] struct {
	keys    []K
	done    chan struct{}
	answers map[K]V
	err     error
}

// patience is how long a question may take that is nobody's alone.
const patience = 30 * time.Second

// get returns the answer about a key; zero is none.
func (g *gather[K, V]) get(ctx context.Context, key K) (v V, err error) {
	g.mu.Lock()
	if g.out < g.most {
		g.out++
		g.mu.Unlock()
		defer g.others(ctx)
		answers, err := g.ask(ctx, []K{key})
		return answers[key], err
	}
	if g.next == nil {
		g.next = &question[K, V]{done: make(chan struct{})}
	}
	q := g.next
	q.keys = append(q.keys, key)
	g.mu.Unlock()
	select {
	case <-q.done:
		return q.answers[key], q.err
	case <-ctx.Done():
		return v, ctx.Err()
	}
}

// others answers those who have come meanwhile, if there are any.
func (g *gather[K, V]) others(ctx context.Context) {
	if q := g.waiting(); q != nil {
		go g.serve(context.WithoutCancel(ctx), q)
	}
}

func (g *gather[K, V]) waiting() *question[K, V] {
	g.mu.Lock()
	defer g.mu.Unlock()
	q := g.next
	if g.next = nil; q == nil {
		g.out--
	}
	return q
}

func (g *gather[K, V]) serve(ctx context.Context, q *question[K, V]) {
	for ; q != nil; q = g.waiting() {
		limited, cancel := context.WithTimeout(ctx, patience)
		q.answers, q.err = g.ask(limited, q.keys)
		cancel()
		close(q.done)
	}
}

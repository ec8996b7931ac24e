package connector

import (
	"sync/atomic"
	"testing"
)

// More work than there is room for must neither run at once nor be done twice,
// and what is turned away must be known.
func TestChores(t *testing.T) {
	t.Parallel()
	var c chores
	var running, most, done atomic.Int64
	goOn := make(chan struct{})
	chore := func() {
		now := running.Add(1)
		for seen := most.Load(); now > seen && !most.CompareAndSwap(seen, now); seen = most.Load() {
		}
		<-goOn
		running.Add(-1)
		done.Add(1)
	}
	accepted := 0
	for range choresAtATime + choresWaiting + 100 {
		if c.do(chore) {
			accepted++
		}
	}
	if accepted < choresWaiting || accepted > choresAtATime+choresWaiting {
		t.Errorf("%d were accepted", accepted)
	}
	close(goOn)
	c.running.Wait()
	if done.Load() != int64(accepted) || most.Load() > choresAtATime {
		t.Errorf("%d of %d were done, up to %d at a time", done.Load(), accepted, most.Load())
	}
	if !c.do(chore) {
		t.Error("there should be room again")
	}
	c.running.Wait()
}

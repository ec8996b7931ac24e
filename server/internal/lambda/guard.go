package lambda

import (
	"context"
	"runtime/metrics"
	"time"

	"github.com/dop251/goja"
)

// pace is how often a running function is looked at; a sound one has long ended
// by the first time.
const pace = 2 * time.Millisecond

// guard interrupts a runtime when its time is up or the heap has grown too
// much, and ends with ctx. Time is counted in looks, which a starved process
// does not get either. Go does not count memory by goroutine, so the heap is the
// whole program's.
func guard(ctx context.Context, vm *goja.Runtime) {
	look := time.NewTicker(pace)
	defer look.Stop()
	start := heap()
	for range maxTime / pace {
		select {
		case <-ctx.Done():
			vm.Interrupt(ctx.Err())
			return
		case <-look.C:
			if heap() > start+maxMemory {
				vm.Interrupt(ErrMemory)
				return
			}
		}
	}
	vm.Interrupt(ErrTime)
}

func heap() uint64 {
	sample := []metrics.Sample{{Name: "/memory/classes/heap/objects:bytes"}}
	metrics.Read(sample)
	return sample[0].Value.Uint64()
}

package plan

import (
	"context"
	"runtime/metrics"
	"time"

	"github.com/dop251/goja"
)

// guard interrupts a runtime when its time is up or the heap has grown too
// much, and ends with ctx. Go does not count memory by goroutine, so it
// watches the program as a whole; a sound script has long ended by then.
func guard(ctx context.Context, vm *goja.Runtime, memory uint64) {
	look := time.NewTicker(2 * time.Millisecond)
	defer look.Stop()
	start := heap()
	for {
		select {
		case <-ctx.Done():
			vm.Interrupt(context.Cause(ctx))
			return
		case <-look.C:
			if heap() > start+memory {
				vm.Interrupt(ErrMemory)
				return
			}
		}
	}
}

func heap() uint64 {
	sample := []metrics.Sample{{Name: "/memory/classes/heap/objects:bytes"}}
	metrics.Read(sample)
	return sample[0].Value.Uint64()
}

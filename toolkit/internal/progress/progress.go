// Package progress shows how far a command is: bars with rate and time left on
// a terminal, JSON lines with --json, and elsewhere a plain line now and then.
package progress

import (
	"encoding/json"
	"fmt"
	"io"
	"sync"
	"time"

	"github.com/vbauerster/mpb/v8"
	"github.com/vbauerster/mpb/v8/decor"

	"wherry/internal/console"
)

// interval is how often a line is printed where there are no bars.
const interval = 5 * time.Second

// Display shows tasks, one below the other. A nil Display shows nothing.
type Display struct {
	bars   *mpb.Progress // nil where there is no terminal
	out    *console.Console
	mu     sync.Mutex
	tasks  []*Task
	ticker *time.Ticker
	closed chan struct{}
	ended  sync.WaitGroup
}

// New begins a display. Bars need a terminal behind out.Err. Close must be
// called before the command's answer is printed.
func New(out *console.Console, terminal bool) *Display {
	d := &Display{out: out, closed: make(chan struct{})}
	switch {
	case out.Quiet:
	case terminal && !out.JSON:
		d.bars = mpb.New(mpb.WithOutput(out.Err), mpb.WithWidth(32), mpb.WithAutoRefresh())
	default:
		d.ticker = time.NewTicker(interval)
		d.ended.Go(d.tell)
	}
	return d
}

// Task is one thing that goes on. Its methods may be called by many goroutines.
type Task struct {
	mu          sync.Mutex
	name        string
	began       time.Time
	start, done int64
	total       int64 // 0: not known
	bar         *mpb.Bar
	told        int64
}

// Task begins one. The total may be an estimate, or 0 when nothing is known;
// already is what was done before, which counts for the bar and not for the
// rate.
func (d *Display) Task(name string, already, total int64) *Task {
	t := &Task{name: name, began: time.Now(), start: already, done: already, total: total, told: -1}
	if d == nil {
		return t
	}
	if d.bars != nil {
		t.bar = d.bars.AddBar(0, // a bar that begins with a total ends when it is reached, and totals are estimates
			mpb.PrependDecorators(decor.Name(name, decor.WCSyncSpaceR), decor.CountersNoUnit("%d / %d", decor.WCSyncSpace)),
			mpb.AppendDecorators(decor.Percentage(decor.WCSyncSpace), decor.Any(func(decor.Statistics) string { return t.pace() }, decor.WCSyncSpace)))
		t.bar.SetTotal(total, false)
		t.bar.SetCurrent(already)
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	d.tasks = append(d.tasks, t)
	return t
}

// Set says how much is done, and of how much, in all.
func (t *Task) Set(done, total int64) { t.draw(t.set(done, total, false)) }

// End says that the task is done.
func (t *Task) End() {
	t.mu.Lock()
	done := t.done
	t.mu.Unlock()
	t.draw(t.set(done, done, true))
}

func (t *Task) set(done, total int64, ended bool) (int64, int64, bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.done, t.total = done, max(total, done)
	return t.done, t.total, ended
}

// draw is called without the lock: the bar may be waiting for it to ask how fast
// the task is.
func (t *Task) draw(done, total int64, ended bool) {
	if t.bar != nil {
		t.bar.SetTotal(total, false)
		t.bar.SetCurrent(done)
		if ended {
			t.bar.SetTotal(total, true)
		}
	}
}

// rate is what is done a second; the caller holds the lock.
func (t *Task) rate() float64 {
	if s := time.Since(t.began).Seconds(); s > 0.5 {
		return float64(t.done-t.start) / s
	}
	return 0
}

// left is the time until all is done, 0 if nobody knows.
func (t *Task) left() time.Duration {
	r := t.rate()
	if r <= 0 || t.total <= t.done {
		return 0
	}
	return time.Duration(float64(t.total-t.done) / r * float64(time.Second)).Round(time.Second)
}

func (t *Task) pace() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.speed()
}

func (t *Task) speed() string {
	text := fmt.Sprintf("%.0f/s", t.rate())
	if left := t.left(); left > 0 {
		text += fmt.Sprintf(", %s left", left)
	}
	return text
}

// Line is how a task looks with --json.
type Line struct {
	Task string  `json:"task"`
	Done int64   `json:"done"`
	Of   int64   `json:"of,omitempty"`
	Rate float64 `json:"rate"` // a second
	Left float64 `json:"left,omitempty"`
}

// tell prints a line now and then.
func (d *Display) tell() {
	for {
		select {
		case <-d.closed:
			return
		case <-d.ticker.C:
			d.print()
		}
	}
}

func (d *Display) print() {
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, t := range d.tasks {
		d.printTask(t)
	}
}

func (d *Display) printTask(t *Task) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.told == t.done {
		return // nothing new
	}
	t.told = t.done
	if d.out.JSON {
		_ = json.NewEncoder(d.out.Out).Encode(struct {
			Progress Line `json:"progress"`
		}{Line{t.name, t.done, t.total, t.rate(), t.left().Seconds()}})
		return
	}
	d.out.Note("%s: %d of %d, %s", t.name, t.done, t.total, t.speed())
}

// Close ends the display. Tasks that have not ended stay where they are.
func (d *Display) Close() {
	if d.ticker != nil {
		d.ticker.Stop()
		close(d.closed)
		d.ended.Wait()
	}
	if d.bars == nil {
		return
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, t := range d.tasks {
		t.bar.Abort(false)
	}
	d.bars.Wait()
}

// Notes is where lines may be printed while bars are shown.
func (d *Display) Notes() io.Writer {
	if d.bars != nil {
		return d.bars
	}
	return d.out.Err
}

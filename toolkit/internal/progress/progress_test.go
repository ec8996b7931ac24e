package progress

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"wherry/internal/console"
)

func TestLines(t *testing.T) {
	t.Parallel()
	var out, errs bytes.Buffer
	for _, tt := range []struct {
		name  string
		c     console.Console
		where *bytes.Buffer
		want  string
	}{
		{"plain", console.Console{}, &errs, "users: 20 of 100, "},
		{"quiet", console.Console{Quiet: true}, nil, ""},
		{"JSON", console.Console{JSON: true}, &out, `{"progress":{"task":"users","done":20,"of":100,"rate":`},
	} {
		out.Reset()
		errs.Reset()
		tt.c.Out, tt.c.Err = &out, &errs
		d := New(&tt.c, false)
		task := d.Task("users", 10, 100)
		task.Set(20, 100)
		if !tt.c.Quiet {
			d.print()
			d.print() // nothing new is no line
		}
		d.Close()
		all := out.String() + errs.String()
		if tt.where == nil && all != "" || tt.where != nil && (!strings.HasPrefix(tt.where.String(), tt.want) || strings.Count(all, "\n") != 1) {
			t.Errorf("%s: %q", tt.name, all)
		}
		if tt.c.JSON && !json.Valid(out.Bytes()) {
			t.Errorf("%s is no JSON", &out)
		}
	}
}

func TestBars(t *testing.T) {
	t.Parallel()
	var errs bytes.Buffer
	d := New(&console.Console{Err: &errs}, true)
	task := d.Task("users", 0, 100)
	task.Set(40, 100)
	other := d.Task("groups", 0, 0)
	task.Set(120, 100) // an estimate is one
	task.End()
	other.Set(5, 10)
	d.Close()
	if text := errs.String(); !strings.Contains(text, "users") || !strings.Contains(text, "120 / 120") || !strings.Contains(text, "5 / 10") {
		t.Errorf("%q", text)
	}
}

// A bar asks for the rate while it is told how much is done: neither may wait
// for the other.
func TestBarsAreToldWhileTheyAsk(t *testing.T) {
	t.Parallel()
	var errs bytes.Buffer
	d := New(&console.Console{Err: &errs}, true)
	task := d.Task("users", 0, 1_000_000)
	done := make(chan struct{})
	go func() {
		defer close(done)
		for n := range int64(200_000) {
			task.Set(n, 1_000_000)
		}
	}()
	select {
	case <-done:
	case <-time.After(30 * time.Second):
		t.Fatal("the task and its bar wait for each other")
	}
	task.End()
	d.Close()
}

func TestTheRateLeavesOutWhatWasDoneBefore(t *testing.T) {
	t.Parallel()
	task := &Task{began: time.Now().Add(-10 * time.Second), start: 1000, done: 1100, total: 1200}
	if r := task.rate(); r < 9 || r > 10.1 {
		t.Errorf("%v a second", r)
	}
	if left := task.left(); left < 9*time.Second || left > 12*time.Second {
		t.Errorf("%s left", left)
	}
}

func TestNobodyLooks(t *testing.T) {
	t.Parallel()
	var d *Display
	task := d.Task("users", 0, 10)
	task.Set(5, 10)
	task.End()
}

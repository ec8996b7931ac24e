// Package lambda runs the JavaScript functions that administrators extend the
// server with. A function gets documents, changes them, and what they are
// afterwards comes back; it reaches no network, no file and no other run. Time,
// memory and the depth of its calls are bounded.
//
// What it writes to the console goes to the event log, and so does what it
// throws.
//
// Source: https://fusionauth.io/docs/extend/code/lambdas/
package lambda

import (
	"context"
	_ "embed"
	"errors"
	"fmt"
	"runtime"
	"sync"
	"time"

	"github.com/dop251/goja"
	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"wherry/server/internal/fa"
)

// What a function may use.
const (
	maxTime   = 500 * time.Millisecond
	maxMemory = 64 << 20 // bytes by which the whole program's heap may grow
	maxText   = 1 << 20  // characters that one call may make
	maxDepth  = 1000     // calls inside calls
)

// What a function can fail with, besides what it throws.
var (
	ErrTime   = errors.New("it takes too long")
	ErrMemory = errors.New("it takes too much memory")
)

//go:embed prelude.js
var prelude string

var surroundings = goja.MustCompile("wherry", prelude, true)

// Runner runs lambdas. All fields are required.
type Runner struct {
	Lambdas Lookup
	Events  EventLog
	Now     func() time.Time

	once  sync.Once
	turns chan struct{} // as many run at a time as there are processors, so that none waits on its own time
}

// Lookup finds a lambda, or says fa.ErrNotFound.
type Lookup interface {
	Get(ctx context.Context, id fa.ID) (*fa.Lambda, error)
}

// EventLog is where consoles and failures are written.
type EventLog interface {
	LogEvent(ctx context.Context, kind, message string) error
}

// Check reports a body that cannot be run.
func Check(l *fa.Lambda) error {
	if l.Body == "" {
		return nil // said elsewhere
	}
	if _, err := goja.Compile(l.Name, l.Body, false); err != nil {
		return fa.FieldError("lambda.body", "invalid", "The body is not JavaScript that can be run here: %v", err)
	}
	return nil
}

// ErrFailed says that a lambda was not run to its end; the event log says why.
var ErrFailed = errors.New("the lambda failed")

// call calls the function of that name with documents, in which nil is
// undefined, and returns what they are afterwards.
func (r *Runner) call(ctx context.Context, id fa.ID, function string, documents ...any) ([]jsontext.Value, error) {
	l, err := r.Lambdas.Get(ctx, id)
	if errors.Is(err, fa.ErrNotFound) {
		return nil, r.failed(ctx, &fa.Lambda{Named: fa.Named{Head: fa.Head{ID: id}}}, errors.New("there is no such lambda"))
	}
	if err != nil {
		return nil, err
	}
	in, err := encode(documents)
	if err != nil {
		return nil, err
	}
	out, console, err := r.run(ctx, l, function, in)
	if logged := r.write(ctx, l, console); logged != nil {
		return nil, logged
	}
	if ctx.Err() != nil {
		return nil, ctx.Err()
	}
	if err != nil {
		return nil, r.failed(ctx, l, err)
	}
	var after []jsontext.Value
	if err := json.Unmarshal([]byte(out), &after); err != nil || len(after) != len(documents) {
		return nil, r.failed(ctx, l, errors.New("what it leaves behind is not JSON"))
	}
	return after, nil
}

// encode writes documents as a list, as the API shows them.
func encode(documents []any) (string, error) {
	list := make([]jsontext.Value, len(documents))
	for i, document := range documents {
		doc, err := fa.Encode(document)
		if err != nil {
			return "", fmt.Errorf("encode for a lambda: %w", err)
		}
		list[i] = doc
	}
	doc, err := json.Marshal(list)
	return string(doc), err
}

// failed writes an entry for a run that came to nothing.
func (r *Runner) failed(ctx context.Context, l *fa.Lambda, why error) error {
	message := fmt.Sprintf("The lambda [%s] [%s] failed: %s", l.Name, l.ID, reason(why))
	if err := r.Events.LogEvent(context.WithoutCancel(ctx), fa.EventError, message); err != nil {
		return err
	}
	return ErrFailed
}

func reason(err error) string {
	if _, deep := errors.AsType[*goja.StackOverflowError](err); deep {
		return fmt.Sprintf("calls inside calls, more than %d deep", maxDepth)
	}
	for _, limit := range []error{ErrTime, ErrMemory} {
		if errors.Is(err, limit) {
			return limit.Error()
		}
	}
	return err.Error()
}

// run runs the body in a runtime of its own and calls its function.
func (r *Runner) run(ctx context.Context, l *fa.Lambda, function, in string) (out string, said console, err error) {
	defer func() {
		if broken := recover(); broken != nil {
			err = errors.New("the engine panicked")
		}
	}()
	r.once.Do(func() { r.turns = make(chan struct{}, runtime.GOMAXPROCS(0)) })
	select {
	case r.turns <- struct{}{}:
		defer func() { <-r.turns }()
	case <-ctx.Done():
		return "", nil, ctx.Err()
	}
	program, err := goja.Compile(l.Name, l.Body, false)
	if err != nil {
		return "", nil, err
	}
	vm := goja.New()
	vm.SetMaxCallStackSize(maxDepth)
	vm.SetTimeSource(r.Now)
	ctx, cancel := context.WithCancel(ctx)
	var watch sync.WaitGroup
	watch.Go(func() { guard(ctx, vm) })
	defer watch.Wait() // nothing of a run outlives it
	defer cancel()

	said = console{}
	call, err := surround(vm, said)
	if err != nil {
		return "", said, err
	}
	if _, err := vm.RunProgram(program); err != nil {
		return "", said, err
	}
	answer, err := call(goja.Undefined(), vm.ToValue(function), vm.ToValue(in))
	if err != nil {
		return "", said, err
	}
	return answer.String(), said, nil
}

func surround(vm *goja.Runtime, said console) (goja.Callable, error) {
	made, err := vm.RunProgram(surroundings)
	if err != nil {
		return nil, err
	}
	outer, _ := goja.AssertFunction(made)
	inner, err := outer(goja.Undefined(), vm.GlobalObject(), vm.ToValue(maxText), vm.ToValue(said.line))
	if err != nil {
		return nil, err
	}
	call, _ := goja.AssertFunction(inner)
	return call, nil
}

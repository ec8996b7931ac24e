package plan

import (
	"context"
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"
	"runtime"
	"strings"
	"sync"
	"time"

	"github.com/dop251/goja"
)

// What a script may use. The limits are there to stop accidents, such as a
// loop without an end: the script is the operator's own.
const (
	scriptTime   = 100 * time.Millisecond
	scriptMemory = 64 << 20 // bytes by which the whole program's heap may grow
	scriptText   = 1 << 20  // characters that one call of repeat may make
	scriptDepth  = 1000     // calls inside calls
)

const scriptPath = "mapping.script"

//go:embed script.js
var surroundings string

var (
	setUp = goja.MustCompile("wherry", surroundings, true)

	// find is a program of its own, as only a program sees a const of another.
	find = goja.MustCompile("wherry", `(() => typeof processUserJSON === "function" ? processUserJSON : module.exports.processUserJSON)`, false)
)

// script is the operator's file. Every user gets a fresh runtime, so nothing
// of one is left for the next.
type script struct {
	program *goja.Program
	time    time.Duration
	memory  uint64
	turns   chan struct{} // as many run at a time as there are processors, so that none waits on its own time
}

// compileScript loads the file once, so that a file which does not run is
// found before the first user.
func compileScript(m Mapping, report report) *script {
	if m.ScriptSource == "" {
		return nil
	}
	program, err := goja.Compile(m.Script, m.ScriptSource, false)
	if err != nil {
		report(scriptPath, "%v", err)
		return nil
	}
	s := &script{program, scriptTime, scriptMemory, make(chan struct{}, runtime.GOMAXPROCS(0))}
	if _, err := s.run(context.Background(), nil, time.Now); err != nil {
		report(scriptPath, "%s", scriptMessage(err))
	}
	return s
}

// run loads the file and, unless user is nil, calls its function. The answer
// is JSON: a script's answer always became that, and so dates, undefined and
// toJSON do what their author saw them do.
func (s *script) run(ctx context.Context, user *CognitoUser, now func() time.Time) (answer string, err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("%w: the engine panicked", ErrScript)
		}
	}()
	select {
	case s.turns <- struct{}{}:
		defer func() { <-s.turns }()
	case <-ctx.Done():
		return "", ctx.Err()
	}
	vm := goja.New()
	vm.SetMaxCallStackSize(scriptDepth)
	vm.SetTimeSource(now)
	ctx, cancel := context.WithCancel(ctx)
	var guard sync.WaitGroup
	guard.Go(func() { s.guard(ctx, vm) })
	defer guard.Wait() // nothing of a script outlives its run
	defer cancel()

	call, err := surround(vm)
	if err != nil {
		return "", err
	}
	in := scriptUser(vm, user)
	if _, err := vm.RunProgram(s.program); err != nil {
		return "", err
	}
	function, err := vm.RunProgram(find)
	if err != nil {
		return "", err
	}
	out, err := call(goja.Undefined(), function, in)
	if err != nil || goja.IsUndefined(in) {
		return "", err
	}
	if goja.IsUndefined(out) {
		return "", errors.New("processUserJSON returned nothing")
	}
	return out.String(), nil
}

func surround(vm *goja.Runtime) (goja.Callable, error) {
	made, err := vm.RunProgram(setUp)
	if err != nil {
		return nil, err
	}
	outer, _ := goja.AssertFunction(made)
	inner, err := outer(goja.Undefined(), vm.GlobalObject(), vm.ToValue(scriptText))
	if err != nil {
		return nil, err
	}
	call, _ := goja.AssertFunction(inner)
	return call, nil
}

// scriptUser is the user as AdminGetUser answers, with Groups added; dates are
// Dates, as the AWS SDK makes them.
func scriptUser(vm *goja.Runtime, user *CognitoUser) goja.Value {
	if user == nil {
		return goja.Undefined()
	}
	o := vm.NewObject()
	set := func(name string, value any) { _ = o.Set(name, value) } // fails on frozen objects only
	var attributes []any
	for _, a := range user.Attributes.list() {
		item := vm.NewObject()
		_ = item.Set("Name", a.Name)
		_ = item.Set("Value", a.Value)
		attributes = append(attributes, item)
	}
	set("Username", user.Username)
	set("UserAttributes", vm.NewArray(attributes...))
	if user.Status != "" {
		set("UserStatus", user.Status)
	}
	if user.Enabled != nil {
		set("Enabled", *user.Enabled)
	}
	for name, t := range map[string]time.Time{"UserCreateDate": user.Created, "UserLastModifiedDate": user.LastModified} {
		if date, err := vm.New(vm.Get("Date"), vm.ToValue(t.UnixMilli())); err == nil && !t.IsZero() {
			set(name, date)
		}
	}
	if user.PreferredMfaSetting != "" {
		set("PreferredMfaSetting", user.PreferredMfaSetting)
	}
	set("UserMFASettingList", vm.NewArray(anys(user.UserMFASettingList)...))
	set("Groups", vm.NewArray(anys(user.Groups)...))
	return o
}

// scriptMessage says what went wrong. It may quote the user.
func scriptMessage(err error) string {
	if _, deep := errors.AsType[*goja.StackOverflowError](err); deep {
		return fmt.Sprintf("calls inside calls, more than %d deep", scriptDepth)
	}
	for _, limit := range []error{ErrTime, ErrMemory} {
		if errors.Is(err, limit) {
			return limit.Error()
		}
	}
	return err.Error()
}

// runScript maps the user by the script.
func (d *draft) runScript(ctx context.Context) error {
	in := d.in
	in.Groups = d.ownGroups()
	answer, err := d.mapper.script.run(ctx, &in, d.mapper.Now)
	if err == nil {
		err = d.take(answer)
	}
	if err == nil {
		d.scriptEmail()
		return nil
	}
	d.remark("", "", scriptPath, "%s", scriptMessage(err))
	return fmt.Errorf("%s: %w", scriptPath, impersonal(err))
}

// impersonal is what of a script's error may be logged.
func impersonal(err error) error {
	if errors.Is(err, ErrValue) {
		return err
	}
	for _, known := range []error{ErrTime, ErrMemory, context.Canceled, context.DeadlineExceeded} {
		if errors.Is(err, known) {
			return known
		}
	}
	return ErrScript
}

// take writes the script's answer over the essentials: a FusionAuth user, or
// an object that holds it as user.
func (d *draft) take(answer string) error {
	in := json.NewDecoder(strings.NewReader(answer))
	in.UseNumber()
	var user map[string]any
	if err := in.Decode(&user); err != nil || user == nil {
		return errors.New("processUserJSON did not return an object")
	}
	if inner, ok := user["user"].(map[string]any); ok {
		user = inner
	}
	return d.overlay(user)
}

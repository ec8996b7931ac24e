package plan

import (
	"errors"
	"fmt"
	"reflect"
)

type report = func(path, format string, args ...any)

// compileRules compiles every rule and reports every mistake.
func compileRules(rules []Rule, report report) []rule {
	var out []rule
	for i, r := range rules {
		path := fmt.Sprintf("mapping.rules[%d]", i)
		c := rule{path: path}
		verb, err := r.verb()
		if err != nil {
			report(path, "%v", err)
			continue
		}
		c.apply = r.compile(verb, path, report)
		if r.When != "" {
			if c.when, err = compileExpression(r.When, reflect.TypeFor[bool]()); err != nil {
				report(path+".when", "%v", err)
			}
		}
		out = append(out, c)
	}
	return out
}

// verb says which of the four a rule is, and that nothing of another is there.
func (r Rule) verb() (string, error) {
	var verbs []string
	for _, v := range []struct{ name, target string }{{"set", r.Set}, {"compute", r.Compute}, {"rename", r.Rename}, {"drop", r.Drop}} {
		if v.target != "" {
			verbs = append(verbs, v.name)
		}
	}
	if len(verbs) != 1 {
		return "", errors.New("want one of set, compute, rename and drop")
	}
	verb := verbs[0]
	for _, extra := range []struct {
		name, verb string
		given      bool
	}{{"value", "set", r.Value != nil}, {"as", "compute", r.As != ""}, {"to", "rename", r.To != ""}} {
		if extra.given && extra.verb != verb {
			return "", fmt.Errorf("%s belongs to %s, not to %s", extra.name, extra.verb, verb)
		}
		if !extra.given && extra.verb == verb {
			return "", fmt.Errorf("%s needs %s", verb, extra.name)
		}
	}
	return verb, nil
}

func (r Rule) compile(verb, path string, report report) func(*draft) error {
	at, err := parseTarget(r.Set + r.Compute + r.Rename + r.Drop)
	if err != nil {
		report(path+"."+verb, "%v", err)
		return nil
	}
	switch verb {
	case "set":
		return r.compileSet(at, path, report)
	case "compute":
		return r.compileCompute(at, path, report)
	case "rename":
		return r.compileRename(at, path, report)
	default:
		return r.compileDrop(at, path, report)
	}
}

func (r Rule) compileSet(at target, path string, report report) func(*draft) error {
	trial := &draft{}
	if err := trial.put(at, r.Value, "", path); err != nil {
		report(path+".value", "%v", err)
	}
	if text, ok := r.Value.(string); ok && at.accept != nil {
		if _, problem := at.accept(text); problem != "" {
			report(path+".value", "%s", problem)
		}
	}
	return func(d *draft) error { return d.put(at, r.Value, "", path) }
}

func (r Rule) compileCompute(at target, path string, report report) func(*draft) error {
	program, err := compileExpression(r.As, at.holds())
	if err != nil {
		report(path+".as", "%v", err)
	}
	return func(d *draft) error {
		value, err := d.evaluate(program, path+".as")
		if err != nil {
			return err
		}
		return d.put(at, value, r.As, path)
	}
}

func (r Rule) compileRename(from target, path string, report report) func(*draft) error {
	to, err := parseTarget(r.To)
	switch {
	case err != nil:
		report(path+".to", "%v", err)
	case from.needed():
		report(path+".rename", "FusionAuth needs %s; compute %s from user.%s instead", from, to, from)
	case from.holds() != nil && to.holds() != nil && from.holds() != to.holds():
		report(path+".to", "%s and %s do not hold the same kind of value", from, to)
	}
	return func(d *draft) error {
		value := d.value(from)
		if value == nil {
			return nil
		}
		d.remove(from)
		return d.put(to, value, from.String(), path)
	}
}

func (r Rule) compileDrop(at target, path string, report report) func(*draft) error {
	if at.needed() {
		report(path+".drop", "FusionAuth needs %s; set or compute it instead", at)
	}
	return func(d *draft) error {
		d.remove(at)
		return nil
	}
}

// needed tells which fields no user can be without.
func (t target) needed() bool { return t.name == "id" || t.name == "active" }

// holds is the type of the field, or nil for what lies in data.
func (t target) holds() reflect.Type {
	if t.key != "" {
		return nil
	}
	return reflect.TypeOf(t.at(&User{})).Elem()
}

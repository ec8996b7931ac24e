package plan

import (
	"errors"
	"fmt"
	"reflect"
	"strings"

	"github.com/expr-lang/expr"
	"github.com/expr-lang/expr/file"
	"github.com/expr-lang/expr/vm"
)

// view is what expressions see. It holds nothing of the road, so that a rule
// does the same on both.
type view struct {
	Username   string            `expr:"username"`
	Attributes map[string]string `expr:"attributes"` // an attribute that is absent is ""
	Groups     []string          `expr:"groups"`
	Status     string            `expr:"status"`
	Enabled    bool              `expr:"enabled"`
	Pool       string            `expr:"pool"`
	User       User              `expr:"user"` // as mapped so far
}

func (d *draft) view() view {
	return view{d.in.Username, d.in.Attributes, d.ownGroups(), d.in.Status, !d.disabled(), d.poolID(), d.user}
}

// rule is a Rule, compiled.
type rule struct {
	path  string      // mapping.rules[3]
	when  *vm.Program // nil: always
	apply func(d *draft) error
}

func (d *draft) runRules() error {
	for _, r := range d.mapper.rules {
		if r.when != nil {
			holds, err := d.evaluate(r.when, r.path+".when")
			if err != nil {
				return err
			}
			if holds != true {
				continue
			}
		}
		if err := r.apply(d); err != nil {
			d.remark("", "", r.path, "%v", err)
			return fmt.Errorf("%s: %w", r.path, err)
		}
	}
	return nil
}

// evaluate runs an expression. What it says about a failure may quote the
// user, so that goes into a remark only.
func (d *draft) evaluate(p *vm.Program, path string) (any, error) {
	value, err := expr.Run(p, d.view())
	if err != nil {
		d.remark("", "", path, "%s", message(err))
		return nil, fmt.Errorf("%s: %w", path, ErrExpression)
	}
	return value, nil
}

// message is an expression's error on one line.
func message(err error) string {
	if at, ok := errors.AsType[*file.Error](err); ok {
		return fmt.Sprintf("%s, at column %d", strings.ReplaceAll(at.Message, "plan.", ""), at.Column+1)
	}
	return err.Error()
}

// compileExpression compiles for a field that holds a t, or anything if t is
// nil. There is no now(): it would make the roads differ.
func compileExpression(text string, t reflect.Type) (*vm.Program, error) {
	options := []expr.Option{expr.Env(view{}), expr.DisableBuiltin("now")}
	if t != nil && t.Kind() != reflect.Pointer {
		options = append(options, expr.AsKind(t.Kind()))
	}
	program, err := expr.Compile(text, options...)
	if err != nil {
		return nil, errors.New(message(err))
	}
	return program, nil
}

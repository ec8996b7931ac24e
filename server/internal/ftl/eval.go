package ftl

import (
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
)

// expr is an expression. A value that is missing is nil; one that cannot be
// reached, because what it would be in is missing, is errMissing.
type expr interface {
	eval(r *rendering) (any, error)
}

type constant struct{ value any }

func (e constant) eval(*rendering) (any, error) { return e.value, nil }

type variable string

func (e variable) eval(r *rendering) (any, error) { return r.values[string(e)], nil }

// group is (…): only there a default holds for everything inside.
type group struct{ inner expr }

func (e group) eval(r *rendering) (any, error) { return e.inner.eval(r) }

type access struct{ of, key expr }

func (e access) eval(r *rendering) (any, error) {
	of, err := e.of.eval(r)
	if err != nil {
		return nil, err
	}
	key, err := e.key.eval(r)
	if err != nil {
		return nil, err
	}
	switch of := of.(type) {
	case nil:
		return nil, errMissing
	case map[string]any:
		if text, ok := key.(string); ok {
			return of[text], nil
		}
	case []any:
		if n, ok := numberOf(key); ok && n >= 0 && int(n) < len(of) && n == float64(int(n)) {
			return of[int(n)], nil
		} else if ok {
			return nil, nil //nolint:nilnil // missing
		}
	}
	return nil, errors.New("this has no parts of that kind")
}

// missing tells whether an expression has no value: the last step may be
// absent, and in parentheses each.
func missing(e expr, v any, err error) bool {
	if err == nil {
		return v == nil
	}
	_, grouped := e.(group)
	return grouped && errors.Is(err, errMissing)
}

type fallback struct{ value, other expr }

func (e fallback) eval(r *rendering) (any, error) {
	v, err := e.value.eval(r)
	if missing(e.value, v, err) {
		return e.other.eval(r)
	}
	return v, err
}

type existence struct{ value expr }

func (e existence) eval(r *rendering) (any, error) {
	v, err := e.value.eval(r)
	if missing(e.value, v, err) {
		return false, nil
	}
	return err == nil, err
}

type negation struct{ value expr }

func (e negation) eval(r *rendering) (any, error) {
	v, err := evalBool(e.value, r)
	return !v, err
}

func evalBool(e expr, r *rendering) (bool, error) {
	v, err := present(e, r)
	if err != nil {
		return false, err
	}
	b, ok := v.(bool)
	if !ok {
		return false, errors.New("a condition has to be true or false; ask ?? or ?has_content")
	}
	return b, nil
}

// present is a value that has to be there.
func present(e expr, r *rendering) (any, error) {
	v, err := e.eval(r)
	if err == nil && v == nil {
		err = errMissing
	}
	return v, err
}

type operation struct {
	op          string
	left, right expr
}

func (e operation) eval(r *rendering) (any, error) {
	if e.op == "&&" || e.op == "||" {
		left, err := evalBool(e.left, r)
		if err != nil || left == (e.op == "||") {
			return left, err
		}
		return evalBool(e.right, r)
	}
	left, err := present(e.left, r)
	if err != nil {
		return nil, err
	}
	right, err := present(e.right, r)
	if err != nil {
		return nil, err
	}
	if e.op == "+" {
		return add(left, right)
	}
	return compare(e.op, left, right)
}

func add(left, right any) (any, error) {
	a, numbers := numberOf(left)
	if b, ok := numberOf(right); ok && numbers {
		return a + b, nil
	}
	x, err := textOf(left)
	if err != nil {
		return nil, err
	}
	y, err := textOf(right)
	if len(x)+len(y) > maxText {
		return nil, errors.New("a text gets too long")
	}
	return x + y, err
}

func compare(op string, left, right any) (any, error) {
	order, comparable := 0, false
	if a, ok := numberOf(left); ok {
		var b float64
		b, comparable = numberOf(right)
		order = cmpFloat(a, b)
	} else if a, ok := left.(string); ok {
		var b string
		b, comparable = right.(string)
		comparable = comparable && (op == "==" || op == "!=")
		order = boolOrder(a == b)
	} else if a, ok := left.(bool); ok {
		var b bool
		b, comparable = right.(bool)
		comparable = comparable && (op == "==" || op == "!=")
		order = boolOrder(a == b)
	}
	if !comparable {
		return nil, fmt.Errorf("these two values cannot be compared by %s", op)
	}
	switch op {
	case "==":
		return order == 0, nil
	case "!=":
		return order != 0, nil
	case "<", "lt":
		return order < 0, nil
	case "<=", "lte":
		return order <= 0, nil
	case ">", "gt":
		return order > 0, nil
	}
	return order >= 0, nil
}

func cmpFloat(a, b float64) int {
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	}
	return 0
}

func boolOrder(equal bool) int {
	if equal {
		return 0
	}
	return 1
}

func numberOf(v any) (float64, bool) {
	switch n := v.(type) {
	case float64:
		return n, true
	case int:
		return float64(n), true
	case int64:
		return float64(n), true
	case json.Number:
		f, err := n.Float64()
		return f, err == nil
	}
	return 0, false
}

// textOf is how a value is written. Numbers are written plainly, all digits
// and no separators.
func textOf(v any) (string, error) {
	switch v := v.(type) {
	case string:
		return v, nil
	case markup:
		return string(v), nil
	case json.Number:
		return v.String(), nil
	case float64:
		return strconv.FormatFloat(v, 'f', -1, 64), nil
	case int, int64:
		return fmt.Sprint(v), nil
	case nil:
		return "", errMissing
	case bool:
		return "", errors.New("true and false are written by ?string or ?c")
	}
	return "", errors.New("a list or an object cannot be written; name a part of it")
}

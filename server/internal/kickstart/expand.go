package kickstart

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"wherry/server/internal/fa"
)

// expander resolves the expressions of a kickstart file: #{variable},
// #{ENV.NAME}, #{UUID()}, @{text file} and &{JSON file}.
type expander struct {
	dir       string
	getenv    func(string) string
	newID     func() fa.ID
	variables map[string]string
	at        string // what is being read, for messages
	depth     int    // of files within files
	problems  []error
}

func (e *expander) fail(format string, args ...any) {
	e.problems = append(e.problems, fmt.Errorf("  %s: %s", e.at, fmt.Sprintf(format, args...)))
}

// define resolves the variables and lets them rename what the instance makes.
func (e *expander) define(variables map[string]string, ids *Givens) {
	e.variables = map[string]string{}
	resolved := map[string]string{}
	for _, name := range slices.Sorted(maps.Keys(variables)) {
		e.at = "variables." + name
		resolved[name] = e.text(variables[name])
	}
	maps.Copy(e.variables, resolved)
	for name, id := range map[string]*fa.ID{"defaultTenantId": &ids.TenantID, "tenantManagerApplicationId": &ids.TenantManagerID} {
		if value, ok := resolved[name]; ok {
			var err error
			if *id, err = fa.ParseID(value); err != nil {
				e.at = "variables." + name
				e.fail("%v", err)
			}
		}
	}
	for name, id := range ids.Objects {
		e.variables[name] = string(id)
	}
	maps.Copy(e.variables, map[string]string{
		"FUSIONAUTH_TENANT_ID":                     string(ids.TenantID),
		"FUSIONAUTH_APPLICATION_ID":                string(fa.AdminApplicationID),
		"TENANT_MANAGER_ID":                        string(ids.TenantManagerID),
		"FUSIONAUTH_TENANT_MANAGER_APPLICATION_ID": string(ids.TenantManagerID),
		"FUSIONAUTH_DEFAULT_SIGNING_KEY_ID":        string(ids.SigningKeyID),
	})
}

// maxDepth bounds files that include each other.
const maxDepth = 16

// value resolves the expressions in a JSON value.
func (e *expander) value(v any) any {
	switch v := v.(type) {
	case string:
		if file, ok := wholeInclude(v); ok {
			return e.includeJSON(file)
		}
		return e.text(v)
	case []any:
		for i := range v {
			v[i] = e.value(v[i])
		}
	case map[string]any:
		for _, name := range slices.Sorted(maps.Keys(v)) {
			v[name] = e.value(v[name])
		}
	}
	return v
}

func wholeInclude(s string) (file string, ok bool) {
	inner, opens := strings.CutPrefix(s, "&{")
	file, closes := strings.CutSuffix(inner, "}")
	return file, opens && closes
}

var expression = regexp.MustCompile(`\\?[#@]\{([^{}]*)\}`)

// text resolves the expressions within a string; a backslash takes one
// literally.
func (e *expander) text(s string) string {
	return expression.ReplaceAllStringFunc(s, func(match string) string {
		if literal, escaped := strings.CutPrefix(match, `\`); escaped {
			return literal
		}
		name := match[2 : len(match)-1]
		if match[0] == '@' {
			return e.includeText(name)
		}
		return e.variable(name)
	})
}

func (e *expander) variable(name string) string {
	if name == "UUID()" {
		return string(e.newID())
	}
	if env, ok := strings.CutPrefix(name, "ENV."); ok {
		value := e.getenv(env)
		if value == "" {
			e.fail("the environment variable %s is not set", env)
		}
		return value
	}
	value, ok := e.variables[name]
	if !ok {
		e.fail("there is no variable %s", name)
	}
	return value
}

func (e *expander) includeText(name string) string {
	raw, leave := e.open(name)
	defer leave()
	return e.text(string(raw))
}

func (e *expander) includeJSON(name string) any {
	raw, leave := e.open(name)
	defer leave()
	if raw == nil {
		return nil
	}
	var v any
	if err := decode(raw, &v); err != nil {
		e.fail("%s: %v", name, err)
		return nil
	}
	return e.value(v)
}

func (e *expander) open(name string) (raw []byte, leave func()) {
	e.depth++
	leave = func() { e.depth-- }
	if e.depth > maxDepth {
		e.fail("%s: files include each other without end", name)
		return nil, leave
	}
	raw, err := os.ReadFile(filepath.Join(e.dir, filepath.FromSlash(name)))
	if err != nil {
		e.fail("%v", err)
	}
	return raw, leave
}

// decode reads one JSON value, numbers with all their digits. Its errors name
// the line.
func decode(raw []byte, v any) error {
	d := json.NewDecoder(bytes.NewReader(raw))
	d.UseNumber()
	err := d.Decode(v)
	if err == nil && d.Decode(new(any)) != io.EOF {
		err = errors.New("there is something behind its end")
	}
	if err == nil {
		return nil
	}
	offset := d.InputOffset()
	if errors.Is(err, io.ErrUnexpectedEOF) {
		offset = int64(len(raw))
	}
	if syntax, ok := errors.AsType[*json.SyntaxError](err); ok {
		offset = syntax.Offset
	}
	if wrong, ok := errors.AsType[*json.UnmarshalTypeError](err); ok {
		offset = wrong.Offset
		err = fmt.Errorf("%s must not be of the type %s", wrong.Field, wrong.Value)
	}
	return fmt.Errorf("line %d: %w", 1+bytes.Count(raw[:offset], []byte("\n")), err)
}

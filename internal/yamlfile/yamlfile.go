// Package yamlfile reads settings from YAML into Go structs and reports every
// mistake in the file at once, each with its line. It is the one neutral leaf
// with a dependency, goccy/go-yaml, because all three wings read such files.
package yamlfile

import (
	"cmp"
	"errors"
	"fmt"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"
)

// Checker is a settings struct that knows which values make sense. Paths are
// written as in the file, "pools[0].client_id".
type Checker interface {
	Check(report func(path, format string, args ...any))
}

// Problem is one mistake in a file. Line is 0 when there is no file, only what
// flags and defaults add up to.
type Problem struct {
	File    string `json:"file"`
	Line    int    `json:"line,omitempty"`
	Path    string `json:"path,omitempty"`
	Message string `json:"message"`
}

func (p Problem) String() string {
	place := p.File
	if p.Line > 0 {
		place += ":" + strconv.Itoa(p.Line)
	}
	if p.Path != "" {
		place += ": " + p.Path
	}
	return place + ": " + p.Message
}

// Problems is every mistake of a file, in the order of its lines.
type Problems []Problem

func (ps Problems) Error() string {
	lines := make([]string, len(ps))
	for i, p := range ps {
		lines[i] = p.String()
	}
	return strings.Join(lines, "\n")
}

// Read decodes data into v, a pointer to a struct with yaml tags. Strings may
// hold ${NAME}, which getenv resolves, and $${ for a literal "${". What the
// file does not mention keeps the value it has in v. If v is a Checker, it is
// asked last. The error is Problems; name is only used in it.
func Read(name string, data []byte, getenv func(string) string, v any) error {
	file, err := parser.ParseBytes(data, 0, parser.AllowDuplicateMapKey())
	if err != nil {
		return syntaxProblem(name, err)
	}
	r := reader{file: name, getenv: getenv, lines: map[string]int{}, first: min(len(data), 1)}
	for i, doc := range file.Docs {
		switch {
		case doc.Body == nil:
		case i > 0:
			r.add(doc.Body, "", "one document a file, please: remove what follows this ---")
		default:
			r.decode(doc.Body, reflect.ValueOf(v).Elem(), "")
		}
	}
	if c, ok := v.(Checker); ok {
		c.Check(r.report)
	}
	if len(r.problems) == 0 {
		return nil
	}
	slices.SortStableFunc(r.problems, func(a, b Problem) int { return cmp.Compare(a.Line, b.Line) })
	return r.problems
}

func syntaxProblem(name string, err error) error {
	p := Problem{File: name, Line: 1, Message: err.Error()}
	if syntax, ok := errors.AsType[*yaml.SyntaxError](err); ok {
		p.Line, p.Message = syntax.Token.Position.Line, syntax.Message
	}
	return Problems{p}
}

type reader struct {
	file     string
	getenv   func(string) string
	lines    map[string]int // where each path stands
	first    int            // the line of what the file lacks
	problems Problems
}

func (r *reader) add(n ast.Node, path, format string, args ...any) {
	r.problems = append(r.problems, Problem{r.file, line(n), path, fmt.Sprintf(format, args...)})
}

// report is what a Checker calls. A value that could not even be decoded has
// been reported already.
func (r *reader) report(path, format string, args ...any) {
	known := func(p Problem) bool { return p.Path == path }
	if !slices.ContainsFunc(r.problems, known) {
		r.problems = append(r.problems, Problem{r.file, r.lineOf(path), path, fmt.Sprintf(format, args...)})
	}
}

// lineOf finds the line of a path or, when the file lacks it, of its parent.
func (r *reader) lineOf(path string) int {
	for path != "" {
		if l, ok := r.lines[path]; ok {
			return l
		}
		path = path[:max(0, strings.LastIndexAny(path, ".["))]
	}
	return r.first
}

func line(n ast.Node) int {
	if t := n.GetToken(); t != nil && t.Position != nil {
		return t.Position.Line
	}
	return 1
}

func (r *reader) decode(n ast.Node, v reflect.Value, path string) {
	if _, taken := r.lines[path]; !taken {
		r.lines[path] = line(n)
	}
	n = plain(n)
	if n.Type() == ast.NullType {
		return
	}
	if v.Kind() == reflect.Pointer {
		v.Set(reflect.New(v.Type().Elem()))
		v = v.Elem()
	}
	switch {
	case isLeaf(v):
		r.leaf(n, v, path)
	case v.Kind() == reflect.Struct:
		r.object(n, path, func(key string, value *ast.MappingValueNode) {
			if field, ok := fieldByTag(v, key); ok {
				r.decode(value.Value, field, join(path, key))
				return
			}
			r.add(value.Key, join(path, key), "unknown setting%s", didYouMean(key, tags(v.Type())))
		})
	case v.Kind() == reflect.Map:
		v.Set(reflect.MakeMap(v.Type()))
		r.object(n, path, func(key string, value *ast.MappingValueNode) {
			item := reflect.New(v.Type().Elem()).Elem()
			r.decode(value.Value, item, join(path, key))
			v.SetMapIndex(reflect.ValueOf(key).Convert(v.Type().Key()), item)
		})
	default: // a slice
		r.list(n, v, path)
	}
}

func (r *reader) object(n ast.Node, path string, each func(key string, value *ast.MappingValueNode)) {
	m, ok := n.(*ast.MappingNode)
	if !ok {
		r.add(n, path, "want settings below this one, as name: value, got %s", kind(n))
		return
	}
	seen := map[string]bool{}
	for _, value := range m.Values {
		key := keyOf(value)
		r.lines[join(path, key)] = line(value.Key)
		if seen[key] {
			r.add(value.Key, join(path, key), "given twice")
			continue
		}
		seen[key] = true
		each(key, value)
	}
}

func (r *reader) list(n ast.Node, v reflect.Value, path string) {
	s, ok := n.(*ast.SequenceNode)
	if !ok {
		r.add(n, path, "want a list, got %s", kind(n))
		return
	}
	v.Set(reflect.MakeSlice(v.Type(), len(s.Values), len(s.Values)))
	for i, item := range s.Values {
		r.decode(item, v.Index(i), path+"["+strconv.Itoa(i)+"]")
	}
}

func (r *reader) leaf(n ast.Node, v reflect.Value, path string) {
	if s, ok := n.(*ast.StringNode); ok {
		s.Value = r.expand(s, s.Value, path)
	}
	if l, ok := n.(*ast.LiteralNode); ok {
		l.Value.Value = r.expand(n, l.Value.Value, path)
	}
	if err := yaml.NodeToValue(n, v.Addr().Interface()); err != nil || misread(n, v) {
		r.add(n, path, "want %s, got %s", wanted(v.Type()), kind(n))
	}
}

// misread tells where the library is more lenient than a person wants: it
// turns lists and settings into nothing for text, and 3 into "3" for text.
func misread(n ast.Node, v reflect.Value) bool {
	scalar := n.Type() != ast.MappingType && n.Type() != ast.SequenceType
	return v.Kind() == reflect.String && !scalar
}

var variable = regexp.MustCompile(`\$?\$\{([A-Za-z_][A-Za-z0-9_]*)\}`)

func (r *reader) expand(n ast.Node, text, path string) string {
	return variable.ReplaceAllStringFunc(text, func(match string) string {
		if strings.HasPrefix(match, "$$") {
			return match[1:]
		}
		name := match[2 : len(match)-1]
		value := r.getenv(name)
		if value == "" {
			r.add(n, path, "the environment variable %s is not set", name)
		}
		return value
	})
}

// isLeaf tells which values the YAML library decodes by itself.
func isLeaf(v reflect.Value) bool {
	switch v.Addr().Interface().(type) {
	case yaml.NodeUnmarshaler, yaml.InterfaceUnmarshaler, yaml.BytesUnmarshaler, *time.Time:
		return true
	}
	switch v.Kind() {
	case reflect.Struct, reflect.Map, reflect.Slice:
		return false
	default:
		return true
	}
}

func plain(n ast.Node) ast.Node {
	switch n := n.(type) {
	case *ast.AnchorNode:
		return plain(n.Value)
	case *ast.TagNode:
		return plain(n.Value)
	case *ast.MappingValueNode: // a mapping of one pair
		m := ast.Mapping(n.Start, false, n)
		return m
	}
	return n
}

func keyOf(value *ast.MappingValueNode) string {
	if s, ok := value.Key.(*ast.StringNode); ok {
		return s.Value
	}
	return value.Key.String()
}

func join(path, key string) string {
	if path == "" {
		return key
	}
	return path + "." + key
}

func fieldByTag(v reflect.Value, key string) (reflect.Value, bool) {
	for i := range v.NumField() {
		name, inline := tag(v.Type().Field(i))
		if inline {
			if f, ok := fieldByTag(v.Field(i), key); ok {
				return f, true
			}
		} else if name == key {
			return v.Field(i), true
		}
	}
	return reflect.Value{}, false
}

func tags(t reflect.Type) []string {
	var names []string
	for i := range t.NumField() {
		switch name, inline := tag(t.Field(i)); {
		case inline:
			names = append(names, tags(t.Field(i).Type)...)
		case name != "":
			names = append(names, name)
		}
	}
	return names
}

func tag(f reflect.StructField) (name string, inline bool) {
	name, options, _ := strings.Cut(f.Tag.Get("yaml"), ",")
	if name == "-" {
		name = ""
	}
	return name, options == "inline"
}

func wanted(t reflect.Type) string {
	switch {
	case t == reflect.TypeFor[time.Duration]():
		return "a duration such as 900ms or 10s"
	case t.Kind() == reflect.Bool:
		return "true or false"
	case t.Kind() >= reflect.Int && t.Kind() <= reflect.Uint64:
		return "a whole number"
	case t.Kind() == reflect.Float32 || t.Kind() == reflect.Float64:
		return "a number"
	case t.Kind() == reflect.String:
		return "text"
	default:
		return "another form"
	}
}

// kind says what a node is; scalars are not shown, they may be secrets.
func kind(n ast.Node) string {
	switch n.Type() {
	case ast.MappingType, ast.MappingValueType:
		return "settings"
	case ast.SequenceType:
		return "a list"
	case ast.IntegerType, ast.FloatType:
		return "a number"
	case ast.BoolType:
		return "true or false"
	default:
		return "text"
	}
}

// didYouMean suggests the known name that is closest to what was written.
func didYouMean(wrote string, known []string) string {
	best, distance := "", 3
	for _, k := range known {
		if d := edits(wrote, k); d < distance {
			best, distance = k, d
		}
	}
	if best == "" {
		return ""
	}
	return fmt.Sprintf("; did you mean %q?", best)
}

// edits is the Levenshtein distance.
func edits(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			cost := 1
			if a[i] == b[j] {
				cost = 0
			}
			diagonal, row[j+1] = row[j+1], min(row[j]+1, row[j+1]+1, diagonal+cost)
		}
	}
	return row[len(b)]
}

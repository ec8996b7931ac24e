package seed

import (
	"errors"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
)

// Value is text that needs no quotes, whatever it looks like: +15555550100, 007
// and true are taken as they stand.
type Value string

var _ yaml.NodeUnmarshaler = (*Value)(nil)

// UnmarshalYAML implements yaml.NodeUnmarshaler.
func (v *Value) UnmarshalYAML(n ast.Node) error {
	switch n := n.(type) {
	case *ast.StringNode:
		*v = Value(n.Value)
	case *ast.LiteralNode:
		*v = Value(n.Value.Value)
	case ast.ScalarNode:
		*v = Value(n.GetToken().Value)
	default:
		return errors.New("not text")
	}
	return nil
}

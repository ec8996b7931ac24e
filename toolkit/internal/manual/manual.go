// Package manual writes what a command line can say about itself: the reference
// in Markdown, man pages, and completions for shells.
package manual

import (
	"cmp"
	"strings"

	"github.com/alecthomas/kong"
)

// Command is a command as its readers see it.
type Command struct {
	Path   string // with the program's name in front
	Help   string // a sentence or two
	Detail string // more, maybe
	Usage  string
	Inputs []Input   // arguments first
	Parts  []Command // its commands, if it has some
}

// Input is a flag or an argument.
type Input struct {
	Name    string // "--rate=N", "-q, --quiet", "LOGIN"
	Long    string // "rate"; empty for an argument
	Short   string // "q"
	Help    string
	Default string
	Env     string
	Values  []string // that it may have; none: any
	Switch  bool     // it has no value
}

// Read describes a command line. Its flags stand at its root only, not at each
// of its commands once more.
func Read(app *kong.Application) Command { return read(app.Node, app.Name) }

func read(node *kong.Node, path string) Command {
	c := Command{Path: path, Help: node.Help, Detail: node.Detail, Usage: path + usage(node)}
	for _, p := range node.Positional {
		c.Inputs = append(c.Inputs, Input{Name: strings.ToUpper(p.Name), Help: p.Help, Default: p.Default, Values: values(p)})
	}
	for _, f := range node.Flags {
		if !f.Hidden {
			c.Inputs = append(c.Inputs, flag(f))
		}
	}
	for _, child := range node.Children {
		if !child.Hidden {
			c.Parts = append(c.Parts, read(child, path+" "+child.Name))
		}
	}
	return c
}

func flag(f *kong.Flag) Input {
	in := Input{
		Name: "--" + f.Name, Long: f.Name, Help: f.Help, Default: f.Default,
		Env: strings.Join(f.Envs, ", "), Values: values(f.Value), Switch: f.IsBool() || f.IsCounter(),
	}
	if f.Negated {
		in.Name = "--[no-]" + f.Name
	}
	if !in.Switch {
		in.Name += "=" + cmp.Or(f.PlaceHolder, strings.ToUpper(f.Name))
	}
	if f.Short != 0 {
		in.Short = string(f.Short)
		in.Name = "-" + in.Short + ", " + in.Name
	}
	return in
}

func values(v *kong.Value) []string {
	if v.Enum == "" {
		return nil
	}
	return v.EnumSlice()
}

func usage(node *kong.Node) (words string) {
	if len(node.Children) > 0 {
		words += " COMMAND"
	}
	for _, p := range node.Positional {
		words += " " + p.Summary()
	}
	return words + " [flags]"
}

// Each calls visit with the command and all of its parts, each before its own.
func (c Command) Each(visit func(Command)) {
	visit(c)
	for _, part := range c.Parts {
		part.Each(visit)
	}
}

// remark is what is to be known about an input besides its help.
func (in Input) remark() string {
	var parts []string
	if len(in.Values) > 0 {
		parts = append(parts, "One of "+strings.Join(in.Values, ", ")+".")
	}
	if in.Default != "" && in.Default != "false" {
		parts = append(parts, "Default: "+in.Default+".")
	}
	if in.Env != "" {
		parts = append(parts, "Environment: "+in.Env+".")
	}
	return strings.Join(parts, " ")
}

// Text is the help with the remark.
func (in Input) Text() string { return strings.TrimSpace(in.Help + " " + in.remark()) }

// Package seed reads descriptions of user pools: a seed file, in YAML or JSON,
// or what `aws cognito-idp list-users` prints. Every mistake in a seed file is
// reported at once, with its line.
package seed

import (
	_ "embed"
	"fmt"
	"strings"

	"wherry/internal/yamlfile"
	"wherry/pool/internal/model"
)

// File is a seed file.
type File struct {
	Pools []Pool `yaml:"pools" jsonschema:"required,minItems=1"`
}

// Schema is the JSON Schema of seed files.
//
//go:generate go test -run TestSchemaIsCurrent -update .
//go:embed seed.schema.json
var Schema []byte

//go:embed sample.yaml
var sample []byte

// Sample returns the pool of the rehearsal: made-up people of every common kind.
func Sample() model.Directory {
	directories, err := Read("sample.yaml", sample, func(string) string { return "" })
	if err != nil {
		panic(err) // it is tested
	}
	return directories[0]
}

// Read reads a seed file, in which ${NAME} stands for what getenv says, or a
// list of users. The error is yamlfile.Problems; name is only used in it.
func Read(name string, data []byte, getenv func(string) string) ([]model.Directory, error) {
	if isUserList(data) {
		d, err := readUserList(name, data)
		if err != nil {
			return nil, err
		}
		return []model.Directory{d}, nil
	}
	var f File
	if err := yamlfile.Read(name, data, getenv, &f); err != nil {
		return nil, err
	}
	directories := make([]model.Directory, len(f.Pools))
	for i := range f.Pools {
		directories[i] = f.Pools[i].directory()
	}
	return directories, nil
}

// Check implements yamlfile.Checker.
func (f *File) Check(report func(path, format string, args ...any)) {
	if len(f.Pools) == 0 {
		report("pools", "describe at least one pool, or give the output of aws cognito-idp list-users")
	}
	ids, clients := once{}, once{}
	for i := range f.Pools {
		p := &f.Pools[i]
		s := spot{fmt.Sprintf("pools[%d]", i), report}
		ids.check(s.at("id"), p.ID)
		for j, c := range p.Clients {
			clients.check(s.at("clients[%d].id", j), c.ID)
		}
		p.check(s)
	}
}

// spot is a place in the file, where mistakes are reported.
type spot struct {
	path   string
	report func(path, format string, args ...any)
}

func (s spot) at(format string, args ...any) spot {
	return spot{s.path + "." + fmt.Sprintf(format, args...), s.report}
}

func (s spot) wrong(format string, args ...any) { s.report(s.path, format, args...) }

// oneOf reports a value that is given and not among those allowed.
func (s spot) oneOf(value string, allowed ...string) {
	for _, a := range allowed {
		if value == a {
			return
		}
	}
	if value != "" {
		s.wrong("want one of %s", strings.Join(allowed, ", "))
	}
}

// once reports what is there twice.
type once map[string]string // value to path

func (o once) check(s spot, value string) {
	if value == "" {
		return
	}
	if first, taken := o[value]; taken {
		s.wrong("the same as %s", first)
		return
	}
	o[value] = s.path
}

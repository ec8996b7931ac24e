package config_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"

	"wherry/toolkit/config"
)

const reference = "../../docs/reference/configuration.md"

// setting is as much of a JSON Schema as the reference shows.
type setting struct {
	Ref         string `json:"$ref"`
	Type        string
	Description string
	Default     any
	Enum        []any
	Minimum     any
	Maximum     any
	Items       *setting
	Additional  json.RawMessage `json:"additionalProperties"`
	Properties  ordered
	Defs        map[string]setting `json:"$defs"`
}

// ordered are properties in the order of the schema.
type ordered []struct {
	name string
	setting
}

func (o *ordered) UnmarshalJSON(text []byte) error {
	d := json.NewDecoder(bytes.NewReader(text))
	if _, err := d.Token(); err != nil {
		return err
	}
	for d.More() {
		name, err := d.Token()
		if err != nil {
			return err
		}
		var s setting
		if err := d.Decode(&s); err != nil {
			return err
		}
		*o = append(*o, struct {
			name string
			setting
		}{name.(string), s})
	}
	return nil
}

// TestReferenceIsCurrent: the documentation has every setting of wherry.yaml.
func TestReferenceIsCurrent(t *testing.T) {
	t.Parallel()
	var s setting
	if err := json.Unmarshal(config.Schema(), &s); err != nil {
		t.Fatal(err)
	}
	var page strings.Builder
	page.WriteString(`# Configuration

Every setting of ` + "`wherry.yaml`" + `. Written by a test; do not edit. Values may come from the environment, as ` + "`${NAME}`" + `; every setting that
ends in ` + "`_file`" + ` reads the value from a file instead. Editors check the file by the JSON Schema beside it.

## wherry.yaml

`)
	s.table(&page)
	for _, name := range slices.Sorted(maps.Keys(s.Defs)) {
		def := s.Defs[name]
		fmt.Fprintf(&page, "\n## %s\n\n%s\n", name, def.Description)
		if len(def.Properties) > 0 {
			page.WriteString("\n")
			def.table(&page)
		}
	}
	if *update {
		if err := os.WriteFile(reference, []byte(page.String()), 0o644); err != nil { //nolint:gosec // for everybody to read
			t.Fatal(err)
		}
	}
	is, err := os.ReadFile(reference)
	if err != nil {
		t.Fatal(err)
	}
	if string(is) != page.String() {
		t.Error("docs/reference/configuration.md is out of date: go test ./toolkit/config -run IsCurrent -update")
	}
}

func (s setting) table(page *strings.Builder) {
	page.WriteString("| Setting | Value | Meaning |\n|---|---|---|\n")
	for _, p := range s.Properties {
		fmt.Fprintf(page, "| `%s` | %s | %s |\n", p.name, p.kind(), strings.ReplaceAll(p.meaning(), "|", `\|`))
	}
}

func (s setting) kind() string {
	var of setting
	switch {
	case s.Ref != "":
		name := s.Ref[strings.LastIndexByte(s.Ref, '/')+1:]
		return fmt.Sprintf("[%s](#%s)", name, strings.ToLower(name))
	case len(s.Enum) > 0:
		words := make([]string, len(s.Enum))
		for i, word := range s.Enum {
			words[i] = fmt.Sprintf("`%v`", word)
		}
		return strings.Join(words, ", ")
	case s.Items != nil:
		return "list of " + s.Items.kind()
	case json.Unmarshal(s.Additional, &of) == nil && (of.Ref != "" || of.Type != ""):
		return "name: " + of.kind()
	case s.Minimum != nil && s.Maximum != nil:
		return fmt.Sprintf("%v to %v", s.Minimum, s.Maximum)
	case s.Type == "":
		return "any"
	}
	return s.Type
}

func (s setting) meaning() string {
	if s.Default == nil {
		return s.Description
	}
	return strings.TrimSpace(fmt.Sprintf("%s Default: `%v`.", s.Description, s.Default))
}

package seed_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"reflect"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"
	reflected "github.com/invopop/jsonschema"
	"github.com/santhosh-tekuri/jsonschema/v6"

	"wherry/pool/internal/seed"
)

var update = flag.Bool("update", false, "write seed.schema.json anew")

// generate makes the schema from the structs and their comments.
func generate(t *testing.T) []byte {
	t.Helper()
	r := &reflected.Reflector{
		FieldNameTag: "yaml", RequiredFromJSONSchemaTags: true, ExpandedStruct: true,
		Mapper: func(of reflect.Type) *reflected.Schema {
			if of == reflect.TypeFor[seed.Value]() {
				return &reflected.Schema{AnyOf: []*reflected.Schema{{Type: "string"}, {Type: "number"}, {Type: "boolean"}}}
			}
			return nil
		},
	}
	if err := r.AddGoComments("wherry/pool/internal/seed", "."); err != nil {
		t.Fatal(err)
	}
	s := r.Reflect(&seed.File{})
	s.ID, s.Title = "", "A seed file of wherry pool"
	text, err := json.MarshalIndent(s, "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	return append(text, '\n')
}

func TestSchemaIsCurrent(t *testing.T) {
	t.Parallel()
	want := generate(t)
	if *update {
		if err := os.WriteFile("seed.schema.json", want, 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if !bytes.Equal(seed.Schema, want) {
		t.Error("seed.schema.json is not what the structs say: run go generate ./pool/internal/seed")
	}
}

func TestSchemaAcceptsWhatReadAccepts(t *testing.T) {
	t.Parallel()
	schema := compile(t)
	sample, err := os.ReadFile("sample.yaml")
	if err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string]string{"sample.yaml": string(sample), "everything": everything} {
		if _, err := seed.Read(name, []byte(text), noEnv); err != nil {
			t.Errorf("%s is not a seed:\n%v", name, err)
		}
		if err := schema.Validate(decoded(t, text)); err != nil {
			t.Errorf("%s does not fit the schema: %v", name, err)
		}
	}
}

func TestSchemaRefuses(t *testing.T) {
	t.Parallel()
	schema := compile(t)
	for name, text := range map[string]string{
		"no pools":         `pools: []`,
		"unknown setting":  `{pools: [{id: us-east-1_A, nmae: x}]}`,
		"no id":            `{pools: [{name: x}]}`,
		"wrong status":     `{pools: [{id: us-east-1_A, users: [{username: u, status: FINE}]}]}`,
		"attributes":       `{pools: [{id: us-east-1_A, users: [{username: u, attributes: {email: [a]}}]}]}`,
		"unnamed group":    `{pools: [{id: us-east-1_A, groups: [{}]}]}`,
		"unknown provider": `{pools: [{id: us-east-1_A, providers: [{name: x, type: y}]}]}`,
	} {
		if schema.Validate(decoded(t, text)) == nil {
			t.Errorf("%s fits the schema", name)
		}
	}
}

func compile(t *testing.T) *jsonschema.Schema {
	t.Helper()
	document, err := jsonschema.UnmarshalJSON(bytes.NewReader(seed.Schema))
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	c.AssertFormat()
	if err := c.AddResource("seed.schema.json", document); err != nil {
		t.Fatal(err)
	}
	schema, err := c.Compile("seed.schema.json")
	if err != nil {
		t.Fatal(err)
	}
	return schema
}

// decoded is YAML as a JSON value.
func decoded(t *testing.T, text string) any {
	t.Helper()
	asJSON, err := yaml.YAMLToJSON([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	v, err := jsonschema.UnmarshalJSON(strings.NewReader(string(asJSON)))
	if err != nil {
		t.Fatal(err)
	}
	return v
}

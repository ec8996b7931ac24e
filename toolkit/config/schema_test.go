package config_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/goccy/go-yaml"
	"github.com/invopop/jsonschema"
	validator "github.com/santhosh-tekuri/jsonschema/v6"

	"wherry/internal/secret"
	"wherry/toolkit/config"
)

var update = flag.Bool("update", false, "write the schema anew")

// reflected builds the schema from the structs and their comments.
func reflected(t *testing.T) []byte {
	t.Helper()
	r := jsonschema.Reflector{
		FieldNameTag:               "yaml",
		RequiredFromJSONSchemaTags: true,
		ExpandedStruct:             true,
		Anonymous:                  true,
		Mapper:                     leaf,
	}
	for _, dir := range []string{".", "../internal/plan"} {
		if err := r.AddGoComments("wherry/toolkit/config", dir, jsonschema.WithFullComment()); err != nil {
			t.Fatal(err)
		}
	}
	for key, text := range r.CommentMap { // editors show one line
		r.CommentMap[key] = strings.Join(strings.Fields(text), " ")
	}
	s := r.Reflect(&config.Config{})
	s.Title = "wherry.yaml"
	out, err := json.MarshalIndent(s, "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	return append(out, '\n')
}

// leaf is how values with a form of their own look in the file.
func leaf(t reflect.Type) *jsonschema.Schema {
	switch t {
	case reflect.TypeFor[time.Duration]():
		return &jsonschema.Schema{Type: "string", Pattern: `^\d+(\.\d+)?(ms|s|m|h)|^\$\{`}
	case reflect.TypeFor[secret.String]():
		return &jsonschema.Schema{Type: "string"}
	}
	return nil
}

func TestSchemaIsCurrent(t *testing.T) {
	t.Parallel()
	want := reflected(t)
	if *update {
		if err := os.WriteFile("wherry.schema.json", want, 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if !bytes.Equal(config.Schema(), want) {
		t.Error("wherry.schema.json is not what the structs say: run go generate ./toolkit/config")
	}
}

// TestSchemaAgreesWithLoad holds the schema against the same files as Load.
func TestSchemaAgreesWithLoad(t *testing.T) {
	t.Parallel()
	doc, err := validator.UnmarshalJSON(bytes.NewReader(config.Schema()))
	if err != nil {
		t.Fatal(err)
	}
	c := validator.NewCompiler()
	if err := c.AddResource("wherry.schema.json", doc); err != nil {
		t.Fatal(err)
	}
	compiled, err := c.Compile("wherry.schema.json")
	if err != nil {
		t.Fatal(err)
	}
	files, err := filepath.Glob("testdata/*.yaml")
	if err != nil || len(files) < 4 {
		t.Fatalf("sample files: %v, %v", files, err)
	}
	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) {
			t.Parallel()
			data, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			asJSON, err := yaml.YAMLToJSON(data)
			if err != nil {
				t.Fatal(err)
			}
			sample, err := validator.UnmarshalJSON(bytes.NewReader(asJSON))
			if err != nil {
				t.Fatal(err)
			}
			wrong := strings.HasPrefix(filepath.Base(file), "wrong-")
			if err := compiled.Validate(sample); (err != nil) != wrong {
				t.Errorf("schema: %v", err)
			}
			if _, err := config.Load(file, env); (err != nil) != wrong {
				t.Errorf("Load: %v", err)
			}
		})
	}
}

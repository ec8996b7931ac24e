package config

import _ "embed" // for the schema

//go:generate go test -run TestSchemaIsCurrent -update .

//go:embed wherry.schema.json
var schema []byte

// Schema is the JSON Schema of the file, for editors.
func Schema() []byte { return schema }

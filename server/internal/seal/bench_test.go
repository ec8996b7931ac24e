package seal_test

import (
	"strings"
	"testing"

	"wherry/server/internal/seal"
)

// BenchmarkFields is what a document costs that is read or written.
func BenchmarkFields(b *testing.B) {
	r := ring(b, seal.NewKey())
	rest := `"data":{"text":"` + strings.Repeat("x", 800) + `"},"list":[],"roles":["a","b"]`
	for name, doc := range map[string]string{
		"none": `{` + rest + `}`, "empty": `{"headers":{},` + rest + `}`, "one": `{` + rest + `,"secret":"made-up secret of a client"}`,
	} {
		sealed, err := fields.Seal(r, []byte(doc))
		if err != nil {
			b.Fatal(err)
		}
		b.Run("seal/"+name, func(b *testing.B) {
			for b.Loop() {
				_, _ = fields.Seal(r, []byte(doc))
			}
		})
		b.Run("open/"+name, func(b *testing.B) {
			for b.Loop() {
				_, _ = fields.Open(r, sealed)
			}
		})
	}
}

package gen

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestSharesAreOfAThousand(t *testing.T) {
	t.Parallel()
	for _, trait := range mix {
		var sum uint64
		for _, r := range trait.rows {
			sum += r.share
		}
		if sum != 1000 {
			t.Errorf("%s: the shares sum up to %d", trait.name, sum)
		}
	}
}

func TestBoundsAreThoseOfTheRow(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		size := rapid.Uint64Range(1, 3000).Draw(t, "size")
		of := rapid.SampledFrom(mix[:]).Draw(t, "trait")
		for _, r := range of.rows {
			from, to := of.bounds(r.name, size)
			for rank := range size {
				if inside := rank >= from && rank < to; inside != (of.row(rank, size) == r.name) {
					t.Fatalf("%s, %s of %d: [%d, %d), but %d is %s", of.name, r.name, size, from, to, rank, of.row(rank, size))
				}
			}
		}
	})
}

func TestTheDocumentationShowsTheMix(t *testing.T) {
	t.Parallel()
	doc, err := os.ReadFile("doc.go")
	if err != nil {
		t.Fatal(err)
	}
	var table strings.Builder
	for _, trait := range mix[:identity] {
		fmt.Fprintf(&table, "//	%s:\n", trait.name)
		for _, r := range trait.rows {
			fmt.Fprintf(&table, "//	%7.1f %%  %s\n", float64(r.share)/10, r.name)
		}
	}
	if !strings.Contains(string(doc), table.String()) {
		t.Errorf("doc.go should show:\n%s", table.String())
	}
}

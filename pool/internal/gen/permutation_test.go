package gen

import (
	"testing"

	"pgregory.net/rapid"
)

func TestPermutationIsOne(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		size := rapid.IntRange(1, 2000).Draw(t, "size")
		p := newPermutation(size, rapid.Uint64().Draw(t, "seed"))
		seen := make([]bool, size)
		for n := range size {
			k := p.at(uint64(n))
			if k >= uint64(size) || seen[k] || p.back(k) != uint64(n) {
				t.Fatalf("%d goes to %d and back to %d", n, k, p.back(k))
			}
			seen[k] = true
		}
	})
}

func TestPermutationOfManyComesBack(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		size := rapid.IntRange(1, 1<<32).Draw(t, "size")
		p := newPermutation(size, rapid.Uint64().Draw(t, "seed"))
		n := rapid.Uint64Range(0, uint64(size)-1).Draw(t, "n")
		if k := p.at(n); k >= uint64(size) || p.back(k) != n {
			t.Fatalf("%d goes to %d and back to %d", n, k, p.back(k))
		}
	})
}

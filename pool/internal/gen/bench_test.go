package gen_test

import (
	"testing"

	"wherry/pool/internal/gen"
)

func BenchmarkUser(b *testing.B) {
	p := gen.New(10_000_000, 1)
	for i := 0; b.Loop(); i++ {
		p.User(i * 7919 % p.Len())
	}
}

func BenchmarkExpected(b *testing.B) {
	p := gen.New(10_000_000, 1)
	for i := 0; b.Loop(); i++ {
		p.Expected(i * 7919 % p.Len())
	}
}

func BenchmarkNextMember(b *testing.B) {
	p := gen.New(10_000_000, 1)
	n := 0
	for b.Loop() {
		n = p.NextMember("admins", n+1) % p.Len()
	}
}

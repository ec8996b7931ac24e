package search

import (
	"math/big"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestNumberKeysOfEqualNumbers(t *testing.T) {
	t.Parallel()
	for _, equal := range [][]string{
		{"0", "-0", "0.0", "0e7", "00", "-0.000e-3"},
		{"5", "5.0", "05", "0.5e1", "50e-1", "500E-2"},
		{"-120", "-1.2e2", "-12e+1"},
		{"9007199254740993", "9007199254740993.0"},
	} {
		want, _ := NumberKey(equal[0])
		for _, text := range equal {
			if got, ok := NumberKey(text); !ok || got != want {
				t.Errorf("%s: %q, %v, want %q", text, got, ok, want)
			}
		}
	}
}

func TestWhatIsNoNumber(t *testing.T) {
	t.Parallel()
	for _, text := range []string{
		"", "-", "+5", ".5", "5.", "5e", "e5", "5e+", "1e5000", "1e-99999999999999999999", "0x1F", "1_000", "٣", "NaN", "Infinity", " 5", "1.2.3", "--5",
		strings.Repeat("9", 900),
	} {
		if key, ok := NumberKey(text); ok {
			t.Errorf("%q: %q", text, key)
		}
	}
}

func TestNumberKeysAreInTheOrderOfNumbers(t *testing.T) {
	t.Parallel()
	number := rapid.StringMatching(`-?(0|[1-9][0-9]{0,20})(\.[0-9]{1,20})?(e-?[0-9]{1,2})?`)
	rapid.Check(t, func(t *rapid.T) {
		a, b := number.Draw(t, "a"), number.Draw(t, "b")
		x, y := rational(a), rational(b)
		keyA, okA := NumberKey(a)
		keyB, okB := NumberKey(b)
		if !okA || !okB {
			t.Fatalf("%s or %s is no number", a, b)
		}
		if got, want := strings.Compare(keyA, keyB), x.Cmp(y); got != want {
			t.Fatalf("%s (%s) and %s (%s): %d, want %d", a, keyA, b, keyB, got, want)
		}
	})
}

func rational(text string) *big.Rat {
	r, _ := new(big.Rat).SetString(text)
	return r
}

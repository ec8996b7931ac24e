package api

import (
	"testing"
	"time"
)

func TestTimeFormat(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 3, 4, 17, 6, 7, 89_000_000, time.UTC)
	for pattern, want := range map[string]string{
		defaultTimeFormat: "3/4/2026 05:06:07 PM UTC", "yyyy-MM-dd'T'HH:mm:ss.SSSXXX": "2026-03-04T17:06:07.089Z",
		"EEEE, d MMMM yy": "Wednesday, 4 March 26", "h 'o''clock'": "5 o'clock", "''": "'", "'Jan' 2 Z": "Jan 2 +0000", "uuuu": "2026",
	} {
		f, err := parseTimeFormat(pattern)
		if err != nil {
			t.Errorf("%s: %v", pattern, err)
		} else if got := f.write(at); got != want {
			t.Errorf("%s: got %q, want %q", pattern, got, want)
		}
	}
	for _, pattern := range []string{"q", "yyyyyy", "'open", "GGGG"} {
		if _, err := parseTimeFormat(pattern); err == nil {
			t.Errorf("%s is taken", pattern)
		}
	}
}

func TestCellsAreNoFormulas(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"": "", "ada": "ada", "=1+1": "'=1+1", "@SUM(A1)": "'@SUM(A1)", "+4915112345678": "+4915112345678", "-7": "-7",
		"-2+3+cmd|' /C calc'!A0": "'-2+3+cmd|' /C calc'!A0", "+1+1": "'+1+1", "\tx": "'\tx", "a=1": "a=1",
	} {
		if got := cell(text); got != want {
			t.Errorf("%q: got %q, want %q", text, got, want)
		}
	}
}

package forecast_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"wherry/toolkit/internal/forecast"
)

func TestReadSignIns(t *testing.T) {
	t.Parallel()
	s, err := forecast.ReadSignIns(strings.NewReader(`user,at
ada,2026-11-01T00:00:00Z
ada,2026-11-20
joe,1794960000
joe,1794873600000
"grace, h","2026-11-10 12:00:00",ignored
`))
	if err != nil {
		t.Fatal(err)
	}
	if s.Users() != 3 || s.Until.Sub(s.Since).Hours() != 19*24 {
		t.Errorf("%d users from %v to %v", s.Users(), s.Since, s.Until)
	}
	want := &forecast.Observed{Came: []int{0, 1, 0, 1, 0, 0, 0, 0, 0, 0, 1}, Away: make([]int, 21)}
	want.Away[20] = 2
	if diff := cmp.Diff(want, s.Observed(5)); diff != "" {
		t.Error(diff)
	}
}

func TestReadSignInsRefuses(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"":                            "there are no sign-ins",
		"user,at\n":                   "there are no sign-ins",
		"a,2026-11-01\nb\nc,soon\n":   "line 2: there is no second column for the instant\nline 3: the second column is no instant",
		"a,2026-11-01\n\"b,2026-11-0": "read sign-ins",
	} {
		if _, err := forecast.ReadSignIns(strings.NewReader(text)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want %s", text, err, want)
		}
	}
}

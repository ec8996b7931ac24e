package fusionauth

import (
	"net/http"
	"testing"
	"time"
)

func TestPause(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)
	for _, tt := range []struct {
		name, asked string
		want        time.Duration // before jitter is allowed for
	}{
		{"not asked", "", -1},
		{"unreadable", "soon", -1},
		{"negative", "-5", -1},
		{"at once", "0", 0},
		{"seconds", "8", 8 * time.Second},
		{"a date", "Sun, 22 Nov 2026 12:00:08 GMT", 8 * time.Second},
		{"a date that has passed", "Sun, 22 Nov 2026 11:00:00 GMT", 0},
		{"too long", "86400", longestPause},
		{"a date too far away", "Mon, 23 Nov 2026 12:00:00 GMT", longestPause},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			want := tt.want
			if want > 0 {
				want = time.Duration(float64(want) / (1 - jitter))
			}
			got := pause(&answer{header: http.Header{"Retry-After": {tt.asked}}}, now)
			if got != want {
				t.Errorf("got %v, want %v", got, want)
			}
		})
	}
	if got := pause(nil, now); got != -1 {
		t.Errorf("without an answer: got %v", got)
	}
}

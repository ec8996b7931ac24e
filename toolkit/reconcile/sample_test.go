package reconcile_test

import (
	"math"
	"testing"

	"wherry/toolkit/reconcile"
)

// TestAtMost: the values are those of statistics' own tables.
func TestAtMost(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		sample, with int
		want         float64
	}{
		{10, 0, 0.2589},
		{100, 0, 0.02951},
		{1000, 0, 0.0029912},
		{100_000, 0, 0.000029957}, // the rule of three: 3/n
		{10, 1, 0.3942},
		{100, 1, 0.04656},
		{100, 5, 0.10225},
		{1000, 10, 0.016899},
		{0, 0, 1},
		{10, 10, 1},
	} {
		if got := reconcile.AtMost(tt.sample, tt.with, 0.95); math.Abs(got-tt.want) > 0.005*tt.want {
			t.Errorf("%d of %d: %v, want %v", tt.with, tt.sample, got, tt.want)
		}
	}
}

// TestASampleIsDrawnFairly: whoever looks at a tenth of all finds about a tenth of
// what is wrong, and the sample has exactly the size that was asked for.
func TestASampleIsDrawnFairly(t *testing.T) {
	t.Parallel()
	s := begin(t)
	s.export(people(1000)...)
	s.carry()
	for n := 1; n <= 1000; n += 2 {
		delete(s.users, sub(n))
	}
	report, differences := s.verify(func(c *reconcile.Config) { c.Sample, c.Seed = 200, 7 })
	if report.Checked != 200 || report.Sample.Users != 200 || report.Sample.Of != 1000 || report.Strangers != nil {
		t.Errorf("%+v", report)
	}
	if lost := report.Outcomes[reconcile.Lost]; lost < 70 || lost > 130 || lost != len(differences) {
		t.Errorf("%d lost, %d differences", lost, len(differences))
	}
	if report, _ := s.verify(func(c *reconcile.Config) { c.Sample = 5000 }); report.Checked != 1000 {
		t.Errorf("%+v", report)
	}
}

package forecast_test

import (
	"math"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"wherry/toolkit/internal/forecast"
)

// TestTheGuidesExamples: FusionAuth's guide has two.
func TestTheGuidesExamples(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		p    float64
		days int
		want float64
	}{{0.2, 10, 0.89}, {0.0027, 370, 0.63}} {
		if got := (forecast.Constant{P: c.p}).Across(c.days); math.Abs(got-c.want) > 0.01 {
			t.Errorf("P=%v, D=%v: %.4f, want %v", c.p, c.days, got, c.want)
		}
	}
}

func TestDays(t *testing.T) {
	t.Parallel()
	c := forecast.Constant{P: 0.2}
	for share, want := range map[float64]int{0: 0, 0.19: 1, 0.21: 2, 0.89: 10, 0.999: 31} {
		if got, ok := forecast.Days(c, share); !ok || got != want {
			t.Errorf("%v: day %d, %v; want %d", share, got, ok, want)
		}
	}
	if day, ok := forecast.Days(forecast.Constant{P: 1e-9}, 0.5); ok {
		t.Errorf("it was foretold for day %d", day)
	}
}

// TestMixed: users who are alike come as the simple curve says; users who are
// not take longer for the last of them, though as many come on the first day.
func TestMixed(t *testing.T) {
	t.Parallel()
	simple, alike, unlike := forecast.Constant{P: 0.1}, forecast.Mixed{A: 1e5, B: 9e5}, forecast.Mixed{A: 0.1, B: 0.9}
	for _, day := range []int{1, 10, 100} {
		if math.Abs(simple.Across(day)-alike.Across(day)) > 1e-3 {
			t.Errorf("day %d: %v and %v", day, simple.Across(day), alike.Across(day))
		}
	}
	if math.Abs(unlike.Across(1)-0.1) > 1e-9 || unlike.Across(100) > 0.6 {
		t.Errorf("day 1: %v, day 100: %v", unlike.Across(1), unlike.Across(100))
	}
}

// observe counts users of a curve who were looked at for some days.
func observe(c forecast.Curve, users, days int) *forecast.Observed {
	o := &forecast.Observed{}
	before := 0.0
	for day := 1; day <= days; day++ {
		now := c.Across(day)
		for range int(float64(users)*now) - int(float64(users)*before) {
			o.Add(day, true)
		}
		before = now
	}
	for range users - int(float64(users)*before) {
		o.Add(days, false)
	}
	return o
}

// TestFit finds the curve again that users follow, also when they were looked at
// for a tenth of the time that is foretold.
func TestFit(t *testing.T) {
	t.Parallel()
	for _, want := range []forecast.Curve{
		forecast.Mixed{A: 0.5, B: 20}, forecast.Mixed{A: 2, B: 10}, forecast.Mixed{A: 0.2, B: 1}, forecast.Constant{P: 0.05},
	} {
		got, ok := observe(want, 50_000, 60).Fit()
		if !ok {
			t.Fatalf("%v: too little to tell", want)
		}
		for _, day := range []int{1, 7, 30, 60, 600} {
			if math.Abs(got.Across(day)-want.Across(day)) > 0.02 {
				t.Errorf("%v, day %d: %.3f, want %.3f", want, day, got.Across(day), want.Across(day))
			}
		}
	}
}

func TestFitSaysWhenItCannotTell(t *testing.T) {
	t.Parallel()
	nobody, atOnce := &forecast.Observed{}, &forecast.Observed{}
	nobody.Add(30, false)
	atOnce.Add(1, true)
	for name, o := range map[string]*forecast.Observed{"nothing": {}, "nobody came": nobody, "all came at once": atOnce} {
		if m, ok := o.Fit(); ok {
			t.Errorf("%s: %v", name, m)
		}
	}
}

// TestAgain: of few users less is known than of many.
func TestAgain(t *testing.T) {
	t.Parallel()
	spread := func(users int) float64 {
		low, high := 1.0, 0.0
		for _, c := range observe(forecast.Mixed{A: 0.5, B: 20}, users, 30).Again(20, rand.New(rand.NewPCG(1, 2))) { //nolint:gosec // repeatable
			low, high = min(low, c.Across(365)), max(high, c.Across(365))
		}
		return high - low
	}
	if few, many := spread(500), spread(50_000); few < 2*many || few == 0 {
		t.Errorf("spread of 500 users %.3f, of 50,000 %.3f", few, many)
	}
}

func TestStop(t *testing.T) {
	t.Parallel()
	c := forecast.Mixed{A: 0.5, B: 20}
	day := forecast.Stop(c, 0.01, 0)
	if week := c.Across(day+7) - c.Across(day); week >= 0.01 || day == 0 {
		t.Errorf("day %d, and the week after brings %.4f", day, week)
	}
	if day := forecast.Stop(forecast.Constant{P: 0}, 0.01, 0); day != 0 {
		t.Errorf("nobody comes, and it waits %d days", day)
	}
}

// TestArrivals: what has come so far foretells the rest, and moves the day on
// which to stop.
func TestArrivals(t *testing.T) {
	t.Parallel()
	truth := forecast.Mixed{A: 0.6, B: 8}
	a := forecast.Arrivals{Of: 100_000}
	for day := 1; day <= 30; day++ {
		a.Days = append(a.Days, int(truth.Across(day)*float64(a.Of)))
	}
	renewed, ok := a.Observed().Fit()
	if !ok || math.Abs(renewed.Across(200)-truth.Across(200)) > 0.01 {
		t.Errorf("%+v, %v: %v on day 200, want %v", renewed, ok, renewed.Across(200), truth.Across(200))
	}
	hoped := forecast.Constant{P: 0.2}
	r := forecast.NewReport(hoped, nil, time.Now(), 0.9, 0.01)
	early := r.Stop
	r.Against(a, hoped, renewed, nil)
	if r.Today.Day != 30 || r.Today.Users != a.Days[29] || r.Today.Foretold.Share < 0.99 || len(r.Actual) != 30 {
		t.Errorf("%+v", r.Today)
	}
	if r.Stop <= early || r.Stop < 30 || !r.Waiting() {
		t.Errorf("the day to stop was %d, and is %d", early, r.Stop)
	}
	var page strings.Builder
	if err := r.WriteHTML(&page); err != nil || !strings.Contains(page.String(), "On day 30") {
		t.Errorf("%v: %s", err, page.String())
	}
}

package forecast

import (
	"math"
	"math/rand/v2"
)

// Observed is how long users have stayed away until they signed in, or have
// stayed away so far. A memoryless user's time since the last sign-in is
// distributed like the time until the next one, so either may be counted.
type Observed struct {
	// Came[d] is how many users signed in on day d, counted from 1.
	Came []int
	// Away[d] is how many users have not signed in during d days.
	Away []int
}

// Add counts a user.
func (o *Observed) Add(days int, came bool) {
	counts := &o.Away
	if came {
		counts = &o.Came
	}
	o.add(counts, days, 1)
}

func (o *Observed) add(counts *[]int, days, users int) {
	days = min(max(days, 1), Longest)
	for len(*counts) <= days {
		*counts = append(*counts, 0)
	}
	(*counts)[days] += users
}

// Users is how many have been counted.
func (o *Observed) Users() (n int) {
	for _, counts := range [][]int{o.Came, o.Away} {
		for _, count := range counts {
			n += count
		}
	}
	return n
}

// Fit is the curve under which what was observed is most likely. Not ok: it
// was too little to tell, because nobody came, or everybody on the first day.
func (o *Observed) Fit() (m Mixed, ok bool) {
	came := 0
	for _, n := range o.Came {
		came += n
	}
	if came == 0 || len(o.Came) <= 2 && len(o.Away) == 0 {
		return m, false
	}
	// The mean says how often people come, the weight A + B how much alike they are.
	of := func(mean, weight float64) Mixed {
		p, w := 1/(1+math.Exp(-mean)), math.Exp(weight)
		return Mixed{A: p * w, B: (1 - p) * w}
	}
	best := func(weight float64) float64 {
		return highest(-14, 8, func(mean float64) float64 { return o.likelihood(of(mean, weight)) })
	}
	weight := highest(-6, 10, func(weight float64) float64 { return o.likelihood(of(best(weight), weight)) })
	return of(best(weight), weight), true
}

// likelihood is the logarithm of the probability of what was observed.
func (o *Observed) likelihood(m Mixed) (sum float64) {
	stay := 0.0 // log of the probability to stay away for the days before
	for day := 1; day < max(len(o.Came), len(o.Away)); day++ {
		total := m.A + m.B + float64(day-1)
		come, miss := math.Log(m.A/total), math.Log((m.B+float64(day-1))/total)
		if day < len(o.Came) {
			sum += float64(o.Came[day]) * (stay + come)
		}
		stay += miss
		if day < len(o.Away) {
			sum += float64(o.Away[day]) * stay
		}
	}
	return sum
}

// highest is where between low and high a function with one peak has it, by
// the golden section.
func highest(low, high float64, f func(float64) float64) float64 {
	const ratio, enough = 0.6180339887498949, 1e-3
	a, b := high-ratio*(high-low), low+ratio*(high-low)
	fa, fb := f(a), f(b)
	for high-low > enough {
		if fa > fb {
			high, b, fb = b, a, fa
			a = high - ratio*(high-low)
			fa = f(a)
		} else {
			low, a, fa = a, b, fb
			b = low + ratio*(high-low)
			fb = f(b)
		}
	}
	return (low + high) / 2
}

// Again fits curves to what might as well have been observed, n times: where
// they differ, little is known.
func (o *Observed) Again(n int, random *rand.Rand) []Curve {
	var curves []Curve
	for range n {
		other := Observed{Came: shaken(o.Came, random), Away: shaken(o.Away, random)}
		if m, ok := other.Fit(); ok {
			curves = append(curves, m)
		}
	}
	return curves
}

// shaken draws each count anew. A count of many people is as good as normally
// distributed around itself with its root as deviation.
func shaken(counts []int, random *rand.Rand) []int {
	drawn := make([]int, len(counts))
	for i, n := range counts {
		drawn[i] = max(0, int(math.Round(float64(n)+math.Sqrt(float64(n))*random.NormFloat64())))
	}
	return drawn
}

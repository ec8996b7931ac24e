package fault

import (
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"time"
)

// Latency is how long answers take. The zero value is: no longer than needed.
type Latency struct {
	Distribution string        `yaml:"distribution,omitempty"` // fixed (default), uniform, normal, lognormal
	Mean         time.Duration `yaml:"mean,omitempty"`
	Spread       time.Duration `yaml:"spread,omitempty"` // uniform: mean ± spread; normal, lognormal: the standard deviation
}

var distributions = []string{"", "fixed", "uniform", "normal", "lognormal"}

// draw makes the same number of draws whatever the distribution is.
func (l Latency) draw(from *rand.Rand) time.Duration {
	normal, even := from.NormFloat64(), 2*from.Float64()-1
	mean, spread := float64(l.Mean), float64(l.Spread)
	var d float64
	switch l.Distribution {
	case "uniform":
		d = mean + spread*even
	case "normal":
		d = mean + spread*normal
	case "lognormal":
		d = lognormal(mean, spread, normal)
	default:
		d = mean
	}
	return time.Duration(max(0, d))
}

// lognormal turns the mean and deviation of the result into those of its
// logarithm.
func lognormal(mean, deviation, normal float64) float64 {
	if mean == 0 {
		return 0
	}
	variance := math.Log1p(deviation * deviation / (mean * mean))
	return math.Exp(math.Log(mean) - variance/2 + math.Sqrt(variance)*normal)
}

func (l Latency) check(report func(path, format string, args ...any)) {
	if !slices.Contains(distributions, l.Distribution) {
		report("latency.distribution", "want one of %s", strings.Join(distributions[1:], ", "))
	}
	if l.Mean < 0 || l.Mean > time.Hour {
		report("latency.mean", "want a duration from 0s to 1h")
	}
	if l.Spread < 0 || l.Spread > time.Hour {
		report("latency.spread", "want a duration from 0s to 1h")
	}
	if l.Distribution == "uniform" && l.Spread > l.Mean {
		report("latency.spread", "may not exceed the mean: answers cannot take less than no time")
	}
}

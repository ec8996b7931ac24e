package reconcile

import (
	"context"
	"iter"
	"math"
	"math/rand/v2"

	"wherry/toolkit/internal/workspace"
)

// Sample says how sure a verification of some users makes us of all.
type Sample struct {
	Users      int     `json:"users"` // compared
	Of         int     `json:"of"`
	Bad        int     `json:"unexplained"`
	Confidence float64 `json:"confidence"`
	AtMost     float64 `json:"atMost"` // the share of all users of whom as many may be unexplained
}

// confidence is how often such a statement is right.
const confidence = 0.95

func newSample(users, bad, of int) *Sample {
	return &Sample{Users: users, Of: of, Bad: bad, Confidence: confidence, AtMost: AtMost(users, bad, confidence)}
}

// AtMost is the share of a population of whom a trait may be true when it was
// true of so many in a random sample: larger ones would have shown more of it,
// with this confidence. It is the upper limit of Clopper and Pearson, of which
// the rule of three is what is left when it was true of nobody: 3/n.
//
// Source: C. J. Clopper, E. S. Pearson: The Use of Confidence or Fiducial Limits
// Illustrated in the Case of the Binomial. Biometrika 26 (1934).
func AtMost(sample, with int, confidence float64) float64 {
	if sample <= 0 || with >= sample {
		return 1
	}
	low, high := float64(with)/float64(sample), 1.0
	for range 60 { // each step halves what is not known
		if p := (low + high) / 2; few(sample, with, p) > 1-confidence {
			low = p
		} else {
			high = p
		}
	}
	return high
}

// few is the probability that a sample shows the trait at most so often when
// its share is p.
func few(sample, with int, p float64) (sum float64) {
	n, _ := math.Lgamma(float64(sample + 1))
	for k := range with + 1 {
		a, _ := math.Lgamma(float64(k + 1))
		b, _ := math.Lgamma(float64(sample - k + 1))
		sum += math.Exp(n - a - b + float64(k)*math.Log(p) + float64(sample-k)*math.Log1p(-p))
	}
	return sum
}

// sample walks through some users, of whom everybody is as likely as anybody.
func (v *verification) sample(ctx context.Context, total int) error {
	want := min(v.Sample, total)
	random := rand.New(rand.NewPCG(v.Seed, 0)) //nolint:gosec // it decides who is looked at, and nothing else
	chosen, err := v.Run.Sample(ctx, want, random)
	if err != nil {
		return err
	}
	task := v.Progress.Task("users", 0, int64(want))
	err = v.walk(ctx, v.numbered(ctx, chosen), func() { task.Set(int64(v.Checked), int64(want)) })
	if err == nil {
		task.End()
	}
	return err
}

func (v *verification) numbered(ctx context.Context, numbers []int64) iter.Seq2[workspace.User, error] {
	return func(yield func(workspace.User, error) bool) {
		for _, n := range numbers {
			if u, err := v.Run.Numbered(ctx, n); !yield(u, err) || err != nil {
				return
			}
		}
	}
}

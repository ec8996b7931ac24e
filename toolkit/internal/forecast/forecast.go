// Package forecast tells when users will be across by the slow road: how long
// people stay away, and so how many of them will have signed in after how many
// days.
package forecast

import "math"

// Curve is the share of users, from 0 to 1, who have signed in at least once
// after a number of days.
type Curve interface {
	Across(days int) float64
}

// Constant is a curve for users who each sign in on any day with the same
// probability: S = 1 − (1 − P)^D, as FusionAuth's Cognito migration guide has
// it.
//
// Source: https://fusionauth.io/docs/lifecycle/migrate-users/provider-specific/cognito
type Constant struct{ P float64 }

// Across is the guide's S.
func (c Constant) Across(days int) float64 { return 1 - math.Pow(1-c.P, float64(days)) }

// Mixed is a curve for users of whom some come daily and some once a year: the
// probability of each is drawn from a beta distribution with the parameters A
// and B. It is the shifted beta-geometric model.
//
// Source: P. Fader, B. Hardie: How to Project Customer Retention (2007).
type Mixed struct{ A, B float64 }

// Across is the share of users who have not stayed away for so long.
func (m Mixed) Across(days int) float64 {
	return 1 - math.Exp(logBeta(m.A, m.B+float64(days))-logBeta(m.A, m.B))
}

// Mean is the share of users who sign in on any day.
func (m Mixed) Mean() float64 { return m.A / (m.A + m.B) }

func logBeta(a, b float64) float64 {
	x, _ := math.Lgamma(a)
	y, _ := math.Lgamma(b)
	z, _ := math.Lgamma(a + b)
	return x + y - z
}

// Longest is as far as anything is foretold, in days.
const Longest = 20 * 365

// Days is the first day on which at least this share is across. Not ok: it is
// not to be expected within Longest.
func Days(c Curve, share float64) (days int, ok bool) {
	if c.Across(Longest) < share {
		return 0, false
	}
	low, high := 0, Longest
	for low < high {
		if middle := (low + high) / 2; c.Across(middle) >= share {
			high = middle
		} else {
			low = middle + 1
		}
	}
	return low, true
}

// Stop is the first day, not before the day from, after which a week brings
// fewer new users than the share worth: from then on the bulk road does better
// than waiting.
func Stop(c Curve, worth float64, from int) int {
	day := from
	for day < Longest && c.Across(day+7)-c.Across(day) >= worth {
		day++
	}
	return day
}

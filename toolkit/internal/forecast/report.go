package forecast

import (
	"cmp"
	"slices"
	"time"
)

// Report is a forecast for people and programs. Shares run from 0 to 1.
type Report struct {
	Basis string    `json:"basis"`           // what it was made from, in words
	Users int       `json:"users,omitempty"` // how many there are; 0: not known
	From  time.Time `json:"from"`            // day 0

	Days   []Point `json:"days"`
	Reach  []Reach `json:"reach"`
	Actual []Point `json:"actual,omitempty"` // what became of it so far
	Today  *Today  `json:"today,omitempty"`  // and how it stands, if anything has

	// Stop is the day from which on a week brings fewer than Worth of the users.
	Stop  int     `json:"stopDay"`
	Worth float64 `json:"worth"`
}

// Today is how the slow road stands, compared with what was foretold for the
// day. Unless something else was, it is what the arrivals themselves foretell.
type Today struct {
	Point
	Users    int   `json:"users"` // across by the slow road
	Foretold Point `json:"foretold"`
}

// Point is how many users are across after some days. Between Low and High it
// is in nine of ten cases, where that can be told.
type Point struct {
	Day   int     `json:"day"`
	Share float64 `json:"share"`
	Low   float64 `json:"low"`
	High  float64 `json:"high"`
}

// Reach is when a share of the users is across.
type Reach struct {
	Share float64 `json:"share"`
	Day   int     `json:"day,omitempty"` // 0: not within Longest
}

// reaches are the shares that people ask for.
var reaches = []float64{0.5, 0.75, 0.8, 0.9, 0.95, 0.99}

// NewReport foretells by a curve. The others are curves that might as well be
// right, as Observed.Again makes them. share is one more to tell the day of.
func NewReport(c Curve, others []Curve, from time.Time, share, worth float64) *Report {
	r := &Report{From: from, Stop: Stop(c, worth, 0), Worth: worth}
	for _, s := range slices.Compact(slices.Sorted(slices.Values(append(slices.Clone(reaches), cmp.Or(share, reaches[0]))))) {
		day, _ := Days(c, s)
		r.Reach = append(r.Reach, Reach{s, day})
	}
	last := horizon(c)
	for day := 0; day <= last; day += max(1, last/points) {
		r.Days = append(r.Days, At(c, others, day))
	}
	return r
}

const points = 60

// horizon is as far as a chart goes: until nearly all are across, but not into
// years in which nothing happens.
func horizon(c Curve) int {
	day, ok := Days(c, 0.97)
	if !ok {
		day = Longest
	}
	return min(max(day, 14), 2*365)
}

// At is a point of a forecast.
func At(c Curve, others []Curve, day int) Point {
	share := c.Across(day)
	all := []float64{share}
	for _, o := range others {
		all = append(all, o.Across(day))
	}
	slices.Sort(all)
	tail := len(all) / 20
	return Point{Day: day, Share: share, Low: min(share, all[tail]), High: max(share, all[len(all)-1-tail])}
}

// Date is when a day of the forecast is.
func (r *Report) Date(day int) time.Time { return r.From.AddDate(0, 0, day) }

// Against puts beside the forecast what has happened so far, and takes the day to
// stop from that: renewed is the curve that it foretells.
func (r *Report) Against(a Arrivals, c, renewed Curve, others []Curve) {
	today := len(a.Days)
	for day, n := range a.Days {
		share := float64(n) / float64(max(1, a.Of))
		r.Actual = append(r.Actual, Point{day + 1, share, share, share})
	}
	if today == 0 {
		return
	}
	r.Today = &Today{Point: r.Actual[today-1], Users: a.Days[today-1], Foretold: At(c, others, today)}
	r.Stop = Stop(renewed, r.Worth, today)
}

// Waiting tells whether the day to stop is still to come.
func (r *Report) Waiting() bool { return r.Stop > 0 && (r.Today == nil || r.Stop > r.Today.Day) }

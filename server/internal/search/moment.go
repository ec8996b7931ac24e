package search

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"
)

// moments is how an instant can be written, and how long what is written lasts.
// A fraction of a second may follow the seconds.
var moments = []struct {
	layout string
	lasts  time.Duration
}{
	{"2006-01-02", 24 * time.Hour},
	{"2006-01-02T15:04", time.Minute},
	{"2006-01-02T15:04:05", time.Second},
}

// moment reads milliseconds since 1970, a date or a date with time, in UTC
// unless it has a zone, and returns the first and the last millisecond of it.
func moment(text string) (first, last int64, err error) {
	if n, err := strconv.ParseInt(text, 10, 64); err == nil {
		return n, n, nil
	}
	for _, m := range moments {
		for _, zone := range []string{"", "Z07:00"} {
			at, err := time.Parse(m.layout+zone, strings.ToUpper(text))
			if err != nil {
				continue
			}
			lasts := m.lasts
			if at.Nanosecond() != 0 {
				lasts = time.Millisecond
			}
			return at.UnixMilli(), at.Add(lasts).UnixMilli() - 1, nil
		}
	}
	return 0, 0, fmt.Errorf("[%s] is not an instant: give milliseconds since 1970, a date such as 2026-11-22, "+
		"or date and time such as 2026-11-22T09:30:00Z; arithmetic such as now-1d is not supported", text)
}

// within turns bounds into whole milliseconds: a date stands for the whole day.
func within(from, to Bound) (w Within, err error) {
	w = Within{From: math.MinInt64, To: math.MaxInt64}
	if from.Closed {
		first, last, err := moment(from.Text)
		if err != nil {
			return w, err
		}
		w.From = first
		if from.Exclusive {
			w.From = after(last)
		}
	}
	if to.Closed {
		first, last, err := moment(to.Text)
		if err != nil {
			return w, err
		}
		w.To = last
		if to.Exclusive {
			w.To = before(first)
		}
	}
	return w, nil
}

// after and before keep at the ends of what an int64 can hold. Nobody lives
// there, so it does not matter that the end itself then counts.
func after(n int64) int64  { return max(n, n+1) }
func before(n int64) int64 { return min(n, n-1) }

// isDate tells whether text is a date or the beginning of one: a year, or year
// and month.
func isDate(text string) bool {
	for _, layout := range []string{"2006", "2006-01", "2006-01-02"} {
		if _, err := time.Parse(layout, text); err == nil {
			return true
		}
	}
	return false
}

// endOfDate follows every date that begins with text and no other.
func endOfDate(text string) string { return text + "~" }

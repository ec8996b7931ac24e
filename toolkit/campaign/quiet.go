package campaign

import (
	"context"
	"fmt"
	"strings"
	"time"
)

// Quiet is the hours in which nobody is mailed.
type Quiet struct {
	From, To time.Duration // since midnight; To may be before From
	In       *time.Location
}

// ParseQuiet reads hours such as 22:00-07:00, in a time zone.
func ParseQuiet(text string, zone *time.Location) (*Quiet, error) {
	from, to, ok := strings.Cut(text, "-")
	q := &Quiet{In: zone}
	var errFrom, errTo error
	q.From, errFrom = hour(from)
	q.To, errTo = hour(to)
	if !ok || errFrom != nil || errTo != nil || q.From == q.To {
		return nil, fmt.Errorf("%q are no hours such as 22:00-07:00", text)
	}
	return q, nil
}

func hour(text string) (time.Duration, error) {
	t, err := time.Parse("15:04", strings.TrimSpace(text))
	return time.Duration(t.Hour())*time.Hour + time.Duration(t.Minute())*time.Minute, err
}

// Until is when a mail may go: now, or at the end of the quiet hours.
func (q *Quiet) Until(now time.Time) time.Time {
	if q == nil {
		return now
	}
	local := now.In(q.In)
	at := time.Duration(local.Hour())*time.Hour + time.Duration(local.Minute())*time.Minute + time.Duration(local.Second())*time.Second
	day := local.Day()
	switch {
	case q.From < q.To && (at < q.From || at >= q.To), q.From > q.To && at >= q.To && at < q.From:
		return now
	case at >= q.To: // it ends tomorrow
		day++
	}
	// By the clock on the wall, so that a day of 23 or 25 hours makes no difference.
	return time.Date(local.Year(), local.Month(), day, int(q.To/time.Hour), int(q.To%time.Hour/time.Minute), 0, 0, q.In)
}

// quiet waits for the end of the quiet hours.
func (c *campaign) quiet(ctx context.Context) error {
	for told := false; ; told = true {
		now := c.Now()
		until := c.Quiet.Until(now)
		if !until.After(now) {
			return nil
		}
		if !told {
			c.Note("quiet until %s", until.Format("2006-01-02 15:04 MST"))
		}
		if err := sleep(ctx, min(until.Sub(now), longest)); err != nil {
			return err
		}
	}
}

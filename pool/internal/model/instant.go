package model

import (
	"strconv"
	"time"
)

// Instant is a time that the API shows as a number: seconds since 1970 with
// a fraction, such as 1637108867.442.
type Instant struct{ time.Time }

// At makes an Instant with the API's precision, a millisecond.
func At(t time.Time) Instant { return Instant{t.UTC().Truncate(time.Millisecond)} }

func (i Instant) MarshalJSON() ([]byte, error) {
	return strconv.AppendFloat(nil, float64(i.UnixMilli())/1000, 'f', -1, 64), nil
}

// UnmarshalJSON reads what MarshalJSON writes.
func (i *Instant) UnmarshalJSON(b []byte) error {
	seconds, err := strconv.ParseFloat(string(b), 64)
	if err != nil {
		return err
	}
	*i = At(time.UnixMilli(int64(seconds*1000 + 0.5)))
	return nil
}

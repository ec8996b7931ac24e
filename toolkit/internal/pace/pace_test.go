package pace

import (
	"context"
	"errors"
	"testing"
	"time"
)

var (
	errThrottled = errors.New("too many")
	errLost      = errors.New("no answer")
	errRefused   = errors.New("no")
)

func judge(err error) Verdict {
	switch {
	case errors.Is(err, errThrottled):
		return Throttled
	case errors.Is(err, errLost):
		return Lost
	default:
		return Served
	}
}

func TestDo(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		answers []error
		want    error
		counts  Counts
	}{
		"served":    {[]error{nil}, nil, Counts{Calls: 1}},
		"refused":   {[]error{errRefused}, errRefused, Counts{Calls: 1}},
		"throttled": {[]error{errThrottled, nil}, nil, Counts{Calls: 2, Throttled: 1}},
		"lost":      {[]error{errLost, nil}, nil, Counts{Calls: 2, Lost: 1}},
		"gone":      {[]error{errLost, errLost}, errLost, Counts{Calls: 2, Lost: 2}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := New(1000, judge)
			p.Patience = time.Millisecond
			n := 0
			err := p.Do(t.Context(), func(context.Context) error { n++; return tt.answers[n-1] })
			got := p.Counts()
			got.Rate = 0
			if !errors.Is(err, tt.want) || got != tt.counts {
				t.Errorf("%v, %+v; want %v, %+v", err, got, tt.want, tt.counts)
			}
		})
	}
}

func TestDoEndsWithItsContext(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	p := New(1000, judge)
	err := p.Do(ctx, func(context.Context) error { cancel(); return errThrottled })
	if !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
	if err := p.Do(ctx, func(context.Context) error { t.Error("called"); return nil }); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
}

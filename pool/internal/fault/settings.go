package fault

import (
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/goccy/go-yaml"

	"wherry/internal/yamlfile"
)

// Settings is every fault. The zero value disturbs nothing. Shares are between
// 0, never, and 1, always.
type Settings struct {
	Seed       uint64   `yaml:"seed"`                 // which run of luck
	Operations []string `yaml:"operations,omitempty"` // the only ones disturbed; none named: all

	Throttle       Throttle      `yaml:"throttle"`
	Latency        Latency       `yaml:"latency"`
	ShortPages     float64       `yaml:"short_pages"`     // share of pages with fewer entries than asked for
	EmptyPages     float64       `yaml:"empty_pages"`     // share of pages with no entries, but with a token
	ExpiredTokens  float64       `yaml:"expired_tokens"`  // share of paging tokens refused as expired
	Resets         float64       `yaml:"resets"`          // share of connections broken without an answer
	InternalErrors float64       `yaml:"internal_errors"` // share of answers that are InternalErrorException
	Outage         Outage        `yaml:"outage"`
	ClockSkew      time.Duration `yaml:"clock_skew"` // how far the pool's clock is ahead
}

// Throttle is request quotas: each category of operations has its own, shared
// by all pools, as in AWS's documentation.
type Throttle struct {
	On    bool               `yaml:"on"`
	Rates map[string]float64 `yaml:"rates,omitempty"` // requests a second by category, where they differ from AWS's defaults
}

// Outage is a time without answers but 503, counted from when it was set.
type Outage struct {
	After time.Duration `yaml:"after,omitempty"`
	For   time.Duration `yaml:"for,omitempty"` // 0: no outage
}

// Read reads settings written in YAML or JSON. The error is
// yamlfile.Problems; name is only used in it.
func Read(name string, data []byte) (Settings, error) {
	var s Settings
	err := yamlfile.Read(name, data, func(string) string { return "" }, &s)
	return s, err
}

// MarshalJSON writes what Read reads.
func (s Settings) MarshalJSON() ([]byte, error) {
	return yaml.MarshalWithOptions(s, yaml.JSON())
}

// Check implements yamlfile.Checker.
func (s *Settings) Check(report func(path, format string, args ...any)) {
	for _, operation := range s.Operations {
		if _, known := categories[operation]; !known {
			report("operations", "Cognito has no operation %q", operation)
		}
	}
	for _, category := range slices.Sorted(maps.Keys(s.Throttle.Rates)) {
		s.Throttle.check(category, report)
	}
	for _, share := range []struct {
		path string
		of   float64
	}{
		{"short_pages", s.ShortPages},
		{"expired_tokens", s.ExpiredTokens},
		{"resets", s.Resets},
		{"internal_errors", s.InternalErrors},
	} {
		if share.of < 0 || share.of > 1 {
			report(share.path, "want a share from 0 to 1")
		}
	}
	if s.EmptyPages < 0 || s.EmptyPages > 0.99 {
		report("empty_pages", "want a share from 0 to 0.99: with empty pages only, no listing would end")
	}
	if s.Outage.After < 0 {
		report("outage.after", "want a duration of 0s or more")
	}
	if s.Outage.For < 0 {
		report("outage.for", "want a duration of 0s or more")
	}
	s.Latency.check(report)
}

func (t Throttle) check(category string, report func(path, format string, args ...any)) {
	path := "throttle.rates." + category
	if _, known := defaultRates[category]; !known {
		known := slices.Sorted(maps.Keys(defaultRates))
		report(path, "no such category; there are %s", strings.Join(known, ", "))
	}
	if rate := t.Rates[category]; rate <= 0 {
		report(path, "want more than 0 requests a second")
	}
}

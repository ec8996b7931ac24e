package fault

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"
)

// FlagHelp is the compact form that Parse reads, for a flag's help.
const FlagHelp = "throttle[=FACTOR], latency[=MEAN[~DEVIATION]], short-pages[=SHARE], empty-pages[=SHARE], " +
	"expired-tokens[=SHARE], resets[=SHARE], errors[=SHARE], outage[=LENGTH[@AFTER]], skew[=AHEAD], seed=N, all"

// compact is the faults of the compact form. A fault that is named without a
// value gets its usual one, as all that have one do by "all".
var compact = []struct {
	name, usual string
	set         func(s *Settings, value string) error
}{
	{"throttle", "1", setThrottle},
	{"latency", "200ms~80ms", setLatency},
	{"short-pages", "0.2", share(func(s *Settings) *float64 { return &s.ShortPages })},
	{"empty-pages", "0.1", share(func(s *Settings) *float64 { return &s.EmptyPages })},
	{"expired-tokens", "0.02", share(func(s *Settings) *float64 { return &s.ExpiredTokens })},
	{"resets", "0.01", share(func(s *Settings) *float64 { return &s.Resets })},
	{"errors", "0.02", share(func(s *Settings) *float64 { return &s.InternalErrors })},
	{"outage", "10s@30s", setOutage},
	{"skew", "2m", func(s *Settings, value string) (err error) {
		s.ClockSkew, err = time.ParseDuration(value)
		return err
	}},
	{"seed", "", func(s *Settings, value string) (err error) {
		s.Seed, err = strconv.ParseUint(value, 10, 64)
		return err
	}},
}

// Parse reads the compact form, such as "throttle,outage=10s,empty-pages=0.2".
// "all" switches on what is not mentioned, wherever it stands. The error names
// every mistake.
func Parse(text string) (Settings, error) {
	var s Settings
	var errs []error
	given := map[string]string{}
	for item := range strings.SplitSeq(text, ",") {
		if item = strings.TrimSpace(item); item != "" {
			name, value, _ := strings.Cut(item, "=")
			given[name] = value
		}
	}
	_, all := given["all"]
	delete(given, "all")
	for _, c := range compact {
		value, ok := given[c.name]
		delete(given, c.name)
		if !ok && (!all || c.usual == "") {
			continue
		}
		if value == "" {
			value = c.usual
		}
		if err := c.set(&s, value); err != nil {
			errs = append(errs, fmt.Errorf("%s: %q does not fit %s", c.name, value, usage(c.name)))
		}
	}
	for _, name := range slices.Sorted(maps.Keys(given)) {
		errs = append(errs, fmt.Errorf("no fault is called %q; there are %s", name, FlagHelp))
	}
	s.Check(func(path, format string, args ...any) {
		errs = append(errs, fmt.Errorf(path+": "+format, args...))
	})
	return s, errors.Join(errs...)
}

// usage is what FlagHelp says of one fault.
func usage(name string) string {
	for form := range strings.SplitSeq(FlagHelp, ", ") {
		if strings.HasPrefix(form, name) {
			return form
		}
	}
	return name
}

// setThrottle takes a factor to apply to every default quota.
func setThrottle(s *Settings, value string) error {
	factor, err := strconv.ParseFloat(value, 64)
	if err != nil {
		return err
	}
	s.Throttle = Throttle{On: true}
	if factor != 1 {
		s.Throttle.Rates = map[string]float64{}
		for category, rate := range defaultRates {
			s.Throttle.Rates[category] = rate * factor
		}
	}
	return nil
}

func setLatency(s *Settings, value string) (err error) {
	mean, deviation, spread := strings.Cut(value, "~")
	s.Latency.Distribution = "fixed"
	if spread {
		s.Latency.Distribution = "lognormal"
		if s.Latency.Spread, err = time.ParseDuration(deviation); err != nil {
			return err
		}
	}
	s.Latency.Mean, err = time.ParseDuration(mean)
	return err
}

// setOutage begins the outage after half a minute unless told otherwise, so
// that what it should disturb can start first.
func setOutage(s *Settings, value string) (err error) {
	length, after, given := strings.Cut(value, "@")
	s.Outage.After = 30 * time.Second
	if given {
		if s.Outage.After, err = time.ParseDuration(after); err != nil {
			return err
		}
	}
	s.Outage.For, err = time.ParseDuration(length)
	return err
}

func share(field func(*Settings) *float64) func(*Settings, string) error {
	return func(s *Settings, value string) (err error) {
		*field(s), err = strconv.ParseFloat(value, 64)
		return err
	}
}

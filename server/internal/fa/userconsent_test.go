package fa_test

import (
	"testing"
	"time"

	"wherry/server/internal/fa"
)

func TestOldEnough(t *testing.T) {
	t.Parallel()
	consent := fa.NewConsent()
	consent.CountryMinimumAgeForSelfConsent = map[string]int{"de": 16, "fr_CH": 18, "ja": 10}
	now := time.Date(2026, 11, 22, 9, 0, 0, 0, time.UTC)
	for name, tt := range map[string]struct {
		born      string
		languages []string
		want      bool
	}{
		"nobody knows":                   {"", nil, true},
		"thirteen today":                 {"2013-11-22", nil, true},
		"thirteen tomorrow":              {"2013-11-23", nil, false},
		"thirteen, in Germany":           {"2013-11-22", []string{"de"}, false},
		"thirteen, in part of it":        {"2013-11-22", []string{"de_DE"}, false},
		"thirteen, in part of it, dash":  {"2013-11-22", []string{"de-DE"}, false},
		"sixteen, in Germany":            {"2010-11-22", []string{"de"}, true},
		"sixteen, in Switzerland":        {"2010-11-22", []string{"fr-CH"}, false},
		"sixteen, in France":             {"2010-11-22", []string{"fr"}, true},
		"the first language that counts": {"2013-11-22", []string{"en", "ja", "de"}, true},
		"born on a leap day":             {"2012-02-29", nil, true},
		"not born":                       {"2027-01-01", nil, false},
	} {
		user := fa.NewUser()
		user.BirthDate, user.PreferredLanguages = tt.born, tt.languages
		if got := consent.OldEnough(&user, now); got != tt.want {
			t.Errorf("%s: %v, want %v", name, got, tt.want)
		}
	}
}

func TestCheckValues(t *testing.T) {
	t.Parallel()
	one, many, plain := fa.NewConsent(), fa.NewConsent(), fa.NewConsent()
	one.Values, many.Values, many.MultipleValuesAllowed = []string{"a", "b"}, []string{"a", "b"}, true
	for name, tt := range map[string]struct {
		consent fa.Consent
		values  []string
		want    string
	}{
		"none":                {one, nil, ""},
		"one":                 {one, []string{"b"}, ""},
		"two of one":          {one, []string{"a", "b"}, "[tooMany]x"},
		"two":                 {many, []string{"a", "b"}, ""},
		"unknown":             {many, []string{"a", "c"}, "[invalid]x"},
		"where there is none": {plain, []string{"true"}, "[invalid]x"},
	} {
		err := tt.consent.CheckValues(tt.values, "x")
		if tt.want == "" && err != nil || tt.want != "" && (err == nil || err.Error() != "refused: "+tt.want) {
			t.Errorf("%s: %v, want %s", name, err, tt.want)
		}
	}
}

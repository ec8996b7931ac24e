package fault

import (
	"encoding/json"
	"reflect"
	"strings"
	"testing"
	"time"
)

func TestParse(t *testing.T) {
	t.Parallel()
	everything := Settings{
		Throttle: Throttle{On: true}, Latency: Latency{"lognormal", 200 * time.Millisecond, 80 * time.Millisecond},
		ShortPages: 0.2, EmptyPages: 0.1, ExpiredTokens: 0.02, Resets: 0.01, InternalErrors: 0.02,
		Outage: Outage{30 * time.Second, 10 * time.Second}, ClockSkew: 2 * time.Minute,
	}
	but := everything
	but.EmptyPages, but.Outage.For = 0.5, time.Second
	for text, want := range map[string]Settings{
		"":                                 {},
		"throttle":                         {Throttle: Throttle{On: true}},
		"latency=150ms":                    {Latency: Latency{"fixed", 150 * time.Millisecond, 0}},
		"latency=1s~300ms":                 {Latency: Latency{"lognormal", time.Second, 300 * time.Millisecond}},
		"outage=10s@0s, skew=-3m":          {Outage: Outage{0, 10 * time.Second}, ClockSkew: -3 * time.Minute},
		"resets=1,errors=0.5,seed=9":       {Seed: 9, Resets: 1, InternalErrors: 0.5},
		"all":                              everything,
		"empty-pages=0.5,all,outage=1s":    but,
		"short-pages=0.3,expired-tokens=1": {ShortPages: 0.3, ExpiredTokens: 1},
	} {
		if got, err := Parse(text); err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("%q: got %+v, %v", text, got, err)
		}
	}
	slow, err := Parse("throttle=0.5")
	if err != nil || slow.Throttle.Rates["UserList"] != 15 || len(slow.Throttle.Rates) != len(defaultRates) {
		t.Errorf("half the quotas: got %+v, %v", slow, err)
	}
}

func TestParseNamesEveryMistake(t *testing.T) {
	t.Parallel()
	_, err := Parse("throtle,latency=slow,empty-pages=1,outage=10,resets=2,seed")
	if err == nil {
		t.Fatal("no mistake was found")
	}
	for _, want := range []string{
		`no fault is called "throtle"`,
		`latency: "slow" does not fit latency[=MEAN[~DEVIATION]]`,
		`outage: "10" does not fit outage[=LENGTH[@AFTER]]`,
		`seed: "" does not fit seed=N`,
		"empty_pages: want a share from 0 to 0.99",
		"resets: want a share from 0 to 1",
	} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("no word of %q in:\n%v", want, err)
		}
	}
}

func TestSettingsSurviveJSON(t *testing.T) {
	t.Parallel()
	want, err := Parse("all,throttle=2")
	if err != nil {
		t.Fatal(err)
	}
	want.Operations = []string{"ListUsers"}
	text, err := json.Marshal(want)
	if err != nil {
		t.Fatal(err)
	}
	if got, err := Read("body", text); err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v, %v from %s", got, err, text)
	}
}

func TestReadNamesEveryMistake(t *testing.T) {
	t.Parallel()
	_, err := Read("faults.yaml", []byte(`seed: 1
operations: [ListUser]
throttle:
  on: true
  rates: {UserLists: 3, UserList: 0}
latency:
  distribution: pareto
  mean: 2h
short_pages: 1.5
outage:
  for: -1s
clock_skew: soon
`))
	want := `
faults.yaml:2: operations: Cognito has no operation "ListUser"
faults.yaml:5: throttle.rates.UserList: want more than 0 requests a second
faults.yaml:5: throttle.rates.UserLists: no such category; there are `
	if err == nil || !strings.HasPrefix(err.Error(), strings.TrimSpace(want)) {
		t.Fatalf("got:\n%v\nwant:\n%s", err, want)
	}
	for _, want := range []string{
		"faults.yaml:7: latency.distribution: want one of fixed, uniform, normal, lognormal",
		"faults.yaml:8: latency.mean: want a duration from 0s to 1h",
		"faults.yaml:9: short_pages: want a share from 0 to 1",
		"faults.yaml:11: outage.for: want a duration of 0s or more",
		"faults.yaml:12: clock_skew: want a duration such as 900ms or 10s, got text",
	} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("no word of %q in:\n%v", want, err)
		}
	}
}

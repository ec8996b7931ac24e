package yamlfile_test

import (
	"reflect"
	"strings"
	"testing"
	"time"

	"wherry/internal/yamlfile"
)

type settings struct {
	URL    string            `yaml:"url"`
	Wait   time.Duration     `yaml:"wait"`
	Count  int               `yaml:"count"`
	On     bool              `yaml:"on"`
	Pools  []pool            `yaml:"pools"`
	Labels map[string]string `yaml:"labels"`
	Limits *limits           `yaml:"limits"`
	shared `yaml:",inline"`
}

type pool struct {
	ID       string `yaml:"id"`
	ClientID string `yaml:"client_id"`
}

type limits struct {
	Rate float64 `yaml:"rate"`
}

type shared struct {
	Name string `yaml:"name"`
}

func (s *settings) Check(report func(path, format string, args ...any)) {
	if s.URL == "" {
		report("url", "required")
	}
	for i, p := range s.Pools {
		if p.ClientID == "" {
			report("pools["+string(rune('0'+i))+"].client_id", "required")
		}
	}
}

func env(name string) string {
	return map[string]string{"KEY": "from-env"}[name]
}

func TestRead(t *testing.T) {
	t.Parallel()
	got := settings{Count: 7}
	err := yamlfile.Read("w.yaml", []byte(`
# a comment
url: https://${KEY}/x
wait: 900ms
on: true
name: $${KEY}
pools:
  - id: a
    client_id: b
labels: {x: y}
limits:
  rate: 1.5
`), env, &got)
	if err != nil {
		t.Fatal(err)
	}
	want := settings{
		URL: "https://from-env/x", Wait: 900 * time.Millisecond, Count: 7, On: true,
		Pools: []pool{{"a", "b"}}, Labels: map[string]string{"x": "y"}, Limits: &limits{1.5}, shared: shared{"${KEY}"},
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got  %+v\nwant %+v", got, want)
	}
}

func TestReadNamesEveryMistake(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ name, yaml, want string }{
		{"empty", "", "w.yaml: url: required"},
		{"syntax", "url: [a\ncount: 1", "w.yaml:2:"},
		{"unknown", "url: u\ncuont: 3", `w.yaml:2: cuont: unknown setting; did you mean "count"?`},
		{"several", "url: u\ncount: many\nwait: soon\non: 3\npools:\n  - id: x\n    clientid: y\nlabels: 7", `
w.yaml:2: count: want a whole number, got text
w.yaml:3: wait: want a duration such as 900ms or 10s, got text
w.yaml:4: on: want true or false, got a number
w.yaml:6: pools[0].client_id: required
w.yaml:7: pools[0].clientid: unknown setting; did you mean "client_id"?
w.yaml:8: labels: want settings below this one, as name: value, got a number`},
		{"environment", "url: ${NOT_SET}", "w.yaml:1: url: the environment variable NOT_SET is not set"},
		{"twice", "url: a\nurl: b", "w.yaml:2: url: given twice"},
		{"wrong shape", "url: {a: b}\npools: x", "w.yaml:1: url: want text, got settings\nw.yaml:2: pools: want a list, got text"},
		{"two documents", "url: a\n---\nurl: b", "w.yaml:3: one document a file"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			err := yamlfile.Read("w.yaml", []byte(tt.yaml), env, &settings{})
			if err == nil {
				t.Fatal("no mistake was found")
			}
			if got, want := err.Error(), strings.TrimSpace(tt.want); !strings.HasPrefix(got, want) {
				t.Errorf("got:\n%s\nwant:\n%s", got, want)
			}
		})
	}
}

package compat

import (
	"fmt"
	"maps"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/goccy/go-yaml"
)

// scenario is a sequence of calls, each with what has to come of it. Both of
// FusionAuth's clients run through it, in a tenant of its own.
//
// Strings may name variables: $name, or ${name} before a letter. One that stands
// alone has the variable's value, of whatever type. In a request, a variable
// without a value becomes a fresh UUID; in what is wanted, it takes the value
// that came. $tenant is the scenario's own tenant, $inbox the URL of a service
// that takes whatever the server posts.
type scenario struct {
	Scenario string
	Needs    string           // an endpoint, as "METHOD /path": skipped until the documentation offers it
	Each     []map[string]any // variables: the scenario is run once with each of these
	Tenant   *string          // of the steps that name none
	Steps    []step
}

// step is a call and its outcome.
type step struct {
	Do     []any   // the client's method, and its arguments
	As     string  // the API key, as the kickstart file has it; none for none
	Tenant *string // of the tenant header: $tenant unless told otherwise, empty for none
	Soon   bool    // the server does it in the background: try again until it is so

	Status int    // 200 unless told otherwise, and 400 if there are errors
	Errors string // their codes, sorted, those of fields before the general ones
	Want   any    // of the answer; see matcher
}

const (
	superKey = "super-key" // every kickstart file makes it
	noKey    = "none"
)

// scenarios reads a file of them.
func scenarios(t *testing.T, file string) []scenario {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var list []scenario
	if err := yaml.UnmarshalWithOptions(text, &list, yaml.Strict()); err != nil {
		t.Fatalf("%s: %v", file, err)
	}
	for _, s := range list {
		if slices.ContainsFunc(s.Steps, func(s step) bool { return len(s.Do) == 0 }) || len(s.Steps) == 0 {
			t.Fatalf("%s: %q has a step that does nothing, or none at all", file, s.Scenario)
		}
	}
	return list
}

// runner runs scenarios through a client against an instance.
type runner struct {
	client
	url     string
	lean    bool // the client does not show values that are empty
	inbox   *inbox
	passkey passkey
}

func (r runner) files(t *testing.T, dir string) {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(dir, "*.yaml"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no scenarios in %s: %v", dir, err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".yaml"), func(t *testing.T) {
			for _, s := range scenarios(t, file) {
				r.scenario(t, s)
			}
		})
	}
}

// scenario runs it with each set of variables.
func (r runner) scenario(t *testing.T, s scenario) {
	t.Helper()
	if len(s.Each) == 0 {
		s.Each = []map[string]any{{}}
	}
	for _, each := range s.Each {
		v := variables{"inbox": r.inbox.url}
		maps.Copy(v, each)
		t.Run(fmt.Sprint(v.expand(s.Scenario)), func(t *testing.T) {
			if s.Needs != "" && !slices.Contains(documented(t), s.Needs) {
				t.Skip("not offered: " + s.Needs)
			}
			r.play(t, s, v)
		})
	}
}

// play goes from step to step, and stops at the first that fails.
func (r runner) play(t *testing.T, s scenario, v variables) {
	t.Helper()
	if s.Tenant == nil {
		own, none := "$tenant", ""
		s.Tenant = &own
		// The client for Go would send every boolean of the tenant as false.
		r.step(t, 0, step{Do: []any{"request", "POST", "/api/tenant/$tenant", map[string]any{"tenant": map[string]any{"name": own}}}, Tenant: &none}, v)
	}
	for i, one := range s.Steps {
		if one.Tenant == nil {
			one.Tenant = s.Tenant
		}
		r.step(t, i+1, one, v)
	}
}

// patience is for what has to be so soon.
const patience = 20 * time.Second

func (r runner) step(t *testing.T, number int, s step, v variables) {
	t.Helper()
	sent := s.request(v)
	sent.URL = r.url
	m := &matcher{v, r.lean}
	for end := time.Now().Add(patience); ; time.Sleep(50 * time.Millisecond) {
		got, err := r.send(sent)
		if err != nil {
			t.Fatal(err)
		}
		mistakes := s.mistakes(got, m)
		if len(mistakes) == 0 {
			return
		}
		if !s.Soon || time.Now().After(end) {
			t.Fatalf("step %d: %s%s:\n\t%s\nThe answer was %d %s",
				number, sent.Method, brief(sent.Args), strings.Join(mistakes, "\n\t"), got.Status, brief(got.Body))
		}
	}
}

func (r runner) send(sent request) (answer, error) {
	if device := devices[sent.Method]; device != nil {
		return device(r, sent.Args)
	}
	return r.call(sent)
}

func (s step) request(v variables) request {
	do, _ := v.expand(s.Do).([]any)
	r := request{Method: fmt.Sprint(do[0]), Args: do[1:], Key: superKey, Tenant: fmt.Sprint(v.expand(*s.Tenant))}
	if s.As != "" {
		r.Key = fmt.Sprint(v.expand(s.As))
	}
	if r.Key == noKey {
		r.Key = ""
	}
	return r
}

// mistakes tells what is wrong with an answer.
func (s step) mistakes(got answer, m *matcher) []string {
	if got.Error != "" {
		return []string{got.Error}
	}
	status, errors := s.Status, fmt.Sprint(m.vars.expand(s.Errors))
	switch {
	case status == 0 && errors == "":
		status = http.StatusOK
	case status == 0:
		status = http.StatusBadRequest
	}
	came := codes(got.Body)
	switch {
	case got.Status != status:
		return []string{fmt.Sprintf("status %d, want %d", got.Status, status)}
	case came != errors:
		return []string{fmt.Sprintf("errors %q, want %q", came, errors)}
	case s.Want != nil:
		return m.try("", s.Want, got.Body)
	case status >= http.StatusMultipleChoices && errors == "" && !empty(got.Body):
		return []string{"the body should be empty"}
	}
	return nil
}

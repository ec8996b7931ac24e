package server_test

import (
	"encoding/json"
	"os"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// witness is a request with everything that clients send for a kind of object,
// in the form of FusionAuth's own examples, and where it can be read again.
// Documents and identity providers have theirs in testdata too.
type witness struct {
	Name string
	Send string
	Body map[string]any
	Read string            // "{user.id}" is taken from the answer
	As   map[string]string // which part of the request is which part of what is read; as it is unless said otherwise
	Kept []string          // paths of what no answer shows
}

// TestNothingIsLost: what was sent comes back, in the answer and when it is
// read, and so does what we have never heard of.
func TestNothingIsLost(t *testing.T) {
	t.Parallel()
	raw, err := os.ReadFile("testdata/witnesses.json")
	if err != nil {
		t.Fatal(err)
	}
	var witnesses []witness
	if err := json.Unmarshal(raw, &witnesses); err != nil {
		t.Fatal(err)
	}
	onEach(t, func(t *testing.T, i *instance) {
		for _, w := range witnesses { // in this order: they name each other
			t.Run(w.Name, func(t *testing.T) { w.testify(t, i) })
		}
	})
}

var placeholder = regexp.MustCompile(`\{[^}]*\}`)

func (w witness) testify(t *testing.T, i *instance) {
	body, err := json.Marshal(w.Body)
	if err != nil {
		t.Fatal(err)
	}
	made := i.send(call{do: w.Send + " " + string(body), as: managerOrSuper(w.Send)}).must(t)
	read := i.send(call{as: managerOrSuper(w.Send), do: "GET " + placeholder.ReplaceAllStringFunc(w.Read, func(name string) string {
		return made.text(strings.Trim(name, "{}"))
	})}).must(t)
	sent := response{body: string(body)}
	parts := w.As
	if parts == nil {
		parts = map[string]string{}
		for name := range w.Body {
			parts[name] = name
		}
	}
	for from, to := range parts {
		if slices.Contains(w.Kept, from) {
			continue
		}
		for _, path := range missing(from, sent.at(from), read.at(to)) {
			if !slices.ContainsFunc(w.Kept, func(kept string) bool { return strings.HasSuffix(path, kept) }) {
				t.Errorf("%s is lost: %s", path, read.body)
			}
		}
	}
}

func managerOrSuper(request string) string {
	if strings.Contains(request, "/api/api-key") {
		return managerKey
	}
	return superKey
}

// missing lists the paths of want that are not in got, or have another value
// there.
func missing(path string, want, got any) (paths []string) {
	switch want := want.(type) {
	case map[string]any:
		other, _ := got.(map[string]any)
		for name, member := range want {
			paths = append(paths, missing(path+"."+name, member, other[name])...)
		}
	case []any:
		other, _ := got.([]any)
		if len(other) != len(want) {
			return []string{path}
		}
		for i, element := range want {
			paths = append(paths, missing(path+"["+strconv.Itoa(i)+"]", element, other[i])...)
		}
	default:
		if !reflect.DeepEqual(want, got) {
			return []string{path}
		}
	}
	return paths
}

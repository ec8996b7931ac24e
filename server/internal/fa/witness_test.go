package fa_test

import (
	"encoding/json"
	"os"
	"reflect"
	"slices"
	"strconv"
	"testing"

	"wherry/server/internal/fa"
)

// witnesses are answers and requests as FusionAuth writes them, with values of
// our own, and how each is read here.
var witnesses = map[string]func() any{
	"api-key.json":             func() any { return new(fa.NewAPIKey()) },
	"application.json":         func() any { return new(fa.NewApplication()) },
	"connectors.json":          func() any { return new([]fa.Connector) },
	"registration.json":        func() any { return new(fa.NewRegistration()) },
	"tenant.json":              func() any { return new(fa.NewTenant()) },
	"user.json":                func() any { return new(fa.NewUser()) },
	"user-from-connector.json": func() any { return &fa.UserRequest{User: fa.NewUser()} },
	"user-import-request.json": func() any { return &fa.UserRequest{User: fa.NewUser()} },
}

func TestNothingIsLostInADocument(t *testing.T) {
	t.Parallel()
	for name, blank := range witnesses {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			raw, err := os.ReadFile("testdata/" + name)
			if err != nil {
				t.Fatal(err)
			}
			want := tree(t, raw)
			for _, path := range lost("", want, roundTrip(t, want, blank())) {
				t.Errorf("lost: %s", path)
			}
			addUnknown(want)
			for _, path := range lost("", want, roundTrip(t, want, blank())) {
				t.Errorf("lost when unknown properties are there: %s", path)
			}
		})
	}
}

func roundTrip(t *testing.T, document, v any) any {
	t.Helper()
	raw, err := json.Marshal(document)
	if err != nil {
		t.Fatal(err)
	}
	if err := fa.Decode(raw, v); err != nil {
		t.Fatal(err)
	}
	back, err := fa.EncodeWhole(v)
	if err != nil {
		t.Fatal(err)
	}
	return tree(t, back)
}

func tree(t *testing.T, raw []byte) any {
	t.Helper()
	var v any
	if err := json.Unmarshal(raw, &v); err != nil {
		t.Fatal(err)
	}
	return v
}

// addUnknown puts a property that no version knows into every object that has
// named properties.
func addUnknown(v any) {
	texts := []string{"attributes", "endpoints", "headers", "tokens"} // these map names to texts
	switch v := v.(type) {
	case map[string]any:
		for name, member := range v {
			if !slices.Contains(texts, name) {
				addUnknown(member)
			}
		}
		v["zUnknown"] = map[string]any{"list": []any{}, "text": "é"}
	case []any:
		for _, element := range v {
			addUnknown(element)
		}
	}
}

// lost lists the paths of want that are not in got, or have another value there.
func lost(path string, want, got any) (paths []string) {
	switch want := want.(type) {
	case map[string]any:
		other, _ := got.(map[string]any)
		for name, member := range want {
			paths = append(paths, lost(path+"."+name, member, other[name])...)
		}
	case []any:
		other, _ := got.([]any)
		if len(other) != len(want) {
			return []string{path}
		}
		for i, element := range want {
			paths = append(paths, lost(path+"["+strconv.Itoa(i)+"]", element, other[i])...)
		}
	default:
		if !reflect.DeepEqual(want, got) {
			return []string{path}
		}
	}
	return paths
}

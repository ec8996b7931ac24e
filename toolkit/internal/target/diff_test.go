package target

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"wherry/toolkit/internal/fusionauth"
)

func read(t *testing.T, text string) Doc {
	t.Helper()
	var d Doc
	if err := json.Unmarshal([]byte(text), &d); err != nil {
		t.Fatal(err)
	}
	return d
}

func TestCompare(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		want    Doc
		have    string
		patch   string
		changes string
	}{
		"nothing differs":               {Doc{"a": 1, "b": Doc{"c": "x"}}, `{"a":1,"b":{"c":"x","d":2},"e":3}`, `{}`, "[]"},
		"what we do not name stays":     {Doc{"b": Doc{"c": "y"}}, `{"b":{"c":"x","d":2}}`, `{"b":{"c":"y"}}`, `[b.c: "x" → "y"]`},
		"a group that is not there":     {Doc{"b": Doc{"c": true}}, `{}`, `{"b":{"c":true}}`, "[b.c: true]"},
		"an empty group is no change":   {Doc{"b": Doc{}}, `{"b":{"d":1}}`, `{}`, "[]"},
		"among others":                  {Doc{"l": Among{"a", "b"}}, `{"l":["c","a"]}`, `{"l":["c","a","b"]}`, `[l: ["c","a"] → ["c","a","b"]]`},
		"among nothing":                 {Doc{"l": Among{}}, `{}`, `{}`, "[]"},
		"a list is compared whole":      {Doc{"l": []string{"a"}}, `{"l":["a","b"]}`, `{"l":["a"]}`, `[l: ["a","b"] → ["a"]]`},
		"secrets are not shown":         {Doc{"s": fusionauth.Secret{String: "new"}}, `{"s":"old"}`, `{"s":"new"}`, "[s: [secret]]"},
		"the same secret":               {Doc{"s": fusionauth.Secret{String: "old"}}, `{"s":"old"}`, `{}`, "[]"},
		"a header, written differently": {Doc{"h": Header{"Authorization", "x"}}, `{"h":{"authorization":"y","z":"1"}}`, `{"h":{"authorization":"x","z":"1"}}`, "[h: [secret]]"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := compare("", tt.want, read(t, tt.have))
			patch, err := json.Marshal(d.patch)
			if err != nil || string(patch) != tt.patch || fmt.Sprint(d.changes) != tt.changes {
				t.Errorf("got  %s %v\nwant %s %s", patch, d.changes, tt.patch, tt.changes)
			}
		})
	}
}

func TestLongValuesAreShownInPart(t *testing.T) {
	t.Parallel()
	if text := shown(strings.Repeat("ü", 500)); len([]rune(text)) != most+1 {
		t.Errorf("%d characters", len([]rune(text)))
	}
}

func TestRenamed(t *testing.T) {
	t.Parallel()
	ids := map[string]string{"wanted": "real"}
	got := renamed(Doc{"wanted": Doc{"a": []any{"wanted", 1}}, "l": Among{"wanted", "x"}, "p": AskFirst{"wanted"}}, ids)
	if text := fmt.Sprint(got); text != "map[l:[real x] p:[real] real:map[a:[real 1]]]" {
		t.Errorf("got %s", text)
	}
}

func TestAskFirst(t *testing.T) {
	t.Parallel()
	const own = `{"connectorId":"` + fusionauth.DefaultConnectorID + `","domains":["*"],"migrate":false}`
	for name, tt := range map[string]struct{ have, want string }{
		"a new tenant":     {`{}`, `[{"connectorId":"a","domains":["*"],"migrate":true},{"connectorId":"b","domains":["*"],"migrate":true},` + own + `]`},
		"in another order": {`{"p":[` + own + `,{"connectorId":"B","domains":["x"],"data":{"n":1}},{"connectorId":"c"}]}`, `[{"connectorId":"a","domains":["*"],"migrate":true},{"connectorId":"b","data":{"n":1},"domains":["*"],"migrate":true},` + own + `,{"connectorId":"c"}]`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			have := read(t, tt.have)["p"]
			once := plain(AskFirst{"a", "b"}, have)
			text, err := json.Marshal(once)
			if err != nil || strings.ReplaceAll(string(text), `"B"`, `"b"`) != tt.want {
				t.Errorf("got  %s\nwant %s", text, tt.want)
			}
			if twice := compare("", Doc{"p": AskFirst{"a", "b"}}, Doc{"p": once}); len(twice.changes) != 0 {
				t.Errorf("again: %v", twice.changes)
			}
		})
	}
}

func TestIDsFollowFromNames(t *testing.T) {
	t.Parallel()
	const want = "b87d61f3"
	if got := ID("a", "b"); !strings.HasPrefix(got, want) || got == ID("ab") || got == ID("b", "a") {
		t.Errorf("got %s: objects that were applied before would be made again", got)
	}
}

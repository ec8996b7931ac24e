package deliver

import (
	"encoding/json"
	"fmt"
	"html"
	"net/url"
	"strings"
	"testing"
)

// quoted writes text as JSON, so many times.
func quoted(t *testing.T, text string, times int) string {
	t.Helper()
	for range times {
		raw, err := json.Marshal(text)
		if err != nil {
			t.Fatal(err)
		}
		text = string(raw)
	}
	return text
}

func TestVeilHidesEveryForm(t *testing.T) {
	t.Parallel()
	var units, upper, entities strings.Builder
	for _, r := range plain {
		if r < 0x10000 {
			fmt.Fprintf(&units, `\u%04x`, r)
			fmt.Fprintf(&upper, `\u%04X`, r)
		} else {
			units.WriteString(`\ud83d\udea3`)
			upper.WriteString(`\uD83D\uDEA3`)
		}
		fmt.Fprintf(&entities, "&#x%X;", r)
	}
	hide := veil("", "another-secret", plain)
	for name, form := range map[string]string{
		"plain": plain, "JSON": quoted(t, plain, 1), "JSON in JSON": quoted(t, plain, 2), "three times": quoted(t, plain, 3),
		"escaped slash": strings.ReplaceAll(quoted(t, plain, 1), "/", `\/`),
		"all numbers":   units.String(), "all numbers, upper case": upper.String(), "entities": entities.String(),
		"HTML": html.EscapeString(plain), "form": url.QueryEscape(plain), "path": url.PathEscape(plain), "the other": "another-secret",
	} {
		text := "before " + form + " after"
		got := hide(text)
		if strings.Contains(got, "made-up") || strings.Contains(got, "word") || strings.Contains(got, `\u006d`) || !strings.Contains(got, "[secret]") {
			t.Errorf("%s: %s", name, got)
		}
		if !strings.HasPrefix(got, "before ") || !strings.HasSuffix(got, " after") {
			t.Errorf("%s: hides too much: %s", name, got)
		}
	}
	if got := hide("made-up words"); got != "made-up words" {
		t.Errorf("hides what is no secret: %s", got)
	}
	if got := veil("")("text"); got != "text" {
		t.Errorf("without a secret: %s", got)
	}
	if got := veil(strings.Repeat("ä🚣", 1000))(strings.Repeat("ä🚣", 1001)); got != "[secret]ä🚣" {
		t.Errorf("a long secret: %.50s", got)
	}
}

package secret_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"wherry/internal/secret"
)

func TestStringIsNeverPrinted(t *testing.T) {
	t.Parallel()
	type holder struct{ Key secret.String }
	h := holder{Key: "hunter2"}

	var out bytes.Buffer
	fmt.Fprintf(&out, "%v %+v %#v %s %q", h, h, h, h.Key, h.Key)
	slog.New(slog.NewJSONHandler(&out, nil)).Info("m", "holder", h, "key", h.Key)
	slog.New(slog.NewTextHandler(&out, nil)).Info("m", "holder", h, "key", h.Key)
	if err := json.NewEncoder(&out).Encode(h); err != nil {
		t.Fatal(err)
	}
	if strings.Contains(out.String(), "hunter2") {
		t.Errorf("the secret was printed: %s", out.String())
	}
	if h.Key.Reveal() != "hunter2" {
		t.Error("Reveal must return the value")
	}
}

func TestEqual(t *testing.T) {
	t.Parallel()
	if !secret.String("a").Equal("a") || secret.String("a").Equal("b") || secret.String("a").Equal("") {
		t.Error("Equal must compare the values")
	}
}

package lambda

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"strings"
	"testing"
	"time"

	"wherry/internal/secret"
)

// shelf is a place where a secret is kept.
type shelf struct {
	text  string
	err   error
	asked int
}

func (s *shelf) read(context.Context) (secret.String, error) {
	s.asked++
	return secret.String(s.text), s.err
}

func TestHeldSecretsAreReadAgain(t *testing.T) {
	t.Parallel()
	var log bytes.Buffer
	s := &shelf{text: "the first secret"}
	now := time.Unix(0, 0)
	h := &held{read: s.read, fixed: []secret.String{"a fixed secret"}, log: slog.New(slog.NewJSONHandler(&log, nil)), now: func() time.Time { return now }}
	for _, step := range []struct {
		name  string
		after time.Duration
		text  string
		err   error
		want  string
		asked int
	}{
		{"first", 0, "the first secret", nil, "the first secret, a fixed secret", 1},
		{"from memory", fresh - 1, "the second secret", nil, "the first secret, a fixed secret", 1},
		{"again", 1, "the second secret\n\n  the first secret  \n", nil, "the second secret, the first secret, a fixed secret", 2},
		{"it fails", fresh, "", errors.New("no answer"), "the second secret, the first secret, a fixed secret", 3},
		{"not at once", tryAgain - 1, "the third secret", nil, "the second secret, the first secret, a fixed secret", 3},
		{"it is back", 1, "the third secret", nil, "the third secret, a fixed secret", 4},
		{"it is empty", fresh, " \n", nil, "the third secret, a fixed secret", 5},
	} {
		now = now.Add(step.after)
		s.text, s.err = step.text, step.err
		got, err := h.Secrets(t.Context())
		if err != nil {
			t.Fatalf("%s: %v", step.name, err)
		}
		if reveal(got) != step.want || s.asked != step.asked {
			t.Errorf("%s: %s after %d calls, want %s after %d", step.name, reveal(got), s.asked, step.want, step.asked)
		}
	}
	if said := log.String(); strings.Count(said, "cannot be read again") != 2 || strings.Contains(said, "second") || strings.Contains(said, "third") {
		t.Errorf("log: %s", said)
	}
}

func TestHeldSecretsMustBeThereOnce(t *testing.T) {
	t.Parallel()
	broken := errors.New("no answer")
	h := &held{read: (&shelf{err: broken}).read, log: slog.New(slog.DiscardHandler), now: time.Now}
	if got, err := h.Secrets(t.Context()); !errors.Is(err, broken) || got != nil {
		t.Errorf("got %v, %v", got, err)
	}
}

func reveal(list []secret.String) string {
	var all []string
	for _, s := range list {
		all = append(all, s.Reveal())
	}
	return strings.Join(all, ", ")
}

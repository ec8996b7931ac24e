package soak

import (
	"log/slog"
	"regexp"
	"strings"
	"sync"
	"testing"
)

// tail is how many bytes of the end of a password are looked for: with less
// than the whole, what cuts or quotes it is found as well.
const tail = 12

// token is how every token begins: a JSON object in base64.
var token = regexp.MustCompile(`eyJ[\w-]{8}`)

// watch searches what is written, as it is written, for what must not be.
type watch struct {
	t *testing.T

	mu        sync.Mutex
	passwords map[string]bool // their tails
	forbidden []string
	texts     int
	bytes     int
	found     int
}

func (w *watch) forbid(secrets ...string) { w.forbidden = append(w.forbidden, secrets...) }

// password makes a password known, right or wrong.
func (w *watch) password(p string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.passwords[p[max(0, len(p)-tail):]] = true
}

// log is the log of one part, at its most talkative.
func (w *watch) log(part string) *slog.Logger {
	return slog.New(slog.NewJSONHandler(searched{w, part}, &slog.HandlerOptions{Level: slog.LevelDebug}))
}

type searched struct {
	*watch
	part string
}

func (s searched) Write(line []byte) (int, error) {
	s.search(s.part+"'s log", string(line), s.part == "connector")
	return len(line), nil
}

// search looks at a text; in one that should name nobody, at addresses too.
func (w *watch) search(where, text string, anonymous bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.texts++
	w.bytes += len(text)
	if why := w.betrays(text); why != "" {
		w.report(where, why, text)
	}
	if anonymous && strings.Contains(text, "@example.com") {
		w.report(where, "an e-mail address", text)
	}
}

func (w *watch) betrays(text string) string {
	for i := range max(0, len(text)-tail+1) {
		if w.passwords[text[i:i+tail]] {
			return "a password"
		}
	}
	for _, secret := range w.forbidden {
		if strings.Contains(text, secret) {
			return "a secret"
		}
	}
	if token.MatchString(text) {
		return "a token"
	}
	return ""
}

// report says it a few times, and counts the rest.
func (w *watch) report(where, why, text string) {
	if w.found++; w.found <= 5 {
		w.t.Errorf("%s holds %s: %s", where, why, text)
	}
}

// sum is what was searched so far, and what was found in it.
func (w *watch) sum() (texts int, megabytes float64, found int) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.texts, float64(w.bytes) / 1e6, w.found
}

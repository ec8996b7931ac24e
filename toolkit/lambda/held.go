package lambda

import (
	"context"
	"errors"
	"log/slog"
	"strings"
	"sync"
	"time"

	"wherry/internal/secret"
)

// How long header secrets are used before they are read again, how soon it is
// tried again after that failed, and how long a request waits for it.
const (
	fresh     = 5 * time.Minute
	tryAgain  = 15 * time.Second
	firstRead = 5 * time.Second
	laterRead = 300 * time.Millisecond
)

// held is the header secrets of one reference. What cannot be read again stays
// as it was. Its text holds one secret a line, all of them valid, so that an
// old and a new one can overlap.
type held struct {
	read  func(context.Context) (secret.String, error)
	fixed []secret.String // valid beside them
	log   *slog.Logger
	now   func() time.Time

	mu      sync.Mutex
	secrets []secret.String
	next    time.Time // when to read again
}

// Secrets implements connector.Secrets.
func (h *held) Secrets(ctx context.Context) ([]secret.String, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	now := h.now()
	if now.Before(h.next) {
		return h.secrets, nil
	}
	found, err := h.lines(ctx)
	switch {
	case err == nil:
		h.secrets, h.next = append(found, h.fixed...), now.Add(fresh)
	case h.secrets == nil:
		return nil, err
	default:
		h.next = now.Add(tryAgain)
		h.log.Error("the header secret cannot be read again; the last one stays in use", "error", err)
	}
	return h.secrets, nil
}

func (h *held) lines(ctx context.Context) ([]secret.String, error) {
	patience := firstRead
	if h.secrets != nil {
		patience = laterRead
	}
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	text, err := h.read(ctx)
	if err != nil {
		return nil, err
	}
	var found []secret.String
	for line := range strings.Lines(text.Reveal()) {
		if line = strings.TrimSpace(line); line != "" {
			found = append(found, secret.String(line))
		}
	}
	if len(found) == 0 {
		return nil, errors.New("connector.secret_ref: the secret is empty")
	}
	return found, nil
}

package linker

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"time"

	"wherry/toolkit/internal/fusionauth"
)

// attempts is how often a link is tried when the target fails.
const attempts = 6

// link makes a link. It tells whether it has, or else why it cannot be made;
// neither means that the user has it already.
func (l *Linker) link(ctx context.Context, link fusionauth.UserLink) (made bool, conflict *Conflict, err error) {
	if link.ProviderID == "" {
		return false, &Conflict{UserLink: link, Why: "the target has no identity provider for " + link.ProviderName}, nil
	}
	doubtful := false // an earlier attempt may have made it
	for attempt := range attempts {
		err = l.Target.Link(ctx, link)
		answer, answered := errors.AsType[*fusionauth.Error](err)
		switch {
		case err == nil:
			return true, nil, nil
		case ctx.Err() != nil, answered && answer.Status == http.StatusUnauthorized:
			return false, nil, fmt.Errorf("make a link: %w", err)
		case !answered, answer.Status >= http.StatusInternalServerError:
			doubtful = true
		case answer.Status == http.StatusConflict:
			conflict, err = l.held(ctx, link)
			if !errors.Is(err, fusionauth.ErrNotFound) { // else whoever had it has it no more
				return doubtful && conflict == nil && err == nil, conflict, err
			}
		case answer.Status != http.StatusTooManyRequests:
			return false, &Conflict{UserLink: link, Why: why(answer)}, nil
		}
		select {
		case <-time.After(l.Pause << attempt):
		case <-ctx.Done():
			return false, nil, fmt.Errorf("make a link: %w", ctx.Err())
		}
	}
	return false, nil, fmt.Errorf("make a link: %w", err)
}

// held finds out who has a link that is taken: nobody else, or a conflict.
func (l *Linker) held(ctx context.Context, link fusionauth.UserLink) (*Conflict, error) {
	there, err := l.Target.LinkTo(ctx, link.ProviderID, link.ProviderUserID)
	if err != nil {
		return nil, err
	}
	if strings.EqualFold(there.UserID, link.UserID) {
		return nil, nil
	}
	return &Conflict{UserLink: link, Why: "another user has the link to this user of " + link.ProviderName, HeldBy: there.UserID}, nil
}

// why is FusionAuth's codes, which hold no personal data.
func why(e *fusionauth.Error) string {
	if e.Status == http.StatusNotFound {
		return "the user or the identity provider is not in the target"
	}
	var codes []string
	for _, path := range slices.Sorted(maps.Keys(e.Fields)) {
		for _, d := range e.Fields[path] {
			codes = append(codes, d.Code)
		}
	}
	for _, d := range e.General {
		codes = append(codes, d.Code)
	}
	return strings.Join(append([]string{fmt.Sprint(e.Status)}, codes...), " ")
}

package importer_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"sync"

	"wherry/toolkit/internal/fusionauth"
)

// target behaves as FusionAuth's import does: all of a request or nothing, and
// errors that name values and no places.
type target struct {
	mu       sync.Mutex
	accounts map[string]account
	sizes    []int // of the requests
	most     int   // users in one request; 413 above
	database bool  // it searches in its database: no queries
	forgets  bool  // it ignores connectorId

	// disturb, if not nil, may answer instead: before the users are stored, or
	// after.
	disturb func(request int, users []account) (before, after error)
}

type account struct {
	fusionauth.Account
	FirstName string
	Password  string
	Poison    bool                       // makes the target fail, without a word
	Groups    []struct{ GroupID string } `json:"memberships"`
}

func complaint(status int, path, code, message string) error {
	return &fusionauth.Error{Status: status, Path: "/api/user/import", Fields: map[string][]fusionauth.Detail{path: {{Code: code, Message: message}}}}
}

func failed(status int) error {
	return &fusionauth.Error{Status: status, General: []fusionauth.Detail{{Code: "[ImportRequestFailed]", Message: "no"}}}
}

var errCut = fmt.Errorf("the connection was cut: %w", io.ErrUnexpectedEOF)

func (t *target) Import(_ context.Context, bodies [][]byte, validate bool) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.sizes = append(t.sizes, len(bodies))
	users := make([]account, len(bodies))
	for i, body := range bodies {
		if err := json.Unmarshal(body, &users[i]); err != nil {
			return complaint(400, "users", "[invalidJSON]", "no JSON")
		}
	}
	if t.disturb == nil {
		return t.store(users, validate)
	}
	before, after := t.disturb(len(t.sizes), users)
	if before != nil {
		return before
	}
	return errors.Join(t.store(users, validate), after)
}

func (t *target) store(users []account, validate bool) error {
	if t.most > 0 && len(users) > t.most {
		return &fusionauth.Error{Status: 413}
	}
	next := maps.Clone(t.accounts)
	if next == nil {
		next = map[string]account{}
	}
	for _, u := range users {
		if u.Poison {
			return &fusionauth.Error{Status: 500}
		}
		if len(u.FirstName) > 191 {
			return complaint(400, "user.firstName", "[tooLong]user.firstName", "The name of ["+u.Email+"] is too long.")
		}
		if len(u.Groups) > 0 {
			return failed(500)
		}
		for _, other := range next {
			if other.ID != u.ID && other.Email != u.Email {
				continue
			}
			if !validate {
				return failed(400)
			}
			return complaint(400, "user.email", "[duplicate]user.email", "Taken: ["+u.Email+"]")
		}
		if t.forgets {
			u.ConnectorID = ""
		}
		next[u.ID] = u
	}
	t.accounts = next
	return nil
}

func (t *target) Accounts(_ context.Context, ids []string) (found []fusionauth.Account, err error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, id := range ids {
		if a, ok := t.accounts[id]; ok {
			found = append(found, a.Account)
		}
	}
	return found, nil
}

func (t *target) AccountsByLogin(_ context.Context, emails, _, _ []string) (found []fusionauth.Account, err error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.database {
		return nil, complaint(400, "search.query", "[invalid]search.query", "no queries")
	}
	for _, a := range t.accounts {
		if slices.Contains(emails, strings.ToLower(a.Email)) {
			found = append(found, a.Account)
		}
	}
	return found, nil
}

package fusionauth

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"

	"wherry/internal/exit"
)

// answer is a response that has arrived whole.
type answer struct {
	status int
	header http.Header
	body   []byte
}

func (a *answer) decode(what call, path string, out any) error {
	if out == nil {
		return nil
	}
	err := json.Unmarshal(a.body, out)
	if err == nil {
		return nil
	}
	err = fmt.Errorf("%s %s: read the answer: %w", what.method, path, err)
	if kind := a.header.Get("Content-Type"); !strings.HasPrefix(kind, "application/json") {
		return exit.With(exit.Failed, err, fmt.Sprintf("the answer is %q and no JSON: check that the URL is FusionAuth's", kind))
	}
	return err
}

// object makes a call whose answer must hold an object under name.
func object[T any](ctx context.Context, c *Client, what call, name string) (found T, err error) {
	var members map[string]json.RawMessage
	if err := c.do(ctx, what, &members); err != nil {
		return found, err
	}
	if members[name] == nil {
		return found, fmt.Errorf("%s %s: the answer has no %q", what.method, what.path, name)
	}
	if err := json.Unmarshal(members[name], &found); err != nil {
		return found, fmt.Errorf("%s %s: read %q in the answer: %w", what.method, what.path, name, err)
	}
	return found, nil
}

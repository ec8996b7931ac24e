package fusionauth

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"slices"

	"github.com/failsafe-go/failsafe-go"

	"wherry/internal/buildinfo"
)

// maxAnswer bounds what an answer may take of the memory.
const maxAnswer = 64 << 20

// do makes the call, again where that is safe, and decodes its answer into out
// unless out is nil.
func (c *Client) do(ctx context.Context, what call, out any) error {
	path, err := what.resolve()
	if err != nil {
		return err
	}
	var body []byte
	if what.body != nil {
		if body, err = json.Marshal(what.body); err != nil {
			return fmt.Errorf("%s %s: encode the request: %w", what.method, path, err)
		}
	}
	pieces := what.raw
	if body != nil {
		pieces = [][]byte{body}
	}
	attempt := func() (*answer, error) { return c.attempt(ctx, what, path, pieces) }
	var got *answer
	if what.mayRepeat() {
		got, err = failsafe.With(c.retry).WithContext(ctx).Get(attempt)
	} else {
		got, err = attempt()
	}
	if err != nil {
		return fmt.Errorf("%s %s on %s: %w", what.method, path, c.base.Host, err)
	}
	if got.status < 200 || got.status > 299 {
		return refusal(what, path, got)
	}
	return got.decode(what, path, out)
}

func (c *Client) attempt(ctx context.Context, what call, path string, body [][]byte) (*answer, error) {
	ctx, cancel := context.WithTimeoutCause(ctx, cmp.Or(what.timeout, c.timeout), ErrNoAnswer)
	defer cancel()
	req, err := c.request(ctx, what, path, body)
	if err != nil {
		return nil, err
	}
	resp, err := c.http.Do(req)
	if err != nil {
		return nil, unquoted(ctx, err)
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(io.LimitReader(resp.Body, maxAnswer+1))
	if err != nil {
		return nil, fmt.Errorf("read the answer: %w", unquoted(ctx, err))
	}
	if len(text) > maxAnswer {
		return nil, errTooLarge
	}
	return &answer{resp.StatusCode, resp.Header, text}, nil
}

func (c *Client) request(ctx context.Context, what call, path string, body [][]byte) (*http.Request, error) {
	u := c.base.JoinPath(path)
	u.RawQuery = what.query.Encode()
	req, err := http.NewRequestWithContext(ctx, what.method, u.String(), http.NoBody)
	if err != nil {
		return nil, unquoted(ctx, err)
	}
	carry(req, body)
	req.Header.Set("Authorization", c.key.Reveal())
	req.Header.Set("Accept", "application/json")
	req.Header.Set("User-Agent", "wherry/"+buildinfo.Version())
	if c.tenant != "" {
		req.Header.Set("X-FusionAuth-TenantId", c.tenant)
	}
	switch {
	case what.merge:
		req.Header.Set("Content-Type", "application/merge-patch+json")
	case body != nil:
		req.Header.Set("Content-Type", "application/json")
	}
	return req, nil
}

// carry gives a request its body, which may be large: it is not copied. It can
// be read again, because a connection may turn out to have been closed.
func carry(req *http.Request, body [][]byte) {
	if body == nil {
		return
	}
	for _, piece := range body {
		req.ContentLength += int64(len(piece))
	}
	req.GetBody = func() (io.ReadCloser, error) {
		pieces := net.Buffers(slices.Clone(body)) // which reading uses up
		return io.NopCloser(&pieces), nil
	}
	req.Body, _ = req.GetBody() // it has no way to fail
}

// ErrNoAnswer says that FusionAuth took longer than a call may take.
var ErrNoAnswer = errors.New("no answer in time")

var errTooLarge = fmt.Errorf("the answer is larger than %d MiB", maxAnswer>>20)

// unquoted takes the URL out of an error: its query may hold a login id.
func unquoted(ctx context.Context, err error) error {
	if cause := context.Cause(ctx); errors.Is(cause, ErrNoAnswer) {
		return cause
	}
	var quoted *url.Error
	if errors.As(err, &quoted) {
		return quoted.Err
	}
	return err
}

// Package fusionauth is an HTTP client for the calls of FusionAuth's API that
// a crossing makes, and for no others.
//
// Its objects name the properties that we read or write. Nothing else gets
// lost: tenants and applications are changed by merge patches, which hold only
// what changes, and objects that must be sent back whole keep the properties
// they do not name. The objects hold secrets in the clear once they are
// marshalled, as the wire wants them, so they do not belong in a log.
//
// Source of the wire format: https://fusionauth.io/docs/apis/
package fusionauth

import (
	"cmp"
	"net/http"
	"net/url"
	"time"

	"github.com/failsafe-go/failsafe-go/retrypolicy"

	"wherry/internal/exit"
	"wherry/internal/secret"
)

// Options say which FusionAuth to speak to, and how.
type Options struct {
	URL    string        // https, or http on a loopback address
	APIKey secret.String // sent as it is, without a scheme word

	// Timeout is how long one attempt may take, answer included.
	// The default is a minute.
	Timeout time.Duration

	// Backoff is the pause before the first retry; it doubles with each one.
	// The default is 200 ms. A Retry-After of the server comes before it.
	Backoff time.Duration
}

// Client speaks to one FusionAuth. It may be used by several goroutines.
type Client struct {
	base    *url.URL
	key     secret.String
	tenant  string
	timeout time.Duration
	http    *http.Client
	retry   retrypolicy.RetryPolicy[*answer]
}

// New returns a client, or every mistake in o at once.
func New(o Options) (*Client, error) {
	base, err := o.check()
	if err != nil {
		return nil, exit.With(exit.Usage, err, "see the settings target.url and target.api_key")
	}
	return &Client{
		base:    base,
		key:     o.APIKey,
		timeout: cmp.Or(o.Timeout, time.Minute),
		http: &http.Client{
			Transport: http.DefaultTransport.(*http.Transport).Clone(),
			// A redirected POST would arrive as a GET, and the key somewhere else.
			CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		},
		retry: newRetryPolicy(cmp.Or(o.Backoff, 200*time.Millisecond)),
	}, nil
}

// In returns a client for the same FusionAuth whose calls are about one tenant.
func (c *Client) In(tenantID string) *Client {
	scoped := *c
	scoped.tenant = tenantID
	return &scoped
}

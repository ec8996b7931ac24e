package deliver

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"time"

	"wherry/server/internal/fa"
)

// receiver is what a client for a system elsewhere depends on: how long it may
// take to accept a connection and to begin its answer, and certificates as PEM.
type receiver struct {
	connect, read time.Duration

	certificate, key string // by which it knows us; empty: none
	roots            string // by which we know it, besides the machine's
}

// newReceiver is a receiver with timeouts in milliseconds.
func newReceiver(connect, read int) receiver {
	return receiver{connect: time.Duration(connect) * time.Millisecond, read: time.Duration(read) * time.Millisecond}
}

// whole is how long a call may take: a body that trickles gets as long again as
// the first byte.
func (r receiver) whole() time.Duration { return r.connect + 2*r.read }

// Keys finds keys of Key Master, or says fa.ErrNotFound.
type Keys interface {
	Get(ctx context.Context, id fa.ID) (*fa.SigningKey, error)
}

// certify has us known by the certificate of a key, unless the id is empty.
func (r *receiver) certify(ctx context.Context, keys Keys, id fa.ID) error {
	if id == "" {
		return nil
	}
	key, err := keys.Get(ctx, id)
	if errors.Is(err, fa.ErrNotFound) {
		return fmt.Errorf("there is no key with the id [%s] for the client certificate", id)
	}
	if err != nil {
		return errors.New("the client certificate cannot be read")
	}
	r.certificate, r.key = key.Certificate, key.Secret
	return nil
}

// introduce says in the headers of a request who we are and that JSON is sent
// and expected.
func introduce(req *http.Request, user, password string, headers map[string]string) {
	req.Header.Set("Accept", "application/json")
	if user != "" {
		req.SetBasicAuth(user, password)
	}
	for name, value := range headers {
		req.Header.Set(name, value)
		if strings.EqualFold(name, "Host") {
			req.Host = value
		}
	}
	req.Header.Set("Content-Type", "application/json")
	// The name without a value is not sent. It tells the client that asking again
	// does no harm when a connection turns out to have been closed while it was
	// idle, which else would look like a wrong password or a lost event.
	req.Header["Idempotency-Key"] = nil
}

// clients keep connections alive: there is one for each kind of receiver.
type clients struct {
	mu  sync.Mutex
	all map[receiver]*http.Client
}

func (c *clients) to(r receiver, allowPrivate bool) (*http.Client, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if client, ok := c.all[r]; ok {
		return client, nil
	}
	config, err := r.tls()
	if err != nil {
		return nil, err
	}
	if c.all == nil {
		c.all = map[receiver]*http.Client{}
	}
	client := newClient(r, config, allowPrivate)
	c.all[r] = client
	return client, nil
}

// tls is how connections to the receiver are protected.
func (r receiver) tls() (*tls.Config, error) {
	config := &tls.Config{MinVersion: tls.VersionTLS12}
	if r.certificate != "" || r.key != "" {
		pair, err := tls.X509KeyPair([]byte(r.certificate), []byte(r.key))
		if err != nil {
			return nil, errors.New("the client certificate cannot be used: its key needs a certificate and a private part in Key Master")
		}
		config.Certificates = []tls.Certificate{pair}
	}
	if r.roots != "" {
		var err error
		if config.RootCAs, err = x509.SystemCertPool(); err != nil {
			config.RootCAs = x509.NewCertPool()
		}
		if !config.RootCAs.AppendCertsFromPEM([]byte(r.roots)) {
			return nil, errors.New("the certificate to trust is not in PEM form")
		}
	}
	return config, nil
}

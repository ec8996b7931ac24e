package deliver

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"net/http"
	"sync"
	"time"
)

// receiver is what a client for a system elsewhere depends on: how long it may
// take to accept a connection and to begin its answer, and certificates as PEM.
type receiver struct {
	connect, read time.Duration

	certificate, key string // by which it knows us; empty: none
	roots            string // by which we know it; empty: the machine's
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
		config.RootCAs = x509.NewCertPool()
		if !config.RootCAs.AppendCertsFromPEM([]byte(r.roots)) {
			return nil, errors.New("the certificate to trust is not in PEM form")
		}
	}
	return config, nil
}

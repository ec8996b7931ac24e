package deliver

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"wherry/server/internal/fa"
	"wherry/server/internal/keys"
)

// ring is Key Master with some keys.
type ring map[fa.ID]*fa.SigningKey

func (r ring) Get(_ context.Context, id fa.ID) (*fa.SigningKey, error) {
	if k, ok := r[id]; ok {
		return k, nil
	}
	return nil, fa.ErrNotFound
}

// TestClientCertificates: a connector knows us by a key of Key Master.
func TestClientCertificates(t *testing.T) {
	t.Parallel()
	made, err := keys.Generate(keys.Spec{Algorithm: keys.ES256, Name: "Client", Issuer: "wherry.example.com", Now: time.Now()})
	if err != nil {
		t.Fatal(err)
	}
	stored, err := keys.Store(made, userID, now)
	if err != nil {
		t.Fatal(err)
	}
	bare := *stored
	bare.Certificate = ""
	shown := make(chan string, 1)
	s := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		shown <- string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: r.TLS.PeerCertificates[0].Raw}))
		answers(200, adaAnswer)(w, r)
	}))
	s.TLS = &tls.Config{ClientAuth: tls.RequireAnyClientCert}
	s.StartTLS()
	t.Cleanup(s.Close)

	for _, tt := range []struct {
		name  string
		key   fa.ID
		event string // what the event log says; empty: the sign-in succeeds
	}{
		{"a key with a certificate", "1", ""},
		{"a key without one", "2", "needs a certificate"},
		{"a key that is gone", "3", "there is no key"},
		{"none, though it is asked for", "", "could not authenticate"},
	} {
		c, log := newConnectors(true)
		c.Keys = ring{"1": stored, "2": &bare}
		conn := connector(s.URL)
		conn.SSLCertificateKeyID = tt.key
		c.trust(t, conn, s.Certificate())
		user, err := c.Authenticate(t.Context(), conn, request())
		if tt.event == "" {
			if err != nil || user.ID != userID || <-shown != stored.Certificate {
				t.Errorf("%s: %v, %v, %v", tt.name, user, err, log.entries)
			}
			continue
		}
		if err == nil || len(log.entries) != 1 || !strings.Contains(log.entries[0].Message, tt.event) {
			t.Errorf("%s: %v, %v", tt.name, err, log.entries)
		}
	}
}

// trust makes the client for a connector trust a certificate of a test.
func (c *Connectors) trust(t *testing.T, conn *fa.Connector, certificate *x509.Certificate) {
	t.Helper()
	to, err := c.receiver(t.Context(), conn)
	if err != nil {
		return
	}
	client, err := c.clients.to(to, true)
	if err != nil {
		return
	}
	roots := x509.NewCertPool()
	roots.AddCert(certificate)
	client.Transport.(*http.Transport).TLSClientConfig.RootCAs = roots
}

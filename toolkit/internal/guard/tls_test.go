package guard

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"log/slog"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"testing"
	"time"
)

// identity is a certificate that signs itself.
type identity struct {
	cert, key string // files
	pair      tls.Certificate
	pool      *x509.CertPool
}

func newIdentity(t *testing.T, dir, name string) identity {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: name}, DNSNames: []string{"localhost"},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour), IsCA: true, BasicConstraintsValid: true,
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth, x509.ExtKeyUsageClientAuth},
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	private, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	id := identity{cert: filepath.Join(dir, name+".crt"), key: filepath.Join(dir, name+".key"), pool: x509.NewCertPool()}
	certPEM := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})
	keyPEM := pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: private})
	put(t, id.cert, string(certPEM))
	put(t, id.key, string(keyPEM))
	id.pair, err = tls.X509KeyPair(certPEM, keyPEM)
	if err != nil {
		t.Fatal(err)
	}
	id.pool.AppendCertsFromPEM(certPEM)
	return id
}

// handshake tells whether a client gets through, and what it saw.
func handshake(t *testing.T, server, client *tls.Config) (string, error) {
	t.Helper()
	a, b := net.Pipe()
	defer a.Close()
	defer b.Close()
	ended := make(chan error, 1)
	go func() {
		s := tls.Server(a, server)
		ended <- s.HandshakeContext(t.Context())
		go s.Read(make([]byte, 1)) //nolint:errcheck // lets the client finish
	}()
	c := tls.Client(b, client)
	if err := c.HandshakeContext(t.Context()); err != nil {
		a.Close()
		return "", errors.Join(err, <-ended)
	}
	seen := c.ConnectionState().PeerCertificates[0].Subject.CommonName
	go c.Read(make([]byte, 1)) //nolint:errcheck // takes what the server has to say
	return seen, <-ended
}

func TestTLSReadsItsCertificateAgain(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	first, second := newIdentity(t, dir, "first"), newIdentity(t, dir, "second")
	w, err := watchTLS(slog.New(slog.DiscardHandler), first.cert, first.key, "")
	if err != nil {
		t.Fatal(err)
	}
	clock := time.Now()
	w.now = func() time.Time { return clock }
	served := func() string {
		clock = clock.Add(lookAgain)
		return w.get().Certificates[0].Leaf.Subject.CommonName
	}
	if got := served(); got != "first" {
		t.Errorf("got %s", got)
	}
	replace(t, first.cert, second.cert)
	if got := served(); got != "first" {
		t.Errorf("a certificate without its key was taken: %s", got)
	}
	replace(t, first.key, second.key)
	if got := served(); got != "second" {
		t.Errorf("got %s", got)
	}
}

func replace(t *testing.T, file, with string) {
	t.Helper()
	content, err := os.ReadFile(with)
	if err != nil {
		t.Fatal(err)
	}
	put(t, file, string(content))
}

func TestTLSWantsClientCertificates(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	server, client, stranger := newIdentity(t, dir, "server"), newIdentity(t, dir, "client"), newIdentity(t, dir, "stranger")
	config, err := TLS(slog.New(slog.DiscardHandler), server.cert, server.key, client.cert)
	if err != nil {
		t.Fatal(err)
	}
	for name, tt := range map[string]struct {
		certificates []tls.Certificate
		admitted     bool
	}{
		"none":     {nil, false},
		"known":    {[]tls.Certificate{client.pair}, true},
		"stranger": {[]tls.Certificate{stranger.pair}, false},
	} {
		_, err := handshake(t, config, &tls.Config{ServerName: "localhost", RootCAs: server.pool, Certificates: tt.certificates})
		if (err == nil) != tt.admitted {
			t.Errorf("%s: %v", name, err)
		}
	}
}

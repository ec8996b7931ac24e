package cli_test

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"math/big"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"wherry/internal/exit"
	"wherry/toolkit/cli"
)

// identity makes a certificate that signs itself, for either side, and puts it
// into cert.pem and key.pem.
func identity(t *testing.T, dir string) (pair tls.Certificate, authority *x509.CertPool) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, IsCA: true, BasicConstraintsValid: true,
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
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
	certPEM := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})
	keyPEM := pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: private})
	for name, text := range map[string][]byte{"cert.pem": certPEM, "key.pem": keyPEM} {
		if err := os.WriteFile(filepath.Join(dir, name), text, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if pair, err = tls.X509KeyPair(certPEM, keyPEM); err != nil {
		t.Fatal(err)
	}
	authority = x509.NewCertPool()
	authority.AppendCertsFromPEM(certPEM)
	return pair, authority
}

// The command encrypts, and asks FusionAuth for its certificate.
func TestConnectorServesOverMutualTLS(t *testing.T) {
	t.Parallel()
	file := settings(t, "")
	pair, authority := identity(t, filepath.Dir(file))
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	text = bytes.Replace(text, []byte("connector: {"), []byte("connector: {tls: {cert_file: cert.pem, key_file: key.pem, client_ca_file: cert.pem}, "), 1)
	if err := os.WriteFile(file, text, 0o600); err != nil {
		t.Fatal(err)
	}
	var errs screen
	ctx, interrupt := context.WithCancel(t.Context())
	code := make(chan int, 1)
	go func() {
		code <- cli.Main(ctx, cli.Process{
			Args: []string{"connector", "--config", file, "--listen", "127.0.0.1:0"}, Getenv: env, Stdout: &bytes.Buffer{}, Stderr: &errs,
		})
	}()
	url := "https://" + strings.TrimSuffix(await(t, &errs, regexp.MustCompile(`connector on (\S+),`))[1], ",")

	for protocol, h2 := range map[string]bool{"HTTP/1.1": false, "HTTP/2.0": true} {
		got, err := signInOver(t, url, h2, &tls.Config{RootCAs: authority, Certificates: []tls.Certificate{pair}})
		if err != nil || got != protocol+" 200" {
			t.Errorf("%s: got %s, %v", protocol, got, err)
		}
	}
	if got, err := signInOver(t, url, false, &tls.Config{RootCAs: authority}); err == nil {
		t.Errorf("without a certificate: got %s", got)
	}
	if strings.Contains(errs.String(), "plain HTTP") {
		t.Errorf("it warns of what is not so:\n%s", &errs)
	}
	interrupt()
	if got := <-code; got != exit.Done {
		t.Errorf("exit code %d: %s", got, &errs)
	}
}

// signInOver returns protocol and status.
func signInOver(t *testing.T, url string, h2 bool, config *tls.Config) (string, error) {
	t.Helper()
	transport := &http.Transport{TLSClientConfig: config, ForceAttemptHTTP2: h2}
	defer transport.CloseIdleConnections()
	body := `{"loginId":"jane@example.com","password":"Correct-Horse-1"}`
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, url, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Authorization", headerSecret)
	resp, err := (&http.Client{Transport: transport}).Do(req)
	if err != nil {
		return "", err
	}
	return fmt.Sprintf("%s %d", resp.Proto, resp.StatusCode), resp.Body.Close()
}

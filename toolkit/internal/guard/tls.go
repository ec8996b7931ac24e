package guard

import (
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"log/slog"
	"os"
)

// TLS is the server's side of TLS with a certificate from PEM files, which are
// read again when they change. With a clientCA only clients with a
// certificate of that authority get through the handshake.
func TLS(log *slog.Logger, cert, key, clientCA string) (*tls.Config, error) {
	w, err := watchTLS(log, cert, key, clientCA)
	if err != nil {
		return nil, err
	}
	return &tls.Config{
		MinVersion:         tls.VersionTLS12,
		GetConfigForClient: func(*tls.ClientHelloInfo) (*tls.Config, error) { return w.get(), nil },
	}, nil
}

func watchTLS(log *slog.Logger, cert, key, clientCA string) (*watched[*tls.Config], error) {
	files := []string{cert, key}
	if clientCA != "" {
		files = append(files, clientCA)
	}
	return watch(log, func() (*tls.Config, error) { return loadTLS(cert, key, clientCA) }, files...)
}

func loadTLS(cert, key, clientCA string) (*tls.Config, error) {
	pair, err := tls.LoadX509KeyPair(cert, key)
	if err != nil {
		return nil, fmt.Errorf("read the certificate: %w", err)
	}
	c := &tls.Config{MinVersion: tls.VersionTLS12, Certificates: []tls.Certificate{pair}, NextProtos: []string{"h2", "http/1.1"}}
	if clientCA == "" {
		return c, nil
	}
	pem, err := os.ReadFile(clientCA)
	if err != nil {
		return nil, fmt.Errorf("read the clients' authority: %w", err)
	}
	c.ClientCAs, c.ClientAuth = x509.NewCertPool(), tls.RequireAndVerifyClientCert
	if !c.ClientCAs.AppendCertsFromPEM(pem) {
		return nil, fmt.Errorf("read the clients' authority: %s holds no certificate", clientCA)
	}
	return c, nil
}

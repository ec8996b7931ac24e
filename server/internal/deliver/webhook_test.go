package deliver

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"encoding/pem"
	"errors"
	"io"
	"log"
	"math/big"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"wherry/server/internal/fa"
)

// keyStore has one key, or none.
type keyStore struct{ key *fa.SigningKey }

func (s keyStore) Get(context.Context, fa.ID) (*fa.SigningKey, error) {
	if s.key == nil {
		return nil, fa.ErrNotFound
	}
	return s.key, nil
}

// Sign writes the claims down.
func (s keyStore) Sign(_ context.Context, id fa.ID, _, claims map[string]any) (string, error) {
	if s.key == nil {
		return "", fa.ErrNotFound
	}
	hash, ok := claims["request_body_sha256"].(string)
	if !ok {
		return "", errors.New("no claim")
	}
	return string(id) + "." + hash, nil
}

func webhook(url string) *fa.Webhook {
	w := fa.NewWebhook()
	w.URL, w.ConnectTimeout, w.ReadTimeout = url, 2000, 2000
	return &w
}

func send(t *testing.T, keys keyStore, w *fa.Webhook) fa.WebhookCallResponse {
	t.Helper()
	s := &Webhooks{Signer: keys, Keys: keys, AllowPrivate: true}
	return s.Send(t.Context(), w, []byte(`{"event":{}}`))
}

func TestWhatAWebhookIsSent(t *testing.T) {
	t.Parallel()
	var got *http.Request
	var body string
	w := webhook(endpoint(t, func(w http.ResponseWriter, r *http.Request) {
		raw, _ := io.ReadAll(r.Body)
		got, body = r, string(raw)
		w.WriteHeader(http.StatusAccepted)
	}))
	w.Headers = map[string]string{"x-secret": "made-up"}
	w.SignatureConfiguration = fa.SignatureConfiguration{Enabled: true, SigningKeyID: "key"}
	if said := send(t, keyStore{&fa.SigningKey{}}, w); said != (fa.WebhookCallResponse{StatusCode: 202}) {
		t.Errorf("said %+v", said)
	}
	hash := sha256.Sum256([]byte(`{"event":{}}`))
	if diff := cmp.Diff(http.Header{
		"Accept": {"application/json"}, "Accept-Encoding": {"gzip"}, "Content-Type": {"application/json"}, "Content-Length": {"12"}, "X-Secret": {"made-up"},
		"User-Agent": {"Go-http-client/1.1"}, "X-Fusionauth-Signature-Jwt": {"key." + base64.StdEncoding.EncodeToString(hash[:])},
	}, got.Header); diff != "" {
		t.Errorf("headers: %s", diff)
	}
	if got.Method != http.MethodPost || body != `{"event":{}}` {
		t.Errorf("%s %s", got.Method, body)
	}
}

func TestWebhooksThatCannotBeTold(t *testing.T) {
	t.Parallel()
	silent := func(_ http.ResponseWriter, r *http.Request) { _, _ = io.Copy(io.Discard, r.Body); <-r.Context().Done() }
	hook := func(h http.HandlerFunc, change func(*fa.Webhook)) *fa.Webhook {
		w := webhook(endpoint(t, h))
		if change != nil {
			change(w)
		}
		return w
	}
	ok := answers(200, "")
	for name, test := range map[string]struct {
		webhook *fa.Webhook
		want    fa.WebhookCallResponse
	}{
		"status": {hook(answers(503, "later"), nil), fa.WebhookCallResponse{StatusCode: 503}},
		"redirect": {hook(func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, "/elsewhere", http.StatusTemporaryRedirect)
		}, nil), fa.WebhookCallResponse{StatusCode: 307}},
		"silence": {hook(silent, func(w *fa.Webhook) { w.ReadTimeout = 50 }), fa.WebhookCallResponse{Exception: "it did not answer in time"}},
		"nothing": {hook(raw(""), nil), fa.WebhookCallResponse{Exception: "it broke the connection off"}},
		"no URL":  {webhook("ftp://hooks.example.com"), fa.WebhookCallResponse{Exception: "the URL cannot be used"}},
		"a key that is gone": {hook(ok, func(w *fa.Webhook) {
			w.SignatureConfiguration = fa.SignatureConfiguration{Enabled: true, SigningKeyID: "gone"}
		}), fa.WebhookCallResponse{Exception: "the event cannot be signed: not found"}},
		"a certificate that is none":  {hook(ok, func(w *fa.Webhook) { w.SSLCertificate = "made up" }), fa.WebhookCallResponse{Exception: "the certificate to trust is not in PEM form"}},
		"a client certificate's gone": {hook(ok, func(w *fa.Webhook) { w.SSLCertificateKeyID = "gone" }), fa.WebhookCallResponse{Exception: "there is no key with the id [gone] for the client certificate"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if said := send(t, keyStore{}, test.webhook); said != test.want {
				t.Errorf("got %+v, want %+v", said, test.want)
			}
		})
	}
}

// selfSigned is a certificate for clients and servers on this machine.
func selfSigned(t *testing.T) (certificate, key string) {
	t.Helper()
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "wherry"}, NotAfter: time.Now().Add(time.Hour),
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth},
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, private.Public(), private)
	if err != nil {
		t.Fatal(err)
	}
	pkcs8, err := x509.MarshalPKCS8PrivateKey(private)
	if err != nil {
		t.Fatal(err)
	}
	return string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})), string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: pkcs8}))
}

func TestCertificatesOfWebhooks(t *testing.T) {
	t.Parallel()
	var clients []*x509.Certificate
	s := httptest.NewUnstartedServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { clients = r.TLS.PeerCertificates }))
	s.TLS = &tls.Config{ClientAuth: tls.RequireAnyClientCert, MinVersion: tls.VersionTLS12}
	s.Config.ErrorLog = log.New(io.Discard, "", 0)
	s.StartTLS()
	t.Cleanup(s.Close)
	certificate, private := selfSigned(t)
	keys := keyStore{&fa.SigningKey{Key: fa.Key{Certificate: certificate}, Secret: private}}
	w := webhook(s.URL)
	w.SSLCertificateKeyID = "key"
	if said := send(t, keys, w); !strings.Contains(said.Exception, "it cannot be trusted") {
		t.Errorf("a server that nobody knows: %+v", said)
	}
	w.SSLCertificate = string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: s.Certificate().Raw}))
	if said := send(t, keys, w); said.StatusCode != http.StatusOK || len(clients) != 1 || clients[0].Subject.CommonName != "wherry" {
		t.Errorf("said %+v, saw %d certificates", said, len(clients))
	}
	w.SSLCertificateKeyID = ""
	if said := send(t, keys, w); said.StatusCode == http.StatusOK {
		t.Error("the server takes whoever comes")
	}
}

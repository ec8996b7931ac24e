package deliver

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"net/http"

	"wherry/server/internal/fa"
)

// Webhooks tells webhooks of events.
type Webhooks struct {
	Signer interface {
		Sign(ctx context.Context, id fa.ID, header, claims map[string]any) (string, error)
	}
	Keys         Keys // for client certificates
	AllowPrivate bool

	clients clients
}

// signatureHeader has a JWT about the body, whose hash is the claim.
//
// Source: https://fusionauth.io/docs/extend/events-and-webhooks/signing
const (
	signatureHeader = "X-FusionAuth-Signature-JWT"
	bodyHash        = "request_body_sha256"
)

// Send implements events.Sender. What the webhook answers matters only for its
// status.
func (s *Webhooks) Send(ctx context.Context, w *fa.Webhook, body []byte) (said fa.WebhookCallResponse) {
	r := newReceiver(w.ConnectTimeout, w.ReadTimeout)
	r.roots = w.SSLCertificate
	ctx, cancel := context.WithTimeout(ctx, r.whole())
	defer cancel()
	req, err := s.request(ctx, w, body)
	if err != nil {
		return fa.WebhookCallResponse{Exception: err.Error()}
	}
	if err := r.certify(ctx, s.Keys, w.SSLCertificateKeyID); err != nil {
		return fa.WebhookCallResponse{Exception: err.Error()}
	}
	client, err := s.clients.to(r, s.AllowPrivate)
	if err != nil {
		return fa.WebhookCallResponse{Exception: err.Error()}
	}
	resp, err := client.Do(req)
	if err != nil {
		return fa.WebhookCallResponse{Exception: plainly(err).Error()}
	}
	defer resp.Body.Close()
	_, _ = io.Copy(io.Discard, io.LimitReader(resp.Body, maxAnswer)) // so that the connection can be used again
	return fa.WebhookCallResponse{StatusCode: resp.StatusCode}
}

func (s *Webhooks) request(ctx context.Context, w *fa.Webhook, body []byte) (*http.Request, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, w.URL, bytes.NewReader(body))
	if err != nil || req.URL.Scheme != "http" && req.URL.Scheme != "https" {
		return nil, errors.New("the URL cannot be used")
	}
	introduce(req, w.HTTPAuthenticationUsername, w.HTTPAuthenticationPassword, w.Headers)
	if !w.SignatureConfiguration.Enabled {
		return req, nil
	}
	sum := sha256.Sum256(body)
	signature, err := s.Signer.Sign(ctx, w.SignatureConfiguration.SigningKeyID, nil, map[string]any{
		bodyHash: base64.StdEncoding.EncodeToString(sum[:]),
	})
	if err != nil {
		return nil, fmt.Errorf("the event cannot be signed: %w", err)
	}
	req.Header.Set(signatureHeader, signature)
	return req, nil
}

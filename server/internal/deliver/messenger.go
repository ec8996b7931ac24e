package deliver

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"

	"wherry/server/internal/fa"
)

// Messengers gives text messages to those who send them.
type Messengers struct {
	AllowPrivate bool

	clients clients
}

// Call gives a message to a messenger. Errors name neither the number nor the
// text.
func (d *Messengers) Call(ctx context.Context, m *fa.Messenger, message fa.SMSMessage) error {
	if err := hand(ctx, &d.clients, d.AllowPrivate, m, message); err != nil {
		return fmt.Errorf("the messenger [%s]: %w", m.Name, err)
	}
	return nil
}

// hand hands a message to a messenger of the type Generic.
//
// Source: https://fusionauth.io/docs/customize/email-and-messages/generic-messenger
func hand(ctx context.Context, all *clients, allowPrivate bool, to *fa.Messenger, m fa.SMSMessage) error {
	if to.Type != fa.MessengerGeneric {
		return fmt.Errorf("messengers of the type %s cannot be used yet", to.Type)
	}
	r := newReceiver(to.ConnectTimeout, to.ReadTimeout)
	r.roots = to.SSLCertificate
	client, err := all.to(r, allowPrivate)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, r.whole())
	defer cancel()
	body, err := fa.Encode(m)
	if err != nil {
		return errors.New("the message cannot be encoded")
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, to.URL, bytes.NewReader(body))
	if err != nil {
		return errors.New("the URL cannot be used")
	}
	introduce(req, to.HTTPAuthenticationUsername, to.HTTPAuthenticationPassword, to.Headers)
	resp, err := client.Do(req)
	if err != nil {
		return plainly(err)
	}
	defer resp.Body.Close()
	_, _ = io.Copy(io.Discard, io.LimitReader(resp.Body, maxAnswer)) // so that the connection can be used again
	if resp.StatusCode < 200 || resp.StatusCode > 299 {
		return fmt.Errorf("it answered with the status %d", resp.StatusCode)
	}
	return nil
}

package deliver

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"

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

// hand hands a message to a messenger.
func hand(ctx context.Context, all *clients, allowPrivate bool, to *fa.Messenger, m fa.SMSMessage) error {
	switch to.Type {
	case fa.MessengerGeneric:
		return handGeneric(ctx, all, allowPrivate, to, m)
	case fa.MessengerTwilio:
		return handTwilio(ctx, all, allowPrivate, to, m)
	}
	return fmt.Errorf("messengers of the type %s cannot be used", to.Type)
}

// Source: https://fusionauth.io/docs/customize/email-and-messages/generic-messenger
func handGeneric(ctx context.Context, all *clients, allowPrivate bool, to *fa.Messenger, m fa.SMSMessage) error {
	r := newReceiver(to.ConnectTimeout, to.ReadTimeout)
	r.roots = to.SSLCertificate
	body, err := fa.Encode(m)
	if err != nil {
		return errors.New("the message cannot be encoded")
	}
	return post(ctx, all, allowPrivate, r, to.URL, body, func(req *http.Request) {
		introduce(req, to.HTTPAuthenticationUsername, to.HTTPAuthenticationPassword, to.Headers)
	})
}

// Twilio has no timeouts of its own, in milliseconds.
const (
	twilioConnect = 2000
	twilioRead    = 5000
)

// Source: https://www.twilio.com/docs/messaging/api/message-resource
func handTwilio(ctx context.Context, all *clients, allowPrivate bool, to *fa.Messenger, m fa.SMSMessage) error {
	form := url.Values{"To": {m.PhoneNumber}, "Body": {m.TextMessage}}
	if to.MessagingServiceSID != "" {
		form.Set("MessagingServiceSid", to.MessagingServiceSID)
	} else {
		form.Set("From", to.FromPhoneNumber)
	}
	at := strings.TrimSuffix(to.URL, "/") + "/2010-04-01/Accounts/" + url.PathEscape(to.AccountSID) + "/Messages.json"
	return post(ctx, all, allowPrivate, newReceiver(twilioConnect, twilioRead), at, []byte(form.Encode()), func(req *http.Request) {
		req.SetBasicAuth(to.AccountSID, to.AuthToken)
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	})
}

// post is a call that has to be answered with a status of success.
func post(ctx context.Context, all *clients, allowPrivate bool, r receiver, at string, body []byte, introduce func(*http.Request)) error {
	client, err := all.to(r, allowPrivate)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, r.whole())
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, at, bytes.NewReader(body))
	if err != nil {
		return errors.New("the URL cannot be used")
	}
	introduce(req)
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

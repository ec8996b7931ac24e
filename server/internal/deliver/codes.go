package deliver

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"

	"wherry/server/internal/fa"
	"wherry/server/internal/identity"
)

// Codes brings the codes of second factors to people; it is the sender behind
// identity.Sender.
type Codes struct {
	Messengers   Documents[fa.Messenger]
	Templates    Documents[fa.MessageTemplate]
	Mail         identity.Sender // nil: there is no e-mail
	Events       EventLog
	AllowPrivate bool

	clients clients
}

// Documents finds objects, or says fa.ErrNotFound.
type Documents[T any] interface {
	Get(ctx context.Context, id fa.ID) (*T, error)
}

// SendCode implements identity.Sender.
func (c *Codes) SendCode(ctx context.Context, m identity.CodeMessage) error {
	switch {
	case m.Method.Method == fa.MethodSMS:
		return c.text(ctx, m)
	case c.Mail != nil:
		return c.Mail.SendCode(ctx, m)
	}
	return fa.FieldError("method", "cannotSend", "The server cannot send codes by [%s].", m.Method.Method)
}

// text sends a text message.
func (c *Codes) text(ctx context.Context, m identity.CodeMessage) error {
	config := m.Tenant.MultiFactorConfiguration.SMS
	template := config.TemplateID
	if m.Application != nil && m.Application.MultiFactorConfiguration.SMS.TemplateID != "" {
		template = m.Application.MultiFactorConfiguration.SMS.TemplateID
	}
	if config.MessengerID == "" || template == "" {
		return fa.FieldError("method", "cannotSend", "The tenant has no messenger or no message template for text messages.")
	}
	messenger, err := c.Messengers.Get(ctx, config.MessengerID)
	if err == nil {
		var words *fa.MessageTemplate
		if words, err = c.Templates.Get(ctx, template); err == nil {
			return c.post(ctx, messenger, textMessage{
				Code: m.Code, PhoneNumber: m.Method.MobilePhone, UserID: m.User.ID,
				TextMessage: strings.ReplaceAll(words.In(m.User.PreferredLanguages), "${code}", m.Code),
			})
		}
	}
	if errors.Is(err, fa.ErrNotFound) {
		return fa.FieldError("method", "cannotSend", "The tenant's messenger or message template for text messages does not exist.")
	}
	return err
}

// textMessage is what a messenger of the type Generic receives.
//
// Source: https://fusionauth.io/docs/customize/email-and-messages/generic-messenger
type textMessage struct {
	Code        string `json:"code"`
	PhoneNumber string `json:"phoneNumber"`
	TextMessage string `json:"textMessage"`
	UserID      fa.ID  `json:"userId"`
}

// post hands a message to a messenger. Why that failed stands in the event log,
// without the code.
func (c *Codes) post(ctx context.Context, to *fa.Messenger, m textMessage) error {
	failure := c.deliver(ctx, to, m)
	if failure == nil {
		return nil
	}
	hide := veil(m.Code)
	message := fmt.Sprintf("The messenger [%s] could not send a message to the user [%s]. %s.", to.Name, m.UserID, hide(failure.Error()))
	if err := c.Events.LogEvent(context.WithoutCancel(ctx), fa.EventError, message); err != nil {
		return err
	}
	return fa.GeneralError("MessengerError", "The message could not be sent. The event log has the reason.")
}

func (c *Codes) deliver(ctx context.Context, to *fa.Messenger, m textMessage) error {
	if to.Type != fa.MessengerGeneric {
		return fmt.Errorf("messengers of the type %s cannot be used yet", to.Type)
	}
	r := newReceiver(to.ConnectTimeout, to.ReadTimeout)
	r.roots = to.SSLCertificate
	client, err := c.clients.to(r, c.AllowPrivate)
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

package deliver

import (
	"context"
	"errors"
	"fmt"
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

// SendCode implements identity.Sender. That the tenant has no way to send stands in
// the event log too: whoever has no other method cannot come in until it has one.
func (c *Codes) SendCode(ctx context.Context, m identity.CodeMessage) error {
	err := c.send(ctx, m)
	if refused, ok := errors.AsType[*fa.Errors](err); ok && len(refused.FieldErrors["method"]) > 0 {
		message := fmt.Sprintf("No code could be sent to the user [%s] by [%s]. %s", m.User.ID, m.Method.Method, refused.FieldErrors["method"][0].Message)
		if err := c.Events.LogEvent(context.WithoutCancel(ctx), fa.EventError, message); err != nil {
			return err
		}
	}
	return err
}

func (c *Codes) send(ctx context.Context, m identity.CodeMessage) error {
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
			return c.post(ctx, messenger, fa.SMSMessage{
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

// post hands a message to a messenger. Why that failed stands in the event log,
// without the code.
func (c *Codes) post(ctx context.Context, to *fa.Messenger, m fa.SMSMessage) error {
	failure := hand(ctx, &c.clients, c.AllowPrivate, to, m)
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

package mail

import (
	"context"
	"errors"
	"fmt"

	"wherry/server/internal/fa"
	"wherry/server/internal/ftl"
	"wherry/server/internal/jobs"
)

// MessageOrder is a text message to be made and sent.
type MessageOrder struct {
	TenantID      fa.ID          `json:"tenantId"`
	ApplicationID fa.ID          `json:"applicationId,omitzero"`
	UserID        fa.ID          `json:"userId,omitzero"`
	MessengerID   fa.ID          `json:"messengerId"`
	TemplateID    fa.ID          `json:"templateId"`
	PhoneNumber   string         `json:"phoneNumber"`
	Values        map[string]any `json:"values,omitempty"`
}

// Caller gives a text message to a messenger. It is an error when it did not
// take it.
type Caller interface {
	Call(ctx context.Context, m *fa.Messenger, message fa.SMSMessage) error
}

func (o MessageOrder) job() (jobs.Job, error) { return jobs.New(MessageJob, o) }

// SendMessage does a job of the kind MessageJob.
func (p *Office) SendMessage(ctx context.Context, job *jobs.Job) error {
	var o MessageOrder
	if err := job.Decode(&o); err != nil {
		return err
	}
	messenger, message, err := p.write(ctx, o)
	if errors.Is(err, fa.ErrNotFound) {
		return nil // whom or what it was about is gone
	}
	if refused, ok := errors.AsType[*refusal](err); ok {
		return p.Events.LogEvent(ctx, fa.EventError, fmt.Sprintf("A text message was not sent: %v.", refused))
	}
	if err != nil {
		return err
	}
	return p.Caller.Call(ctx, messenger, message)
}

func (p *Office) write(ctx context.Context, o MessageOrder) (*fa.Messenger, fa.SMSMessage, error) {
	s, err := p.scene(ctx, Order{TenantID: o.TenantID, ApplicationID: o.ApplicationID, UserID: o.UserID})
	if err != nil {
		return nil, fa.SMSMessage{}, err
	}
	template, err := p.MessageTemplates.Get(ctx, o.TemplateID)
	if err != nil {
		return nil, fa.SMSMessage{}, err
	}
	messenger, err := p.Messengers.Get(ctx, o.MessengerID)
	if err != nil {
		return nil, fa.SMSMessage{}, err
	}
	values, err := s.values(o.Values)
	if err != nil {
		return nil, fa.SMSMessage{}, err
	}
	var languages []string
	if s.user != nil {
		languages = s.user.PreferredLanguages
	}
	text := template.DefaultTemplate
	if _, own, ok := localized(template.LocalizedTemplates, languages); ok {
		text = own
	}
	filled, err := render(text, ftl.Plain, values)
	if err != nil {
		return nil, fa.SMSMessage{}, &refusal{fmt.Sprintf("the template [%s] cannot be filled in: %v", template.Name, err)}
	}
	code, _ := o.Values["code"].(string)
	return messenger, fa.SMSMessage{Code: code, PhoneNumber: o.PhoneNumber, TextMessage: filled, UserID: o.UserID}, nil
}

// CheckMessage reports what of a template could not be rendered.
func CheckMessage(t *fa.MessageTemplate) error {
	var errs fa.Errors
	checkText(&errs, "messageTemplate.defaultTemplate", t.DefaultTemplate, ftl.Plain)
	for locale, text := range t.LocalizedTemplates {
		checkText(&errs, "messageTemplate.localizedTemplates."+locale, text, ftl.Plain)
	}
	return errs.OrNil()
}

// PreviewMessage fills a template in with a made-up code.
func (p *Office) PreviewMessage(t *fa.MessageTemplate, locale string) (fa.SMSMessage, error) {
	text, path := t.DefaultTemplate, "messageTemplate.defaultTemplate"
	if name, own, ok := localized(t.LocalizedTemplates, []string{locale}); ok {
		text, path = own, "messageTemplate.localizedTemplates."+name
	}
	filled, err := render(text, ftl.Plain, map[string]any{"code": "123456", "mobilePhone": "+15555550100"})
	if err != nil {
		return fa.SMSMessage{}, fa.FieldError(path, "invalid", "%v", err)
	}
	return fa.SMSMessage{Code: "123456", PhoneNumber: "+15555550100", TextMessage: filled}, nil
}

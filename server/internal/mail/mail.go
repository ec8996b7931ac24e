// Package mail writes to people: mails over SMTP, and text messages through
// messengers, from the templates that tenants keep.
//
// An order names a template and whom it is for. It is a job, so it goes out
// once what caused it is stored, and again until the mail server has taken it.
// Only then is the template filled in. What cannot become better by waiting, a
// template that does not render or an address that is refused, is not tried
// again; the event log says so.
package mail

import (
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"time"

	"wherry/server/internal/fa"
	"wherry/server/internal/jobs"
)

// The kinds of jobs.
const (
	Job        = "mail"
	MessageJob = "message"
)

// Order is a mail to be made and sent.
type Order struct {
	TenantID      fa.ID          `json:"tenantId"`
	ApplicationID fa.ID          `json:"applicationId,omitzero"`
	UserID        fa.ID          `json:"userId,omitzero"`
	TemplateID    fa.ID          `json:"templateId"`
	To            []Address      `json:"to,omitempty"` // empty: the user's own
	Cc            []string       `json:"cc,omitempty"`
	Bcc           []string       `json:"bcc,omitempty"`
	Languages     []string       `json:"languages,omitempty"` // preferred; empty: the user's own
	Values        map[string]any `json:"values,omitempty"`    // for the template, beside what every mail has
}

// Address is somebody who gets a mail.
type Address struct {
	Address string `json:"address"`
	Display string `json:"display,omitzero"`
}

// Office makes and sends mails and text messages. All fields but Roots are
// required.
type Office struct {
	Tenants          Lookup[fa.Tenant]
	Applications     Lookup[fa.Application]
	Templates        Lookup[fa.EmailTemplate]
	MessageTemplates Lookup[fa.MessageTemplate]
	Messengers       Lookup[fa.Messenger]
	Users            Users
	Caller           Caller
	Events           EventLog
	Queue            Queue
	Now              func() time.Time
	NewID            func() fa.ID
	Roots            *x509.CertPool // whom mail servers are trusted by; nil: whom the system trusts
}

// Lookup finds one object, or says fa.ErrNotFound.
type Lookup[T any] interface {
	Get(ctx context.Context, id fa.ID) (*T, error)
}

// Users finds accounts.
type Users interface {
	User(ctx context.Context, id fa.ID) (*fa.Account, error)
}

// EventLog is where failures are reported.
type EventLog interface {
	LogEvent(ctx context.Context, kind, message string) error
}

// Queue stores jobs.
type Queue interface {
	AddJobs(ctx context.Context, added ...jobs.Job) error
}

// Ordered is an Order or a MessageOrder.
type Ordered interface{ job() (jobs.Job, error) }

func (o Order) job() (jobs.Job, error) { return jobs.New(Job, o) }

// Later has mails sent that go along with no change of the store.
func (p *Office) Later(ctx context.Context, orders ...Ordered) error {
	all, err := jobsOf(orders)
	if err != nil {
		return err
	}
	return p.Queue.AddJobs(jobs.Apart(ctx), all...)
}

// Along returns a context for one change of the store; if the change is made, the
// mails go out that are ordered at its end.
func Along(ctx context.Context, due func() []Ordered) context.Context {
	return jobs.Along(ctx, func() ([]jobs.Job, error) { return jobsOf(due()) })
}

func jobsOf(orders []Ordered) ([]jobs.Job, error) {
	all := make([]jobs.Job, len(orders))
	for i, o := range orders {
		var err error
		if all[i], err = o.job(); err != nil {
			return nil, err
		}
	}
	return all, nil
}

// Send does a job of the kind Job.
func (p *Office) Send(ctx context.Context, job *jobs.Job) error {
	var o Order
	if err := job.Decode(&o); err != nil {
		return err
	}
	s, err := p.scene(ctx, o)
	if errors.Is(err, fa.ErrNotFound) {
		return nil // whom or what it was about is gone
	}
	if err != nil {
		return err
	}
	letter, err := p.compose(s, o)
	if err != nil {
		return p.report(ctx, s.template.Name, err)
	}
	err = p.post(ctx, s.tenant, letter)
	if refused, ok := errors.AsType[*refusal](err); ok {
		return p.report(ctx, s.template.Name, refused)
	}
	if err == nil && s.tenant.EmailConfiguration.Debug {
		return p.Events.LogEvent(ctx, fa.EventDebug, fmt.Sprintf("The mail [%s] was taken by the mail server [%s].", s.template.Name, server(s.tenant)))
	}
	return err
}

// report says in the event log why a mail is not sent.
func (p *Office) report(ctx context.Context, template string, why error) error {
	return p.Events.LogEvent(ctx, fa.EventError, fmt.Sprintf("The mail [%s] was not sent: %v.", template, why))
}

// Test sends a mail at once and says what the mail server makes of it.
func (p *Office) Test(ctx context.Context, t *fa.Tenant, to string) error {
	return p.post(ctx, t, Letter{
		From: sender(t, &fa.EmailTemplate{}), To: []Address{{Address: to}}, Subject: "Test mail",
		Text: "The mail settings of the tenant " + t.Name + " work.",
	})
}

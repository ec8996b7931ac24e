package server

import (
	"cmp"
	"context"
	"errors"
	"fmt"

	"wherry/server/internal/deliver"
	"wherry/server/internal/fa"
	"wherry/server/internal/identity"
	"wherry/server/internal/jobs"
	"wherry/server/internal/mail"
)

func (s *Server) newOffice() *mail.Office {
	return &mail.Office{
		Tenants: s.db.Tenants, Applications: s.db.Applications, Templates: s.db.EmailTemplates,
		MessageTemplates: s.db.MessageTemplates, Messengers: s.db.Messengers, Users: s.db,
		Caller: &deliver.Messengers{AllowPrivate: s.config.AllowPrivateConnectors},
		Events: s.logs, Queue: s.db, Now: s.config.Now, NewID: newID, Roots: s.config.MailRoots,
	}
}

// mailer is the identity package's view of the mail package.
type mailer struct{ office *mail.Office }

// Along implements identity.Mailer.
func (mailer) Along(ctx context.Context, due func() []identity.Mail) context.Context {
	return mail.Along(ctx, func() (orders []mail.Ordered) {
		for _, m := range due() {
			if m.TemplateID != "" {
				orders = append(orders, orderOf(m))
			}
		}
		return orders
	})
}

// Send implements identity.Mailer.
func (m mailer) Send(ctx context.Context, one identity.Mail) error {
	return m.office.Later(ctx, orderOf(one))
}

func orderOf(m identity.Mail) mail.Ordered {
	o := mail.Order{TenantID: m.Tenant.ID, TemplateID: m.TemplateID, Values: m.Values}
	if m.User != nil {
		o.UserID = m.User.ID
	}
	if m.Application != nil {
		o.ApplicationID = m.Application.ID
	}
	if m.Phone != "" {
		return mail.MessageOrder{
			TenantID: o.TenantID, ApplicationID: o.ApplicationID, UserID: o.UserID, MessengerID: m.Tenant.PhoneConfiguration.MessengerID,
			TemplateID: o.TemplateID, PhoneNumber: m.Phone, Values: m.Values,
		}
	}
	if m.To != "" {
		o.To = []mail.Address{{Address: m.To}}
	}
	return o
}

// codeMailer sends the codes of second factors by mail.
type codeMailer struct{ office *mail.Office }

// SendCode implements identity.Sender.
func (c codeMailer) SendCode(ctx context.Context, m identity.CodeMessage) error {
	o := mail.Order{
		TenantID: m.Tenant.ID, UserID: m.User.ID, TemplateID: m.Tenant.MultiFactorConfiguration.Email.TemplateID,
		To: []mail.Address{{Address: m.Method.Email}}, Values: map[string]any{"code": m.Code},
	}
	if m.Application != nil {
		o.ApplicationID = m.Application.ID
		o.TemplateID = cmp.Or(m.Application.MultiFactorConfiguration.Email.TemplateID, o.TemplateID)
	}
	if o.TemplateID == "" {
		return fa.FieldError("method", "cannotSend", "The tenant has no e-mail template for codes.")
	}
	return c.office.Later(ctx, o)
}

// forgotJob is a forgotten password of the hosted page. The page takes as long
// for somebody who is known as for somebody who is not, so it leaves everything
// to a job.
const forgotJob = "forgot-password"

type forgottenLater struct {
	TenantID      fa.ID              `json:"tenantId"`
	ApplicationID fa.ID              `json:"applicationId,omitzero"`
	LoginID       string             `json:"loginId"`
	State         map[string]string  `json:"state,omitempty"`
	EventInfo     identity.EventInfo `json:"eventInfo"`
}

func (s *Server) forgotPassword(service *identity.Service) jobs.Handler {
	return func(ctx context.Context, job *jobs.Job) error {
		var later forgottenLater
		if err := job.Decode(&later); err != nil {
			return err
		}
		f := identity.Forgotten{LoginID: later.LoginID, EventInfo: later.EventInfo}
		var err error
		if f.Tenant, err = s.db.Tenants.Get(ctx, later.TenantID); err != nil {
			return ignoreAbsent(err)
		}
		if later.ApplicationID != "" {
			if f.Application, err = s.db.Applications.Get(ctx, later.ApplicationID); err != nil {
				return ignoreAbsent(err)
			}
		}
		if f.State, err = fa.Encode(later.State); err != nil {
			return fmt.Errorf("encode the state: %w", err)
		}
		_, err = service.ForgotPassword(ctx, f)
		return ignoreAbsent(err)
	}
}

// ignoreAbsent takes it for success that there is nobody to write to.
func ignoreAbsent(err error) error {
	for _, absent := range []error{fa.ErrNotFound, identity.ErrNoAddress, identity.ErrNoTemplate} {
		if errors.Is(err, absent) {
			return nil
		}
	}
	return err
}

// makeEmailTemplates makes the templates of an instance that no kickstart file
// sets up, and lets the tenant use them.
func (s *Server) makeEmailTemplates(ctx context.Context, tenant fa.ID) error {
	made := map[string]fa.ID{}
	at := s.config.Now().UnixMilli()
	for key, template := range mail.Defaults() {
		template.Head = fa.Head{ID: newID(), InsertInstant: at, LastUpdateInstant: at}
		if err := s.db.EmailTemplates.Create(ctx, &template); err != nil {
			return err
		}
		made[key] = template.ID
	}
	_, err := s.db.Tenants.Update(ctx, tenant, func(t *fa.Tenant) error {
		c := &t.EmailConfiguration
		c.ForgotPasswordEmailTemplateID, c.SetPasswordEmailTemplateID = made["forgotPassword"], made["setPassword"]
		c.PasswordlessEmailTemplateID = made["passwordless"]
		return nil
	})
	return err
}

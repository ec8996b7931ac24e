package identity

import (
	"context"
	"errors"
	"fmt"
	"time"

	"wherry/server/internal/fa"
)

// told returns the context with which consents come into force: whoever gives
// them is told of each by mail and, with email plus, reminded of it later.
func (s *Consents) told(ctx context.Context, giver *fa.User, given ...*fa.UserConsent) (context.Context, error) {
	for _, c := range given {
		if !c.Active() || giver.MailAddress() == "" {
			continue
		}
		consent, err := s.Consents.Get(ctx, c.ConsentID)
		if err != nil {
			return ctx, fmt.Errorf("consent that is given: %w", err)
		}
		m, err := s.notice(ctx, giver, c, consent)
		if err != nil {
			return ctx, err
		}
		m.TemplateID = consent.ConsentEmailTemplateID
		ctx = s.Mailer.Along(ctx, func() []Mail { return []Mail{m} })
		if consent.EmailPlus.Enabled {
			ctx = s.Reminders.Along(ctx, c.ID, s.Now().Add(s.wait(consent.EmailPlus)))
		}
	}
	return ctx, nil
}

// wait is how long a reminder waits: a time by chance between two hours.
func (s *Consents) wait(e fa.EmailPlus) time.Duration {
	least := time.Duration(e.MinimumTimeToSendEmailInHours) * time.Hour
	most := time.Duration(e.MaximumTimeToSendEmailInHours) * time.Hour
	return least + time.Duration(s.Random(int64(most-least)+1))
}

func (s *Consents) notice(ctx context.Context, giver *fa.User, c *fa.UserConsent, consent *fa.Consent) (Mail, error) {
	tenant, err := s.Tenants.Get(ctx, giver.TenantID)
	if err != nil {
		return Mail{}, err
	}
	shown := *c
	shown.Consent = consent
	return Mail{Tenant: tenant, User: giver, Values: map[string]any{"consent": shown}}, nil
}

// Remind reminds whoever has given a consent that it is in force, if it still
// is.
func (s *Consents) Remind(ctx context.Context, userConsent fa.ID) error {
	err := s.remind(ctx, userConsent)
	if errors.Is(err, fa.ErrNotFound) {
		return nil // whom or what it was about is gone
	}
	return err
}

func (s *Consents) remind(ctx context.Context, userConsent fa.ID) error {
	c, err := s.Store.Get(ctx, userConsent)
	if err != nil || !c.Active() {
		return err
	}
	consent, err := s.Consents.Get(ctx, c.ConsentID)
	if err != nil || !consent.EmailPlus.Enabled {
		return err
	}
	giver, err := s.Users.User(ctx, c.GiverUserID)
	if err != nil || giver.MailAddress() == "" {
		return err
	}
	m, err := s.notice(ctx, &giver.User, c, consent)
	if err != nil {
		return err
	}
	m.TemplateID = consent.EmailPlus.EmailTemplateID
	return s.Mailer.Send(ctx, m)
}

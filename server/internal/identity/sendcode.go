package identity

import (
	"context"
	"errors"
	"time"

	"wherry/server/internal/fa"
)

// Sender brings codes to people.
type Sender interface {
	// SendCode returns *fa.Errors when the tenant has no way to send to the
	// method, or the one that it has did not work.
	SendCode(ctx context.Context, m CodeMessage) error
}

// CodeMessage is a code for somebody.
type CodeMessage struct {
	Tenant      *fa.Tenant
	Application *fa.Application // nil: the tenant's template counts
	User        *fa.User
	Method      fa.TwoFactorMethod // where it goes
	Code        string
}

const (
	kindEnableCode  = "twoFactorEnable"
	kindDisableCode = "twoFactorDisable"
	countSent       = "twoFactor.sent"
	countSentToUser = "twoFactor.sent.user"
)

// The most codes that are sent for one challenge, and to one user in a while.
const (
	mostSent       = 10
	mostSentToUser = 30
)

// SendForChallenge sends a code with which a challenge can be met. It makes the
// one that was sent before useless.
func (s *Service) SendForChallenge(ctx context.Context, id, methodID string) error {
	p, user, tenant, err := s.pendingUser(ctx, id)
	if err != nil {
		return err
	}
	m, err := sendable(user, methodID)
	if err != nil {
		return err
	}
	n, err := s.Counters.Count(ctx, countSent, id, wrongCodeWindow)
	if err != nil {
		return err
	}
	if n > mostSent {
		return ErrRateLimited
	}
	application, err := s.applicationOf(ctx, p, nil)
	if err != nil {
		return err
	}
	p.MethodID = m.ID
	return s.send(ctx, CodeMessage{Tenant: tenant, Application: application, User: &user.User, Method: *m}, func(code string) error {
		return s.hold(ctx, tenant, id, p, code)
	})
}

// sendable is the method of the user to which codes can be sent.
func sendable(user *fa.Account, methodID string) (*fa.TwoFactorMethod, error) {
	m, there := user.TwoFactor.Method(methodID)
	if !there || m.To() == "" {
		return nil, fa.FieldError("methodId", "invalid", "The user has no method with the id [%s] to which a code can be sent.", methodID)
	}
	return m, nil
}

// SendToEnable sends a code that proves that the user has an address or a
// number, which then can become a method.
func (s *Service) SendToEnable(ctx context.Context, user *fa.Account, application *fa.Application, m fa.TwoFactorMethod) error {
	tenant, err := s.Tenants.Get(ctx, user.TenantID)
	if err != nil {
		return err
	}
	if err := checkNew(tenant, m, true); err != nil {
		return err
	}
	return s.sendKept(ctx, kindEnableCode, CodeMessage{Tenant: tenant, Application: application, User: &user.User, Method: m})
}

// SendToDisable sends a code with which the method can be taken away.
func (s *Service) SendToDisable(ctx context.Context, user *fa.Account, application *fa.Application, methodID string) error {
	m, err := sendable(user, methodID)
	if err != nil {
		return err
	}
	tenant, err := s.Tenants.Get(ctx, user.TenantID)
	if err != nil {
		return err
	}
	return s.sendKept(ctx, kindDisableCode, CodeMessage{Tenant: tenant, Application: application, User: &user.User, Method: *m})
}

// sentCode is a code that was sent, outside of a challenge.
type sentCode struct {
	Salt string `json:"salt"`
	Hash string `json:"hash"`
}

// keptAt is where such a code is kept: for one user and one method, the last
// one that was sent.
func keptAt(user fa.ID, m fa.TwoFactorMethod) string {
	return string(user) + ":" + m.Method + ":" + m.To()
}

func (s *Service) sendKept(ctx context.Context, kind string, m CodeMessage) error {
	ttl := time.Duration(m.Tenant.ExternalIdentifierConfiguration.TwoFactorOneTimeCodeTTL) * time.Second
	return s.send(ctx, m, func(code string) error {
		at, salt := keptAt(m.User.ID, m.Method), NewCode()
		if err := s.Identifiers.TakeIdentifier(ctx, kind, at, &sentCode{}); err != nil && !errors.Is(err, fa.ErrNotFound) {
			return err
		}
		return s.Identifiers.KeepIdentifier(ctx, kind, at, ttl, sentCode{salt, hashCode(salt, code)})
	})
}

// send makes a code, has it kept, and sends it.
func (s *Service) send(ctx context.Context, m CodeMessage, keep func(code string) error) error {
	if limit := m.Tenant.RateLimitConfiguration.SendTwoFactor; limit.Enabled {
		n, err := s.Counters.Count(ctx, countSent, string(m.User.ID), time.Duration(limit.TimePeriodInSeconds)*time.Second)
		if err != nil {
			return err
		}
		if n > limit.Limit {
			return ErrRateLimited
		}
	}
	n, err := s.Counters.Count(ctx, countSentToUser, string(m.User.ID), wrongCodeWindow)
	if err != nil {
		return err
	}
	if n > mostSentToUser {
		return ErrRateLimited
	}
	m.Code = generate(m.Tenant.ExternalIdentifierConfiguration.TwoFactorOneTimeCodeGenerator)
	if err := keep(m.Code); err != nil {
		return err
	}
	return s.Codes.SendCode(ctx, m)
}

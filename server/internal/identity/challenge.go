package identity

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"
	"time"

	"wherry/server/internal/fa"
)

// ErrCode says that the code of a second factor is wrong.
var ErrCode = errors.New("the code of the second factor is wrong")

// Challenge is a second factor that has to be given.
type Challenge struct {
	ID           string               // FusionAuth's twoFactorId
	Methods      []fa.TwoFactorMethod // those that the user has, without secrets
	Configurable []string             // what the user, who has none, can set up
}

const kindTwoFactor = "twoFactorId"

// pending is what a twoFactorId stands for: a sign-in that has come as far as
// the second factor, or a challenge that an application started by itself.
type pending struct {
	TenantID       fa.ID   `json:"tenantId"`
	UserID         fa.ID   `json:"userId"`
	ApplicationID  fa.ID   `json:"applicationId,omitzero"`
	How            string  `json:"how"`
	LoginID        string  `json:"loginId"`
	Code           string  `json:"code,omitzero"` // a hash of the one that was sent
	CodeExpires    int64   `json:"codeExpires,omitzero"`
	MethodID       string  `json:"methodId,omitzero"` // to which it was sent
	Started        bool    `json:"started,omitzero"`  // by an application
	State          fa.Data `json:"state,omitempty"`
	TrustChallenge string  `json:"trustChallenge,omitzero"`
}

// challenge asks for a second factor, where the policy of tenant or application
// wants one and the device is not trusted, and where their lambda has no other
// opinion; else it returns nil.
func (s *Service) challenge(ctx context.Context, tenant *fa.Tenant, a Attempt, p proof) (*Challenge, error) {
	methods := p.user.TwoFactor.Shown()
	policy := factorPolicy(tenant, a.Application)
	if p.factor || policy == fa.FactorsDisabled {
		return nil, nil //nolint:nilnil // documented above
	}
	required := policy == fa.FactorsRequired || len(methods) > 0
	if required {
		trusted, err := s.trusted(ctx, a.Application, p.user.ID, a.TwoFactorTrustID)
		if err != nil {
			return nil, err
		}
		required = !trusted
	}
	required, err := s.RequireFactor(ctx, tenant, a, p.user, required)
	if err != nil || !required {
		return nil, err
	}
	c := &Challenge{Methods: methods}
	if len(methods) == 0 {
		c.Configurable = tenant.MultiFactorConfiguration.Methods()
	}
	if ctx, err = s.happens(ctx, TwoFactorChallenge, &p.user.User, map[string]any{"applicationId": a.applicationID()}); err != nil {
		return nil, err
	}
	c.ID, err = s.keepPending(ctx, tenant, pending{
		TenantID: tenant.ID, UserID: p.user.ID, ApplicationID: a.applicationID(), How: p.how, LoginID: a.LoginID,
	})
	return c, err
}

// factorPolicy is the application's, if it has one of its own.
func factorPolicy(tenant *fa.Tenant, application *fa.Application) string {
	if application != nil && application.MultiFactorConfiguration.LoginPolicy != "" {
		return application.MultiFactorConfiguration.LoginPolicy
	}
	return tenant.MultiFactorConfiguration.LoginPolicy
}

func (s *Service) keepPending(ctx context.Context, tenant *fa.Tenant, p pending) (id string, err error) {
	id = NewCode()
	ttl := time.Duration(tenant.ExternalIdentifierConfiguration.TwoFactorIDTTL) * time.Second
	return id, s.Identifiers.KeepIdentifier(ctx, kindTwoFactor, id, ttl, p)
}

// pendingUser returns what a twoFactorId stands for, and whose it is; or
// fa.ErrNotFound.
func (s *Service) pendingUser(ctx context.Context, id string) (p pending, user *fa.Account, tenant *fa.Tenant, err error) {
	if err := s.Identifiers.Identifier(ctx, kindTwoFactor, id, &p); err != nil {
		return p, nil, nil, err
	}
	if user, err = s.Store.User(ctx, p.UserID); err != nil {
		return p, nil, nil, err
	}
	tenant, err = s.Tenants.Get(ctx, p.TenantID)
	return p, user, tenant, err
}

// hold puts a code into a challenge. Any earlier one is void.
func (s *Service) hold(ctx context.Context, tenant *fa.Tenant, id string, p pending, code string) error {
	p.Code = hashCode(id, code)
	p.CodeExpires = s.millis() + int64(tenant.ExternalIdentifierConfiguration.TwoFactorOneTimeCodeTTL)*1000
	return s.Identifiers.ReplaceIdentifier(ctx, kindTwoFactor, id, p)
}

// hashCode hashes a code together with the id that it goes with, which is kept
// nowhere: nobody who sees the hash can try out all codes.
func hashCode(id, code string) string {
	sum := sha256.Sum256([]byte(id + ":" + strings.ToUpper(strings.TrimSpace(code))))
	return hex.EncodeToString(sum[:])
}

// The most wrong codes before a challenge is over, and before no code of the
// user is looked at for a while.
const (
	mostForChallenge = 5
	mostForUser      = 20
	wrongCodeWindow  = 15 * time.Minute
)

const (
	countChallenge = "twoFactor.challenge"
	countCodes     = "twoFactor.user"
	countUsed      = "twoFactor.used"
)

// refuseCode counts a wrong code, and returns what the attempt ends with.
func (s *Service) refuseCode(ctx context.Context, tenant *fa.Tenant, user fa.ID, id string) error {
	if _, err := s.Counters.Count(ctx, countCodes, string(user), wrongCodeWindow); err != nil {
		return err
	}
	if id != "" {
		n, err := s.Counters.Count(ctx, countChallenge, id, wrongCodeWindow)
		if err != nil {
			return err
		}
		if n >= mostForChallenge {
			if err := s.Identifiers.TakeIdentifier(ctx, kindTwoFactor, id, &pending{}); err != nil && !errors.Is(err, fa.ErrNotFound) {
				return err
			}
		}
	}
	if err := s.countAgainst(ctx, tenant, user); err != nil {
		return err
	}
	return ErrCode
}

// guessing refuses every code of somebody for whom too many were wrong lately.
func (s *Service) guessing(ctx context.Context, user fa.ID) error {
	n, err := s.Counters.Counted(ctx, countCodes, string(user))
	if err != nil {
		return fmt.Errorf("count wrong codes: %w", err)
	}
	if n >= mostForUser {
		return ErrCode
	}
	return nil
}

// PendingChallenge returns a challenge that waits for a code, or fa.ErrNotFound.
func (s *Service) PendingChallenge(ctx context.Context, id string) (*Challenge, error) {
	_, user, _, err := s.pendingUser(ctx, id)
	if err != nil {
		return nil, err
	}
	return &Challenge{ID: id, Methods: user.TwoFactor.Shown()}, nil
}

// Challenged returns whose sign-in a challenge holds up, or fa.ErrNotFound: also
// for one that an application has started, as nobody has proven a password then.
func (s *Service) Challenged(ctx context.Context, id string) (*fa.Account, error) {
	p, user, _, err := s.pendingUser(ctx, id)
	if err == nil && p.Started {
		err = fa.ErrNotFound
	}
	return user, err
}

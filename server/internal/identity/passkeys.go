package identity

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"net/url"
	"strings"
	"time"

	"wherry/server/internal/fa"
	"wherry/server/internal/passkey"
)

// Passkeys registers passkeys and signs in with them. All fields are required.
type Passkeys struct {
	Service *Service // whose rules hold
	Store   PasskeyStore
}

// What browsers answer with.
type (
	PasskeyCreation  = passkey.Creation
	PasskeyAssertion = passkey.Assertion
)

// PasskeyStore keeps passkeys. One that is not there is fa.ErrNotFound.
type PasskeyStore interface {
	CreateWebAuthnCredential(ctx context.Context, c *fa.WebAuthnCredential) error
	WebAuthnCredential(ctx context.Context, id fa.ID) (*fa.WebAuthnCredential, error)
	WebAuthnCredentialBy(ctx context.Context, tenant fa.ID, credentialID string) (*fa.WebAuthnCredential, error)
	WebAuthnCredentials(ctx context.Context, user fa.ID) ([]*fa.WebAuthnCredential, error)
	UpdateWebAuthnCredential(ctx context.Context, id fa.ID, change func(*fa.WebAuthnCredential) error) error
}

const (
	kindPasskeyCreation  = "webAuthnRegistrationChallenge"
	kindPasskeyAssertion = "webAuthnAuthenticationChallenge"
)

// passkeyTime is how long an authenticator may take.
const passkeyTime = 180 * time.Second

// ceremony is what a challenge stands for.
type ceremony struct {
	UserID      fa.ID           `json:"userId"`
	Party       string          `json:"rpId"`
	Name        string          `json:"name,omitzero"`
	DisplayName string          `json:"displayName,omitzero"`
	UserAgent   string          `json:"userAgent,omitzero"`
	State       fa.Data         `json:"state,omitempty"`
	Session     json.RawMessage `json:"session"`
}

// NewPasskey is somebody's wish for a passkey.
type NewPasskey struct {
	Name, DisplayName, UserAgent string
	Workflow                     string
	Host                         string // the relying party, unless the tenant names one
}

// errPasskeysDisabled is for tenants that want none, or none of a workflow.
var errPasskeysDisabled = fa.GeneralError("WebAuthnDisabled", "Passkeys are not enabled for the tenant, or not for this workflow.")

// StartRegistration returns the options for the browser of whoever gets a
// passkey.
func (p *Passkeys) StartRegistration(ctx context.Context, user *fa.Account, wish NewPasskey) (json.RawMessage, error) {
	tenant, workflow, err := p.workflow(ctx, user.TenantID, nil, wish.Workflow)
	if err != nil {
		return nil, err
	}
	_, keys, err := p.known(ctx, user.ID, "")
	if err != nil {
		return nil, err
	}
	party := partyOf(tenant, wish.Host)
	name := cmp.Or(wish.Name, user.Email, user.Username, user.PhoneNumber)
	person := passkey.Person{ID: string(user.ID), Name: name, DisplayName: cmp.Or(wish.DisplayName, user.FullName, name)}
	begun, err := passkey.Create(party, person, keys, passkey.Wishes{
		Attachment: workflow.AuthenticatorAttachmentPreference, UserVerification: workflow.UserVerificationRequirement,
		Discoverable: wish.Workflow == fa.WorkflowBootstrap,
	})
	if err != nil {
		return nil, err
	}
	return begun.Options, p.Service.Identifiers.KeepIdentifier(ctx, kindPasskeyCreation, begun.Challenge, passkeyTime, ceremony{
		UserID: user.ID, Party: party.ID, Name: name, DisplayName: person.DisplayName, UserAgent: wish.UserAgent, Session: begun.Session,
	})
}

// workflow checks that a tenant's users have passkeys for a workflow, in an
// application if there is one.
func (p *Passkeys) workflow(ctx context.Context, tenantID fa.ID, application *fa.Application, name string) (*fa.Tenant, fa.WebAuthnWorkflow, error) {
	tenant, err := p.Service.Tenants.Get(ctx, tenantID)
	if err != nil {
		return nil, fa.WebAuthnWorkflow{}, err
	}
	workflow, known := tenant.WebAuthnConfiguration.Workflow(name)
	switch {
	case !known:
		err = fa.FieldError("workflow", "invalid", "[%s] is not a workflow. Use one of bootstrap, general, reauthentication.", name)
	case !tenant.WebAuthnConfiguration.Enabled, !workflow.Enabled, application != nil && !application.WebAuthnConfiguration.Allows(name):
		err = errPasskeysDisabled
	}
	return tenant, workflow, err
}

func partyOf(tenant *fa.Tenant, host string) passkey.Party {
	config := tenant.WebAuthnConfiguration
	return passkey.Party{ID: cmp.Or(config.RelyingPartyID, host), Name: cmp.Or(config.RelyingPartyName, tenant.Name)}
}

// known are the passkeys of a user, of one relying party unless it is empty.
func (p *Passkeys) known(ctx context.Context, user fa.ID, party string) (all []*fa.WebAuthnCredential, keys []passkey.Key, err error) {
	stored, err := p.Store.WebAuthnCredentials(ctx, user)
	if err != nil {
		return nil, nil, err
	}
	for _, c := range stored {
		if party == "" || c.RelyingPartyID == party {
			all, keys = append(all, c), append(keys, keyOf(c))
		}
	}
	return all, keys, nil
}

func keyOf(c *fa.WebAuthnCredential) passkey.Key {
	return passkey.Key{CredentialID: c.CredentialID, PublicKey: c.PublicKey, SignCount: c.SignCount, Transports: c.Transports}
}

// CompleteRegistration stores the passkey that an authenticator has made for the
// user. Whatever is wrong with the answer is ErrCredentials.
func (p *Passkeys) CompleteRegistration(ctx context.Context, user *fa.Account, origin string, answer PasskeyCreation) (*fa.WebAuthnCredential, error) {
	var c ceremony
	if err := p.take(ctx, kindPasskeyCreation, passkey.Challenge(answer.Response.ClientDataJSON), &c); err != nil {
		return nil, err
	}
	if c.UserID != user.ID || !belongs(origin, c.Party) {
		return nil, ErrCredentials
	}
	made, err := passkey.Created(passkey.Party{ID: c.Party}, origin, passkey.Person{ID: string(user.ID)}, c.Session, answer)
	if errors.Is(err, passkey.ErrRefused) {
		return nil, ErrCredentials
	}
	if err != nil {
		return nil, err
	}
	stored := fa.NewWebAuthnCredential()
	stored.ID, stored.TenantID, stored.UserID, stored.InsertInstant = p.Service.NewID(), user.TenantID, user.ID, p.Service.millis()
	stored.CredentialID, stored.PublicKey, stored.SignCount = made.CredentialID, made.PublicKey, made.SignCount
	stored.Algorithm, stored.AttestationType, stored.Discoverable = made.Algorithm, made.Attestation, made.Discoverable
	stored.AuthenticatorSupportsUserVerification, stored.RelyingPartyID = made.Verified, c.Party
	stored.Name, stored.DisplayName, stored.UserAgent = c.Name, c.DisplayName, c.UserAgent
	stored.Transports = append(stored.Transports, made.Transports...)
	return &stored, p.Store.CreateWebAuthnCredential(ctx, &stored)
}

// take takes what a challenge stands for.
func (p *Passkeys) take(ctx context.Context, kind, challenge string, c *ceremony) error {
	err := p.Service.Identifiers.TakeIdentifier(ctx, kind, challenge, c)
	if errors.Is(err, fa.ErrNotFound) {
		return ErrCredentials
	}
	return err
}

// belongs tells whether a page of an origin may use the passkeys of a relying
// party: it has to be of its domain, and encrypted unless it is this machine's.
//
// Source: https://www.w3.org/TR/webauthn-3/#rp-id
func belongs(origin, party string) bool {
	u, err := url.Parse(origin)
	if err != nil || u.Host == "" || u.Path != "" || u.RawQuery != "" {
		return false
	}
	host := u.Hostname()
	if host != party && !strings.HasSuffix(host, "."+party) {
		return false
	}
	return u.Scheme == "https" || u.Scheme == "http" && host == "localhost"
}

// AskPasskey is somebody who wants to sign in with a passkey.
type AskPasskey struct {
	User         *fa.Account
	Application  *fa.Application // nil: none is named
	CredentialID fa.ID           // only with this one; empty: with any
	Workflow     string
	Host         string
	State        fa.Data
}

// StartLogin returns the options for the browser of whoever signs in. Somebody
// without a passkey for the relying party is fa.ErrNotFound.
func (p *Passkeys) StartLogin(ctx context.Context, ask AskPasskey) (json.RawMessage, error) {
	tenant, workflow, err := p.workflow(ctx, ask.User.TenantID, ask.Application, ask.Workflow)
	if err != nil {
		return nil, err
	}
	party := partyOf(tenant, ask.Host)
	stored, keys, err := p.known(ctx, ask.User.ID, party.ID)
	if err != nil {
		return nil, err
	}
	for i, c := range stored {
		if c.ID == ask.CredentialID {
			keys = keys[i : i+1]
			break
		}
		if ask.CredentialID != "" && i == len(stored)-1 {
			keys = nil
		}
	}
	if len(keys) == 0 {
		return nil, fa.ErrNotFound
	}
	begun, err := passkey.Ask(party, passkey.Person{ID: string(ask.User.ID)}, keys, passkey.Wishes{UserVerification: workflow.UserVerificationRequirement})
	if err != nil {
		return nil, err
	}
	return begun.Options, p.Service.Identifiers.KeepIdentifier(ctx, kindPasskeyAssertion, begun.Challenge, passkeyTime, ceremony{
		UserID: ask.User.ID, Party: party.ID, State: ask.State, Session: begun.Session,
	})
}

// PasskeyAttempt is somebody who signs in with a passkey.
type PasskeyAttempt struct {
	Origin           string // of the page that asked the browser
	Answer           PasskeyAssertion
	Application      *fa.Application
	TwoFactorTrustID string
	Address          string
	EventInfo        EventInfo
}

// Assert checks that somebody has the passkey that was asked for, and whether
// the authenticator knew who it was. Whatever is wrong is ErrCredentials.
func (p *Passkeys) Assert(ctx context.Context, a PasskeyAttempt) (credential *fa.WebAuthnCredential, state fa.Data, verified bool, err error) {
	var c ceremony
	if err := p.take(ctx, kindPasskeyAssertion, passkey.Challenge(a.Answer.Response.ClientDataJSON), &c); err != nil {
		return nil, nil, false, err
	}
	stored, _, err := p.known(ctx, c.UserID, c.Party)
	if err != nil {
		return nil, nil, false, err
	}
	for _, s := range stored {
		if s.CredentialID == a.Answer.ID && belongs(a.Origin, c.Party) {
			verified, err = p.use(ctx, s, c, a)
			return s, c.State, verified, err
		}
	}
	return nil, nil, false, ErrCredentials
}

// use checks the signature of a passkey and notes that it was used. Of two uses
// at once with the same count, one is a copy.
func (p *Passkeys) use(ctx context.Context, s *fa.WebAuthnCredential, c ceremony, a PasskeyAttempt) (verified bool, err error) {
	count, verified, err := passkey.Asked(passkey.Party{ID: c.Party}, a.Origin, passkey.Person{ID: string(c.UserID)}, keyOf(s), c.Session, a.Answer)
	if errors.Is(err, passkey.ErrRefused) {
		return false, ErrCredentials
	}
	if err != nil {
		return false, err
	}
	return verified, p.Store.UpdateWebAuthnCredential(ctx, s.ID, func(now *fa.WebAuthnCredential) error {
		if count != 0 && count <= now.SignCount {
			return ErrCredentials
		}
		now.SignCount, now.LastUseInstant = count, p.Service.millis()
		*s = *now
		return nil
	})
}

// CanReauthenticate tells whether a user who is known can show with a passkey who
// it is, on pages of a host.
func (p *Passkeys) CanReauthenticate(ctx context.Context, user *fa.Account, a *fa.Application, host string) (bool, error) {
	tenant, _, err := p.workflow(ctx, user.TenantID, a, fa.WorkflowReauthentication)
	if errors.Is(err, errPasskeysDisabled) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	keys, _, err := p.known(ctx, user.ID, partyOf(tenant, host).ID)
	return len(keys) > 0, err
}

// Confirm is ErrCredentials unless the user has shown a passkey of his own, and
// the authenticator knew who used it.
func (p *Passkeys) Confirm(ctx context.Context, user *fa.Account, a PasskeyAttempt) error {
	credential, _, verified, err := p.Assert(ctx, a)
	if err == nil && (credential.UserID != user.ID || !verified) {
		err = ErrCredentials
	}
	return err
}

// SignIn signs somebody in with a passkey. If the authenticator knew who used it,
// it stands for both factors.
func (p *Passkeys) SignIn(ctx context.Context, a PasskeyAttempt) (*FactorOutcome, error) {
	credential, state, verified, err := p.Assert(ctx, a)
	if err != nil {
		return nil, err
	}
	user, err := p.Service.Store.User(ctx, credential.UserID)
	if err != nil {
		return nil, err
	}
	tenant, err := p.Service.Tenants.Get(ctx, user.TenantID)
	if err != nil {
		return nil, err
	}
	if a.Application != nil && a.Application.TenantID != tenant.ID {
		return nil, ErrCredentials
	}
	attempt := Attempt{
		TenantID: tenant.ID, Application: a.Application, TwoFactorTrustID: a.TwoFactorTrustID, Address: a.Address, EventInfo: a.EventInfo,
	}
	out := &FactorOutcome{Tenant: tenant, Application: a.Application, State: state}
	out.Outcome, err = p.Service.admit(ctx, tenant, attempt, proof{user: user, how: byPasskey, factor: verified})
	return out, err
}

// Import stores a passkey that was made elsewhere.
func (p *Passkeys) Import(ctx context.Context, c *fa.WebAuthnCredential, tenantOf func(user *fa.Account) bool) error {
	user, err := p.Service.Store.User(ctx, c.UserID)
	if errors.Is(err, fa.ErrNotFound) || err == nil && !tenantOf(user) {
		return fa.FieldError("credentials.userId", "invalid", "There is no user with the id [%s].", c.UserID)
	}
	if err != nil {
		return err
	}
	var errs fa.Errors
	errs.Require(c.CredentialID, "credentials.credentialId")
	errs.Require(c.RelyingPartyID, "credentials.relyingPartyId")
	if err := keyOf(c).Check(); err != nil {
		errs.Field("credentials.publicKey", "invalid", "The passkey [%s] cannot be used: %v.", c.CredentialID, err)
	}
	if err := errs.OrNil(); err != nil {
		return err
	}
	c.ID, c.TenantID, c.InsertInstant = cmp.Or(c.ID, p.Service.NewID()), user.TenantID, cmp.Or(c.InsertInstant, p.Service.millis())
	err = p.Store.CreateWebAuthnCredential(ctx, c)
	if errors.Is(err, fa.ErrConflict) {
		return fa.FieldError("credentials.credentialId", "duplicate", "The passkey [%s] is there already.", c.CredentialID)
	}
	return err
}

// FindUser returns the active user of a tenant with that login id, or
// fa.ErrNotFound.
func (p *Passkeys) FindUser(ctx context.Context, tenant fa.ID, loginID string) (*fa.Account, error) {
	user, err := p.Service.find(ctx, Attempt{TenantID: tenant, LoginID: loginID})
	if err == nil && !user.Active {
		err = fa.ErrNotFound
	}
	return user, err
}

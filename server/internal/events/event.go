// Package events tells webhooks what happens. Storage is wrapped in types that
// compare what was there before a change with what is there after it, so that
// nobody has to remember to say what he did.
//
// What has happened is written down as a job in the transaction of the change,
// and delivered soon after. Where a tenant wants the webhooks to agree first, the
// transaction is tried, taken back, the webhooks are asked, and then it is made:
// so a change that the database would refuse is never announced, and no
// connection is held while somebody else's server thinks.
package events

import (
	"slices"
	"strings"

	"wherry/server/internal/fa"
	"wherry/server/internal/identity"
)

// Event is something that happens.
//
// Source: https://fusionauth.io/docs/extend/events-and-webhooks/events/
type Event struct {
	Type     string
	TenantID fa.ID // empty: it happens to the whole instance
	About    fa.ID // the object that changes
	// Body is what this type says beside what all say. It is encoded in the
	// transaction, when the database has given its numbers.
	Body map[string]any

	unheard     bool   // it is written down, and nobody is told
	announced   bool   // nobody is asked, whatever the tenant says
	transaction string // how many webhooks have to agree, if not as the tenant says
}

// The names of events. One with a counterpart that ends in ".complete" is told
// before the change is certain, if webhooks have to agree, and the other one
// when it is.
const (
	AuditLogCreate           = "audit-log.create"
	EventLogCreate           = "event-log.create"
	GroupCreate              = "group.create"
	GroupDelete              = "group.delete"
	GroupMemberAdd           = "group.member.add"
	GroupMemberRemove        = "group.member.remove"
	GroupMemberUpdate        = "group.member.update"
	GroupUpdate              = "group.update"
	JWTPublicKeyUpdate       = "jwt.public-key.update"
	JWTRefresh               = "jwt.refresh"
	JWTRefreshTokenRevoke    = "jwt.refresh-token.revoke"
	KickstartSuccess         = "kickstart.success"
	UserAction               = "user.action"
	UserBulkCreate           = "user.bulk.create"
	UserCreate               = "user.create"
	UserDeactivate           = "user.deactivate"
	UserDelete               = "user.delete"
	UserDuplicateCreate      = "user.loginId.duplicate.create"
	UserDuplicateUpdate      = "user.loginId.duplicate.update"
	UserEmailUpdate          = "user.email.update"
	UserEmailVerified        = "user.email.verified"
	UserIdentityUpdate       = "user.identity.update"
	UserIdentityVerified     = "user.identity.verified"
	UserLink                 = "user.identity-provider.link"
	UserLoginFailed          = "user.login.failed"
	UserLoginNewDevice       = "user.login.new-device"
	UserLoginSuccess         = "user.login.success"
	UserPasswordUpdate       = "user.password.update"
	UserReactivate           = "user.reactivate"
	UserRegistrationCreate   = "user.registration.create"
	UserRegistrationDelete   = "user.registration.delete"
	UserRegistrationUpdate   = "user.registration.update"
	UserRegistrationVerified = "user.registration.verified"
	UserTwoFactorAdd         = "user.two-factor.method.add"
	UserTwoFactorRemove      = "user.two-factor.method.remove"
	UserUnlink               = "user.identity-provider.unlink"
	UserUpdate               = "user.update"
)

const complete = ".complete"

// withComplete is an event and its counterpart.
func withComplete(e Event) []Event {
	after := e
	after.Type += complete
	return []Event{e, after}
}

// announcements are the events over which no transaction can be held. FusionAuth
// lets webhooks agree to user.login.failed; to wait for them would tell everybody
// which users there are. A wrong code stays wrong, whatever they say.
var announcements = []string{
	AuditLogCreate, EventLogCreate, KickstartSuccess, UserEmailUpdate, UserLink, UserUnlink, UserDuplicateCreate, UserDuplicateUpdate,
	identity.PasswordResetSend, identity.PasswordResetStart, identity.PasswordResetSuccess, identity.TwoFactorFailed,
	UserLoginFailed, UserPasswordUpdate, UserTwoFactorAdd, UserTwoFactorRemove,
}

func transactional(kind string) bool {
	return !strings.HasSuffix(kind, complete) && !slices.Contains(announcements, kind)
}

package events

import (
	"context"
	"errors"
	"strings"

	"wherry/server/internal/fa"
	"wherry/server/internal/identity"
)

// duplicates tells of the login ids that refused a change of a user, because
// somebody has them, and returns the refusal.
//
// Source: https://fusionauth.io/docs/extend/events-and-webhooks/events/user-login-id-duplicate-create
func (s *Users) duplicates(ctx context.Context, kind string, u *fa.User, refusal error) error {
	refused, ok := errors.AsType[*fa.Errors](refusal)
	if !ok || u == nil {
		return refusal
	}
	l, err := s.Bus.current(ctx)
	if err != nil {
		return errors.Join(refusal, err)
	}
	if receivers, _ := l.of(Event{Type: kind, TenantID: u.TenantID}); len(receivers) == 0 {
		return refusal
	}
	for _, id := range []struct{ kind, value, path, property string }{
		{fa.IdentityEmail, u.Email, "user.email", "duplicateEmail"},
		{fa.IdentityPhoneNumber, u.PhoneNumber, "user.phoneNumber", "duplicatePhoneNumber"},
		{fa.IdentityUsername, u.Username, "user.username", "duplicateUsername"},
	} {
		for _, e := range refused.FieldErrors[id.path] {
			if !strings.HasPrefix(e.Code, "[duplicate]") {
				continue
			}
			existing, err := s.UserByIdentity(ctx, u.TenantID, id.kind, id.value)
			if err != nil {
				return errors.Join(refusal, err)
			}
			if err := s.Bus.Tell(ctx, identity.EventInfoOf(ctx), ofUser(kind, u, map[string]any{
				"existing": shown(&existing.User), id.property: id.value, "duplicateIdentities": []map[string]string{{"type": id.kind, "value": id.value}},
			})); err != nil {
				return errors.Join(refusal, err)
			}
		}
	}
	return refusal
}

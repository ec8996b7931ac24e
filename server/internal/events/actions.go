package events

import (
	"context"

	"wherry/server/internal/identity"
)

// ActionTaken implements identity.ActionWitness. The action itself says how many
// webhooks have to agree to it, beside the tenant.
//
// Source: https://fusionauth.io/docs/extend/events-and-webhooks/events/user-actions
func (b *Bus) ActionTaken(ctx context.Context, t identity.ActionTaken) (context.Context, error) {
	l := t.Log
	body := map[string]any{
		"action": l.Name, "actionId": l.ID, "actioneeUserId": l.ActioneeUserID, "emailedUser": t.Email, "notifyUser": t.Notify && t.Action.UserNotificationsEnabled,
	}
	for name, value := range map[string]string{
		"actionerUserId": string(t.Actioner), "comment": t.Comment, "localizedAction": l.LocalizedName, "localizedOption": l.LocalizedOption,
		"localizedReason": l.LocalizedReason, "option": l.Option, "reason": l.Reason, "reasonCode": l.ReasonCode,
	} {
		if value != "" {
			body[name] = value
		}
	}
	if len(l.ApplicationIDs) > 0 {
		body["applicationIds"] = l.ApplicationIDs
	}
	if l.Expiry != 0 {
		body["expiry"], body["phase"] = l.Expiry, t.Phase
	}
	e := Event{Type: UserAction, TenantID: t.User.TenantID, About: l.ID, Body: body}
	if t.Phase != identity.PhaseEnd { // nobody can keep time from passing
		e.transaction = t.Action.TransactionType
	}
	e.announced = t.Phase == identity.PhaseEnd
	return b.Announce(ctx, identity.EventInfoOf(ctx), e)
}

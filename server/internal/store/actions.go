package store

import (
	"context"
	"fmt"

	"wherry/server/internal/fa"
)

var actionLogs = kind[fa.UserActionLog]{
	name:    "action",
	table:   "user_action_logs",
	blank:   fa.NewUserActionLog,
	id:      func(l *fa.UserActionLog) fa.ID { return l.ID },
	columns: []string{"user_id", "user_action_id", "expires_instant", "insert_instant"},
	values: func(l *fa.UserActionLog) []any {
		var expires any
		if l.Expiry != 0 {
			expires = l.Expiry
		}
		return []any{l.ActioneeUserID, l.UserActionID, expires, l.InsertInstant}
	},
}

// ActionLogs is the table of the actions that were taken on users.
type ActionLogs struct{ Documents[fa.UserActionLog] }

// Of returns the actions that were taken on a user, the newest first.
func (d ActionLogs) Of(ctx context.Context, user fa.ID) ([]*fa.UserActionLog, error) {
	all, err := list(ctx, d.db.reader, d.scan, "select doc from user_action_logs where user_id = $1 order by insert_instant desc, id", user)
	return all, d.wrap("list", err)
}

// Active returns those that are in effect at the instant now, in milliseconds,
// the newest first; with preventing only those that keep the user from signing
// in.
func (d ActionLogs) Active(ctx context.Context, user fa.ID, now int64, preventing bool) ([]*fa.UserActionLog, error) {
	all, err := list(ctx, d.db.often(d.db.reader), d.scan,
		"select doc from user_action_logs where user_id = $1 and expires_instant > $2 order by insert_instant desc, id", user, now)
	if err != nil || !preventing || len(all) == 0 {
		return all, d.wrap("list", err)
	}
	var prevent []*fa.UserActionLog
	for _, l := range all {
		action, err := d.db.UserActions.Get(ctx, l.UserActionID)
		if err != nil {
			return nil, fmt.Errorf("action that was taken: %w", err)
		}
		if action.PreventLogin {
			prevent = append(prevent, l)
		}
	}
	return prevent, nil
}

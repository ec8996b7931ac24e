package fa

import "slices"

// UserActionLog is a user action that was taken on somebody.
//
// Source: https://fusionauth.io/docs/apis/actioning-users
type UserActionLog struct {
	ActioneeUserID  ID         `json:"actioneeUserId,omitzero"`
	ActionerUserID  ID         `json:"actionerUserId,omitzero"` // empty: this server
	ApplicationIDs  []ID       `json:"applicationIds,omitempty"`
	Comment         string     `json:"comment,omitzero"`
	EmailUserOnEnd  bool       `json:"emailUserOnEnd"`
	EndEventSent    bool       `json:"endEventSent"`
	Expiry          int64      `json:"expiry,omitzero"` // milliseconds; 0: the action is not temporal
	History         LogHistory `json:"history"`
	ID              ID         `json:"id,omitzero"`
	InsertInstant   int64      `json:"insertInstant,omitzero"`
	LocalizedName   string     `json:"localizedName,omitzero"`
	LocalizedOption string     `json:"localizedOption,omitzero"`
	LocalizedReason string     `json:"localizedReason,omitzero"`
	Name            string     `json:"name,omitzero"`
	NotifyUserOnEnd bool       `json:"notifyUserOnEnd"`
	Option          string     `json:"option,omitzero"`
	Reason          string     `json:"reason,omitzero"`
	ReasonCode      string     `json:"reasonCode,omitzero"`
	UserActionID    ID         `json:"userActionId,omitzero"`
	Rest            Rest       `json:",embed"`
}

// LogHistory is what has become of an action since it was taken.
type LogHistory struct {
	HistoryItems []HistoryItem `json:"historyItems"`
}

// HistoryItem is a change of an action that was taken.
type HistoryItem struct {
	ActionerUserID ID     `json:"actionerUserId,omitzero"`
	Comment        string `json:"comment,omitzero"`
	CreateInstant  int64  `json:"createInstant"`
	Expiry         int64  `json:"expiry,omitzero"`
}

// NewUserActionLog returns a log with every default filled in.
func NewUserActionLog() UserActionLog {
	return UserActionLog{History: LogHistory{HistoryItems: []HistoryItem{}}}
}

// ActiveAt tells whether the action is in effect: one that is not temporal never
// is. now is in milliseconds.
func (l *UserActionLog) ActiveAt(now int64) bool { return l.Expiry > now }

// Change lets the action end at expiry, and notes it. now is in milliseconds.
func (l *UserActionLog) Change(actioner ID, comment string, expiry, now int64) {
	l.Expiry = expiry
	l.History.HistoryItems = append(slices.Clone(l.History.HistoryItems), HistoryItem{actioner, comment, now, expiry})
}

// Cancelled tells whether somebody has ended the action before its time.
func (l *UserActionLog) Cancelled() bool {
	n := len(l.History.HistoryItems)
	return n > 0 && l.History.HistoryItems[n-1].Expiry <= l.History.HistoryItems[n-1].CreateInstant
}

// Describe copies the texts of the action, its option and the reason, in the
// first of the languages that they have. reason may be nil.
func (l *UserActionLog) Describe(action *UserAction, reason *UserActionReason, languages []string) {
	l.Name, l.LocalizedName = action.Name, action.LocalizedNames.in(languages, action.Name)
	for _, option := range action.Options {
		if option.Name == l.Option {
			l.LocalizedOption = option.LocalizedNames.in(languages, option.Name)
		}
	}
	if reason != nil {
		l.Reason, l.ReasonCode, l.LocalizedReason = reason.Text, reason.Code, reason.LocalizedTexts.in(languages, reason.Text)
	}
}

func (l Localized) in(languages []string, otherwise string) string {
	for _, language := range languages {
		if text := l[language]; text != "" {
			return text
		}
	}
	return otherwise
}

// Prevented is the action as the answer to a sign-in shows it.
func (l *UserActionLog) Prevented() LoginPrevented {
	return LoginPrevented{
		ActionerUserID: l.ActionerUserID, ActionID: l.ID, Expiry: l.Expiry, LocalizedName: l.LocalizedName, LocalizedOption: l.LocalizedOption,
		LocalizedReason: l.LocalizedReason, Name: l.Name, Option: l.Option, Reason: l.Reason, ReasonCode: l.ReasonCode, UserActionID: l.UserActionID,
	}
}

// ActionRequest is what somebody asks to be done to a user, or to an action that
// was taken.
type ActionRequest struct {
	ActioneeUserID ID     `json:"actioneeUserId"`
	ActionerUserID ID     `json:"actionerUserId"`
	ApplicationIDs []ID   `json:"applicationIds"`
	Comment        string `json:"comment"`
	EmailUser      bool   `json:"emailUser"`
	Expiry         int64  `json:"expiry"`
	NotifyUser     bool   `json:"notifyUser"`
	Option         string `json:"option"`
	ReasonID       ID     `json:"reasonId"`
	UserActionID   ID     `json:"userActionId"`
	Rest           Rest   `json:",embed"`
}

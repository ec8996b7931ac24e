package fa

import (
	"strconv"
	"strings"
)

// UserAction is something that can be done to users, such as a suspension.
//
// Source: https://fusionauth.io/docs/apis/user-actions
type UserAction struct {
	Named
	Active                   bool               `json:"active"`
	CancelEmailTemplateID    ID                 `json:"cancelEmailTemplateId,omitzero"`
	EndEmailTemplateID       ID                 `json:"endEmailTemplateId,omitzero"`
	IncludeEmailInEventJSON  bool               `json:"includeEmailInEventJSON"`
	LocalizedNames           Localized          `json:"localizedNames"`
	ModifyEmailTemplateID    ID                 `json:"modifyEmailTemplateId,omitzero"`
	Options                  []UserActionOption `json:"options"`
	PreventLogin             bool               `json:"preventLogin"`
	SendEndEvent             bool               `json:"sendEndEvent"`
	StartEmailTemplateID     ID                 `json:"startEmailTemplateId,omitzero"`
	Temporal                 bool               `json:"temporal"`
	TransactionType          string             `json:"transactionType"`
	UserEmailingEnabled      bool               `json:"userEmailingEnabled"`
	UserNotificationsEnabled bool               `json:"userNotificationsEnabled"`
	Rest                     Rest               `json:",embed"`
}

// UserActionOption is a variant of an action.
type UserActionOption struct {
	LocalizedNames Localized `json:"localizedNames"`
	Name           string    `json:"name"`
	Rest           Rest      `json:",embed"`
}

// NewUserAction returns an action with every default filled in.
func NewUserAction() UserAction { return UserAction{Active: true, TransactionType: "None"} }

// Validate reports everything that FusionAuth would refuse.
func (a *UserAction) Validate() error {
	var errs Errors
	errs.Name(a.Name, "userAction.name")
	errs.OneOf(a.TransactionType, "userAction.transactionType", "None", "Any", "SimpleMajority", "SuperMajority", "AbsoluteMajority")
	for i, option := range a.Options {
		errs.Name(option.Name, "userAction.options["+strconv.Itoa(i)+"].name")
	}
	if a.PreventLogin && !a.Temporal {
		errs.Field("userAction.temporal", "invalid", "An action that prevents login must be [temporal].")
	}
	if a.UserEmailingEnabled {
		errs.Require(string(a.StartEmailTemplateID), "userAction.startEmailTemplateId")
		if a.Temporal {
			errs.Require(string(a.ModifyEmailTemplateID), "userAction.modifyEmailTemplateId")
			errs.Require(string(a.CancelEmailTemplateID), "userAction.cancelEmailTemplateId")
			errs.Require(string(a.EndEmailTemplateID), "userAction.endEmailTemplateId")
		}
	}
	return errs.OrNil()
}

// UserActionReason is why an action was taken.
//
// Source: https://fusionauth.io/docs/apis/user-action-reasons
type UserActionReason struct {
	Head
	Code           string    `json:"code"`
	LocalizedTexts Localized `json:"localizedTexts"`
	Text           string    `json:"text"`
	Rest           Rest      `json:",embed"`
}

// NewUserActionReason returns a reason with every default filled in.
func NewUserActionReason() UserActionReason { return UserActionReason{} }

// Title is part of Document.
func (r *UserActionReason) Title() string { return r.Text }

// Normalize brings the reason into the form in which it is stored.
func (r *UserActionReason) Normalize() {
	r.Code, r.Text = strings.TrimSpace(r.Code), strings.TrimSpace(r.Text)
}

// Validate reports everything that FusionAuth would refuse.
func (r *UserActionReason) Validate() error {
	var errs Errors
	errs.Name(r.Code, "userActionReason.code")
	errs.Name(r.Text, "userActionReason.text")
	return errs.OrNil()
}

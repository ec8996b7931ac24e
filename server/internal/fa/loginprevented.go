package fa

// LoginPrevented is an action that keeps a user from signing in, as the answer to
// the sign-in shows it.
//
// Source: https://fusionauth.io/docs/apis/login
type LoginPrevented struct {
	ActionerUserID  ID     `json:"actionerUserId,omitzero"`
	ActionID        ID     `json:"actionId,omitzero"`
	Expiry          int64  `json:"expiry,omitzero"`
	LocalizedName   string `json:"localizedName,omitzero"`
	LocalizedOption string `json:"localizedOption,omitzero"`
	LocalizedReason string `json:"localizedReason,omitzero"`
	Name            string `json:"name,omitzero"`
	Option          string `json:"option,omitzero"`
	Reason          string `json:"reason,omitzero"`
	ReasonCode      string `json:"reasonCode,omitzero"`

	UserActionID ID `json:"-"` // what the action is one of
}

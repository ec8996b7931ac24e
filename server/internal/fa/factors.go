package fa

// Membership is a user's place in a group.
type Membership struct {
	Data          Data  `json:"data,omitempty"`
	GroupID       ID    `json:"groupId"`
	ID            ID    `json:"id,omitzero"`
	InsertInstant int64 `json:"insertInstant,omitzero"`
	Rest          Rest  `json:",embed"`
}

// TwoFactor is a user's second factors.
type TwoFactor struct {
	Methods       []TwoFactorMethod `json:"methods"`
	RecoveryCodes []string          `json:"recoveryCodes,omitempty"`
	Rest          Rest              `json:",embed"`
}

// TwoFactorMethod is one factor: authenticator, email or sms.
type TwoFactorMethod struct {
	Email       string `json:"email,omitzero"`
	ID          string `json:"id,omitzero"`
	Method      string `json:"method"`
	MobilePhone string `json:"mobilePhone,omitzero"`
	Rest        Rest   `json:",embed"`
}

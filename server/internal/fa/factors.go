package fa

import (
	"slices"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

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
	Secret      string `json:"secret,omitzero"` // of an authenticator, in base64; never shown
	Rest        Rest   `json:",embed"`
}

// The methods of second factors.
const (
	MethodAuthenticator = "authenticator"
	MethodEmail         = "email"
	MethodSMS           = "sms"
)

// withoutSecrets encodes second factors without what would let somebody else
// use them.
var withoutSecrets = json.MarshalToFunc(func(e *jsontext.Encoder, t TwoFactor) error {
	type plain TwoFactor
	t.Methods, t.RecoveryCodes = slices.Clone(t.Methods), nil
	for i := range t.Methods {
		t.Methods[i].Secret = ""
	}
	return json.MarshalEncode(e, plain(t))
})

// Normalize empties what does not belong to a factor's method.
func (t *TwoFactor) Normalize() {
	for i := range t.Methods {
		switch m := &t.Methods[i]; m.Method {
		case MethodAuthenticator:
			m.Email, m.MobilePhone = "", ""
		case MethodEmail:
			m.MobilePhone, m.Secret = "", ""
		case MethodSMS:
			m.Email, m.Secret = "", ""
		}
	}
}

// KeepSecrets takes over from old what a client cannot send back, because it
// was never shown.
func (t *TwoFactor) KeepSecrets(old TwoFactor) {
	if t.RecoveryCodes == nil {
		t.RecoveryCodes = old.RecoveryCodes
	}
	t.Methods = slices.Clone(t.Methods)
	for i := range t.Methods {
		m := &t.Methods[i]
		for _, o := range old.Methods {
			if m.Secret == "" && m.ID != "" && m.ID == o.ID {
				m.Secret = o.Secret
			}
		}
	}
}

package fa

import (
	"encoding/base64"
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
	Authenticator *Authenticator `json:"authenticator,omitzero"`
	Email         string         `json:"email,omitzero"`
	ID            string         `json:"id,omitzero"`
	LastUsed      bool           `json:"lastUsed,omitzero"`
	Method        string         `json:"method"`
	MobilePhone   string         `json:"mobilePhone,omitzero"`
	Name          string         `json:"name,omitzero"`
	Secret        string         `json:"secret,omitzero"` // of an authenticator, in base64; never shown
	Rest          Rest           `json:",embed"`
}

// Authenticator is how an authenticator app makes its codes.
type Authenticator struct {
	Algorithm  string `json:"algorithm"`
	CodeLength int    `json:"codeLength"`
	TimeStep   int    `json:"timeStep"` // seconds
	Rest       Rest   `json:",embed"`
}

// NewAuthenticator returns the only way there is: FusionAuth ignores what else
// a request says.
func NewAuthenticator() *Authenticator {
	return &Authenticator{Algorithm: "HmacSHA1", CodeLength: 6, TimeStep: 30}
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
			m.Email, m.MobilePhone, m.Authenticator = "", "", NewAuthenticator()
		case MethodEmail:
			m.MobilePhone, m.Secret, m.Authenticator = "", "", nil
		case MethodSMS:
			m.Email, m.Secret, m.Authenticator = "", "", nil
		}
	}
}

// Shown is the methods without their secrets.
func (t *TwoFactor) Shown() []TwoFactorMethod {
	shown := slices.Clone(t.Methods)
	for i := range shown {
		shown[i].Secret = ""
	}
	return shown
}

// Method returns the method with an id.
func (t *TwoFactor) Method(id string) (*TwoFactorMethod, bool) {
	i := slices.IndexFunc(t.Methods, func(m TwoFactorMethod) bool { return m.ID == id })
	if i < 0 {
		return nil, false
	}
	return &t.Methods[i], true
}

// Use notes which method was used last.
func (t *TwoFactor) Use(id string) {
	for i := range t.Methods {
		t.Methods[i].LastUsed = t.Methods[i].ID == id
	}
}

// To is the address or the number to which codes of the method are sent.
func (m *TwoFactorMethod) To() string { return m.Email + m.MobilePhone }

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

func (m *TwoFactorMethod) check(errs *Errors, path string) {
	switch m.Method {
	case MethodAuthenticator:
		if _, err := base64.StdEncoding.DecodeString(m.Secret); err != nil {
			errs.Field(path+".secret", "invalid", "The secret of an authenticator is not valid base64.")
		}
		errs.Require(m.Secret, path+".secret")
	case MethodEmail:
		errs.Require(m.Email, path+".email")
	case MethodSMS:
		errs.Require(m.MobilePhone, path+".mobilePhone")
	default:
		errs.OneOf(m.Method, path+".method", MethodAuthenticator, MethodEmail, MethodSMS)
	}
}

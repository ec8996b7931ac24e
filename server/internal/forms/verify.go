package forms

import "wherry/server/internal/fa"

// Code is the key of the field of a page on which something is verified that was
// typed into an earlier page.
const Code = "verify.code"

// verifying is the page of a step that verifies something; nil for other steps.
func verifying(step string) Form {
	switch step {
	case fa.StepVerifyEmail:
		return Form{{Key: Code, Control: "text", Type: Email, Required: true}}
	case fa.StepVerifyPhoneNumber:
		return Form{{Key: Code, Control: "text", Type: PhoneNumber, Required: true}}
	}
	return nil
}

// Verifies is the key of what a page verifies; empty for a page that is filled
// in.
func (f Form) Verifies() string {
	if len(f) == 1 && f[0].Key == Code {
		return f[0].Type
	}
	return ""
}

// IdentityType is the type of the identity that a key is about.
func IdentityType(key string) string {
	if key == PhoneNumber {
		return fa.IdentityPhoneNumber
	}
	return fa.IdentityEmail
}

// Proof is the verification of what was typed.
type Proof struct {
	ID    string `json:"id"`
	Value string `json:"value"`
	Done  bool   `json:"done,omitzero"`
}

// Of tells whether a value is proven.
func (p Proof) Of(value string) bool { return p.Done && p.Value == value }

// Prove notes the verification of what was typed into a field.
func (d *Draft) Prove(key string, p Proof) {
	if d.Proofs == nil {
		d.Proofs = map[string]Proof{}
	}
	d.Proofs[key] = p
}

// Verified are the ids that go with what is typed now.
func (d Draft) Verified() (ids []string) {
	for key, p := range d.Proofs {
		if p.Of(d.Typed.Get(key)) {
			ids = append(ids, p.ID)
		}
	}
	return ids
}

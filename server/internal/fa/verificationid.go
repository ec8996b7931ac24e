package fa

// VerificationID is what is needed to verify an e-mail address, a phone number
// or a registration: an id to follow and, where a code has to be typed, that.
type VerificationID struct {
	ID          string `json:"id"`
	OneTimeCode string `json:"oneTimeCode,omitzero"`
	Type        string `json:"type,omitzero"` // of the identity
	Value       string `json:"value,omitzero"`
}

package forms

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"net/url"
)

// Draft is what somebody has typed into a form of several pages so far.
type Draft struct {
	Step  int        `json:"step"` // the page to be filled in next, from 0
	Typed url.Values `json:"typed"`
	// Proofs are the verifications of what was typed, by the keys of its fields.
	Proofs map[string]Proof `json:"proofs,omitzero"`
}

// Seal hides a draft from whoever has not the id with which it goes on. An id
// seals one draft.
func (d Draft) Seal(id string) ([]byte, error) {
	plain, err := json.Marshal(d)
	if err != nil {
		return nil, fmt.Errorf("encode a draft: %w", err)
	}
	return sealer(id).Seal(nil, make([]byte, 12), plain, nil), nil
}

// Open returns the draft that an id has sealed.
func Open(id string, sealed []byte) (d Draft, err error) {
	plain, err := sealer(id).Open(nil, make([]byte, 12), sealed, nil)
	if err != nil {
		return d, fmt.Errorf("open a draft: %w", err)
	}
	return d, json.Unmarshal(plain, &d)
}

func sealer(id string) cipher.AEAD {
	key := sha256.Sum256([]byte("draft of " + id))
	block, _ := aes.NewCipher(key[:]) // fails for other lengths of keys
	sealer, _ := cipher.NewGCM(block)
	return sealer
}

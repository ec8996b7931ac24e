package srp

import (
	"crypto/aes"
	"crypto/cipher"
	"encoding/json"
	"fmt"
)

// block is what a SECRET_BLOCK holds under its seal.
type block struct {
	Expiry int64  `json:"expiry"` // epoch milliseconds
	A      []byte `json:"a"`      // the client's public number
	B      []byte `json:"b"`      // the server's secret number
}

func (s *Server) seal(l Login, b block) ([]byte, error) {
	plain, err := json.Marshal(b)
	if err != nil {
		return nil, fmt.Errorf("write the secret block: %w", err)
	}
	return s.aead.Seal(nil, nil, plain, l.bytes()), nil
}

func (s *Server) open(l Login, sealed []byte) (block, error) {
	var b block
	plain, err := s.aead.Open(nil, nil, sealed, l.bytes())
	if err != nil || json.Unmarshal(plain, &b) != nil {
		return b, ErrBlock
	}
	if s.now().UnixMilli() >= b.Expiry {
		return b, ErrBlock
	}
	return b, nil
}

// bytes binds a seal to a login; no name in it holds a NUL.
func (l Login) bytes() []byte {
	return []byte(l.Pool + "\x00" + l.Client + "\x00" + l.User)
}

func newAEAD(key [32]byte) cipher.AEAD {
	c, err := aes.NewCipher(key[:])
	if err != nil {
		panic(err) // 32 bytes are a key
	}
	aead, err := cipher.NewGCMWithRandomNonce(c)
	if err != nil {
		panic(err) // AES fits GCM
	}
	return aead
}

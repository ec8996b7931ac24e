package password

import (
	"encoding/base64"
	"fmt"
	"strings"

	"golang.org/x/crypto/argon2"
)

// argon2idScheme makes what the published plugin makes: 64 MiB, one lane, the
// factor as number of passes. It verifies what any parameters made, as the hash
// says them.
var argon2idScheme = Scheme{
	DefaultFactor: 1, MinFactor: 1, MaxFactor: 16, salts: base64Salts,
	hash: func(password string, salt []byte, factor int) (string, error) {
		return argon2id{memory: 64 << 10, passes: uint32(factor), lanes: 1, salt: salt, size: 32}.hash(password), nil
	},
	verify: verifyArgon2id,
}

// The most that a stored hash may ask for: memory in KiB, and KiB times passes,
// which is what its time depends on.
const (
	argon2Memory = 256 << 10
	argon2Work   = 1 << 20
)

type argon2id struct {
	memory, passes uint32
	lanes          uint8
	salt           []byte
	size           uint32
}

// argon2Text is how a hash begins that says how it was made.
const argon2Text = "$argon2id$v=19$m=%d,t=%d,p=%d$"

// hash returns the usual text form of an argon2 hash, and that in base64.
func (a argon2id) hash(password string) string {
	key := argon2.IDKey([]byte(password), a.salt, a.passes, a.memory, a.lanes, a.size)
	text := fmt.Appendf(nil, argon2Text, a.memory, a.passes, a.lanes)
	text = base64.RawStdEncoding.AppendEncode(text, a.salt)
	text = append(text, '$')
	return encode(base64.RawStdEncoding.AppendEncode(text, key))
}

func verifyArgon2id(password, _ string, _ int, hash string) error {
	a, err := parseArgon2id(hash)
	if err != nil {
		return err
	}
	return match(a.hash(password), hash)
}

func parseArgon2id(hash string) (argon2id, error) {
	var a argon2id
	text, err := base64.StdEncoding.DecodeString(hash)
	if err != nil {
		return a, ErrHash
	}
	parts := strings.Split(string(text), "$") // nothing, argon2id, version, parameters, salt, key
	if len(parts) != 6 {
		return a, ErrHash
	}
	head := strings.Join(parts[:4], "$") + "$"
	_, err = fmt.Sscanf(head, argon2Text, &a.memory, &a.passes, &a.lanes)
	// Sscanf lets pass what nobody writes, +1 for one.
	if err != nil || fmt.Sprintf(argon2Text, a.memory, a.passes, a.lanes) != head {
		return a, ErrHash
	}
	key, err := base64.RawStdEncoding.DecodeString(parts[5])
	if err != nil || len(key) < 4 || len(key) > 64 {
		return a, ErrHash
	}
	a.size = uint32(len(key))
	if a.salt, err = base64.RawStdEncoding.DecodeString(parts[4]); err != nil {
		return a, ErrHash
	}
	return a, a.affordable()
}

func (a argon2id) affordable() error {
	if a.memory > argon2Memory || uint64(a.memory)*uint64(a.passes) > argon2Work || a.lanes > 16 || a.lanes == 0 || a.passes == 0 {
		return fmt.Errorf("%w: m=%d,t=%d,p=%d", ErrFactor, a.memory, a.passes, a.lanes)
	}
	return nil
}

package keys

import (
	"encoding/json"
	"fmt"
	"time"

	"wherry/internal/secret"
	"wherry/server/internal/fa"
)

// Store returns a key in the form in which it is stored.
func Store(k Key, id fa.ID, now time.Time) (*fa.SigningKey, error) {
	shown, err := json.Marshal(k) // the API's view, which has the same names
	if err != nil {
		return nil, fmt.Errorf("encode a signing key: %w", err)
	}
	stored := &fa.SigningKey{Secret: k.PrivateKey.Reveal() + k.Secret.Reveal()} // it has one of them
	if err := fa.Decode(shown, &stored.Key); err != nil {
		return nil, err
	}
	stored.ID, stored.InsertInstant, stored.LastUpdateInstant = id, now.UnixMilli(), now.UnixMilli()
	return stored, nil
}

// Load is a stored key as this package works with it.
func Load(k *fa.SigningKey) Key {
	key := Key{
		Algorithm: Algorithm(k.Algorithm), Type: Type(k.Type), Kid: k.KID, Name: k.Name, Length: k.Length,
		PublicKey: k.PublicKey, Certificate: k.Certificate, HasPrivateKey: k.HasPrivateKey,
	}
	if key.Type == HMAC {
		key.Secret = secret.String(k.Secret)
	} else {
		key.PrivateKey = secret.String(k.Secret)
	}
	return key
}

package keys_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"wherry/internal/secret"
	"wherry/server/internal/keys"
)

func TestKeysKeepTheirSecretsToThemselves(t *testing.T) {
	t.Parallel()
	for _, a := range []keys.Algorithm{keys.ES256, keys.HS256} {
		k := generate(t, a)
		stored, err := json.Marshal(k)
		if err != nil {
			t.Fatal(err)
		}
		printed := string(stored) + fmt.Sprintf("%v %+v %#v", k, k, k)
		if strings.Contains(printed, "PRIVATE") || k.Secret != "" && strings.Contains(printed, k.Secret.Reveal()) {
			t.Errorf("%s was printed with its secret: %s", a, printed)
		}

		var read keys.Key
		if err := json.Unmarshal(stored, &read); err != nil {
			t.Fatal(err)
		}
		if _, err := read.Signer(); err == nil {
			t.Errorf("%s signs without its private part", a)
		}
		read.PrivateKey, read.Secret = secret.String(k.PrivateKey.Reveal()), secret.String(k.Secret.Reveal())
		if _, err := keys.Verify(sign(t, read, 1, nil), holding(k), a); err != nil {
			t.Errorf("%s, stored and read: %v", a, err)
		}
	}
}

package keys_test

import (
	"testing"

	"wherry/server/internal/keys"
)

func TestHalfHash(t *testing.T) {
	t.Parallel()
	const code = "Qcb0Orv1zh30vL1MPRsbm-diHiMwcLyZvn1arpZv-Jxf_11jnpEX3Tgfvk"
	// The first is c_hash in the example of OpenID Connect Core A.4; the others
	// were computed with Python's hashlib.
	for a, want := range map[keys.Algorithm]string{
		keys.RS256:   "LDktKdoQak3Pk0cnXxCltA",
		keys.HS256:   "LDktKdoQak3Pk0cnXxCltA",
		keys.ES384:   "Mq-knyaEMtWGfnBi2POEZb1kiLx10_DF",
		keys.RS512:   "E9z1C-c0Az4eTEzE0Nm3OQ3BS2BhMgxuP7x5JAQj1_4",
		keys.Ed25519: "E9z1C-c0Az4eTEzE0Nm3OQ3BS2BhMgxuP7x5JAQj1_4",
	} {
		if got := a.HalfHash(code); got != want {
			t.Errorf("%s: got %s, want %s", a, got, want)
		}
	}
}

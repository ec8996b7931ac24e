package server_test

import (
	"crypto/sha256"
	"encoding/base64"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

// TestProvidersAreNotAskedWithoutEnd: from an address that has no API key, only so
// many attempts may come to nothing. Those that bring somebody in do not count.
func TestProvidersAreNotAskedWithoutEnd(t *testing.T) {
	t.Parallel()
	onEachFederated(t, "LinkByEmail", "", func(t *testing.T, f federated) {
		answer := func(code, verifier string) string {
			return `{"applicationId":"` + applicationID + `","identityProviderId":"` + upstreamID + `","data":{"code":"` + code + `","code_verifier":"` + verifier +
				`","redirect_uri":"` + downCallback + `"}}`
		}
		challenged := with(with(with(authorization(), "redirect_uri", downCallback), "scope", "openid email"), "code_challenge_method", "S256")
		const made = "made-up-verifier-made-up-verifier-made-up-verifier"
		sum := sha256.Sum256([]byte(made))
		challenged.Set("code_challenge", base64.RawURLEncoding.EncodeToString(sum[:]))
		from := func(address, key, body string) int {
			r := httptest.NewRequest(http.MethodPost, "/api/identity-provider/login", strings.NewReader(body))
			r.RemoteAddr = address + ":1234"
			r.Header.Set("Content-Type", "application/json")
			r.Header.Set("Authorization", key)
			w := httptest.NewRecorder()
			f.ServeHTTP(w, r)
			return w.Code
		}
		comesIn := func(address, key string) int {
			back := f.up.signIn(t, strings.TrimSuffix(f.up.issuer, tenantID)+"oauth2/authorize?"+challenged.Encode())
			return from(address, key, answer(back.Query().Get("code"), made))
		}
		const here, elsewhere = "192.0.2.1", "192.0.2.2"
		if status := comesIn(here, ""); status != http.StatusOK {
			t.Fatalf("status %d", status)
		}
		for n := range 100 {
			if status := from(here, "", answer("made-up", made)); status >= 500 || status == http.StatusTooManyRequests || status < 400 {
				t.Fatalf("attempt %d: status %d", n, status)
			}
		}
		for what, got := range map[string]int{"made up": from(here, "", answer("made-up", made)), "right": comesIn(here, "")} {
			if got != http.StatusTooManyRequests {
				t.Errorf("one more, %s: status %d", what, got)
			}
		}
		for what, got := range map[string]int{"elsewhere": comesIn(elsewhere, ""), "with an API key": comesIn(here, superKey)} {
			if got != http.StatusOK {
				t.Errorf("%s: status %d", what, got)
			}
		}
		f.clock.advance(61 * time.Second)
		if status := comesIn(here, ""); status != http.StatusOK {
			t.Errorf("after a while: status %d", status)
		}
	})
}

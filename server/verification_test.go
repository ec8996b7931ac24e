package server_test

import (
	"net/http"
	"testing"
)

// TestVerificationCodes may be typed wrong a few times, and an id verifies what
// it was made for alone.
func TestVerificationCodes(t *testing.T) {
	t.Parallel()
	i := start(t)
	i.do(`PATCH /api/tenant/` + tenantID + ` {"tenant":{"emailConfiguration":{"verifyEmail":true,"verificationStrategy":"FormField","verificationEmailTemplateId":"` + nobodyID + `"}}}`).must(t)
	try := func(endpoint, id, code string) int {
		return i.anonymously(`POST /api/user/` + endpoint + ` {"verificationId":"` + id + `","oneTimeCode":"` + code + `"}`).status
	}
	for wrong, want := range map[int]int{4: http.StatusOK, 5: http.StatusNotFound} {
		made := i.do(`POST /api/user {"user":{"email":"new` + string(rune('0'+wrong)) + `@example.com"}}`).must(t)
		id, code := made.text("emailVerificationId"), made.text("emailVerificationOneTimeCode")
		if status := try("verify-registration", id, code); status != http.StatusNotFound {
			t.Errorf("as a registration: status %d", status)
		}
		for range wrong {
			if status := try("verify-email", id, "wrong"); status != http.StatusNotFound {
				t.Errorf("wrong: status %d", status)
			}
		}
		if status := try("verify-email", id, code); status != want {
			t.Errorf("right after %d wrong ones: status %d, want %d", wrong, status, want)
		}
	}
}

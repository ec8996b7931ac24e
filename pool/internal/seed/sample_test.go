package seed_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"wherry/pool"
	"wherry/pool/internal/seed"
)

// TestSigningInToTheSample goes by the logins that a person would type.
func TestSigningInToTheSample(t *testing.T) {
	t.Parallel()
	running, err := pool.New(pool.Config{Directories: []pool.Directory{seed.Sample()}})
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct{ login, password, want string }{
		{"jane@example.com", "Sunny-Meadow-41", "AccessToken"},
		{"Jane@Example.com", "Sunny-Meadow-41", "AccessToken"},
		{"jane@example.com", "Sunny-Meadow-42", "NotAuthorizedException"},
		{"omar", "Quiet-Harbour-27", "AccessToken"},
		{"omar@example.com", "Quiet-Harbour-27", "NotFoundException"},
		{"mei@example.com", "Green-Lantern-58", "AccessToken"},
		{"zoe.mueller", "Brass-Kettle-73", "AccessToken"},
		{"grace@example.com", "Silver-Compass-19", "AccessToken"},
		{"ivan@example.com", "Rusty-Anchor-66", "AccessToken"},
		{"dora@example.com", "Paper-Lighthouse-84", "User is disabled."},
		{"tom@example.com", "Temporary-Bridge-32", "NEW_PASSWORD_REQUIRED"},
		{"una", "Hasty-Window-90", "UserNotConfirmedException"},
		{"victor@example.com", "anything-1-A", "Incorrect username or password."},
	} {
		t.Run(tt.login, func(t *testing.T) {
			t.Parallel()
			body, err := json.Marshal(map[string]any{
				"AuthFlow": "USER_PASSWORD_AUTH", "ClientId": "5pmi4ct0o4n6ulqj7vlnkm6nhh",
				"AuthParameters": map[string]string{"USERNAME": tt.login, "PASSWORD": tt.password},
			})
			if err != nil {
				t.Fatal(err)
			}
			r := httptest.NewRequest(http.MethodPost, "/", strings.NewReader(string(body)))
			r.Header.Set("Content-Type", "application/x-amz-json-1.1")
			r.Header.Set("X-Amz-Target", "AWSCognitoIdentityProviderService.InitiateAuth")
			w := httptest.NewRecorder()
			running.Handler().ServeHTTP(w, r)
			if !strings.Contains(w.Body.String(), tt.want) {
				t.Errorf("want %s, got %.200s", tt.want, w.Body)
			}
		})
	}
}

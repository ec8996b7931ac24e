package e2e

import (
	"bytes"
	"encoding/json"
	"net/http"
	"os"
	"path/filepath"
	"testing"
)

// The program's connector, driven by AWS's SDK inside it, asks the program's
// pool: three processes that meet over HTTP alone.
func TestConnectorAsksPool(t *testing.T) {
	t.Parallel()
	pool, connector, admin := "127.0.0.1:"+port(t), "127.0.0.1:"+port(t), "127.0.0.1:"+port(t)
	dir := t.TempDir()
	config := filepath.Join(dir, "wherry.yaml")
	if err := os.WriteFile(config, []byte(`
connector:
  secret: a-secret-of-the-test
pools:
  - id: us-east-2_ud90QwSeF
    client_id: 5pmi4ct0o4n6ulqj7vlnkm6nhh
    endpoint: http://`+pool+`
`), 0o600); err != nil {
		t.Fatal(err)
	}
	start(t, "pool", "--listen", pool).until("http://" + pool + "/us-east-2_ud90QwSeF/.well-known/jwks.json")
	start(t, "connector", "--config", config, "--listen", connector, "--admin", admin).until("http://" + admin + "/healthz")

	for _, tt := range []struct {
		name, secret, password string
		want                   int
	}{
		{"the right password", "a-secret-of-the-test", "Sunny-Meadow-41", http.StatusOK},
		{"a wrong password", "a-secret-of-the-test", "sunny-meadow-41", http.StatusNotFound},
		{"no secret", "", "Sunny-Meadow-41", http.StatusUnauthorized},
	} {
		body, _ := json.Marshal(map[string]string{"loginId": "jane@example.com", "password": tt.password})
		req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, "http://"+connector, bytes.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Content-Type", "application/json")
		req.Header.Set("Authorization", tt.secret)
		resp, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		var answer struct{ User struct{ ID, Email string } }
		if tt.want == http.StatusOK {
			if err := json.NewDecoder(resp.Body).Decode(&answer); err != nil {
				t.Error(err)
			}
		}
		_ = resp.Body.Close()
		if resp.StatusCode != tt.want {
			t.Errorf("%s: status %d, want %d", tt.name, resp.StatusCode, tt.want)
		}
		if tt.want == http.StatusOK && (answer.User.ID != "05f1780a-17d4-4bba-befb-07c074a89d7b" || answer.User.Email != "jane@example.com") {
			t.Errorf("%s: %+v", tt.name, answer.User)
		}
	}
}

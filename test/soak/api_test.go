package soak

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"testing"
)

var browser = &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 256}}

// api asks the server and decodes what it answers into out, unless that is nil.
func (p *parts) api(t *testing.T, method, path string, in, out any) (status int) {
	t.Helper()
	body, err := json.Marshal(in)
	if err != nil {
		t.Fatal(err)
	}
	r, err := http.NewRequestWithContext(t.Context(), method, p.serverURL+path, bytes.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Authorization", p.secrets.apiKey)
	r.Header.Set("Content-Type", "application/json")
	if p.tenantID != "" {
		r.Header.Set("X-FusionAuth-TenantId", p.tenantID)
	}
	resp, err := browser.Do(r)
	if err != nil {
		t.Error(err)
		return 0
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err == nil && out != nil && resp.StatusCode < http.StatusBadRequest {
		err = decode(text, out)
	}
	if err != nil {
		t.Errorf("%s %s: %v", method, path, err)
	}
	return resp.StatusCode
}

// decode keeps every digit of a number.
func decode(text []byte, out any) error {
	d := json.NewDecoder(bytes.NewReader(text))
	d.UseNumber()
	return d.Decode(out)
}

// secondFactor is FusionAuth's status for a second factor that is needed.
const secondFactor = 242

// signIn tells whether somebody gets in, and as whom.
func (p *parts) signIn(t *testing.T, who *person, password string) (in bool, id string) {
	t.Helper()
	var out struct{ User struct{ ID string } }
	status := p.api(t, http.MethodPost, "/api/login", map[string]any{
		"loginId": who.login, "loginIdTypes": who.types, "password": password,
	}, &out)
	switch status {
	case http.StatusOK:
		return true, out.User.ID
	case http.StatusNonAuthoritativeInfo: // the right password, and time to change it
		return true, who.expected.User.ID
	case secondFactor: // the right password, and a factor that has come across
		return who.expected.User.TwoFactor != nil, who.expected.User.ID
	default:
		return false, ""
	}
}

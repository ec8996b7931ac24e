package rehearse

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
)

// user is what the checks look at of a FusionAuth user.
type user struct {
	ID               string         `json:"id"`
	Email            string         `json:"email"`
	Username         string         `json:"username"`
	FirstName        string         `json:"firstName"`
	LastName         string         `json:"lastName"`
	EncryptionScheme string         `json:"encryptionScheme"`
	ConnectorID      string         `json:"connectorId"`
	Data             map[string]any `json:"data"`
	Registrations    []struct {
		ApplicationID string   `json:"applicationId"`
		Roles         []string `json:"roles"`
	} `json:"registrations"`
}

// call calls the server's API and decodes a JSON answer into v.
func (r *Rehearsal) call(ctx context.Context, method, path string, body, v any) (status int, err error) {
	var payload bytes.Buffer
	if body != nil {
		if err := json.NewEncoder(&payload).Encode(body); err != nil {
			return 0, err
		}
	}
	req, err := http.NewRequestWithContext(ctx, method, r.ServerURL+path, &payload)
	if err != nil {
		return 0, err
	}
	req.Header.Set("Authorization", r.APIKey.Reveal())
	req.Header.Set("X-FusionAuth-TenantId", r.TenantID)
	req.Header.Set("Content-Type", "application/json")
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return 0, err
	}
	defer resp.Body.Close()
	answer, err := io.ReadAll(resp.Body)
	if err != nil || v == nil || len(answer) == 0 {
		return resp.StatusCode, err
	}
	if err := json.Unmarshal(answer, v); err != nil {
		return resp.StatusCode, fmt.Errorf("the answer of %s %s is not JSON: %w", method, path, err)
	}
	return resp.StatusCode, nil
}

// user looks somebody up by login id.
func (r *Rehearsal) user(ctx context.Context, loginID string) (u user, status int, err error) {
	var answer struct{ User user }
	status, err = r.call(ctx, http.MethodGet, "/api/user?loginId="+url.QueryEscape(loginID), nil, &answer)
	return answer.User, status, err
}

// login signs somebody in without a browser.
func (r *Rehearsal) login(ctx context.Context, loginID, password string) (u user, status int, err error) {
	var answer struct{ User user }
	status, err = r.call(ctx, http.MethodPost, "/api/login",
		map[string]string{"loginId": loginID, "password": password, "applicationId": r.ApplicationID}, &answer)
	return answer.User, status, err
}

// events returns the newest entries of the event log.
func (r *Rehearsal) events(ctx context.Context) ([]struct{ Type, Message string }, error) {
	// The event log belongs to no tenant, so its key must not name one.
	var answer struct {
		EventLogs []struct{ Type, Message string }
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, r.ServerURL+"/api/system/event-log/search", nil)
	if err != nil {
		return nil, err
	}
	req.Header.Set("Authorization", r.APIKey.Reveal())
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	return answer.EventLogs, json.NewDecoder(resp.Body).Decode(&answer)
}

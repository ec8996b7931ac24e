package connector

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"time"

	"wherry/internal/secret"
	"wherry/toolkit/internal/cognito"
	"wherry/toolkit/internal/plan"
)

// Trial is one sign-in that shows everything it does. It quotes Cognito and
// holds the user: it is for the operator who asked for it.
type Trial struct {
	Pool          string          `json:"pool,omitempty"`
	Login         string          `json:"login,omitempty"` // the hash that logs know the login id by
	Steps         []Step          `json:"steps"`
	Milliseconds  float64         `json:"ms"`
	Outcome       string          `json:"outcome,omitempty"`
	Answer        string          `json:"answer"` // carried or refused
	WithoutFactor bool            `json:"withoutFactor,omitempty"`
	Hint          string          `json:"hint,omitempty"`
	Remarks       []plan.Remark   `json:"remarks,omitempty"`
	Body          json.RawMessage `json:"body,omitempty"` // what FusionAuth gets
}

// Step is one thing that was done.
type Step struct {
	Name         string  `json:"name"`
	Sent         string  `json:"sent,omitempty"` // without what is secret
	Said         string  `json:"said"`
	Milliseconds float64 `json:"ms"`
}

// Try signs one user in at a pool, past the door and its limits, and ends the
// session that this leaves behind. It fails only for a pool that is not there.
func (k *Connector) Try(ctx context.Context, name, login string, password secret.String) (Trial, error) {
	p := k.pools[name]
	if p == nil {
		return Trial{}, fmt.Errorf("there is no pool %s", name)
	}
	var trace cognito.Trace
	ctx = cognito.WithTrace(ctx, &trace)
	start := time.Now()
	v := p.signIn(ctx, signIn{LoginID: login, Password: password})
	took := time.Since(start)
	t := Trial{
		Pool: p.Name, Milliseconds: milliseconds(took), Outcome: string(v.outcome), Answer: v.word(),
		WithoutFactor: v.withoutFactor, Hint: v.hint, Remarks: v.remarks, Body: v.answer,
	}
	if k.names.lasting {
		t.Login = k.names.name(p.Name, login)
	}
	t.Steps = p.steps(trace.Calls, login, v)
	t.Steps = append(t.Steps, Step{"our own part", "", v.word(), milliseconds(took - total(trace.Calls))})
	if v.refreshToken != "" {
		done := len(trace.Calls)
		_ = p.cognito.Revoke(ctx, v.refreshToken) // its step tells
		t.Steps = append(t.Steps, p.steps(trace.Calls[done:], login, v)...)
	}
	return t, nil
}

func total(calls []cognito.Call) (d time.Duration) {
	for _, c := range calls {
		d += c.Took
	}
	return d
}

func (p *pool) steps(calls []cognito.Call, login string, v verdict) []Step {
	var list []Step
	for _, c := range calls {
		list = append(list, Step{c.Operation, p.sent(c.Operation, login), said(c, v.failure), milliseconds(c.Took)})
	}
	return list
}

// sent says what a call holds, without the secrets in it.
func (p *pool) sent(operation, login string) string {
	switch operation {
	case "InitiateAuth", "AdminInitiateAuth":
		hash := ""
		if p.ClientSecret != "" {
			hash = ", SECRET_HASH"
		}
		return fmt.Sprintf("%s, client %s, USERNAME %s%s; the password is not shown", p.Connector.Flow, p.ClientID, login, hash)
	case "RespondToAuthChallenge":
		return "the proof of the password"
	case "GetUser":
		return "the access token"
	case "RevokeToken":
		return "the refresh token"
	default:
		return "the username, signed with IAM"
	}
}

func said(c cognito.Call, failure error) string {
	text := string(c.Outcome)
	if c.Code != "" {
		text += " (" + c.Code + ")"
	}
	if c.Attempts > 1 {
		text += fmt.Sprintf(", after %d attempts", c.Attempts)
	}
	if f, ok := errors.AsType[*cognito.Failure](failure); ok && f.Operation == c.Operation && f.Said() != "" {
		text += ": " + f.Said()
	}
	return text
}

// TryURL signs one user in through a connector that is deployed somewhere, as
// FusionAuth does. It tells no more than FusionAuth gets to know.
func TryURL(ctx context.Context, url, header string, headerSecret secret.String, login string, password secret.String) (Trial, error) {
	body, err := json.Marshal(map[string]any{"loginId": login, "password": password.Reveal()})
	if err != nil {
		return Trial{}, fmt.Errorf("write the request: %w", err)
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, url, bytes.NewReader(body))
	if err != nil {
		return Trial{}, fmt.Errorf("write the request: %w", err)
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set(header, headerSecret.Reveal())
	start := time.Now()
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return Trial{}, fmt.Errorf("reach the connector: %w", err)
	}
	defer resp.Body.Close()
	answer, err := io.ReadAll(io.LimitReader(resp.Body, 1<<20))
	if err != nil {
		return Trial{}, fmt.Errorf("read the connector's answer: %w", err)
	}
	took := milliseconds(time.Since(start))
	t := Trial{
		Steps:        []Step{{"POST " + url, "loginId " + login + "; password and " + header + " are not shown", resp.Status, took}},
		Milliseconds: took, Answer: "refused", Hint: meaning(resp.StatusCode),
	}
	if resp.StatusCode == http.StatusOK && json.Valid(answer) {
		t.Answer, t.Body = "carried", answer
	}
	return t, nil
}

// meaning is what a status of the connector says to an operator.
func meaning(status int) string {
	switch status {
	case http.StatusOK:
		return ""
	case http.StatusNotFound:
		return "a wrong password, or something else that the connector's log tells by the login's hash; or no connector at this path"
	case http.StatusUnauthorized:
		return "the secret is not the connector's, or this machine is not in connector.networks"
	case http.StatusForbidden:
		return "something in front of the connector keeps it closed: for a Lambda function URL, both of its permissions"
	default:
		return "no connector answers like this: look at what stands in front of it"
	}
}

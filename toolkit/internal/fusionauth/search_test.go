package fusionauth_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"wherry/toolkit/internal/fusionauth"
)

func TestCallsAboutManyUsers(t *testing.T) {
	t.Parallel()
	type id struct {
		ID string `json:"id"`
	}
	for name, tt := range map[string]struct {
		call                        func(context.Context, *fusionauth.Client) (any, error)
		request, body, answer, want string
	}{
		"by ids": {
			call: func(ctx context.Context, c *fusionauth.Client) (any, error) {
				return fusionauth.UsersByID[id](ctx, c, []string{userID, tenantID})
			},
			request: "POST /api/user/search", body: `{"search":{"ids":["` + userID + `","` + tenantID + `"],"numberOfResults":2}}`,
			answer: `{"total":1,"users":[` + userAnswer + `]}`, want: "[{" + userID + "}]",
		},
		"nobody": {
			call: func(ctx context.Context, c *fusionauth.Client) (any, error) {
				return fusionauth.UsersByID[id](ctx, c, nil)
			},
			want: "[]",
		},
		"how many": {
			call:    func(ctx context.Context, c *fusionauth.Client) (any, error) { return c.CountUsers(ctx) },
			request: "POST /api/user/search", body: `{"search":{"queryString":"*","accurateTotal":true,"numberOfResults":1,"sortFields":[{"name":"insertInstant","order":"asc"}]}}`,
			answer: `{"total":12000,"users":[` + userAnswer + `]}`, want: "12000",
		},
		"links": {
			call:    func(ctx context.Context, c *fusionauth.Client) (any, error) { return c.UserLinks(ctx, userID) },
			request: "GET /api/identity-provider/link?userId=" + userID,
			answer:  `{"identityProviderLinks":[{"identityProviderId":"g","identityProviderName":"Google","identityProviderUserId":"1","userId":"u","token":"x","insertInstant":7}]}`,
			want:    "[{g Google 1 u 7}]",
		},
		"a mail": {
			call: func(ctx context.Context, c *fusionauth.Client) (any, error) {
				return nil, c.ForgotPassword(ctx, "jane@example.com", "own", applicationID)
			},
			request: "POST /api/user/forgot-password",
			body: `{"applicationId":"` + applicationID + `","changePasswordId":"own","loginId":"jane@example.com",
				"sendForgotPasswordEmail":true,"sendForgotPasswordMessage":true}`,
			answer: `{"changePasswordId":"own"}`, want: "<nil>",
		},
		"a change at the next sign-in": {
			call: func(ctx context.Context, c *fusionauth.Client) (any, error) {
				return nil, c.RequirePasswordChange(ctx, userID)
			},
			request: "PATCH /api/user/" + userID, body: `{"user":{"passwordChangeRequired":true}}`, answer: `{"user":` + userAnswer + `}`, want: "<nil>",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := connect(t, func(w http.ResponseWriter, r *http.Request) {
				body, _ := io.ReadAll(r.Body)
				if got := r.Method + " " + r.URL.String(); got != tt.request || !sameJSON(string(body), tt.body) {
					t.Errorf("sent %s %s\nwant %s %s", got, body, tt.request, tt.body)
				}
				_, _ = io.WriteString(w, tt.answer)
			})
			if got, err := tt.call(t.Context(), c); err != nil || fmt.Sprint(got) != tt.want {
				t.Errorf("got %v, %v, want %s", got, err, tt.want)
			}
		})
	}
}

// TestAChangePasswordIDIsNotQuoted: it is as good as a password.
func TestAChangePasswordIDIsNotQuoted(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		status int
		body   string
		want   bool
		fails  bool
	}{
		"good":                      {status: 200, want: true},
		"good with a second factor": {status: 400, body: `{"generalErrors":[{"code":"[TrustTokenRequired]"}]}`, want: true},
		"used or too old":           {status: 404},
		"another mistake":           {status: 400, fails: true},
		"no permission":             {status: 401, fails: true},
		"an outage":                 {status: 500, fails: true},
		"no answer":                 {status: 0, fails: true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := connect(t, func(w http.ResponseWriter, _ *http.Request) {
				if tt.status == 0 {
					panic(http.ErrAbortHandler)
				}
				w.WriteHeader(tt.status)
				_, _ = io.WriteString(w, tt.body)
			})
			got, err := c.ChangePasswordIDValid(t.Context(), "hunter2")
			if got != tt.want || (err != nil) != tt.fails || err != nil && strings.Contains(err.Error(), "hunter2") {
				t.Errorf("got %v, %v", got, err)
			}
		})
	}
}

func TestAhead(t *testing.T) {
	t.Parallel()
	for _, want := range []time.Duration{0, time.Hour, -2 * time.Minute} {
		c := connect(t, func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Date", time.Now().Add(want).UTC().Format(http.TimeFormat))
		})
		if got, err := c.Ahead(t.Context()); err != nil || (got-want).Abs() > 5*time.Second {
			t.Errorf("got %v, %v, want %v", got, err, want)
		}
	}
	c := connect(t, func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) })
	if _, err := c.Ahead(t.Context()); err == nil || errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
}

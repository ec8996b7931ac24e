package fusionauth

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"time"
)

// ForgotPassword asks FusionAuth to send the mail by which somebody chooses a
// new password. The changePasswordID is what the mail's link will hold; with ""
// FusionAuth makes one. The call is never repeated: it might send two mails.
//
// Source: https://fusionauth.io/docs/apis/users#start-forgot-password-workflow
func (c *Client) ForgotPassword(ctx context.Context, loginID, changePasswordID, applicationID string) error {
	body := envelope{"loginId": loginID, "sendForgotPasswordMessage": true, "sendForgotPasswordEmail": true}
	if changePasswordID != "" {
		body["changePasswordId"] = changePasswordID
	}
	if applicationID != "" {
		body["applicationId"] = applicationID
	}
	return c.do(ctx, call{method: http.MethodPost, path: "/api/user/forgot-password", body: body}, nil)
}

// ChangePasswordIDValid tells whether somebody may still choose a password with
// this id: it is known, and neither used nor too old. The error does not hold
// the id, which is as good as a password.
//
// Source: https://fusionauth.io/docs/apis/users#change-a-users-password
func (c *Client) ChangePasswordIDValid(ctx context.Context, id string) (bool, error) {
	const path = "/api/user/change-password/{id}"
	err := c.do(ctx, call{method: http.MethodGet, path: path, ids: []string{id}}, nil)
	refused, answered := errors.AsType[*Error](err)
	switch {
	case err == nil:
		return true, nil
	case !answered:
		return false, fmt.Errorf("GET %s: %w", path, errors.Unwrap(err)) // the text around it quotes the path
	case refused.Status == http.StatusNotFound:
		return false, nil
	case slices.ContainsFunc(refused.General, func(d Detail) bool { return d.Code == "[TrustTokenRequired]" }):
		return true, nil // but the user has a second factor
	default:
		return false, &Error{Status: refused.Status, Method: refused.Method, Path: path}
	}
}

// RequirePasswordChange makes a user choose a new password at the next sign-in.
func (c *Client) RequirePasswordChange(ctx context.Context, userID string) error {
	what := call{
		method: http.MethodPatch, merge: true, path: "/api/user/{id}", ids: []string{userID},
		body: envelope{"user": envelope{"passwordChangeRequired": true}},
	}
	return c.do(ctx, what, nil)
}

// ChangePasswordIDLifetime is how long a changePasswordID is good in the tenant
// that c is about, or the only one that there is.
func (c *Client) ChangePasswordIDLifetime(ctx context.Context) (time.Duration, error) {
	type tenant struct {
		Identifiers struct {
			Seconds int64 `json:"changePasswordIdTimeToLiveInSeconds"`
		} `json:"externalIdentifierConfiguration"`
	}
	if c.tenant != "" {
		t, err := object[tenant](ctx, c, call{method: http.MethodGet, path: "/api/tenant/{id}", ids: []string{c.tenant}}, "tenant")
		return time.Duration(t.Identifiers.Seconds) * time.Second, err
	}
	all, err := object[[]tenant](ctx, c, call{method: http.MethodGet, path: "/api/tenant"}, "tenants")
	if err != nil || len(all) != 1 {
		return 0, err
	}
	return time.Duration(all[0].Identifiers.Seconds) * time.Second, nil
}

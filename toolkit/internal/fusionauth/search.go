package fusionauth

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"time"
)

// UsersByID returns the users with these ids, active or not, with their
// registrations and memberships, each as T reads it. Those who are not there
// are left out. FusionAuth looks ids up past its search index, so whoever has
// just been written is found, too.
//
// Source: https://fusionauth.io/docs/apis/users#search-for-users
func UsersByID[T any](ctx context.Context, c *Client, ids []string) ([]T, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	what := call{
		method: http.MethodPost, path: "/api/user/search", repeatable: true,
		body: envelope{"search": envelope{"ids": ids, "numberOfResults": len(ids)}},
	}
	var found struct {
		Users []T `json:"users"`
	}
	err := c.do(ctx, what, &found)
	return found.Users, err
}

// CountUsers counts the users, active or not. FusionAuth counts in its search
// index, which may be a second behind.
func (c *Client) CountUsers(ctx context.Context) (int, error) {
	n, _, err := c.CountUsersWho(ctx, "*")
	return n, err
}

// CountUsersWho counts the users whom a query string finds, and tells when the
// first of them was made, in milliseconds; 0 if there is none.
func (c *Client) CountUsersWho(ctx context.Context, queryString string) (n int, first int64, err error) {
	what := call{
		method: http.MethodPost, path: "/api/user/search", repeatable: true,
		body: envelope{"search": envelope{
			"queryString": queryString, "accurateTotal": true, "numberOfResults": 1, "sortFields": []envelope{{"name": "insertInstant", "order": "asc"}},
		}},
	}
	var found struct {
		Total *int                            `json:"total"`
		Users []struct{ InsertInstant int64 } `json:"users"`
	}
	if err := c.do(ctx, what, &found); err != nil {
		return 0, 0, err
	}
	if found.Total == nil {
		return 0, 0, errors.New("POST /api/user/search: the answer has no \"total\"")
	}
	if len(found.Users) > 0 {
		first = found.Users[0].InsertInstant
	}
	return *found.Total, first, nil
}

// UserLink is an identity provider's user who is one of ours.
type UserLink struct {
	ProviderID     string `json:"identityProviderId"`
	ProviderName   string `json:"identityProviderName"`
	ProviderUserID string `json:"identityProviderUserId"`
	UserID         string `json:"userId"`
	InsertInstant  int64  `json:"insertInstant,omitempty"` // milliseconds; the target's to say
}

// UserLinks lists the links of a user.
//
// Source: https://fusionauth.io/docs/apis/identity-providers/links#retrieve-a-link
func (c *Client) UserLinks(ctx context.Context, userID string) ([]UserLink, error) {
	what := call{method: http.MethodGet, path: "/api/identity-provider/link", query: url.Values{"userId": {userID}}}
	var found struct {
		Links []UserLink `json:"identityProviderLinks"`
	}
	err := c.do(ctx, what, &found)
	return found.Links, err
}

// Ahead is how far the clock of FusionAuth is ahead of ours, to a second; 0 when
// it does not tell.
func (c *Client) Ahead(ctx context.Context) (time.Duration, error) {
	began := time.Now()
	got, err := c.attempt(ctx, call{method: http.MethodGet}, "/api/status", nil)
	if err != nil {
		return 0, err
	}
	theirs, err := http.ParseTime(got.header.Get("Date"))
	if err != nil {
		return 0, nil //nolint:nilerr // no clock is no failure
	}
	ours := began.Add(time.Since(began) / 2)
	return theirs.Sub(ours).Round(time.Second), nil
}

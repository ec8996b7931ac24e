package fusionauth

import (
	"context"
	"encoding/json"
	"net/http"
	"time"
)

// Account is what tells whether a user is there, and what became of them since.
type Account struct {
	ID                string `json:"id"`
	Email             string `json:"email"`
	Username          string `json:"username"`
	PhoneNumber       string `json:"phoneNumber"`
	ConnectorID       string `json:"connectorId"`
	InsertInstant     int64  `json:"insertInstant"` // all in milliseconds since 1970
	LastUpdateInstant int64  `json:"lastUpdateInstant"`
	LastLoginInstant  int64  `json:"lastLoginInstant"`
}

// importing is how long an import may take: FusionAuth answers when all users
// are stored.
const importing = 10 * time.Minute

// Import stores users, all or none. Each is JSON as the API wants it. The call
// is never repeated. When it ends in anything but an *Error, or in one with a
// status of 500 or more, they may have been stored all the same.
//
// Source: https://fusionauth.io/docs/apis/users#import-users
func (c *Client) Import(ctx context.Context, users [][]byte, validate bool) error {
	raw := make([][]byte, 0, 2*len(users)+1)
	separator := `{"validateDbConstraints":false,"users":[`
	if validate {
		separator = `{"validateDbConstraints":true,"users":[`
	}
	for _, u := range users {
		raw = append(raw, []byte(separator), u)
		separator = ","
	}
	raw = append(raw, []byte("]}"))
	return c.do(ctx, call{method: http.MethodPost, path: "/api/user/import", raw: raw, timeout: importing}, nil)
}

// AccountsByLogin finds users who sign in with one of these names, whatever
// their case; that takes FusionAuth's search index. Those who come first in it
// are found: ten thousand.
//
// Source: https://fusionauth.io/docs/apis/users#search-for-users
func (c *Client) AccountsByLogin(ctx context.Context, emails, usernames, phones []string) ([]Account, error) {
	var any []envelope
	for name, values := range map[string][]string{"email": emails, "username": usernames, "phoneNumber": phones} {
		if len(values) > 0 {
			any = append(any, envelope{"terms": envelope{name: values}})
		}
	}
	if len(any) == 0 {
		return nil, nil
	}
	query, err := json.Marshal(envelope{"bool": envelope{"should": any, "minimum_should_match": 1}})
	if err != nil {
		return nil, err
	}
	what := call{
		method: http.MethodPost, path: "/api/user/search", repeatable: true,
		body: envelope{"search": envelope{"query": string(query), "numberOfResults": 10_000}, "expand": []string{}},
	}
	var found struct {
		Users []Account `json:"users"`
	}
	err = c.do(ctx, what, &found)
	return found.Users, err
}

// DeleteUsers removes users for good; those who are not there are left out.
//
// Source: https://fusionauth.io/docs/apis/users#bulk-delete-users
func (c *Client) DeleteUsers(ctx context.Context, ids []string) error {
	if len(ids) == 0 {
		return nil
	}
	what := call{method: http.MethodDelete, path: "/api/user/bulk", body: envelope{"userIds": ids, "hardDelete": true}, timeout: importing}
	return c.do(ctx, what, nil)
}

package fusionauth

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
)

// User is an account as FusionAuth shows it.
type User struct {
	ID                     string          `json:"id"`
	TenantID               string          `json:"tenantId"`
	ConnectorID            string          `json:"connectorId"` // who is asked for the password
	Active                 bool            `json:"active"`
	Email                  string          `json:"email"`
	Username               string          `json:"username"`
	PhoneNumber            string          `json:"phoneNumber"` // a login id, unlike MobilePhone
	MobilePhone            string          `json:"mobilePhone"`
	Verified               bool            `json:"verified"`
	FirstName              string          `json:"firstName"`
	MiddleName             string          `json:"middleName"`
	LastName               string          `json:"lastName"`
	FullName               string          `json:"fullName"`
	BirthDate              string          `json:"birthDate"` // 2006-01-02
	Timezone               string          `json:"timezone"`
	PreferredLanguages     []string        `json:"preferredLanguages"`
	ImageURL               string          `json:"imageUrl"`
	PasswordChangeRequired bool            `json:"passwordChangeRequired"`
	EncryptionScheme       string          `json:"encryptionScheme"` // of the stored password
	Registrations          []Registration  `json:"registrations"`
	Memberships            []Membership    `json:"memberships"`
	InsertInstant          int64           `json:"insertInstant"` // milliseconds since 1970
	Data                   json.RawMessage `json:"data"`
}

// Registration says that a user may use an application.
type Registration struct {
	ID            string   `json:"id"`
	ApplicationID string   `json:"applicationId"`
	Roles         []string `json:"roles"`
}

// Membership says that a user belongs to a group.
type Membership struct {
	ID      string `json:"id"`
	GroupID string `json:"groupId"`
}

// User returns the user with this id.
func (c *Client) User(ctx context.Context, id string) (User, error) {
	what := call{method: http.MethodGet, path: "/api/user/{id}", ids: []string{id}}
	return object[User](ctx, c, what, "user")
}

// UserByLoginID returns the user who signs in with loginID: an e-mail address
// or a user name, or what types name (email, username, phoneNumber), of which
// the first that finds somebody wins. With several tenants c must be about one.
func (c *Client) UserByLoginID(ctx context.Context, loginID string, types ...string) (User, error) {
	query := url.Values{"loginId": {loginID}}
	if len(types) > 0 {
		query["loginIdTypes"] = types
	}
	return object[User](ctx, c, call{method: http.MethodGet, path: "/api/user", query: query}, "user")
}

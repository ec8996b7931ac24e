package fusionauth

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// RefreshToken is a refresh token as it is imported.
type RefreshToken struct {
	ApplicationID string `json:"applicationId"`
	UserID        string `json:"userId"`
	Token         Secret `json:"token"`
	StartInstant  int64  `json:"startInstant"` // milliseconds since 1970
	MetaData      struct {
		Device struct {
			Name string `json:"name,omitempty"`
		} `json:"device,omitzero"`
	} `json:"metaData,omitzero"`
}

// ImportRefreshTokens imports all of these tokens or none. The users must be
// registered for the applications. A refusal does not tell which token it is
// about, and without validation hardly why.
//
// Source: https://fusionauth.io/docs/apis/jwt#import-refresh-tokens
func (c *Client) ImportRefreshTokens(ctx context.Context, all []RefreshToken, validate bool) error {
	return c.do(ctx, call{
		method: http.MethodPost, path: "/api/user/refresh-token/import",
		body: envelope{"refreshTokens": all, "validateDbConstraints": validate},
	}, nil)
}

// HasRefreshToken tells whether the user has this token. Wherry's own server
// keeps no values: there it is one that began at the same millisecond, for the
// same application.
func (c *Client) HasRefreshToken(ctx context.Context, token RefreshToken) (bool, error) {
	var found struct {
		RefreshTokens []RefreshToken `json:"refreshTokens"`
	}
	err := c.do(ctx, call{method: http.MethodGet, path: "/api/jwt/refresh", query: url.Values{"userId": {token.UserID}}}, &found)
	return slices.ContainsFunc(found.RefreshTokens, token.is), err
}

func (t RefreshToken) is(shown RefreshToken) bool {
	if shown.Token.String != "" {
		return shown.Token.Equal(t.Token.Reveal())
	}
	return strings.EqualFold(shown.ApplicationID, t.ApplicationID) && shown.StartInstant == t.StartInstant
}

// Registrations are the ids of the applications that each of the users is
// registered for. Users who are not there are left out.
func (c *Client) Registrations(ctx context.Context, users []string) (map[string][]string, error) {
	found := map[string][]string{}
	for some := range slices.Chunk(users, 200) {
		var page struct {
			Users []User `json:"users"`
		}
		what := call{
			method: http.MethodPost, path: "/api/user/search", repeatable: true,
			body: envelope{"search": map[string]any{"ids": some}},
		}
		if err := c.do(ctx, what, &page); err != nil {
			return nil, err
		}
		for _, u := range page.Users {
			ids := []string{}
			for _, r := range u.Registrations {
				ids = append(ids, strings.ToLower(r.ApplicationID))
			}
			found[strings.ToLower(u.ID)] = ids
		}
	}
	return found, nil
}

package fusionauth

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"wherry/internal/secret"
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
// about.
//
// Source: https://fusionauth.io/docs/apis/jwt#import-refresh-tokens
func (c *Client) ImportRefreshTokens(ctx context.Context, all []RefreshToken) error {
	return c.do(ctx, call{
		method: http.MethodPost, path: "/api/user/refresh-token/import",
		body: envelope{"refreshTokens": all, "validateDbConstraints": false},
	}, nil)
}

// HasRefreshToken tells whether the user has this token.
func (c *Client) HasRefreshToken(ctx context.Context, userID string, token secret.String) (bool, error) {
	var found struct {
		RefreshTokens []struct {
			Token Secret `json:"token"`
		} `json:"refreshTokens"`
	}
	err := c.do(ctx, call{method: http.MethodGet, path: "/api/jwt/refresh", query: url.Values{"userId": {userID}}}, &found)
	for _, t := range found.RefreshTokens {
		if t.Token.Equal(token.Reveal()) {
			return true, err
		}
	}
	return false, err
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

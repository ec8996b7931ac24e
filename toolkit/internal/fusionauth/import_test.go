package fusionauth_test

import (
	"context"
	"io"
	"net/http"
	"testing"

	"wherry/toolkit/internal/fusionauth"
)

func TestCallsOfTheBulkRoad(t *testing.T) {
	t.Parallel()
	link := fusionauth.UserLink{ProviderID: "g", ProviderUserID: "a|b c", UserID: userID}
	for name, tt := range map[string]struct {
		call                  func(context.Context, *fusionauth.Client) error
		request, body, answer string
	}{
		"import": {
			call: func(ctx context.Context, c *fusionauth.Client) error {
				return c.Import(ctx, [][]byte{[]byte(`{"id":"1"}`), []byte(`{"id":"2"}`)}, false)
			},
			request: "POST /api/user/import", body: `{"users":[{"id":"1"},{"id":"2"}],"validateDbConstraints":false}`,
		},
		"import, validated": {
			call: func(ctx context.Context, c *fusionauth.Client) error {
				return c.Import(ctx, [][]byte{[]byte(`{}`)}, true)
			},
			request: "POST /api/user/import", body: `{"users":[{}],"validateDbConstraints":true}`,
		},
		"who has these names": {
			call: func(ctx context.Context, c *fusionauth.Client) error {
				_, err := c.AccountsByLogin(ctx, []string{`"a"@example.com`}, nil, nil)
				return err
			},
			request: "POST /api/user/search",
			body: `{"search":{"numberOfResults":10000,"query":"{\"bool\":{\"minimum_should_match\":1,\"should\":[{\"terms\":{\"email\":[\"\\\"a\\\"@example.com\"]}}]}}"},
				"expand":[]}`,
			answer: `{"users":[]}`,
		},
		"delete": {
			call:    func(ctx context.Context, c *fusionauth.Client) error { return c.DeleteUsers(ctx, []string{userID}) },
			request: "DELETE /api/user/bulk", body: `{"hardDelete":true,"userIds":["` + userID + `"]}`,
		},
		"link": {
			call:    func(ctx context.Context, c *fusionauth.Client) error { return c.Link(ctx, link) },
			request: "POST /api/identity-provider/link",
			body:    `{"identityProviderLink":{"identityProviderId":"g","identityProviderUserId":"a|b c","userId":"` + userID + `"}}`,
		},
		"unlink": {
			call:    func(ctx context.Context, c *fusionauth.Client) error { return c.Unlink(ctx, link) },
			request: "DELETE /api/identity-provider/link?identityProviderId=g&identityProviderUserId=a%7Cb+c&userId=" + userID,
		},
		"who has a link": {
			call: func(ctx context.Context, c *fusionauth.Client) error {
				found, err := c.LinkTo(ctx, "g", "a|b c")
				if found.UserID != "u" {
					t.Errorf("found %+v", found)
				}
				return err
			},
			request: "GET /api/identity-provider/link?identityProviderId=g&identityProviderUserId=a%7Cb+c", answer: `{"identityProviderLink":{"userId":"u"}}`,
		},
		"providers": {
			call: func(ctx context.Context, c *fusionauth.Client) error {
				all, err := c.IdentityProviders(ctx)
				if len(all) != 1 || all[0].Type != "Google" {
					t.Errorf("found %+v", all)
				}
				return err
			},
			request: "GET /api/identity-provider", answer: `{"identityProviders":[{"id":"g","name":"G","type":"Google"}]}`,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := connect(t, func(w http.ResponseWriter, r *http.Request) {
				body, _ := io.ReadAll(r.Body)
				if got := r.Method + " " + r.URL.String(); got != tt.request || tt.body != "" && !sameJSON(string(body), tt.body) || tt.body == "" && len(body) > 0 {
					t.Errorf("sent %s %s\nwant %s %s", got, body, tt.request, tt.body)
				}
				_, _ = io.WriteString(w, tt.answer)
			})
			if err := tt.call(t.Context(), c); err != nil {
				t.Error(err)
			}
		})
	}
}

package api

import (
	"context"
	"net/http/httptest"
	"strings"
	"testing"

	"wherry/server/internal/fa"
)

// pending is the one link that a sign-in has left to be completed.
type pending struct {
	linkStore
	code string
	link fa.IdentityProviderLink
}

func (p *pending) TakeIdentifier(_ context.Context, kind, code string, value any) error {
	if kind != pendingLink || code != p.code {
		return fa.ErrNotFound
	}
	*value.(*fa.IdentityProviderLink) = p.link
	return nil
}

func TestPendingLinkIsCompleted(t *testing.T) {
	t.Parallel()
	const user fa.ID = "00000000-0000-0000-0000-111111111111"
	link := fa.NewIdentityProviderLink()
	link.IdentityProviderID, link.IdentityProviderUserID, link.DisplayName = "eeeeeeee-0000-0000-0000-000000000009", "42", "jane@example.com"
	h := &Links{Store: &pending{code: "code", link: link}}
	for name, body := range map[string]string{
		"under its name": `{"pendingIdPLinkId":"code","identityProviderLink":{"userId":"` + string(user) + `"}}`,
		"older body":     `{"pendingIdPLinkId":"code","userId":"` + string(user) + `"}`,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := httptest.NewRequestWithContext(t.Context(), "POST", "/api/identity-provider/link", strings.NewReader(body))
			r.Header.Set("Content-Type", "application/json")
			got, err := h.read(r)
			if err != nil {
				t.Fatal(err)
			}
			if got.UserID != user || got.IdentityProviderID != link.IdentityProviderID || got.IdentityProviderUserID != "42" || got.DisplayName != "jane@example.com" {
				t.Errorf("completed as %+v", got)
			}
		})
	}
}

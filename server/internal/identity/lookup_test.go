package identity_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"wherry/server/internal/fa"
	"wherry/server/internal/identity"
)

// box keeps the mails that are ordered.
type box struct{ mails []identity.Mail }

func (b *box) Along(ctx context.Context, due func() []identity.Mail) context.Context {
	for _, m := range due() {
		if m.TemplateID != "" {
			b.mails = append(b.mails, m)
		}
	}
	return ctx
}

func (b *box) Send(_ context.Context, m identity.Mail) error {
	b.mails = append(b.mails, m)
	return nil
}

// forgotten is a world in which mails can be sent, and the first connector may
// be asked who is known.
func forgotten(t *testing.T) (*world, *box) {
	t.Helper()
	w, b := newWorld(t), &box{}
	w.Mailer = b
	w.configure(func(v *fa.Tenant) {
		v.EmailConfiguration.ForgotPasswordEmailTemplateID = id(50)
		v.ConnectorPolicies = []fa.ConnectorPolicy{policy(first, true, "*")}
	})
	_, err := w.db.Connectors.Update(t.Context(), first, func(c *fa.Connector) error {
		c.Data = fa.Data{"wherry": []byte(`{"forgotPassword":true}`)}
		return nil
	})
	w.must(err)
	return w, b
}

func (w *world) forgot(loginID string) (string, error) {
	w.t.Helper()
	tenant, err := w.db.Tenants.Get(w.t.Context(), tenantID)
	w.must(err)
	return w.ForgotPassword(w.t.Context(), identity.Forgotten{Tenant: tenant, LoginID: loginID})
}

func TestSomebodyWhoHasForgottenThePasswordBeforeTheFirstSignIn(t *testing.T) {
	t.Parallel()
	w, b := forgotten(t)
	w.outside.answers[first] = vouch(t, ada(""))
	code, err := w.forgot("Ada@example.com")
	w.must(err)
	if len(b.mails) != 1 || b.mails[0].User.ID != adaID || b.mails[0].Values["changePasswordId"] != code {
		t.Fatalf("mails: %+v", b.mails)
	}
	u := w.user(adaID)
	if u.ConnectorID != first || u.Hash != "" || !u.IsVerified(fa.IdentityEmail) {
		t.Errorf("brought across: %+v", u)
	}

	// The old password still works, at the connector, and ends the matter.
	out, err := w.signIn("ada@example.com", right)
	w.must(err)
	if out.User.ID != adaID || w.user(adaID).ConnectorID != fa.ConnectorID || w.user(adaID).Hash == "" {
		t.Errorf("signed in: %+v", w.user(adaID))
	}
	if _, _, err := w.ResetPassword(t.Context(), code, identity.NewPassword{Password: "a new made-up password"}); !errors.Is(err, fa.ErrNotFound) {
		t.Errorf("an id from before the migration: %v", err)
	}
}

func TestANewPasswordBeforeTheFirstSignIn(t *testing.T) {
	t.Parallel()
	w, _ := forgotten(t)
	w.outside.answers[first] = vouch(t, ada(""))
	code, err := w.forgot("ada@example.com")
	w.must(err)
	_, _, err = w.ResetPassword(t.Context(), code, identity.NewPassword{Password: "a new made-up password"})
	w.must(err)
	w.outside.calls()
	if _, err := w.signIn("ada@example.com", "a new made-up password"); err != nil || len(w.outside.calls()) != 0 {
		t.Errorf("the connector has no say any more: %v", err)
	}
	if _, err := w.signIn("ada@example.com", right); !errors.Is(err, identity.ErrCredentials) {
		t.Errorf("the old password: %v", err)
	}
}

func TestWhoIsNotBroughtAcross(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		change func(w *world)
		answer string
		asked  int
		logged string
	}{
		"nobody's":               {answer: "", asked: 1},
		"another user":           {answer: `{"id":"` + string(bobID) + `","email":"bob@example.com","active":true}`, asked: 1, logged: "another user"},
		"no id":                  {answer: `{"email":"ada@example.com","active":true}`, asked: 1, logged: "[missing]user.id"},
		"an id that is taken":    {change: func(w *world) { w.local(adaID, func(u *fa.Account) { u.Email = "other@example.com" }) }, answer: strings.ReplaceAll(ada(""), `"username":"ada",`, ""), asked: 1, logged: "[duplicate]user.id"},
		"connector not asked":    {change: func(w *world) { w.allow(false) }, answer: ada("")},
		"policy without migrate": {change: func(w *world) { w.policies(policy(first, false, "*")) }, answer: ada("")},
		"another domain":         {change: func(w *world) { w.policies(policy(first, true, "example.org")) }, answer: ada("")},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w, b := forgotten(t)
			if tt.change != nil {
				tt.change(w)
			}
			if tt.answer != "" {
				w.outside.answers[first] = vouch(t, tt.answer)
			}
			_, err := w.forgot("ada@example.com")
			if !errors.Is(err, fa.ErrNotFound) || len(b.mails) != 0 {
				t.Errorf("%v, %d mails", err, len(b.mails))
			}
			if n := len(w.outside.calls()); n != tt.asked {
				t.Errorf("asked %d times, want %d", n, tt.asked)
			}
			if log := strings.Join(w.events(), "\n"); tt.logged == "" && log != "" || !strings.Contains(log, tt.logged) {
				t.Errorf("logged %q, want %q", log, tt.logged)
			}
		})
	}
}

// allow lets the first connector be asked, or not.
func (w *world) allow(may bool) {
	w.t.Helper()
	_, err := w.db.Connectors.Update(w.t.Context(), first, func(c *fa.Connector) error {
		c.Data = fa.Data{}
		if may {
			c.Data["wherry"] = []byte(`{"forgotPassword":true}`)
		}
		return nil
	})
	w.must(err)
}

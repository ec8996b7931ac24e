package store

import (
	"errors"
	"testing"

	"wherry/server/internal/fa"
)

// makeDocuments makes a document of each kind, and a link to the user.
func makeDocuments(t *testing.T, db *DB, user fa.ID) {
	t.Helper()
	ctx := t.Context()
	must(t, put(t, db.Consents, fa.NewConsent()), put(t, db.EmailTemplates, fa.NewEmailTemplate()),
		put(t, db.FormFields, fa.NewFormField()), put(t, db.Forms, fa.NewForm()),
		put(t, db.IdentityProviders, fa.NewIdentityProvider()), put(t, db.Integrations, fa.NewIntegrations()),
		put(t, db.IPAccessControlLists, fa.NewIPAccessControlList()), put(t, db.Lambdas, fa.NewLambda()),
		put(t, db.MessageTemplates, fa.NewMessageTemplate()), put(t, db.Messengers, fa.NewMessenger()),
		put(t, db.SystemConfiguration, fa.NewSystemConfiguration()), put(t, db.Themes, fa.NewTheme()),
		put(t, db.UserActionReasons, fa.NewUserActionReason()), put(t, db.UserActions, fa.NewUserAction()),
		put(t, db.Webhooks, fa.NewWebhook()), db.CreateLink(ctx, link(user, "theirs"), 0))
}

func put[T any, P fa.Document[T]](t *testing.T, documents Documents[T], v T) error {
	t.Helper()
	P(&v).Header().ID = id(20)
	return documents.Create(t.Context(), &v)
}

func link(user fa.ID, theirs string) *fa.IdentityProviderLink {
	l := fa.NewIdentityProviderLink()
	l.TenantID, l.IdentityProviderID, l.IdentityProviderUserID, l.UserID = id(1), id(20), theirs, user
	return &l
}

// TestADomainHasOneProvider: also when several claim it at the same time.
func TestADomainHasOneProvider(t *testing.T) {
	onEach(t, func(t *testing.T, db *DB) {
		firstStart(t, db)
		must(t, db.Tenants.Create(t.Context(), tenant(29, "Other")))
		claim := func(n int, owner fa.ID) error {
			p := fa.NewIdentityProvider()
			p.ID, p.Name, p.TenantID, p.Domains = id(n), string(id(n)), owner, []string{"example.com", "example.org"}
			return db.IdentityProviders.Create(t.Context(), &p)
		}
		const refused = "[duplicate]identityProvider.domains [duplicate]identityProvider.domains"
		for _, tt := range []struct {
			name  string
			owner func(i int) fa.ID
			done  int
		}{
			{"all for every tenant", func(int) fa.ID { return "" }, 1},
			{"all for one tenant", func(int) fa.ID { return id(1) }, 1},
			{"for two tenants", func(i int) fa.ID { return []fa.ID{id(1), id(29)}[i%2] }, 2},
			{"one for every tenant, others for one", func(i int) fa.ID { return []fa.ID{"", id(1)}[i%2] }, 1},
		} {
			outcomes := together(6, func(i int) error { return claim(100+i, tt.owner(i)) })
			if outcomes["done"] != tt.done || len(outcomes) > 2 || outcomes[refused] != 6-tt.done {
				t.Errorf("%s: %v", tt.name, outcomes)
			}
			_, err := db.writer.ExecContext(t.Context(), "delete from identity_providers")
			must(t, err)
		}
		must(t, claim(100, ""))
		if _, err := db.IdentityProviders.Update(t.Context(), id(100), func(*fa.IdentityProvider) error { return nil }); err != nil {
			t.Errorf("its own domains: %v", err)
		}
	})
}

func TestLinks(t *testing.T) {
	onEach(t, func(t *testing.T, db *DB) {
		ctx := t.Context()
		firstStart(t, db)
		ada, bob := user(9, id(1), "ada@example.com"), user(8, id(1), "bob@example.com")
		must(t, db.CreateUser(ctx, ada), db.CreateUser(ctx, bob))
		makeDocuments(t, db, ada.ID)

		if err := db.CreateLink(ctx, link(bob.ID, "theirs"), 0); !errors.Is(err, fa.ErrConflict) {
			t.Errorf("a link that somebody has: %v", err)
		}
		if err := db.CreateLink(ctx, link(ada.ID, "more"), 1); !fa.Refused(err) {
			t.Errorf("more links than allowed: %v", err)
		}
		if err := db.CreateLink(ctx, link(id(7), "nobody's"), 0); !errors.Is(err, fa.ErrNotFound) {
			t.Errorf("a link of nobody: %v", err)
		}
		must(t, db.CreateLink(ctx, link(bob.ID, "his"), 1), db.DeleteUser(ctx, bob.ID))
		left, err := db.Links(ctx, fa.LinkMatch{IdentityProviderID: id(20), TenantID: id(1)})
		must(t, err)
		if len(left) != 1 || left[0].UserID != ada.ID {
			t.Errorf("left: %+v", left)
		}
		must(t, db.DeleteLinks(ctx, fa.LinkMatch{UserID: ada.ID, IdentityProviderUserID: "theirs"}))
		if err := db.DeleteLinks(ctx, fa.LinkMatch{UserID: ada.ID}); !errors.Is(err, fa.ErrNotFound) {
			t.Errorf("unlink again: %v", err)
		}
	})
}

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

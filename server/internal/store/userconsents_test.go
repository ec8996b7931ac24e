package store

import (
	"errors"
	"testing"

	"wherry/server/internal/fa"
)

// TestConsentsComeWithAUser: there are both, or neither.
func TestConsentsComeWithAUser(t *testing.T) {
	onEach(t, func(t *testing.T, db *DB) {
		ctx := t.Context()
		firstStart(t, db)
		must(t, put(t, db.Consents, fa.NewConsent()))
		given := func(n int, consent fa.ID) *fa.UserConsent {
			c := fa.NewUserConsent()
			c.ID, c.UserID, c.ConsentID, c.Values = id(n), id(30), consent, []string{"a"}
			return &c
		}
		ada := user(30, id(1), "ada@example.com")
		ada.Given = []*fa.UserConsent{given(31, id(20)), given(32, id(99))}
		if err := db.CreateUser(ctx, ada); err == nil {
			t.Error("a consent that is not there can be given")
		}
		if _, err := db.User(ctx, ada.ID); !errors.Is(err, fa.ErrNotFound) {
			t.Errorf("the user without the consents: %v", err)
		}
		ada.Given = ada.Given[:1]
		must(t, db.CreateUser(ctx, ada))
		found, err := db.UserConsents.Of(ctx, ada.ID)
		if err != nil || len(found) != 1 || found[0].ConsentID != id(20) || !found[0].Active() || found[0].Values[0] != "a" {
			t.Errorf("found %+v, %v", found, err)
		}
		err = db.UserConsents.Create(ctx, given(33, id(20)))
		if refused, ok := errors.AsType[*fa.Errors](err); !ok || refused.Codes()[0] != "[duplicate]userConsent.consentId" {
			t.Errorf("a second one: %v", err)
		}
	})
}

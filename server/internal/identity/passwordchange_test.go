package identity_test

import (
	"errors"
	"testing"
	"time"

	"wherry/server/internal/fa"
)

func TestAChangePasswordIDLivesAsLongAsTheTenantSays(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	tenant := fa.NewTenant()
	tenant.ExternalIdentifierConfiguration.ChangePasswordIDTTL = 60
	start := func() string {
		code, err := w.StartPasswordChange(t.Context(), &tenant, &fa.Account{User: fa.User{ID: adaID}})
		w.must(err)
		return code
	}
	take := func(code string) (fa.ID, error) {
		var change struct{ UserID fa.ID }
		err := w.db.TakeIdentifier(t.Context(), "changePasswordId", code, &struct {
			UserID *fa.ID `json:"userId"`
		}{&change.UserID})
		return change.UserID, err
	}
	first, second := start(), start()
	if user, err := take(first); err != nil || user != adaID || first == second {
		t.Errorf("got %s, %v", user, err)
	}
	if _, err := take(first); !errors.Is(err, fa.ErrNotFound) {
		t.Errorf("again: %v", err)
	}
	w.advance(time.Minute)
	if _, err := take(second); !errors.Is(err, fa.ErrNotFound) {
		t.Errorf("too late: %v", err)
	}
}

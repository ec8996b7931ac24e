package identity_test

import (
	"testing"
	"time"

	"wherry/server/internal/fa"
	"wherry/server/internal/identity"
)

// TestLockouts: what the server does to users by itself, beside what people do.
func TestLockouts(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.local(adaID, nil)
	bob := fa.UserRequest{User: fa.NewUser()}
	bob.Username = "bob"
	_, err := w.CreateUser(t.Context(), tenantID, bobID, bob)
	w.must(err)
	ctx := t.Context()
	lock, warn := id(201), id(202)
	for n, name := range map[fa.ID]string{lock: "Lock", warn: "Warn"} {
		a := fa.NewUserAction()
		a.ID, a.Name, a.Temporal, a.PreventLogin = n, name, true, n == lock
		w.must(w.db.UserActions.Create(ctx, &a))
	}
	actions := &identity.UserActions{
		Logs: w.db.ActionLogs, Actions: w.db.UserActions, Reasons: w.db.UserActionReasons, Applications: w.db.Applications,
		Users: w.db, Tenants: w.db.Tenants, Sessions: w.db, Witness: nobodyHears{}, Mailer: &box{}, Endings: nobodyHears{}, Now: w.now, NewID: w.NewID,
	}
	preventing := func(want ...string) {
		t.Helper()
		found, err := actions.Preventing(ctx, adaID)
		w.must(err)
		if len(found) != len(want) {
			t.Fatalf("preventing: %+v, want %v", found, want)
		}
		for i, name := range want {
			if found[i].Name != name || found[i].ActionID == "" {
				t.Errorf("preventing: %+v, want %v", found, want)
			}
		}
	}
	take := func(action fa.ID) {
		t.Helper()
		_, err := actions.Take(ctx, fa.ActionRequest{ActioneeUserID: adaID, ActionerUserID: bobID, UserActionID: action, Expiry: w.now().Add(10 * time.Hour).UnixMilli()})
		w.must(err)
	}
	preventing()
	w.must(actions.LockOut(ctx, adaID, lock, w.now().Add(time.Hour), false))
	preventing("Lock")
	w.must(actions.LockOut(ctx, adaID, lock, w.now().Add(3*time.Hour), false)) // the same, for longer
	preventing("Lock")
	w.advance(2 * time.Hour)
	preventing("Lock")
	w.advance(time.Hour)
	preventing()

	take(warn)
	preventing()
	take(lock)
	w.must(actions.LockOut(ctx, adaID, lock, w.now().Add(time.Hour), false))
	preventing("Lock", "Lock")
	w.must(actions.EndLockout(ctx, adaID)) // not what Bob has done
	preventing("Lock")
	w.must(actions.EndLockout(ctx, bobID))
	if err := actions.LockOut(ctx, adaID, id(299), w.now(), false); err == nil {
		t.Error("locked out by an action that is not there")
	}
}

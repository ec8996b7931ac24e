package store

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"wherry/server/internal/fa"
	"wherry/server/internal/jobs"
)

// TestNoteLogin: a sign-in changes its instants and nothing else, whether the
// user is still as he was read, has secrets, or was changed by somebody else.
func TestNoteLogin(t *testing.T) {
	for name, prepare := range map[string]func(*fa.Account){
		"registered":           func(u *fa.Account) { u.TwoFactor.Methods = []fa.TwoFactorMethod{} },
		"with a second factor": func(*fa.Account) {},
		"without a registration": func(u *fa.Account) {
			u.TwoFactor.Methods, u.Registrations = []fa.TwoFactorMethod{}, []fa.Registration{}
		},
	} {
		for _, meanwhile := range []func(*fa.Account){
			func(*fa.Account) {},
			func(u *fa.Account) { u.FirstName = "Augusta" },
			func(u *fa.Account) { u.Registrations = append(u.Registrations, registration(id(4), "new")) },
		} {
			t.Run(name, func(t *testing.T) { noteLogin(t, prepare, meanwhile) })
		}
	}
}

func noteLogin(t *testing.T, prepare, meanwhile func(*fa.Account)) {
	note := func(u *fa.Account) {
		u.LastLoginInstant = 7
		if r, ok := u.Registration(id(3)); ok {
			r.LastLoginInstant = 8
		}
	}
	onEach(t, func(t *testing.T, db *DB) {
		ctx := t.Context()
		world(t, db)
		want := ada()
		want.Registrations = want.Registrations[:1]
		prepare(want)
		must(t, db.CreateUser(ctx, want))
		read, err := db.User(ctx, want.ID)
		must(t, err)
		_, err = db.UpdateUser(ctx, want.ID, func(u *fa.Account) error { meanwhile(u); return nil })
		told := jobs.Along(ctx, func() ([]jobs.Job, error) { return []jobs.Job{{Kind: "told", Payload: []byte("{}")}}, nil })
		must(t, err, db.NoteLogin(told, fa.LoginRecord{TenantID: id(1), UserID: want.ID, Instant: 7}, read, note))
		meanwhile(want)
		note(want)
		got, err := db.User(ctx, want.ID)
		same(t, want, got, err)
		if n := count(t, db, "login_records"); n != 1 {
			t.Errorf("%d sign-ins are recorded", n)
		}
		if n := count(t, db, "jobs"); n != 1 {
			t.Errorf("%d are told of it", n)
		}
	})
}

func same(t *testing.T, want, got *fa.Account, err error) {
	t.Helper()
	if diff := cmp.Diff(want, got); err != nil || diff != "" {
		t.Errorf("%v %s", err, diff)
	}
}

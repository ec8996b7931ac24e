package store

import (
	"context"
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"

	"wherry/server/internal/fa"
)

// world has two tenants, 1 and 2, and the applications 3 and 4 of the first and
// 5 of the second.
func world(t *testing.T, db *DB) {
	t.Helper()
	ctx := t.Context()
	must(t,
		db.Tenants.Create(ctx, tenant(1, "Default")), db.Tenants.Create(ctx, tenant(2, "Other")),
		db.Applications.Create(ctx, application(3, id(1), "Forum")), db.Applications.Create(ctx, application(4, id(1), "Chat")),
		db.Applications.Create(ctx, application(5, id(2), "Forum")),
	)
}

func ada() *fa.Account {
	u := user(10, id(1), "ada@example.com")
	u.Username, u.PhoneNumber, u.FirstName = "Ada", "+13035550100", "Ada"
	u.Credential = fa.Credential{Scheme: "salted-md5", Factor: 1, Salt: "c2FsdA==", Hash: "aGFzaA=="}
	u.Registrations = []fa.Registration{registration(id(3), "admin", "user"), registration(id(4))}
	u.TwoFactor.Methods = []fa.TwoFactorMethod{{ID: "A1B2", Method: fa.MethodAuthenticator, Secret: "c2VjcmV0"}}
	return u
}

func TestUsers(t *testing.T) {
	onEach(t, func(t *testing.T, db *DB) {
		ctx := t.Context()
		world(t, db)
		must(t, db.CreateUser(ctx, ada()))
		got, err := db.User(ctx, id(10))
		if diff := cmp.Diff(ada(), got); err != nil || diff != "" {
			t.Fatalf("User: %v %s", err, diff)
		}
		changed, err := db.UpdateUser(ctx, id(10), func(u *fa.Account) error {
			u.FirstName, u.Active = "Augusta", false
			u.Registrations[0].Roles[0] = "owner" // in place, as callers do
			u.Registrations = u.Registrations[:1]
			u.Credential = fa.Credential{}
			return nil
		})
		must(t, err)
		got, err = db.User(ctx, id(10))
		if diff := cmp.Diff(changed, got); err != nil || diff != "" {
			t.Errorf("UpdateUser: %v %s", err, diff)
		}
		if len(got.Registrations) != 1 || got.Registrations[0].Roles[0] != "owner" || got.FirstName != "Augusta" || got.Hash != "" {
			t.Errorf("the change is not there: %+v", got)
		}
		refusal := errors.New("no")
		none, err := db.UpdateUser(ctx, id(10), func(u *fa.Account) error { u.FirstName = "Never"; return refusal })
		if got, get := db.User(ctx, id(10)); !errors.Is(err, refusal) || none != nil || get != nil || got.FirstName != "Augusta" {
			t.Errorf("a refused change: %v, %v, %v", err, none, got)
		}
		must(t, db.DeleteUser(ctx, id(10)))
		_, get := db.User(ctx, id(10))
		_, find := db.UserByIdentity(ctx, id(1), fa.IdentityEmail, "ada@example.com")
		_, update := db.UpdateUser(ctx, id(10), func(*fa.Account) error { return nil })
		for what, err := range map[string]error{"get": get, "find": find, "update": update, "delete": db.DeleteUser(ctx, id(10))} {
			if !errors.Is(err, fa.ErrNotFound) {
				t.Errorf("%s after delete: %v", what, err)
			}
		}
		if n := count(t, db, "registrations"); n != 0 {
			t.Errorf("%d registrations are left", n)
		}
	})
}

func count(t *testing.T, db *DB, table string) (n int) {
	t.Helper()
	must(t, db.reader.QueryRowContext(t.Context(), "select count(*) from "+table).Scan(&n))
	return n
}

func TestUsersAreFoundByTheirIdentities(t *testing.T) {
	onEach(t, func(t *testing.T, db *DB) {
		ctx := t.Context()
		world(t, db)
		umlaut := user(11, id(1), "")
		umlaut.Username = "Ärger"
		must(t, db.CreateUser(ctx, ada()), db.CreateUser(ctx, umlaut))
		for _, test := range []struct {
			tenant      fa.ID
			kind, value string
			want        fa.ID
		}{
			{id(1), fa.IdentityEmail, "ada@example.com", id(10)},
			{id(1), fa.IdentityEmail, "ADA@Example.com", id(10)},
			{id(2), fa.IdentityEmail, "ada@example.com", ""},
			{id(1), fa.IdentityEmail, " ada@example.com", ""},
			{id(1), fa.IdentityEmail, "ada", ""},
			{id(1), fa.IdentityEmail, "%", ""},
			{id(1), fa.IdentityEmail, "", ""},
			{id(1), fa.IdentityUsername, "aDA", id(10)},
			{id(1), fa.IdentityUsername, "ada@example.com", ""},
			{id(1), fa.IdentityUsername, "äRGER", id(11)},
			{id(1), fa.IdentityUsername, "ada\x00", ""},
			{id(1), fa.IdentityUsername, "ada\xff", ""},
			{id(1), fa.IdentityPhoneNumber, "+13035550100", id(10)},
			{id(1), fa.IdentityPhoneNumber, "(303) 555-0100", id(10)},
			{id(1), fa.IdentityPhoneNumber, "ada", ""},
		} {
			got, err := db.UserByIdentity(ctx, test.tenant, test.kind, test.value)
			switch {
			case test.want == "" && !errors.Is(err, fa.ErrNotFound):
				t.Errorf("%s %q: %v, %v, want fa.ErrNotFound", test.kind, test.value, got, err)
			case test.want != "" && (err != nil || got.ID != test.want):
				t.Errorf("%s %q: %v, %v", test.kind, test.value, got, err)
			}
		}
		if _, err := db.UserByIdentity(ctx, id(1), "doc", "x"); err == nil || errors.Is(err, fa.ErrNotFound) {
			t.Errorf("a type that there is not: %v", err)
		}
	})
}

func TestTakenIdentitiesAreReportedTogether(t *testing.T) {
	onEach(t, func(t *testing.T, db *DB) {
		ctx := t.Context()
		world(t, db)
		gone := user(11, id(1), "gone@example.com")
		gone.Active = false
		must(t, db.CreateUser(ctx, ada()), db.CreateUser(ctx, gone), db.CreateUser(ctx, user(12, id(1), "bob@example.com")))
		create := func(n int, tenant fa.ID, email, username, phone string) error {
			u := user(n, tenant, email)
			u.Username, u.PhoneNumber = username, phone
			return db.CreateUser(ctx, u)
		}
		update := func(change func(u *fa.Account)) error {
			_, err := db.UpdateUser(ctx, id(12), func(u *fa.Account) error { change(u); return nil })
			return err
		}
		for _, test := range []struct {
			name string
			err  error
			want string
		}{
			{
				"everything", create(10, id(1), "ada@example.com", "aDA", "+13035550100"),
				"[duplicate]user.email [duplicate]user.id [duplicate]user.phoneNumber [duplicate]user.username",
			},
			{"of several people", create(20, id(1), "bob@example.com", "ada", ""), "[duplicate]user.email [duplicate]user.username"},
			{"of a deactivated user", create(20, id(1), "gone@example.com", "", ""), "[inactive]user.email"},
			{"another case", create(20, id(1), "Ada@Example.com", "", ""), "[duplicate]user.email"},
			{"an id of another tenant", create(10, id(2), "x@example.com", "", ""), "[duplicate]user.id"},
			{"the same in another tenant", create(21, id(2), "ada@example.com", "ada", "+13035550100"), "<nil>"},
			{"a name like an address", create(22, id(1), "", "bob@example.com", ""), "<nil>"},
			{"no address, again", create(23, id(1), "", "eve", ""), "<nil>"},
			{"update", update(func(u *fa.Account) { u.Email, u.Username = "gone@example.com", "ADA" }), "[duplicate]user.username [inactive]user.email"},
			{"update to oneself", update(func(u *fa.Account) { u.Email = "bob@example.com" }), "<nil>"},
		} {
			if got := refusals(test.err); got != test.want {
				t.Errorf("%s: %s, want %s", test.name, got, test.want)
			}
		}
	})
}

func TestUsersGoWithWhatTheyBelongTo(t *testing.T) {
	onEach(t, func(t *testing.T, db *DB) {
		ctx := t.Context()
		world(t, db)
		other := user(11, id(2), "ada@example.com")
		other.Registrations = []fa.Registration{registration(id(5))}
		must(t, db.CreateUser(ctx, ada()), db.CreateUser(ctx, other))

		must(t, db.Applications.Delete(ctx, id(3)))
		got, err := db.User(ctx, id(10))
		if err != nil || len(got.Registrations) != 1 || got.Registrations[0].ApplicationID != id(4) {
			t.Errorf("after an application: %v, %v", got, err)
		}
		must(t, db.Tenants.Delete(ctx, id(1)))
		if _, err := db.User(ctx, id(10)); !errors.Is(err, fa.ErrNotFound) {
			t.Errorf("after the tenant: %v", err)
		}
		if _, err := db.Applications.Get(ctx, id(4)); !errors.Is(err, fa.ErrNotFound) {
			t.Errorf("after the tenant, its application: %v", err)
		}
		if got, err := db.User(ctx, id(11)); err != nil || len(got.Registrations) != 1 {
			t.Errorf("the other tenant's user: %v, %v", got, err)
		}
	})
}

func TestUsersNeedTheirTenantAndApplications(t *testing.T) {
	onEach(t, func(t *testing.T, db *DB) {
		world(t, db)
		lost := user(20, id(1), "lost@example.com")
		lost.Registrations = []fa.Registration{registration(id(99))}
		for what, u := range map[string]*fa.Account{"tenant": user(20, id(99), "lost@example.com"), "application": lost} {
			if err := db.CreateUser(t.Context(), u); err == nil || fa.Refused(err) {
				t.Errorf("%s: %v", what, err)
			}
			if n := count(t, db, "users"); n != 0 {
				t.Errorf("%s: half a user is left", what)
			}
		}
	})
}

func TestConcurrentUpdatesOfAUserAreNotLost(t *testing.T) {
	onEach(t, func(t *testing.T, db *DB) {
		ctx := t.Context()
		world(t, db)
		must(t, db.CreateUser(ctx, ada()))
		const updates = 100
		outcomes := together(updates, func(int) error {
			_, err := db.UpdateUser(ctx, id(10), func(u *fa.Account) error {
				u.LastLoginInstant++
				u.Registrations[1].LastLoginInstant++
				return nil
			})
			return err
		})
		got, err := db.User(ctx, id(10))
		must(t, err)
		if outcomes["done"] != updates || got.LastLoginInstant != updates || got.Registrations[1].LastLoginInstant != updates {
			t.Errorf("%v, and %d, %d of %d updates arrived", outcomes, got.LastLoginInstant, got.Registrations[1].LastLoginInstant, updates)
		}
	})
}

func TestOneOfManyGetsTheAddress(t *testing.T) {
	onEach(t, func(t *testing.T, db *DB) {
		world(t, db)
		outcomes := together(40, func(i int) error { return db.CreateUser(t.Context(), user(100+i, id(1), "wanted@example.com")) })
		if diff := cmp.Diff(map[string]int{"done": 1, "[duplicate]user.email": 39}, outcomes); diff != "" {
			t.Error(diff)
		}
	})
}

// Sign-ins that go on while an application or a tenant is deleted must not
// bring the database into a knot.
func TestUsersChangeWhileTheirApplicationIsDeleted(t *testing.T) {
	onEach(t, func(t *testing.T, db *DB) {
		ctx := context.WithoutCancel(t.Context())
		world(t, db)
		for i := range 20 {
			u := user(100+i, id(1), "")
			u.Username, u.Registrations = "u"+string(u.ID), []fa.Registration{registration(id(3)), registration(id(4))}
			must(t, db.CreateUser(ctx, u))
		}
		outcomes := together(62, func(i int) error {
			var err error
			switch i {
			case 60:
				err = db.Applications.Delete(ctx, id(3))
			case 61:
				err = db.Tenants.Delete(ctx, id(1))
			default:
				_, err = db.UpdateUser(ctx, id(100+i%20), func(u *fa.Account) error {
					for r := range u.Registrations {
						u.Registrations[r].LastLoginInstant++
					}
					return nil
				})
			}
			if errors.Is(err, fa.ErrNotFound) {
				err = nil // the tenant was faster
			}
			return err
		})
		if diff := cmp.Diff(map[string]int{"done": 62}, outcomes); diff != "" {
			t.Error(diff)
		}
	})
}

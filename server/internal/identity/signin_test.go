package identity_test

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"wherry/internal/secret"
	"wherry/server/internal/fa"
	"wherry/server/internal/identity"
	"wherry/server/internal/password"
)

// TestPasswordsAreNotPrinted: whoever logs an attempt does not log its password.
func TestPasswordsAreNotPrinted(t *testing.T) {
	t.Parallel()
	const plain = "made-up-password"
	for _, v := range []any{identity.Attempt{Password: plain}, identity.ConnectorRequest{Password: plain}} {
		encoded, err := fa.Encode(v)
		if err != nil {
			t.Fatal(err)
		}
		if printed := fmt.Sprintf("%v %+v %#v %s", v, v, v, encoded); strings.Contains(printed, plain) {
			t.Errorf("it is: %s", printed)
		}
	}
}

func TestLocalSignIn(t *testing.T) {
	t.Parallel()
	phone := []string{fa.IdentityPhoneNumber}
	tests := []struct {
		name     string
		user     func(*fa.Account)
		tenant   func(*fa.Tenant)
		attempt  identity.Attempt
		want     error
		reason   string // why the password has to be changed
		password string // right if empty
	}{
		{name: "address", attempt: identity.Attempt{LoginID: "ada@example.com"}},
		{name: "address in another case", attempt: identity.Attempt{LoginID: "ADA@Example.com"}},
		{name: "user name", attempt: identity.Attempt{LoginID: "aDA"}},
		{name: "phone number, not asked for", attempt: identity.Attempt{LoginID: "+13035550100"}, want: identity.ErrCredentials},
		{name: "phone number", attempt: identity.Attempt{LoginID: "(303) 555-0100", LoginIDTypes: phone}},
		{name: "address, as a phone number", attempt: identity.Attempt{LoginID: "ada@example.com", LoginIDTypes: phone}, want: identity.ErrCredentials},
		{name: "user name, as an address", attempt: identity.Attempt{LoginID: "ada", LoginIDTypes: []string{fa.IdentityEmail}}, want: identity.ErrCredentials},
		{name: "blanks around", attempt: identity.Attempt{LoginID: " ada@example.com"}, want: identity.ErrCredentials},
		{name: "wrong password", attempt: identity.Attempt{LoginID: "ada@example.com"}, password: wrong, want: identity.ErrCredentials},
		{name: "password in another case", attempt: identity.Attempt{LoginID: "ada@example.com"}, password: "MADE-UP-PASSWORD", want: identity.ErrCredentials},
		{name: "unknown user", attempt: identity.Attempt{LoginID: "eve@example.com"}, want: identity.ErrCredentials},
		{name: "another tenant", attempt: identity.Attempt{TenantID: otherTenantID, LoginID: "ada@example.com"}, want: identity.ErrCredentials},
		{name: "no login id", attempt: identity.Attempt{LoginID: ""}, want: identity.ErrCredentials},
		{name: "NUL", attempt: identity.Attempt{LoginID: "ada\x00"}, want: identity.ErrCredentials},
		{name: "long login id", attempt: identity.Attempt{LoginID: strings.Repeat("a", 1025)}, want: identity.ErrCredentials},
		{name: "long password", attempt: identity.Attempt{LoginID: "ada"}, password: strings.Repeat("a", 1025), want: identity.ErrCredentials},
		{name: "user without a password", user: func(u *fa.Account) { u.Credential = fa.Credential{} }, attempt: identity.Attempt{LoginID: "ada"}, want: identity.ErrCredentials},
		{name: "deactivated", user: func(u *fa.Account) { u.Active = false }, attempt: identity.Attempt{LoginID: "ada"}, want: identity.ErrLocked},
		{name: "deactivated, wrong password", user: func(u *fa.Account) { u.Active = false }, attempt: identity.Attempt{LoginID: "ada"}, password: wrong, want: identity.ErrCredentials},
		{name: "expired", user: func(u *fa.Account) { u.Expiry = start.UnixMilli() }, attempt: identity.Attempt{LoginID: "ada"}, want: identity.ErrExpired},
		{name: "expired, wrong password", user: func(u *fa.Account) { u.Expiry = 1 }, attempt: identity.Attempt{LoginID: "ada"}, password: wrong, want: identity.ErrCredentials},
		{name: "not yet expired", user: func(u *fa.Account) { u.Expiry = start.UnixMilli() + 1 }, attempt: identity.Attempt{LoginID: "ada"}},
		{
			name: "change required", user: func(u *fa.Account) { u.PasswordChangeRequired = true },
			attempt: identity.Attempt{LoginID: "ada"}, reason: fa.ReasonAdministrative,
		},
		{
			name: "change required with a reason", user: func(u *fa.Account) { u.PasswordChangeRequired, u.PasswordChangeReason = true, fa.ReasonBreached },
			attempt: identity.Attempt{LoginID: "ada"}, reason: fa.ReasonBreached,
		},
		{name: "a reason alone requires nothing", user: func(u *fa.Account) { u.PasswordChangeReason = fa.ReasonBreached }, attempt: identity.Attempt{LoginID: "ada"}},
		{
			name: "change required, wrong password", user: func(u *fa.Account) { u.PasswordChangeRequired = true },
			attempt: identity.Attempt{LoginID: "ada"}, password: wrong, want: identity.ErrCredentials,
		},
		{
			name: "old password", user: func(u *fa.Account) { u.PasswordLastUpdateInstant = start.AddDate(0, 0, -30).UnixMilli() - 1 },
			tenant:  func(v *fa.Tenant) { v.MaximumPasswordAge = fa.MaximumPasswordAge{Enabled: true, Days: 30} },
			attempt: identity.Attempt{LoginID: "ada"}, reason: fa.ReasonExpired,
		},
		{
			name: "password just young enough", user: func(u *fa.Account) { u.PasswordLastUpdateInstant = start.AddDate(0, 0, -30).UnixMilli() },
			tenant:  func(v *fa.Tenant) { v.MaximumPasswordAge = fa.MaximumPasswordAge{Enabled: true, Days: 30} },
			attempt: identity.Attempt{LoginID: "ada"},
		},
		{
			name: "old password where age does not matter", user: func(u *fa.Account) { u.PasswordLastUpdateInstant = 1 },
			tenant: func(v *fa.Tenant) { v.MaximumPasswordAge.Days = 30 }, attempt: identity.Attempt{LoginID: "ada"},
		},
		{
			name: "password against the rules of today", tenant: func(v *fa.Tenant) {
				v.PasswordValidationRules.MinLength, v.PasswordValidationRules.ValidateOnLogin = 100, true
			},
			attempt: identity.Attempt{LoginID: "ada"}, reason: fa.ReasonValidation,
		},
		{
			name: "rules that are for new passwords", tenant: func(v *fa.Tenant) { v.PasswordValidationRules.MinLength = 100 },
			attempt: identity.Attempt{LoginID: "ada"},
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			w.local(adaID, func(u *fa.Account) {
				u.PhoneNumber = "+13035550100"
				u.SettleIdentities(fa.VerifiedDisabled, w.millis())
				if test.user != nil {
					test.user(u)
				}
			})
			if test.tenant != nil {
				w.configure(test.tenant)
			}
			before := w.user(adaID)
			attempt := test.attempt
			if attempt.TenantID == "" {
				attempt.TenantID = tenantID
			}
			if attempt.Password = secret.String(test.password); attempt.Password == "" {
				attempt.Password = right
			}
			out, err := w.SignIn(t.Context(), attempt)
			if test.want != nil {
				if out != nil || !errors.Is(err, test.want) || err.Error() != test.want.Error() {
					t.Errorf("got %v, %v, want %v", out, err, test.want)
				}
			} else if err != nil || out.User.ID != adaID || out.AuthenticationType != "PASSWORD" || out.PasswordChangeReason != test.reason {
				t.Errorf("got %+v, %v, want the reason %q", out, err, test.reason)
			}
			if signedIn := test.want == nil && test.reason == ""; !signedIn {
				if diff := cmp.Diff(before, w.user(adaID)); diff != "" {
					t.Errorf("it was recorded: %s", diff)
				}
			}
			if events := w.events(); len(events) != 0 {
				t.Errorf("logged %v", events)
			}
		})
	}
}

// Some directories take an empty password for none needed, and some schemes
// would hash a long one for minutes.
func TestWhatNobodyTypesReachesNoConnector(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.policies(policy(first, true, "*"))
	w.outside.answers[first] = vouch(t, ada(""))
	long := strings.Repeat("a", 1025)
	for name, typed := range map[string][2]string{
		"no password": {"ada@example.com", ""}, "no login id": {"", right},
		"long password": {"ada@example.com", long}, "long login id": {long, right},
	} {
		if out, err := w.signIn(typed[0], typed[1]); out != nil || !errors.Is(err, identity.ErrCredentials) {
			t.Errorf("%s: %v, %v", name, out, err)
		}
		if asked := w.outside.calls(); asked != nil {
			t.Errorf("%s: asked %v", name, asked)
		}
	}
}

func TestTheFirstTypeThatFindsAUserWins(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for n, u := range map[fa.ID]fa.User{adaID: {Email: "same@example.com"}, bobID: {Username: "same@example.com"}} {
		request := fa.UserRequest{User: u, Password: right}
		_, err := w.CreateUser(t.Context(), tenantID, n, request)
		w.must(err)
	}
	for _, test := range []struct {
		types []string
		want  fa.ID
	}{
		{nil, adaID},
		{[]string{fa.IdentityEmail, fa.IdentityUsername}, adaID},
		{[]string{fa.IdentityUsername, fa.IdentityEmail}, bobID},
		{[]string{fa.IdentityPhoneNumber, fa.IdentityUsername}, bobID},
	} {
		out, err := w.SignIn(t.Context(), identity.Attempt{TenantID: tenantID, LoginID: "same@example.com", LoginIDTypes: test.types, Password: right})
		if err != nil || out.User.ID != test.want {
			t.Errorf("%v: %v, %v", test.types, out, err)
		}
	}
}

func TestASignInIsRecorded(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.local(adaID, nil)
	for _, app := range []fa.ID{forum, chat} {
		_, err := w.Register(t.Context(), adaID, fa.Registration{ApplicationID: app})
		w.must(err)
	}
	w.advance(time.Hour)
	out, err := w.signIn("ADA@example.com", right)
	w.must(err)
	u := w.user(adaID)
	if diff := cmp.Diff(u.User, *out.User); diff != "" {
		t.Errorf("the outcome is not what is stored: %s", diff)
	}
	got := map[string]int64{"user": u.LastLoginInstant}
	for _, i := range u.Identities {
		got[i.Type] = i.LastLoginInstant
	}
	for _, r := range u.Registrations {
		got[string(r.ApplicationID)] = r.LastLoginInstant
	}
	want := map[string]int64{"user": w.millis(), "email": w.millis(), "username": 0, string(forum): w.millis(), string(chat): 0}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("last logins: %s", diff)
	}
	if out.Registration == nil || out.Registration.ApplicationID != forum || out.Registration.LastLoginInstant != w.millis() {
		t.Errorf("registration: %+v", out.Registration)
	}
	w.advance(time.Hour)
	out, err = w.SignIn(t.Context(), identity.Attempt{TenantID: tenantID, LoginID: "ada", Password: right})
	if err != nil || out.Registration != nil || w.user(adaID).Registrations[0].LastLoginInstant != start.Add(time.Hour).UnixMilli() {
		t.Errorf("to no application: %+v, %v", out, err)
	}
	out, err = w.SignIn(t.Context(), identity.Attempt{TenantID: otherTenantID, Application: w.app(otherForum), LoginID: "ada", Password: right})
	if !errors.Is(err, identity.ErrCredentials) {
		t.Errorf("to another tenant's: %+v, %v", out, err)
	}
}

func TestSomebodyWhoIsNotRegistered(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.local(adaID, nil)
	out, err := w.signIn("ada", right)
	if err != nil || out.Registration != nil || out.User.LastLoginInstant != w.millis() {
		t.Errorf("got %+v, %v", out, err)
	}
}

func TestATenantThatIsNotThere(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	_, err := w.SignIn(t.Context(), identity.Attempt{TenantID: id(99), LoginID: "ada", Password: right})
	if !errors.Is(err, fa.ErrNotFound) {
		t.Errorf("got %v", err)
	}
}

// TestUnknownUsersCostAHash makes sure that everybody who is refused has been
// hashed for, with the tenant's scheme.
func TestUnknownUsersCostAHash(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.local(adaID, func(u *fa.Account) { u.Credential = fa.Credential{} })
	w.Passwords = password.NewHasher(password.Registry{}, rand.Reader, 1, 1) // without a scheme, hashing fails
	w.policies(policy(first, true, "*"))
	for _, loginID := range []string{"eve@example.com", "ada@example.com"} {
		if _, err := w.signIn(loginID, right); !errors.Is(err, password.ErrScheme) {
			t.Errorf("%s: %v, want the failure to hash", loginID, err)
		}
	}
}

func TestABusyHasher(t *testing.T) {
	t.Parallel()
	for name, prepare := range map[string]func(w *world){
		"known":   func(w *world) { w.local(adaID, nil) },
		"unknown": func(*world) {},
		"migrated": func(w *world) {
			w.policies(policy(first, true, "*"))
			w.outside.answers[first] = vouch(w.t, ada(""))
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			prepare(w)
			w.Passwords = password.NewHasher(password.Schemes, rand.Reader, 0, 0)
			out, err := w.signIn("ada@example.com", right)
			if out != nil || !errors.Is(err, identity.ErrBusy) || errors.Is(err, identity.ErrCredentials) {
				t.Errorf("got %v, %v", out, err)
			}
			if name == "migrated" && w.user(adaID) != nil {
				t.Error("somebody was stored without a password")
			}
		})
	}
}

func TestSignInStopsWithItsCaller(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.local(adaID, nil)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := w.SignIn(ctx, identity.Attempt{TenantID: tenantID, LoginID: "ada", Password: right})
	if !errors.Is(err, context.Canceled) || errors.Is(err, identity.ErrCredentials) {
		t.Errorf("got %v", err)
	}
}

func TestNewCodesAreLongAndDiffer(t *testing.T) {
	t.Parallel()
	var codes []string
	for range 100 {
		code := identity.NewCode()
		if len(code) != 43 || slices.Contains(codes, code) {
			t.Fatalf("%q after %d others", code, len(codes))
		}
		codes = append(codes, code)
	}
}

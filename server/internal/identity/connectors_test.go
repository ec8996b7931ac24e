package identity_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"wherry/server/internal/fa"
	"wherry/server/internal/identity"
)

func TestPoliciesAreAskedInOrder(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name     string
		policies []fa.ConnectorPolicy
		loginID  string
		vouches  fa.ID // who knows the user; nobody if empty
		asked    []fa.ID
	}{
		{"nobody knows", []fa.ConnectorPolicy{policy(first, true), policy(second, true)}, "ada@example.com", "", []fa.ID{first, second}},
		{"the first knows", []fa.ConnectorPolicy{policy(first, true), policy(second, true)}, "ada@example.com", first, []fa.ID{first}},
		{"the second knows", []fa.ConnectorPolicy{policy(first, true), policy(second, true)}, "ada@example.com", second, []fa.ID{first, second}},
		{"the order is the policies'", []fa.ConnectorPolicy{policy(second, true), policy(first, true)}, "ada@example.com", first, []fa.ID{second, first}},
		{"FusionAuth's own in between", []fa.ConnectorPolicy{policy(first, true), policy(fa.ConnectorID, false), policy(second, true)}, "ada@example.com", second, []fa.ID{first, second}},
		{"a connector that is gone", []fa.ConnectorPolicy{policy(unknownOne, true), policy(second, true)}, "ada@example.com", second, []fa.ID{second}},
		{"another domain", []fa.ConnectorPolicy{policy(first, true, "example.org"), policy(second, true, "example.com")}, "ada@example.com", second, []fa.ID{second}},
		{"domain in another case", []fa.ConnectorPolicy{policy(first, true, "Example.com")}, "ada@EXAMPLE.COM", first, []fa.ID{first}},
		{"several domains", []fa.ConnectorPolicy{policy(first, true, "example.org", "example.com")}, "ada@example.com", first, []fa.ID{first}},
		{"a name has no domain", []fa.ConnectorPolicy{policy(first, true, "example.com"), policy(second, true, "*")}, "ada", second, []fa.ID{second}},
		{"only FusionAuth's own", []fa.ConnectorPolicy{policy(fa.ConnectorID, false)}, "ada@example.com", "", nil},
		{"no policies", nil, "ada@example.com", "", nil},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			w.policies(test.policies...)
			if test.vouches != "" {
				w.outside.answers[test.vouches] = vouch(t, ada(""))
			}
			out, err := w.signIn(test.loginID, right)
			if diff := cmp.Diff(test.asked, w.outside.calls()); diff != "" {
				t.Errorf("asked: %s", diff)
			}
			if test.vouches == "" {
				if out != nil || !errors.Is(err, identity.ErrCredentials) || w.user(adaID) != nil {
					t.Errorf("got %v, %v", out, err)
				}
			} else if err != nil || out.User.ID != adaID || out.AuthenticationType != "GENERIC_CONNECTOR" {
				t.Errorf("got %v, %v", out, err)
			}
		})
	}
}

func TestWhatAConnectorIsTold(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.policies(policy(first, true))
	attempt := identity.Attempt{
		TenantID: tenantID, Application: w.app(forum), LoginID: " Ada@Example.com ", LoginIDTypes: []string{fa.IdentityEmail}, Password: wrong,
		EventInfo: identity.EventInfo{IPAddress: "203.0.113.7"}, NewDevice: true, NoJWT: true,
	}
	_, err := w.SignIn(t.Context(), attempt)
	if !errors.Is(err, identity.ErrCredentials) {
		t.Error(err)
	}
	want := identity.ConnectorRequest{
		ApplicationID: forum, LoginID: " Ada@Example.com ", LoginIDTypes: []string{fa.IdentityEmail}, Password: wrong,
		EventInfo: identity.EventInfo{IPAddress: "203.0.113.7"}, NewDevice: true, NoJWT: true,
	}
	if diff := cmp.Diff(want, w.outside.last); diff != "" {
		t.Error(diff)
	}
	attempt.Application = nil
	_, _ = w.SignIn(t.Context(), attempt)
	if w.outside.last.ApplicationID != "" {
		t.Errorf("without an application it is told of %s", w.outside.last.ApplicationID)
	}
}

func TestMigration(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.policies(policy(first, true))
	w.outside.answers[first] = vouch(t, ada(`,"firstName":"Ada","data":{"migrated":true},"insertInstant":1,"lastUpdateInstant":2,
		"connectorId":"`+string(first)+`","tenantId":"`+string(otherTenantID)+`","registrations":[{"applicationId":"`+string(forum)+`","roles":["admin"]}]`))
	if _, err := w.signIn("ada@example.com", wrong); !errors.Is(err, identity.ErrCredentials) || w.user(adaID) != nil {
		t.Fatalf("with a wrong password: %v", err)
	}
	out, err := w.signIn("ada@example.com", right)
	w.must(err)
	if out.Registration == nil || out.Registration.Roles[0] != "admin" {
		t.Errorf("registration: %+v", out.Registration)
	}
	u := w.user(adaID)
	if u.ConnectorID != fa.ConnectorID || u.TenantID != tenantID || u.Scheme != "salted-md5" || u.Factor != 1 || u.Hash == "" || strings.Contains(u.Hash, right) {
		t.Errorf("the account is not ours: %+v", u)
	}
	if u.InsertInstant != w.millis() || u.LastUpdateInstant != w.millis() || u.PasswordLastUpdateInstant != w.millis() || u.LastLoginInstant != w.millis() {
		t.Errorf("instants: %+v", u)
	}
	if u.FirstName != "Ada" || string(u.Data["migrated"]) != "true" || !u.IsVerified(fa.IdentityEmail) || !u.Verified || u.Identities[0].VerifiedReason != "Trusted" {
		t.Errorf("what the connector said: %+v", u)
	}

	// From now on the account is kept here, whatever the connector says.
	w.outside.calls()
	w.outside.answers[first] = vouch(t, ada(`,"firstName":"Eve"`))
	for _, policies := range [][]fa.ConnectorPolicy{{policy(first, true)}, {policy(first, false)}, {}} {
		w.policies(policies...)
		out, err := w.signIn("ada", right)
		if err != nil || out.AuthenticationType != "PASSWORD" || out.User.FirstName != "Ada" {
			t.Errorf("later: %+v, %v", out, err)
		}
		if _, err := w.signIn("ada", wrong); !errors.Is(err, identity.ErrCredentials) {
			t.Errorf("later, wrong: %v", err)
		}
	}
	if asked := w.outside.calls(); asked != nil {
		t.Errorf("asked again: %v", asked)
	}
}

func TestACopyIsRenewedAtEachSignIn(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.policies(policy(first, false))
	w.configure(func(v *fa.Tenant) { v.MultiFactorConfiguration.LoginPolicy = fa.FactorsDisabled })
	registered := func(app fa.ID, role string) string {
		return `,"registrations":[{"applicationId":"` + string(app) + `","roles":["` + role + `"]}]`
	}
	w.outside.answers[first] = vouch(t, ada(`,"firstName":"Ada","data":{"plan":"gold"},"twoFactor":{"methods":[{"id":"A","method":"email","email":"ada@example.com"}]}`+registered(forum, "user")))
	out, err := w.signIn("ada@example.com", right)
	if err != nil || out.AuthenticationType != "GENERIC_CONNECTOR" {
		t.Fatalf("%+v, %v", out, err)
	}
	before := w.user(adaID)
	if before.ConnectorID != first || before.Credential != (fa.Credential{}) || before.PasswordLastUpdateInstant != 0 {
		t.Errorf("the password was kept: %+v", before)
	}
	_, err = w.Register(t.Context(), adaID, fa.Registration{ApplicationID: chat}) // vanishes again
	w.must(err)

	w.advance(time.Hour)
	w.outside.calls()
	w.outside.answers[first] = vouch(t, ada(`,"lastName":"Marsh","data":{}`+registered(forum, "admin")))
	out, err = w.signIn("ada", right)
	w.must(err)
	after := w.user(adaID)
	if diff := cmp.Diff([]fa.ID{first}, w.outside.calls()); diff != "" {
		t.Errorf("asked: %s", diff)
	}
	if after.FirstName != "" || after.LastName != "Marsh" || len(after.Data) != 0 || out.User.LastName != "Marsh" {
		t.Errorf("the copy is not what the connector says: %+v", after)
	}
	if len(after.Registrations) != 1 || after.Registrations[0].Roles[0] != "admin" || after.Registrations[0].ID != before.Registrations[0].ID ||
		after.Registrations[0].InsertInstant != start.UnixMilli() || after.Registrations[0].LastLoginInstant != w.millis() {
		t.Errorf("registrations: %+v", after.Registrations)
	}
	if after.InsertInstant != start.UnixMilli() || after.LastUpdateInstant != w.millis() || after.VerifiedInstant != start.UnixMilli() {
		t.Errorf("instants: %+v", after)
	}
	if i := after.Identities; i[0].InsertInstant != start.UnixMilli() || i[0].LastLoginInstant != start.UnixMilli() || i[1].LastLoginInstant != w.millis() {
		t.Errorf("identities: %+v", i)
	}
	if len(after.TwoFactor.Methods) != 1 {
		t.Errorf("factors are the user's own: %+v", after.TwoFactor)
	}

	if _, err := w.signIn("ada", wrong); !errors.Is(err, identity.ErrCredentials) {
		t.Errorf("wrong: %v", err)
	}
	w.outside.answers[first] = nil // the connector is down
	if _, err := w.signIn("ada", right); !errors.Is(err, identity.ErrCredentials) {
		t.Errorf("down: %v", err)
	}
	w.outside.answers[first] = vouch(t, `{"id":"`+string(adaID)+`","email":"ada@example.com","active":true,"verified":false}`)
	_, err = w.signIn("ada@example.com", right)
	if u := w.user(adaID); err != nil || u.Verified || u.Username != "" || len(u.Identities) != 1 || u.Identities[0].InsertInstant != start.UnixMilli() {
		t.Errorf("what the connector took back: %+v, %v", u, err)
	}
}

func TestABoundUserHasOneConnector(t *testing.T) {
	t.Parallel()
	bound := func(t *testing.T) *world {
		t.Helper()
		w := newWorld(t)
		w.policies(policy(first, false))
		w.outside.answers[first] = vouch(t, ada(""))
		_, err := w.signIn("ada@example.com", right)
		w.must(err)
		w.outside.calls()
		w.outside.answers[second] = vouch(t, ada(`,"firstName":"Second"`))
		return w
	}
	tests := map[string]struct {
		change func(w *world)
		asked  []fa.ID
		owner  fa.ID // the connector of the account afterwards
		fails  bool
	}{
		"whatever the order":        {func(w *world) { w.policies(policy(second, true), policy(first, false)) }, []fa.ID{first}, first, false},
		"whatever the domains":      {func(w *world) { w.policies(policy(first, false, "example.org")) }, []fa.ID{first}, first, false},
		"without a policy":          {func(w *world) { w.policies() }, []fa.ID{first}, first, false},
		"which migrates by now":     {func(w *world) { w.policies(policy(first, true)) }, []fa.ID{first}, fa.ConnectorID, false},
		"which says no":             {func(w *world) { w.outside.answers[first] = nil; w.policies(policy(first, false), policy(second, true)) }, []fa.ID{first}, first, true},
		"which is gone":             {func(w *world) { w.gone(first); w.policies(policy(second, false)) }, []fa.ID{second}, second, false},
		"gone, migrated by another": {func(w *world) { w.gone(first); w.policies(policy(second, true)) }, []fa.ID{second}, fa.ConnectorID, false},
		"gone, and nobody else":     {func(w *world) { w.gone(first); w.policies() }, nil, first, true},
		"gone, others say no":       {func(w *world) { w.gone(first); w.policies(policy(second, true)); w.outside.answers[second] = nil }, []fa.ID{second}, first, true},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := bound(t)
			test.change(w)
			out, err := w.signIn("ada", right)
			if test.fails != errors.Is(err, identity.ErrCredentials) || !test.fails && err != nil {
				t.Errorf("got %+v, %v", out, err)
			}
			if diff := cmp.Diff(test.asked, w.outside.calls()); diff != "" {
				t.Errorf("asked: %s", diff)
			}
			if u := w.user(adaID); u.ConnectorID != test.owner || (u.Hash != "") != (test.owner == fa.ConnectorID) {
				t.Errorf("the account: %+v", u)
			}
		})
	}
}

func (w *world) gone(connector fa.ID) {
	w.t.Helper()
	w.must(w.db.Connectors.Delete(w.t.Context(), connector))
}

func TestUsersThatCannotBeStored(t *testing.T) {
	t.Parallel()
	registration := func(members string) string { return ada(`,"registrations":[{` + members + `}]`) }
	tests := []struct {
		name    string
		answer  string
		prepare func(w *world)
		want    []string // parts of the entry in the event log
	}{
		{"no id", `{"email":"ada@example.com","active":true}`, nil, []string{"[missing]user.id"}},
		{"no identity", `{"id":"` + string(adaID) + `","active":true}`, nil, []string{"[blank]user.email"}},
		{"another identity", `{"id":"` + string(adaID) + `","email":"eve@example.com","active":true}`, nil, []string{"another user than the one who signs in"}},
		{"invalid profile", ada(`,"timezone":"Mars","birthDate":"1815"`), nil, []string{"[couldNotConvert]user.birthDate", "[couldNotConvert]user.timezone", "[Mars]"}},
		{"unknown application", registration(`"applicationId":"` + string(id(99)) + `"`), nil, []string{"[invalid]user.registration.applicationId", string(id(99))}},
		{"another tenant's application", registration(`"applicationId":"` + string(otherForum) + `"`), nil, []string{"[invalid]user.registration.applicationId"}},
		{"no application", registration(`"roles":[]`), nil, []string{"[missing]user.registration.applicationId"}},
		{"unknown role", registration(`"applicationId":"` + string(forum) + `","roles":["captain","admin"]`), nil, []string{"[invalid]user.registration.roles", "[captain]"}},
		{
			"two registrations for one application", ada(`,"registrations":[{"applicationId":"` + string(forum) + `"},{"applicationId":"` + string(forum) + `"}]`), nil,
			[]string{"[duplicate]user.registration.applicationId"},
		},
		{
			"everything at once", ada(`,"timezone":"Mars","memberships":[{"groupId":"` + string(id(98)) + `"}],"registrations":[{"applicationId":"` + string(forum) + `","roles":["captain"],"timezone":"Moon"}]`), nil,
			[]string{"[couldNotConvert]user.timezone", "[invalid]user.memberships", "[invalid]user.registration.roles", "[couldNotConvert]user.registration.timezone"},
		},
		{"unknown group", ada(`,"memberships":[{"groupId":"` + string(id(98)) + `"}]`), nil, []string{"[invalid]user.memberships", string(id(98))}},
		{"taken id", ada(""), func(w *world) { w.other(adaID, "eve@example.com", "") }, []string{"[duplicate]user.id"}},
		{"taken user name", ada(""), func(w *world) { w.other(bobID, "bob@example.com", "ADA") }, []string{"[duplicate]user.username"}},
		{"taken id and user name", ada(""), func(w *world) { w.other(adaID, "eve@example.com", "ada") }, []string{"[duplicate]user.id", "[duplicate]user.username"}},
		{"password too long for the scheme", ada(""), func(w *world) {
			w.configure(func(v *fa.Tenant) {
				v.PasswordEncryptionConfiguration = fa.PasswordEncryptionConfiguration{EncryptionScheme: "bcrypt", EncryptionSchemeFactor: 4}
			})
		}, []string{"[tooLong]user.password"}},
		{"password as login id and name", ada(`,"timezone":"` + right + `"`), nil, []string{"[couldNotConvert]user.timezone", "[secret]"}},
	}
	for _, migrate := range []bool{true, false} {
		for _, test := range tests {
			name := map[bool]string{true: "migrate/", false: "copy/"}[migrate] + test.name
			plain := right
			if strings.Contains(test.name, "too long") {
				if !migrate {
					continue // a copy keeps no password
				}
				plain = strings.Repeat("a", 100)
			}
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				w := newWorld(t)
				w.policies(policy(first, migrate))
				if test.prepare != nil {
					test.prepare(w)
				}
				w.outside.answers[first] = func(r identity.ConnectorRequest) (*fa.User, error) {
					r.Password = right
					return vouch(t, test.answer)(r)
				}
				before := w.user(adaID)
				out, err := w.signIn("ada@example.com", plain)
				if out != nil || !errors.Is(err, identity.ErrCredentials) || err.Error() != identity.ErrCredentials.Error() {
					t.Errorf("got %v, %v", out, err)
				}
				if diff := cmp.Diff(before, w.user(adaID)); diff != "" {
					t.Errorf("something was stored: %s", diff)
				}
				events := w.events()
				if len(events) != 1 {
					t.Fatalf("%d events: %v", len(events), events)
				}
				for _, part := range append(test.want, "Error: ", "[First]", "[ada@example.com]") {
					if !strings.Contains(events[0], part) {
						t.Errorf("%q is missing in %s", part, events[0])
					}
				}
				if strings.Contains(events[0], plain) {
					t.Errorf("the password is logged: %s", events[0])
				}
			})
		}
	}
}

// other makes somebody else whose password is kept here.
func (w *world) other(n fa.ID, email, username string) {
	w.t.Helper()
	u := fa.UserRequest{User: fa.NewUser(), Password: right}
	u.Email, u.Username = email, username
	_, err := w.CreateUser(w.t.Context(), tenantID, n, u)
	w.must(err)
}

// A refusal by one policy is no reason not to ask the next.
func TestAUserThatCannotBeStoredIsAskedElsewhere(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.policies(policy(first, true), policy(second, true))
	w.outside.answers[first] = vouch(t, ada(`,"timezone":"Mars"`))
	w.outside.answers[second] = vouch(t, ada(`,"firstName":"Second"`))
	out, err := w.signIn("ada@example.com", right)
	if err != nil || out.User.FirstName != "Second" || len(w.events()) != 1 {
		t.Errorf("got %+v, %v, %v", out, err, w.events())
	}
}

func TestABoundUserDoesNotBecomeAnother(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.policies(policy(first, false))
	w.outside.answers[first] = vouch(t, ada(""))
	_, err := w.signIn("ada@example.com", right)
	w.must(err)
	w.other(bobID, "bob@example.com", "bob")
	before := w.user(adaID)
	for name, answer := range map[string]string{
		"another id":     `{"id":"` + string(bobID) + `","email":"ada@example.com","active":true}`,
		"a new id":       `{"id":"` + string(id(103)) + `","email":"ada@example.com","active":true}`,
		"a taken name":   `{"id":"` + string(adaID) + `","email":"ada@example.com","username":"bob","active":true}`,
		"an unsaid name": `{"id":"` + string(adaID) + `","email":"other@example.com","active":true}`,
	} {
		events := len(w.events())
		w.outside.answers[first] = vouch(t, answer)
		if out, err := w.signIn("ada@example.com", right); out != nil || !errors.Is(err, identity.ErrCredentials) {
			t.Errorf("%s: %+v, %v", name, out, err)
		}
		if diff := cmp.Diff(before, w.user(adaID)); diff != "" {
			t.Errorf("%s: she was changed: %s", name, diff)
		}
		if len(w.events()) != events+1 {
			t.Errorf("%s: %v", name, w.events())
		}
	}
}

func TestInactiveUsersOfConnectors(t *testing.T) {
	t.Parallel()
	inactive := strings.Replace(ada(""), `"active":true`, `"active":false`, 1)
	for name, document := range map[string]string{"inactive": inactive, "not said": strings.Replace(inactive, `"active":false,`, "", 1)} {
		for _, migrate := range []bool{true, false} {
			w := newWorld(t)
			w.policies(policy(first, migrate))
			w.outside.answers[first] = vouch(t, document)
			for range 2 {
				if out, err := w.signIn("ada@example.com", right); out != nil || !errors.Is(err, identity.ErrLocked) {
					t.Errorf("%s: %v, %v", name, out, err)
				}
				if u := w.user(adaID); u == nil || u.Active || (u.Hash != "") != migrate {
					t.Errorf("%s: stored %+v", name, u)
				}
			}
		}
	}
}

func TestExpiredUsersOfConnectors(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.policies(policy(first, false))
	w.outside.answers[first] = vouch(t, ada(`,"expiry":1`))
	if out, err := w.signIn("ada@example.com", right); out != nil || !errors.Is(err, identity.ErrExpired) || w.user(adaID) == nil {
		t.Errorf("%v, %v", out, err)
	}
}

// Whom an administrator has locked out, the connector does not let in again.
func TestADeactivatedCopyStaysDeactivated(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.policies(policy(first, false))
	w.outside.answers[first] = vouch(t, ada(""))
	_, err := w.signIn("ada@example.com", right)
	w.must(err)
	_, err = w.SetActive(t.Context(), adaID, false)
	w.must(err)
	if out, err := w.signIn("ada@example.com", right); out != nil || !errors.Is(err, identity.ErrLocked) {
		t.Errorf("deactivated: %v, %v", out, err)
	}
	_, err = w.SetActive(t.Context(), adaID, true)
	w.must(err)
	if _, err := w.signIn("ada@example.com", right); err != nil {
		t.Errorf("active again: %v", err)
	}
}

func TestPasswordsToChangeAfterAMigration(t *testing.T) {
	t.Parallel()
	strict := func(v *fa.Tenant) {
		v.PasswordValidationRules.MinLength, v.PasswordValidationRules.ValidateOnLogin = 100, true
	}
	for name, test := range map[string]struct {
		migrate bool
		members string
		tenant  func(*fa.Tenant)
		want    string
	}{
		"rules, migrated":          {true, "", strict, fa.ReasonValidation},
		"rules, kept elsewhere":    {false, "", strict, ""},
		"required, migrated":       {true, `,"passwordChangeRequired":true`, nil, fa.ReasonAdministrative},
		"required, kept elsewhere": {false, `,"passwordChangeRequired":true`, nil, ""},
	} {
		w := newWorld(t)
		w.policies(policy(first, test.migrate))
		if test.tenant != nil {
			w.configure(test.tenant)
		}
		w.outside.answers[first] = vouch(t, ada(test.members))
		out, err := w.signIn("ada@example.com", right)
		if err != nil || out.PasswordChangeReason != test.want || w.user(adaID) == nil {
			t.Errorf("%s: %+v, %v", name, out, err)
		}
	}
}

func TestConnectorsThatFailAreNotWrongPasswords(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.policies(policy(first, true), policy(second, true))
	failure := errors.New("the disk is full")
	w.outside.answers[first] = func(identity.ConnectorRequest) (*fa.User, error) { return nil, failure }
	if out, err := w.signIn("ada@example.com", right); out != nil || !errors.Is(err, failure) || errors.Is(err, identity.ErrCredentials) {
		t.Errorf("got %+v, %v", out, err)
	}
	if diff := cmp.Diff([]fa.ID{first}, w.outside.calls()); diff != "" {
		t.Errorf("asked: %s", diff)
	}
}

package identity_test

import (
	"encoding/base64"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"wherry/server/internal/fa"
	"wherry/server/internal/identity"
	"wherry/server/internal/password"
)

// request is a user as a client sends it.
func request(t *testing.T, document string) fa.UserRequest {
	t.Helper()
	r := fa.UserRequest{User: fa.NewUser()}
	if err := fa.Decode([]byte(document), &r); err != nil {
		t.Fatal(err)
	}
	return r
}

func TestCreateUser(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	made, err := w.CreateUser(t.Context(), tenantID, "", request(t, `{"email":" Ada@Example.com","phoneNumber":"303-555-0100","password":"`+right+`",
		"data":{"gone":null,"kept":1},"preferredLanguages":["de","de"],"favourite":"blue"}`))
	w.must(err)
	u := w.user(made.ID)
	if diff := cmp.Diff(*made, u.User); diff != "" {
		t.Errorf("what is returned is not what is stored: %s", diff)
	}
	want := fa.NewUser()
	want.ID, want.TenantID, want.Email, want.PhoneNumber = id(1001), tenantID, "ada@example.com", "+13035550100"
	want.InsertInstant, want.LastUpdateInstant, want.PasswordLastUpdateInstant = w.millis(), w.millis(), w.millis()
	want.Data, want.PreferredLanguages = fa.Data{"kept": []byte("1")}, []string{"de"}
	want.Rest = fa.Rest{"favourite": []byte(`"blue"`)}
	want.Identities = []fa.Identity{
		{Type: "email", Value: "ada@example.com", Primary: true, InsertInstant: w.millis(), LastUpdateInstant: w.millis(), VerifiedReason: "Disabled"},
		{Type: "phoneNumber", Value: "+13035550100", Primary: true, InsertInstant: w.millis(), LastUpdateInstant: w.millis(), VerifiedReason: "Disabled"},
	}
	if diff := cmp.Diff(want, *made); diff != "" {
		t.Error(diff)
	}
	if _, err := w.signIn("ada@example.com", right); err != nil {
		t.Errorf("sign-in: %v", err)
	}
}

func TestNewUsersIgnoreWhatTheServerDecides(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	_, err := w.CreateUser(t.Context(), tenantID, adaID, request(t, `{"email":"ada@example.com","id":"`+string(bobID)+`","tenantId":"`+string(otherTenantID)+`",
		"active":false,"verified":true,"verifiedInstant":1,"insertInstant":1,"lastUpdateInstant":1,"lastLoginInstant":1,
		"passwordLastUpdateInstant":1,"breachedPasswordStatus":"ExactMatch","encryptionScheme":"salted-md5",
		"identities":[{"type":"email","value":"ada@example.com","verified":true,"verifiedReason":"Completed"}],
		"registrations":[{"applicationId":"`+string(forum)+`","roles":["admin"]}]}`))
	w.must(err)
	u := w.user(adaID)
	if w.user(bobID) != nil || u.TenantID != tenantID || !u.Active || u.ConnectorID != fa.ConnectorID || len(u.Registrations) != 0 {
		t.Errorf("owner, state or registrations: %+v", u)
	}
	if u.Verified || u.VerifiedInstant != 0 || u.IsVerified(fa.IdentityEmail) || u.Identities[0].VerifiedReason != "Disabled" {
		t.Errorf("verified by the client: %+v", u)
	}
	if u.InsertInstant != w.millis() || u.LastUpdateInstant != w.millis() || u.LastLoginInstant != 0 || u.PasswordLastUpdateInstant != 0 {
		t.Errorf("instants: %+v", u)
	}
	if u.BreachedPasswordStatus != "" || u.EncryptionScheme != "" || u.Credential != (fa.Credential{}) {
		t.Errorf("password: %+v", u)
	}
}

func TestUsersAreChecked(t *testing.T) {
	t.Parallel()
	strict := func(v *fa.Tenant) {
		v.PasswordValidationRules.RequireNumber, v.PasswordValidationRules.RequireMixedCase = true, true
	}
	tests := []struct {
		name, document string
		tenant         func(*fa.Tenant)
		want           string
	}{
		{"without a password", `{"email":"ada@example.com"}`, nil, "<nil>"},
		{"short password", `{"email":"ada@example.com","password":"short"}`, nil, "[tooShort]user.password"},
		{"rules of the tenant", `{"email":"ada@example.com","password":"short"}`, strict, "[requireNumber]user.password [singleCase]user.password [tooShort]user.password"},
		{
			"everything at once", `{"email":"ada","timezone":"Mars","password":"short"}`, strict,
			"[couldNotConvert]user.timezone [notEmail]user.email [requireNumber]user.password [singleCase]user.password [tooShort]user.password",
		},
		{"nobody", `{"password":"` + right + `"}`, nil, "[blank]user.email [blank]user.username"},
		{"unknown scheme", `{"email":"ada@example.com","password":"` + right + `","encryptionScheme":"rot13"}`, nil, "[invalid]user.encryptionScheme"},
		{"factor out of range", `{"email":"ada@example.com","password":"` + right + `","encryptionScheme":"bcrypt","factor":99}`, nil, "[invalid]user.factor"},
		{"too long for the scheme", `{"email":"ada@example.com","password":"` + strings.Repeat("a", 100) + `","encryptionScheme":"bcrypt","factor":4}`, nil, "[tooLong]user.password"},
		{"taken", `{"email":"BOB@example.com","username":"BOB"}`, nil, "[duplicate]user.email [duplicate]user.username"},
		{"taken by somebody deactivated", `{"email":"gone@example.com"}`, nil, "[inactive]user.email"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			if test.tenant != nil {
				w.configure(test.tenant)
			}
			_, err := w.CreateUser(t.Context(), tenantID, bobID, request(t, `{"email":"bob@example.com","username":"bob"}`))
			w.must(err)
			_, err = w.CreateUser(t.Context(), tenantID, id(103), request(t, `{"email":"gone@example.com"}`))
			w.must(err)
			_, err = w.SetActive(t.Context(), id(103), false)
			w.must(err)
			_, err = w.CreateUser(t.Context(), tenantID, id(104), request(t, `{"email":"change@example.com"}`))
			w.must(err)

			_, create := w.CreateUser(t.Context(), tenantID, adaID, request(t, test.document))
			if got := refusals(create); got != test.want || (w.user(adaID) != nil) != (create == nil) {
				t.Errorf("create: %s, want %s; stored: %v", got, test.want, w.user(adaID))
			}
			if create == nil {
				return
			}
			before := w.user(id(104))
			replaced := request(t, test.document)
			_, replace := w.ReplaceUser(t.Context(), id(104), replaced)
			// Memberships are not part of a replacement, so nothing is wrong with them.
			if got, want := refusals(replace), strings.Replace(test.want, "[invalid]user.memberships ", "", 1); got != want {
				t.Errorf("replace: %s, want %s", got, want)
			}
			if diff := cmp.Diff(before, w.user(id(104))); diff != "" {
				t.Errorf("replaced all the same: %s", diff)
			}
		})
	}
}

func TestUsersOfATenantThatIsNotThere(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	_, create := w.CreateUser(t.Context(), id(99), "", request(t, `{"email":"ada@example.com"}`))
	_, replace := w.ReplaceUser(t.Context(), id(99), request(t, `{"email":"ada@example.com"}`))
	_, activate := w.SetActive(t.Context(), id(99), true)
	for what, err := range map[string]error{"create": create, "replace": replace, "activate": activate} {
		if !errors.Is(err, fa.ErrNotFound) {
			t.Errorf("%s: %v", what, err)
		}
	}
}

// TestPasswordsAreHashedAsFusionAuthDoes looks at the stored credential.
func TestPasswordsAreHashedAsFusionAuthDoes(t *testing.T) {
	t.Parallel()
	fusionAuths := func(v *fa.Tenant) { v.PasswordEncryptionConfiguration = fa.NewTenant().PasswordEncryptionConfiguration }
	for name, test := range map[string]struct {
		tenant   func(*fa.Tenant)
		document string
		scheme   string
		factor   int
	}{
		"a tenant as FusionAuth makes it": {fusionAuths, `{}`, "salted-pbkdf2-hmac-sha256", 24_000},
		"the request's scheme":            {fusionAuths, `{"encryptionScheme":"salted-sha256","factor":3}`, "salted-sha256", 3},
		"the scheme's factor":             {fusionAuths, `{"encryptionScheme":"salted-pbkdf2-hmac-sha512-512"}`, "salted-pbkdf2-hmac-sha512-512", 24_000},
		"the tenant's":                    {nil, `{"factor":5}`, "salted-md5", 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			if test.tenant != nil {
				w.configure(test.tenant)
			}
			r := request(t, test.document)
			r.Email, r.Password = "ada@example.com", right
			_, err := w.CreateUser(t.Context(), tenantID, adaID, r)
			w.must(err)
			c := w.user(adaID).Credential
			if c.Scheme != test.scheme || c.Factor != test.factor {
				t.Errorf("got %s with factor %d", c.Scheme, c.Factor)
			}
			if salt, err := base64.StdEncoding.DecodeString(c.Salt); err != nil || len(salt) != 32 {
				t.Errorf("the salt has %d bytes, %v", len(salt), err)
			}
			if err := password.Schemes.Verify(right, password.Hashed{EncryptionScheme: c.Scheme, Factor: c.Factor, Salt: c.Salt, Hash: c.Hash}); err != nil {
				t.Errorf("the password does not match its hash: %v", err)
			}
		})
	}
	w := newWorld(t)
	for _, n := range []fa.ID{adaID, bobID} {
		_, err := w.CreateUser(t.Context(), tenantID, n, request(t, `{"username":"`+string(n)+`","password":"`+right+`"}`))
		w.must(err)
	}
	if w.user(adaID).Salt == w.user(bobID).Salt {
		t.Error("two users have the same salt")
	}
}

func TestReplaceUser(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.local(adaID, func(u *fa.Account) {
		u.FirstName, u.Data = "Ada", fa.Data{"plan": []byte(`"gold"`)}
		u.TwoFactor.Methods = []fa.TwoFactorMethod{{ID: "A1B2", Method: fa.MethodAuthenticator, Secret: "c2VjcmV0", Authenticator: fa.NewAuthenticator()}}
		u.TrustIdentities(true, w.millis())
	})
	_, err := w.Register(t.Context(), adaID, fa.Registration{ApplicationID: forum})
	w.must(err)
	before := w.user(adaID)
	w.advance(time.Hour)
	next, err := w.ReplaceUser(t.Context(), adaID, request(t, `{"id":"`+string(bobID)+`","email":"ada@example.com","lastName":"Marsh","active":false,"verified":false,
		"connectorId":"`+string(first)+`","insertInstant":1,"lastLoginInstant":1,"passwordLastUpdateInstant":1,"registrations":[],"identities":[],
		"twoFactor":{"methods":[{"id":"A1B2","method":"authenticator"}]}}`))
	w.must(err)
	after := w.user(adaID)
	if diff := cmp.Diff(*next, after.User); diff != "" {
		t.Errorf("what is returned is not what is stored: %s", diff)
	}
	want := *before
	want.FirstName, want.LastName, want.Data, want.Username = "", "Marsh", fa.Data{}, ""
	want.Identities = before.Identities[:1]
	want.LastUpdateInstant = w.millis()
	if diff := cmp.Diff(want, *after); diff != "" {
		t.Error(diff)
	}
	if _, err := w.signIn("ada@example.com", right); err != nil {
		t.Errorf("the password that was left out: %v", err)
	}
}

func TestANewAddressIsNotVerified(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.local(adaID, func(u *fa.Account) { u.TrustIdentities(true, w.millis()) })
	if !w.user(adaID).IsVerified(fa.IdentityEmail) {
		t.Fatal("the old address is not verified")
	}
	u, err := w.ReplaceUser(t.Context(), adaID, request(t, `{"email":"stolen@example.com","username":"ada"}`))
	if err != nil || u.IsVerified(fa.IdentityEmail) || u.Verified {
		t.Errorf("got %+v, %v", u, err)
	}
}

func TestReplaceThePassword(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.local(adaID, nil)
	w.advance(time.Hour)
	const fresh = "a-new-password"
	for name, test := range map[string]struct{ document, want string }{
		"wrong current password":   {`{"username":"ada","password":"` + fresh + `","currentPassword":"` + wrong + `"}`, "[invalid]user.currentPassword"},
		"wrong one, nothing else":  {`{"username":"ada","currentPassword":"` + wrong + `"}`, "[invalid]user.currentPassword"},
		"right one, nothing else":  {`{"username":"ada","currentPassword":"` + right + `"}`, "<nil>"},
		"right one, bad new one":   {`{"username":"ada","password":"x","currentPassword":"` + right + `"}`, "[tooShort]user.password"},
		"scheme without password":  {`{"username":"ada","encryptionScheme":"rot13","factor":9}`, "<nil>"},
		"password of unknown sort": {`{"username":"ada","password":"` + fresh + `","encryptionScheme":"rot13"}`, "[invalid]user.encryptionScheme"},
	} {
		_, err := w.ReplaceUser(t.Context(), adaID, request(t, test.document))
		if got := refusals(err); got != test.want {
			t.Errorf("%s: %s, want %s", name, got, test.want)
		}
		if u := w.user(adaID); u.PasswordLastUpdateInstant != start.UnixMilli() || u.EncryptionScheme != "" || u.Scheme != "salted-md5" {
			t.Errorf("%s: the password was changed: %+v", name, u)
		}
	}
	_, err := w.ReplaceUser(t.Context(), adaID, request(t, `{"username":"ada","password":"`+fresh+`","currentPassword":"`+right+`","encryptionScheme":"salted-sha256","factor":2}`))
	w.must(err)
	if u := w.user(adaID); u.PasswordLastUpdateInstant != w.millis() || u.Scheme != "salted-sha256" || u.Factor != 2 {
		t.Errorf("stored: %+v", u)
	}
	if _, err := w.signIn("ada", fresh); err != nil {
		t.Errorf("with the new password: %v", err)
	}
	if _, err := w.signIn("ada", right); !errors.Is(err, identity.ErrCredentials) {
		t.Errorf("with the old one: %v", err)
	}
	doc, err := fa.EncodeWhole(w.user(adaID).User)
	w.must(err)
	if strings.Contains(string(doc), fresh) || strings.Contains(string(doc), right) {
		t.Errorf("a password is part of the document: %s", doc)
	}
}

func TestSetActive(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.local(adaID, nil)
	w.advance(time.Hour)
	u, err := w.SetActive(t.Context(), adaID, false)
	if err != nil || u.Active || u.LastUpdateInstant != w.millis() {
		t.Errorf("deactivate: %+v, %v", u, err)
	}
	if _, err := w.signIn("ada", right); !errors.Is(err, identity.ErrLocked) {
		t.Errorf("sign-in: %v", err)
	}
	if u, err = w.SetActive(t.Context(), adaID, true); err != nil || !u.Active {
		t.Errorf("reactivate: %+v, %v", u, err)
	}
}

func TestBusyWhileAPasswordIsSet(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.Passwords = password.NewHasher(password.Schemes, nil, 0, 0)
	_, err := w.CreateUser(t.Context(), tenantID, adaID, request(t, `{"email":"ada@example.com","password":"`+right+`"}`))
	if !errors.Is(err, identity.ErrBusy) || w.user(adaID) != nil {
		t.Errorf("got %v", err)
	}
}

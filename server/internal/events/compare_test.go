package events

import (
	"strings"
	"testing"

	"wherry/server/internal/fa"
)

const (
	forum fa.ID = "00000000-0000-0000-0000-0000000000f0"
	shop  fa.ID = "00000000-0000-0000-0000-0000000000f1"
)

// ada is somebody with one registration, e-mail address and second factor.
func ada() *fa.User {
	u := fa.NewUser()
	u.ID, u.TenantID, u.Email, u.Username = "00000000-0000-0000-0000-00000000ada0", "00000000-0000-0000-0000-000000000001", "ada@example.com", "ada"
	u.TwoFactor.Methods = []fa.TwoFactorMethod{{ID: "ABCD", Method: fa.MethodSMS, MobilePhone: "+15551234567"}}
	r := fa.NewRegistration()
	r.ApplicationID, r.AuthenticationToken = forum, "made-up"
	u.Registrations = []fa.Registration{r}
	u.SettleIdentities(fa.VerifiedDisabled, 1)
	return &u
}

func TestWhatAChangeTells(t *testing.T) {
	t.Parallel()
	complete := func(kind string) string { return kind + " " + kind + complete }
	for name, test := range map[string]struct {
		change func(u *fa.User)
		want   string
	}{
		"nothing": {func(*fa.User) {}, ""},
		"a sign-in": {func(u *fa.User) {
			u.LastLoginInstant, u.Identities[0].LastLoginInstant, u.Registrations[0].LastLoginInstant = 2, 2, 2
		}, ""},
		"an instant":              {func(u *fa.User) { u.LastUpdateInstant, u.Registrations[0].LastUpdateInstant = 2, 2 }, ""},
		"a name":                  {func(u *fa.User) { u.FirstName = "Ada" }, complete(UserUpdate)},
		"an unknown":              {func(u *fa.User) { u.Rest = fa.Rest{"ours": []byte("1")} }, complete(UserUpdate)},
		"off":                     {func(u *fa.User) { u.Active = false }, UserDeactivate},
		"a password":              {func(u *fa.User) { u.PasswordLastUpdateInstant = 2 }, UserPasswordUpdate},
		"an address":              {func(u *fa.User) { u.Email = "lovelace@example.com" }, complete(UserUpdate) + " " + UserEmailUpdate + " " + UserIdentityUpdate},
		"no address":              {func(u *fa.User) { u.Email = "" }, complete(UserUpdate) + " " + UserEmailUpdate},
		"a first number":          {func(u *fa.User) { u.PhoneNumber = "+15551234568" }, complete(UserUpdate)},
		"verified":                {func(u *fa.User) { u.Identities[0].Verified = true }, complete(UserUpdate) + " " + UserIdentityVerified + " " + UserEmailVerified},
		"a registration more":     {func(u *fa.User) { u.Registrations = append(u.Registrations, fa.Registration{ApplicationID: shop}) }, complete(UserRegistrationCreate)},
		"no registration":         {func(u *fa.User) { u.Registrations = nil }, complete(UserRegistrationDelete)},
		"other roles":             {func(u *fa.User) { u.Registrations[0].Roles = []string{"admin"} }, complete(UserRegistrationUpdate)},
		"a verified registration": {func(u *fa.User) { u.Registrations[0].Verified = true }, complete(UserRegistrationUpdate) + " " + UserRegistrationVerified},
		"another factor":          {func(u *fa.User) { u.TwoFactor.Methods[0].ID = "EFGH" }, UserTwoFactorAdd + " " + UserTwoFactorRemove},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			before, after := ada(), ada()
			test.change(after)
			var kinds []string
			for _, e := range changed(before, after) {
				kinds = append(kinds, e.Type)
				if e.TenantID != before.TenantID || e.About != before.ID || e.Body["user"] == nil {
					t.Errorf("%s: %+v", e.Type, e)
				}
			}
			if got := strings.Join(kinds, " "); got != test.want {
				t.Errorf("told %q, want %q", got, test.want)
			}
			if after.Registrations != nil && after.Registrations[0].AuthenticationToken != "made-up" {
				t.Error("what is hidden from webhooks is lost")
			}
		})
	}
}

func TestHowManyHaveToAgree(t *testing.T) {
	t.Parallel()
	const most = 4
	for transaction, needed := range map[string][most + 1]int{ // of none, one, two, three and four
		fa.TransactionNone: {0, 0, 0, 0, 0}, fa.TransactionAny: {1, 1, 1, 1, 1}, fa.TransactionSimpleMajority: {0, 1, 1, 2, 2},
		fa.TransactionSuperMajority: {0, 1, 2, 2, 3}, fa.TransactionAbsoluteMajority: {0, 1, 2, 3, 4},
	} {
		for all := 1; all <= most; all++ {
			for yes := 0; yes <= all; yes++ {
				if got, want := agreed(transaction, yes, all), yes >= needed[all]; got != want {
					t.Errorf("%s: %d of %d: %v", transaction, yes, all, got)
				}
			}
		}
	}
}

func TestAnnouncementsAreNoTransactions(t *testing.T) {
	t.Parallel()
	l := &listeners{
		webhooks: []*fa.Webhook{{Head: fa.Head{ID: "hook"}, Global: true, EventsEnabled: map[string]bool{}}},
		settings: map[fa.ID]map[string]fa.EventSetting{"tenant": {}},
	}
	for kind, want := range map[string]string{
		UserCreate: fa.TransactionAny, UserCreate + complete: fa.TransactionNone, UserPasswordUpdate: fa.TransactionNone,
		UserLoginSuccess: fa.TransactionAny, UserLoginFailed: fa.TransactionNone, UserLink: fa.TransactionNone, GroupDelete: fa.TransactionAny,
	} {
		l.webhooks[0].EventsEnabled[kind] = true
		l.settings["tenant"][kind] = fa.EventSetting{Enabled: true, TransactionType: fa.TransactionAny}
		if receivers, got := l.of(Event{Type: kind, TenantID: "tenant"}); got != want || len(receivers) != 1 {
			t.Errorf("%s: %s, told to %v", kind, got, receivers)
		}
	}
}

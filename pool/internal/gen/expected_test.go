package gen_test

import (
	"encoding/json"
	"reflect"
	"strings"
	"testing"

	"wherry/pool/internal/gen"
	"wherry/pool/internal/model"
)

// TestExpectedAgreesWithWhatThePoolShows reads users' attributes, which the
// expectation does not, by the rules of the mapping.
func TestExpectedAgreesWithWhatThePoolShows(t *testing.T) {
	t.Parallel()
	p := gen.New(3000, 4)
	for n := range p.Len() {
		u, a := p.User(n), p.Expected(n)
		value := func(name string) string { v, _ := u.Attribute(name); return v }
		for _, tt := range []struct{ field, got, want string }{
			{"id", a.User.ID, value("sub")},
			{"email", a.User.Email + origin(a, "email"), emailOf(u)},
			{"mobilePhone", a.User.MobilePhone, value("phone_number")},
			{"firstName", a.User.FirstName, value("given_name")},
			{"lastName", a.User.LastName, value("family_name")},
			{"middleName", a.User.MiddleName, value("middle_name")},
			{"fullName", a.User.FullName, value("name")},
			{"birthDate", a.User.BirthDate + text(a, "birthdate"), value("birthdate")},
			{"timezone", a.User.Timezone + text(a, "zoneinfo"), value("zoneinfo")},
			{"imageUrl", a.User.ImageURL + text(a, "picture"), value("picture")},
			{
				"preferredLanguages", strings.Join(a.User.PreferredLanguages, "") + text(a, "locale"),
				languageOf(value("locale")),
			},
			{"data.website", text(a, "website"), value("website")},
			{"data.gender", text(a, "gender"), value("gender")},
			{"data.updated_at", text(a, "updated_at"), value("updated_at")},
			{"data.plan", text(a, "plan"), value("custom:plan")},
			{"data.account", text(a, "account"), value("custom:account")},
			{"data.newsletter", text(a, "newsletter"), value("custom:newsletter")},
			{"data.member_since", text(a, "member_since"), value("custom:member_since")},
			{"data.address", text(a, "address"), compact(value("address"))},
		} {
			if tt.got != tt.want {
				t.Errorf("user %d: %s is %q, want %q", n, tt.field, tt.got, tt.want)
			}
		}
		if a.User.Active != u.Enabled || a.User.InsertInstant != u.Created.UnixMilli() {
			t.Errorf("user %d: active %v since %d", n, a.User.Active, a.User.InsertInstant)
		}
		if (a.User.PhoneNumber != "") != u.Verified("phone_number") {
			t.Errorf("user %d: phone number %q as login id", n, a.User.PhoneNumber)
		}
		if a.User.Verified != (u.Verified("email") || u.Verified("phone_number")) || (a.User.Email != "") != u.Verified("email") {
			t.Errorf("user %d: verified is %v, email %q", n, a.User.Verified, a.User.Email)
		}
		if a.User.Email+a.User.PhoneNumber+a.User.Username == "" || origin(a, "userStatus") != u.Status || origin(a, "username") != u.Username {
			t.Errorf("user %d: %+v", n, a.User)
		}
		if len(a.Links) != strings.Count(value("identities"), "userId") {
			t.Errorf("user %d: %d links from %s", n, len(a.Links), value("identities"))
		}
	}
}

// text is a value of data as Cognito would write it.
func text(a gen.Account, key string) string {
	switch v := a.User.Data[key].(type) {
	case nil:
		return ""
	case string:
		return v
	default:
		b, _ := json.Marshal(v)
		return string(b)
	}
}

// origin is a text of data.cognito.
func origin(a gen.Account, key string) string {
	text, _ := a.User.Data["cognito"].(map[string]any)[key].(string)
	return text
}

// emailOf is the address as FusionAuth stores it, or as it is.
func emailOf(u model.User) string {
	address, _ := u.Attribute("email")
	if u.Verified("email") {
		return strings.ToLower(address)
	}
	return address
}

func languageOf(locale string) string {
	if len(locale) == 5 {
		return strings.Replace(locale, "-", "_", 1)
	}
	return locale
}

// compact sorts the members of a JSON object, if text is one.
func compact(text string) string {
	var v map[string]any
	if json.Unmarshal([]byte(text), &v) != nil {
		return text
	}
	b, _ := json.Marshal(v)
	return string(b)
}

func TestWhoGoesAcross(t *testing.T) {
	t.Parallel()
	p := gen.New(10_000, 6)
	reasons := map[string]int{}
	holders := map[string]int{}
	for n := range p.Len() {
		u, a := p.User(n), p.Expected(n)
		reasons["bulk: "+a.Bulk.Reason]++
		reasons["sign-in: "+a.SignIn.Reason]++
		for _, v := range []gen.Verdict{a.Bulk, a.SignIn} {
			if v.Carried != (v.Reason == "") {
				t.Errorf("user %d: %+v", n, v)
			}
		}
		if a.SignIn.Carried {
			mayCarry(t, n, &u, a)
		}
		if !a.Bulk.Carried {
			continue
		}
		for _, login := range []string{"id " + a.User.ID, "email " + a.User.Email, "phone " + a.User.PhoneNumber, "username " + strings.ToLower(a.User.Username)} {
			if other, taken := holders[login]; taken && !strings.HasSuffix(login, " ") {
				t.Errorf("%d and %d would both have %s", other, n, login)
			}
			holders[login] = n
		}
		if a.Rival != nil {
			if other := p.Expected(*a.Rival); other.Rival == nil || *other.Rival != n || other.Bulk.Carried {
				t.Errorf("%d prevails over %d, who has %+v", n, *a.Rival, other)
			}
		}
	}
	for _, reason := range []string{
		"bulk: ", "bulk: " + gen.Unconfirmed, "bulk: " + gen.Unusable, "bulk: " + gen.LoginTaken,
		"sign-in: ", "sign-in: " + gen.Disabled, "sign-in: " + gen.NoPassword, "sign-in: " + gen.Unconfirmed,
		"sign-in: " + gen.ResetRequired, "sign-in: " + gen.Expired, "sign-in: " + gen.NeedsFactor,
		"sign-in: " + gen.FactorUncertain, "sign-in: " + gen.LoginTaken, "sign-in: " + gen.Unusable,
	} {
		if reasons[reason] == 0 {
			t.Errorf("nobody has %q", reason)
		}
	}
}

// mayCarry checks that a sign-in which carries the user proves the password and
// loses no factor that would have been asked for.
func mayCarry(t *testing.T, n int, u *model.User, a gen.Account) {
	t.Helper()
	if u.Password == "" || !u.Enabled || u.Status != model.Confirmed && u.Status != model.ForceChangePassword {
		t.Errorf("user %d is carried by signing in", n)
	}
	if a.User.PasswordChangeRequired != (u.Status == model.ForceChangePassword) {
		t.Errorf("user %d: passwordChangeRequired is %v", n, a.User.PasswordChangeRequired)
	}
	asked := len(u.MFA.Enabled) > 0 || u.MFA.LegacySMS
	if asked && a.User.TwoFactor == nil {
		t.Errorf("user %d loses the factors %v", n, u.MFA.Enabled)
	}
}

func TestExpectedIsJSON(t *testing.T) {
	t.Parallel()
	p := gen.New(1000, 8)
	for n := range p.Len() {
		b, err := json.Marshal(p.Expected(n))
		if err != nil {
			t.Fatal(err)
		}
		var back gen.Account
		if err := json.Unmarshal(b, &back); err != nil || back.User.ID != p.Expected(n).User.ID {
			t.Fatalf("user %d: %v", n, err)
		}
		if !reflect.DeepEqual(p.Expected(n), p.Expected(n)) {
			t.Fatalf("user %d differs the second time", n)
		}
	}
}

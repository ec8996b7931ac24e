package gen_test

import (
	"encoding/json"
	"maps"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode"

	"pgregory.net/rapid"

	"wherry/pool/internal/gen"
	"wherry/pool/internal/model"
)

// drawn is a pool of any size up to the most that Cognito allows.
func drawn(t *rapid.T, most int) *gen.Pool {
	return gen.New(rapid.IntRange(1, most).Draw(t, "size"), rapid.Uint64().Draw(t, "seed"))
}

const most = 40_000_000

var loginAttributes = []string{"sub", "email", "phone_number", "preferred_username"}

func TestUsersAreFoundByEveryLogin(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		p := drawn(t, most)
		n := rapid.IntRange(0, p.Len()-1).Draw(t, "n")
		u := p.User(n)
		recase := rapid.SampledFrom([]func(string) string{strings.ToUpper, strings.ToLower, strings.Clone}).Draw(t, "case")
		if found := p.Find("username", recase(u.Username)); !slices.Contains(found, n) {
			t.Errorf("username %q: found %v, not %d", u.Username, found, n)
		}
		for _, name := range loginAttributes {
			value, ok := u.Attribute(name)
			if found := p.Find(name, recase(value)); ok && !slices.Contains(found, n) {
				t.Errorf("%s %q: found %v, not %d", name, value, found, n)
			}
		}
	})
}

func TestFindMissesNobodyAndStaysShort(t *testing.T) {
	t.Parallel()
	p := gen.New(4000, 5)
	holders := map[string][]int{}
	for n := range p.Len() {
		u := p.User(n)
		holders["username "+strings.ToLower(u.Username)] = append(holders["username "+strings.ToLower(u.Username)], n)
		for _, name := range loginAttributes {
			if value, ok := u.Attribute(name); ok {
				key := name + " " + strings.ToLower(value)
				holders[key] = append(holders[key], n)
			}
		}
	}
	for key, want := range holders {
		name, value, _ := strings.Cut(key, " ")
		found := p.Find(name, value)
		for _, n := range want {
			if !slices.Contains(found, n) {
				t.Errorf("%s: found %v, want %v", key, found, want)
			}
		}
		if len(found) > 2 {
			t.Errorf("%s: %d candidates", key, len(found))
		}
	}
}

func TestFindStaysInside(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		p := gen.New(rapid.IntRange(0, 50).Draw(t, "size"), 1)
		name := rapid.SampledFrom(append(loginAttributes, "username", "nonsense")).Draw(t, "name")
		value := rapid.OneOf(
			rapid.String(),
			rapid.StringMatching(`(Google_|Corp_SAML_|signinwithapple_|[a-z.]*)[0-9.]{0,30}(@example.com)?`),
			rapid.StringMatching(`[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f-]{0,25}`),
		).Draw(t, "value")
		for _, n := range p.Find(name, value) {
			if n < 0 || n >= p.Len() {
				t.Errorf("%s %q: found %d of %d", name, value, n, p.Len())
			}
		}
	})
}

func TestSubsAscend(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		p := drawn(t, most)
		n := rapid.IntRange(0, p.Len()-1).Draw(t, "n")
		this := p.User(n)
		if !regexp.MustCompile(`^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$`).MatchString(this.Sub()) {
			t.Fatalf("sub is %q", this.Sub())
		}
		if n > 0 {
			if before := p.User(n - 1); before.Sub() >= this.Sub() {
				t.Errorf("%d has %s, %d has %s", n-1, before.Sub(), n, this.Sub())
			}
		}
	})
}

func TestSubPrefix(t *testing.T) {
	t.Parallel()
	small := gen.New(3000, 3)
	subs := make([]string, small.Len())
	for n := range subs {
		u := small.User(n)
		subs[n] = u.Sub()
	}
	rapid.Check(t, func(t *rapid.T) {
		prefix := rapid.OneOf(
			rapid.StringMatching(`[0-9a-f]{0,5}`),
			rapid.Custom(func(t *rapid.T) string {
				sub := rapid.SampledFrom(subs).Draw(t, "sub")
				return sub[:rapid.IntRange(0, len(sub)).Draw(t, "length")]
			}),
			rapid.StringMatching(`[0-9a-g-]{0,40}`),
		).Draw(t, "prefix")
		from, to := small.SubPrefix(strings.ToUpper(prefix))
		for n, sub := range subs {
			if inside := n >= from && n < to; inside != strings.HasPrefix(sub, prefix) {
				t.Fatalf("prefix %q gives [%d, %d), but %d has %s", prefix, from, to, n, sub)
			}
		}
	})
}

func TestPrefixesShareTheUsersFairly(t *testing.T) {
	t.Parallel()
	p, end := gen.New(10_000_000, 1), 0
	for _, digit := range "0123456789abcdef" {
		from, to := p.SubPrefix(string(digit))
		if from != end || to-from != 625_000 {
			t.Errorf("%c is [%d, %d)", digit, from, to)
		}
		end = to
	}
}

func TestMembers(t *testing.T) {
	t.Parallel()
	p := gen.New(5000, 9)
	members := map[string][]int{"no such group": nil}
	for n := range p.Len() {
		for _, g := range p.User(n).Groups {
			members[g] = append(members[g], n)
		}
	}
	declared := 1
	for _, g := range p.Directory().Groups {
		declared++
		if members[g.GroupName] == nil {
			t.Errorf("nobody is in %s", g.GroupName)
		}
	}
	if len(members) != declared {
		t.Errorf("members are in %v", slices.Collect(maps.Keys(members)))
	}
	for group, want := range members {
		var got []int
		for n := p.NextMember(group, 0); n < p.Len(); n = p.NextMember(group, n+1) {
			got = append(got, n)
		}
		if !slices.Equal(got, want) {
			t.Errorf("%s: got %d members, want %d", group, len(got), len(want))
		}
	}
}

func TestWhatThePoolKeepsUnique(t *testing.T) {
	t.Parallel()
	p := gen.New(20_000, 2)
	seen := map[string]int{}
	once := func(key string, n int) {
		if other, taken := seen[key]; taken {
			t.Errorf("%d and %d both have %s", other, n, key)
		}
		seen[key] = n
	}
	for n := range p.Len() {
		u := p.User(n)
		once("username "+u.Username, n)
		once("sub "+u.Sub(), n)
		if preferred, ok := u.Attribute("preferred_username"); ok {
			once("preferred_username "+preferred, n)
		}
		for _, name := range []string{"email", "phone_number"} {
			if value, _ := u.Attribute(name); u.Verified(name) {
				once(name+" "+value, n)
			}
		}
	}
}

func TestUsersAreLegal(t *testing.T) {
	t.Parallel()
	legal := regexp.MustCompile(`^[\p{L}\p{M}\p{S}\p{N}\p{P}]{1,128}$`)
	e164 := regexp.MustCompile(`^\+\d{8,15}$`)
	policy := []func(rune) bool{unicode.IsUpper, unicode.IsLower, unicode.IsDigit, unicode.IsPunct}
	rapid.Check(t, func(t *rapid.T) {
		p := drawn(t, most)
		n := rapid.IntRange(0, p.Len()-1).Draw(t, "n")
		u := p.User(n)
		if !legal.MatchString(u.Username) {
			t.Errorf("username %q", u.Username)
		}
		names := map[string]bool{}
		for _, a := range u.Attributes {
			if a.Value == "" || len(a.Value) > 2048 || names[a.Name] {
				t.Errorf("attribute %s is %q", a.Name, a.Value)
			}
			names[a.Name] = true
		}
		if number, ok := u.Attribute("phone_number"); ok && !e164.MatchString(number) {
			t.Errorf("phone number %q", number)
		}
		if date, ok := u.Attribute("birthdate"); ok && len(date) != 10 {
			t.Errorf("birthdate %q", date)
		}
		if secret := p.Password(n); secret != "" {
			for i, class := range policy {
				if !strings.ContainsFunc(secret, class) || len(secret) > 256 {
					t.Errorf("password breaks rule %d", i)
				}
			}
		}
		if u.Password.Reveal() != p.Password(n) {
			t.Error("the password told is another one")
		}
		for _, factor := range u.MFA.Enabled {
			if needs := map[string]string{model.SMSMFA: "phone_number", model.EmailOTP: "email"}[factor]; needs != "" && !names[needs] {
				t.Errorf("factor %s without %s", factor, needs)
			}
		}
	})
}

func TestPoolsFollowFromTheSeed(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		p := drawn(t, most)
		n := rapid.IntRange(0, p.Len()-1).Draw(t, "n")
		first := p.User(n)
		first.Attributes[0].Value = "changed"
		if again := p.User(n); again.Sub() == "changed" {
			t.Error("the user is not the caller's to change")
		}
	})
	one, same, other := gen.New(1000, 1), gen.New(1000, 1), gen.New(1000, 2)
	if one.ID != same.ID || one.ID == other.ID || one.ClientID == other.ClientID {
		t.Errorf("pool ids %s, %s, %s", one.ID, same.ID, other.ID)
	}
	for n := range one.Len() {
		a, b, c := one.User(n), same.User(n), other.User(n)
		if !reflect.DeepEqual(a, b) {
			t.Fatalf("user %d of the same seed differs", n)
		}
		if a.Sub() == c.Sub() {
			t.Fatalf("user %d of another seed has the same sub", n)
		}
	}
}

func TestSmallPools(t *testing.T) {
	t.Parallel()
	if from, to := gen.New(0, 1).SubPrefix(""); from != 0 || to != 0 || gen.New(0, 1).NextMember("readers", 0) != 0 {
		t.Error("an empty pool has users")
	}
	for size := 1; size <= 70; size++ {
		p := gen.New(size, uint64(size))
		for n := range size {
			u := p.User(n)
			if found := p.Find("username", u.Username); !slices.Contains(found, n) {
				t.Errorf("size %d: %d is not found", size, n)
			}
			p.Expected(n)
		}
	}
}

// TestMix counts what can be seen of users, in a pool where each share comes
// out even.
func TestMix(t *testing.T) {
	t.Parallel()
	p := gen.New(10_000, 7)
	got := map[string]int{}
	for n := range p.Len() {
		u := p.User(n)
		for what, is := range observe(&u) {
			if is {
				got[what]++
			}
		}
	}
	for what, want := range map[string]int{
		"CONFIRMED": 7650, "UNCONFIRMED": 400, "FORCE_CHANGE_PASSWORD": 300, "RESET_REQUIRED": 300,
		"EXTERNAL_PROVIDER": 1200, "ARCHIVED": 50, "COMPROMISED": 50, "UNKNOWN": 50, "temporary password over": 100,
		"disabled": 200, "federated or linked": 1750, "with several identities": 200,
		"without e-mail": 400, "e-mail verified": 7900, "sub is RFC 4122": 4000, "custom attributes": 5000,
		"birthdate that is none": 1000, "locale with underscore": 2000, "address as JSON": 2000, "address as text": 1000,
		"groups of people": 4000, "name in other scripts": 3080, // of the 90 % with a name, 35 % in other letters; and rounding
	} {
		if what == "name in other scripts" {
			if got[what] < 2500 || got[what] > 3500 {
				t.Errorf("%s: %d", what, got[what])
			}
			continue
		}
		if got[what] != want {
			t.Errorf("%s: %d of 10,000, want %d", what, got[what], want)
		}
	}
	for _, what := range []string{
		"username in capitals", "username is the sub", "SMS_MFA", "SOFTWARE_TOKEN_MFA", "EMAIL_OTP", "two factors, none preferred",
		"SMS by the old API", "SMS to an unverified number", "number above 2^53", "password longer than 72 bytes",
	} {
		if got[what] == 0 {
			t.Errorf("%s: nobody", what)
		}
	}
}

var now = time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)

func observe(u *model.User) map[string]bool {
	value := func(name string) string { v, _ := u.Attribute(name); return v }
	account := value("custom:account")
	links := strings.Count(value("identities"), "userId")
	birth, address := value("birthdate"), value("address")
	_, badDate := time.Parse(time.DateOnly, birth)
	script := func(r rune) bool { return unicode.IsLetter(r) && !unicode.Is(unicode.Latin, r) }
	people := slices.DeleteFunc(slices.Clone(u.Groups), func(g string) bool { return strings.HasPrefix(g, "us-east-1_") })
	return map[string]bool{
		u.Status:                        true,
		"temporary password over":       u.Status == model.ForceChangePassword && u.PasswordExpiry.Before(now),
		"disabled":                      !u.Enabled,
		"federated or linked":           links > 0,
		"with several identities":       links > 1,
		"without e-mail":                value("email") == "",
		"e-mail verified":               u.Verified("email"),
		"sub is RFC 4122":               strings.ContainsRune("89ab", rune(u.Sub()[19])),
		"custom attributes":             slices.ContainsFunc(u.Attributes, func(a model.Attribute) bool { return strings.HasPrefix(a.Name, "custom:") }),
		"birthdate that is none":        birth != "" && (badDate != nil || strings.HasPrefix(birth, "0000")),
		"locale with underscore":        strings.Contains(value("locale"), "_"),
		"address as JSON":               json.Valid([]byte(address)),
		"address as text":               address != "" && !json.Valid([]byte(address)),
		"groups of people":              len(people) > 0,
		"name in other scripts":         strings.ContainsFunc(value("given_name")+value("name"), script),
		"username in capitals":          unicode.IsUpper(rune(u.Username[0])),
		"username is the sub":           u.Username == u.Sub(),
		"SMS_MFA":                       slices.Contains(u.MFA.Enabled, model.SMSMFA),
		"SOFTWARE_TOKEN_MFA":            slices.Contains(u.MFA.Enabled, model.SoftwareTokenMFA) && u.MFA.TOTPSecret != "",
		"EMAIL_OTP":                     slices.Contains(u.MFA.Enabled, model.EmailOTP),
		"two factors, none preferred":   len(u.MFA.Enabled) == 2 && u.MFA.Preferred == "",
		"SMS by the old API":            u.MFA.LegacySMS,
		"SMS to an unverified number":   slices.Contains(u.MFA.Enabled, model.SMSMFA) && !u.Verified("phone_number"),
		"number above 2^53":             len(account) == 16 && account > "9007199254740992",
		"password longer than 72 bytes": len(u.Password.Reveal()) > 72,
	}
}

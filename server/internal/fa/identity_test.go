package fa_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"wherry/server/internal/fa"
)

func TestPhoneNumbersAreWrittenAsE164(t *testing.T) {
	t.Parallel()
	for typed, want := range map[string]string{
		"+4930901820":      "+4930901820",
		" +49 30 90-18.20": "+4930901820",
		"303-555-0100":     "+13035550100",
		"(303) 555 0100":   "+13035550100",
		"13035550100":      "+13035550100",
		"303-555-CALL":     "303-555-CALL",
		"x3035550100":      "x3035550100",
		"+":                "+",
		"":                 "",
		"ada@example.com":  "ada@example.com",
	} {
		u := fa.User{PhoneNumber: typed}
		u.Normalize()
		if u.PhoneNumber != want {
			t.Errorf("%q becomes %q, want %q", typed, u.PhoneNumber, want)
		}
	}
}

func TestIdentitiesAreComparedByTheirKeys(t *testing.T) {
	t.Parallel()
	tests := []struct {
		kind, value, typed string
		same               bool
	}{
		{fa.IdentityEmail, "ada@example.com", "Ada@Example.COM", true},
		{fa.IdentityEmail, "ada@example.com", " ada@example.com", false},
		{fa.IdentityUsername, "Ä", "ä", true},
		{fa.IdentityUsername, "ada", "ada ", false},
		{fa.IdentityUsername, "ss", "ß", false},
		{fa.IdentityPhoneNumber, "+13035550100", "(303) 555-0100", true},
		{fa.IdentityPhoneNumber, "+13035550100", "3035550101", false},
		{fa.IdentityPhoneNumber, "+13035550100", "ada+13035550100@example.com", false},
	}
	for _, test := range tests {
		i := fa.Identity{Type: test.kind, Value: test.value}
		if got := i.Is(test.typed); got != test.same {
			t.Errorf("%s %q, typed %q: %v", test.kind, test.value, test.typed, got)
		}
	}
}

func TestIdentitiesFollowTheUser(t *testing.T) {
	t.Parallel()
	u := fa.User{Email: "ada@example.com", PhoneNumber: "+15550100", Username: "Ada"}
	u.SettleIdentities(fa.VerifiedDisabled, 1)
	want := []fa.Identity{
		{Type: fa.IdentityEmail, Value: "ada@example.com", Primary: true, InsertInstant: 1, LastUpdateInstant: 1, VerifiedReason: "Disabled"},
		{Type: fa.IdentityPhoneNumber, Value: "+15550100", Primary: true, InsertInstant: 1, LastUpdateInstant: 1, VerifiedReason: "Disabled"},
		{
			Type: fa.IdentityUsername, Value: "Ada", DisplayValue: "Ada", Primary: true, InsertInstant: 1, LastUpdateInstant: 1,
			VerifiedReason: "Unverifiable", ModerationStatus: "ACTIVE",
		},
	}
	if diff := cmp.Diff(want, u.Identities); diff != "" || u.Verified {
		t.Fatalf("new: verified %v %s", u.Verified, diff)
	}
	u.TrustIdentities(true, 2)
	u.Email, u.Username = "countess@example.com", "ada"
	u.SettleIdentities(fa.VerifiedDisabled, 3)
	var got []string
	for _, i := range u.Identities {
		got = append(got, i.Value)
	}
	if diff := cmp.Diff([]string{"+15550100", "ada", "countess@example.com"}, got); diff != "" {
		t.Errorf("oldest first: %s", diff)
	}
	if u.IsVerified(fa.IdentityEmail) || !u.IsVerified(fa.IdentityPhoneNumber) || !u.Verified || u.VerifiedInstant != 2 {
		t.Errorf("the new address counts as verified, or the old number does not: %+v", u)
	}
	if name := u.Identities[1]; name.InsertInstant != 1 || name.DisplayValue != "ada" {
		t.Errorf("a user name that is written otherwise is a new one: %+v", name)
	}
	u.Email, u.PhoneNumber, u.Username = "", "", ""
	u.SettleIdentities(fa.VerifiedDisabled, 4)
	if len(u.Identities) != 0 || u.Verified || u.VerifiedInstant != 2 {
		t.Errorf("without any: %+v", u)
	}
}

func TestConnectorsDecideWhatIsVerified(t *testing.T) {
	t.Parallel()
	u := fa.User{Email: "ada@example.com", Username: "ada"}
	u.SettleIdentities(fa.VerifiedTrusted, 1)
	email := func(instant, updated int64, verified bool) fa.Identity {
		return fa.Identity{
			Type: fa.IdentityEmail, Value: "ada@example.com", Primary: true, InsertInstant: 1, LastUpdateInstant: updated,
			Verified: verified, VerifiedInstant: instant, VerifiedReason: "Trusted",
		}
	}
	for _, step := range []struct {
		verified bool
		now      int64
		want     fa.Identity
	}{
		{false, 2, email(0, 1, false)},
		{true, 3, email(3, 3, true)},
		{true, 4, email(3, 3, true)},
		{false, 5, email(0, 5, false)},
	} {
		u.TrustIdentities(step.verified, step.now)
		if diff := cmp.Diff(step.want, u.Identities[0]); diff != "" {
			t.Errorf("at %d: %s", step.now, diff)
		}
		if name := u.Identities[1]; name.Verified || name.VerifiedReason != "Unverifiable" {
			t.Errorf("at %d the user name is verified: %+v", step.now, name)
		}
	}
}

package soak

import (
	"encoding/json"
	"strconv"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"wherry/pool"
)

// account is a user as the server shows it and as the generator expects it, as
// far as the two can be compared.
type account struct {
	ID, Username, Email, PhoneNumber, MobilePhone string
	FirstName, MiddleName, LastName, FullName     string
	BirthDate, Timezone, ImageURL                 string
	PreferredLanguages                            []string

	Active, Verified, PasswordChangeRequired bool

	TwoFactor struct {
		Methods []struct{ Method, MobilePhone, Email string }
	}
	Data map[string]any

	TenantID, ConnectorID string
}

// connectorID is FusionAuth's id for itself: the account's password is here.
const connectorID = "e3306678-a53a-4964-9040-1c96f36dda72"

// checkAccount compares what came across with what should have.
func (c *crowd) checkAccount(who *person, got account) {
	if !who.expected.SignIn.Carried && who.expected.SignIn.Reason != "login id of another user with a better claim" {
		c.t.Errorf("user %d is across: %+v", who.number, who.expected.SignIn)
	}
	want := expectedAccount(c.t, who.expected)
	want.TenantID, want.ConnectorID = c.tenantID, connectorID
	if got.Data["migratedFrom"] != "cognito" || got.Data["migratedDate"] == nil {
		c.t.Errorf("user %d does not say where from: %v", who.number, got.Data)
	}
	delete(got.Data, "migratedFrom")
	delete(got.Data, "migratedDate")
	who.asTold(want.Data["cognito"].(map[string]any))
	if diff := cmp.Diff(want, got, cmpopts.EquateEmpty()); diff != "" {
		c.t.Errorf("user %d differs (-want +got):\n%s", who.number, diff)
	}
	u := who.expected.User
	for kind, value := range map[string]string{"email": u.Email, "username": u.Username} {
		if holder := c.holder(c.t, kind, value); value != "" && holder != u.ID {
			c.t.Errorf("user %d: the %s leads to %q", who.number, kind, holder)
		}
	}
}

// asTold makes data.cognito what one sign-in can know. Only those who get no
// tokens are asked about by IAM, which tells the status and the day they signed
// up; if that is because of a code, it stands for a factor that nobody prefers.
func (who *person) asTold(record map[string]any) {
	u := who.expected.User
	if u.TwoFactor == nil && !u.PasswordChangeRequired {
		delete(record, "userStatus")
		return
	}
	record["userCreateDate"] = json.Number(strconv.FormatInt(u.InsertInstant, 10))
	if u.TwoFactor != nil && record["preferredMfaSetting"] == nil {
		record["preferredMfaSetting"] = "SMS_MFA"
	}
}

// expectedAccount reads the expectation as if the server had shown it.
func expectedAccount(t *testing.T, e pool.Expected) (a account) {
	t.Helper()
	text, err := json.Marshal(e.User)
	if err != nil {
		t.Fatal(err)
	}
	if err := decode(text, &a); err != nil {
		t.Fatal(err)
	}
	return a
}

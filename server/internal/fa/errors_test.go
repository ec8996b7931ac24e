package fa_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"wherry/server/internal/fa"
)

func TestErrorsAreFusionAuthsBody(t *testing.T) {
	t.Parallel()
	var e fa.Errors
	e.Field("tenant.name", "blank", "You must specify the [%s] property.", "tenant.name")
	e.Field("tenant.name", "duplicate", "twice")
	e.General("TenantIdRequired", "which one?")
	got, err := fa.Encode(&e)
	if err != nil {
		t.Fatal(err)
	}
	want := `{"fieldErrors":{"tenant.name":[{"code":"[blank]tenant.name","message":"You must specify the [tenant.name] property."},` +
		`{"code":"[duplicate]tenant.name","message":"twice"}]},"generalErrors":[{"code":"[TenantIdRequired]","message":"which one?"}]}`
	if diff := cmp.Diff(want, string(got)); diff != "" {
		t.Error(diff)
	}
	if got := e.Error(); got != "refused: [blank]tenant.name [duplicate]tenant.name [TenantIdRequired]" {
		t.Errorf("Error: %s", got)
	}
	if got := e.Details(); got != "[blank]tenant.name You must specify the [tenant.name] property.\n[duplicate]tenant.name twice\n[TenantIdRequired] which one?" {
		t.Errorf("Details: %s", got)
	}
	if (&fa.Errors{}).OrNil() != nil || e.OrNil() == nil {
		t.Error("OrNil does not tell whether there is an error")
	}
	if !fa.Refused(fmt.Errorf("create tenant: %w", &e)) || fa.Refused(fa.ErrNotFound) {
		t.Error("Refused does not tell FusionAuth's errors from others")
	}
}

func TestErrorsPrintNoValues(t *testing.T) {
	t.Parallel()
	u := fa.NewUser()
	document := `{"email":"private","phoneNumber":"private","birthDate":"private","imageUrl":"private","timezone":"private"}`
	if err := fa.Decode([]byte(document), &u); err != nil {
		t.Fatal(err)
	}
	var rules fa.Errors
	new(fa.NewTenant()).PasswordValidationRules.Check(&rules, "private", "user.password")
	failures := []error{u.Validate(), rules.OrNil()}
	for _, document := range []string{
		`{"id":"private"}`, `{"active":"private"}`, `{"registrations":[{"roles":"private"}]}`, `{"private`, `{"email":"private`,
		`{"email":"private","email":"private"}`, `{"email":"private"} private`, `["private"]`, `"private"`, "{\"email\":\"private\xff\"}",
		`{"roles":private}`, `{private:1}`,
	} {
		failures = append(failures, fa.Decode([]byte(document), new(fa.NewUser())))
	}
	for _, err := range failures {
		if err == nil || !fa.Refused(err) {
			t.Errorf("got %v, want FusionAuth's errors", err)
			continue
		}
		if strings.Contains(err.Error(), "private") {
			t.Errorf("a value is printed: %v", err)
		}
	}
}

func TestDecodingErrorsNameTheProperty(t *testing.T) {
	t.Parallel()
	for document, want := range map[string]string{
		`{"id":"x"}`:   `[couldNotConvert]user.id`,
		`{"active":1}`: `[couldNotConvert]user.active`,
		`{"twoFactor":{"methods":[{},{"id":{}}]}}`:  `[couldNotConvert]user.twoFactor.methods[1].id`,
		`{"registrations":[{"applicationId":"x"}]}`: `[couldNotConvert]user.registrations[0].applicationId`,
		`[]`:                                  `[couldNotConvert]user`,
		`{"email":"a","email":"b"}`:           `[invalidJSON]`,
		`{"email":`:                           `[invalidJSON]`,
		`{"email":"ada@example.com"`:          `[invalidJSON]`,
		`{"email":"ada@example.com"} {}`:      `[invalidJSON]`,
		"{\"email\":\"ada\xff@example.com\"}": `[invalidJSON]`,
	} {
		err := fa.DecodeAt("user", []byte(document), new(fa.NewUser()))
		if diff := cmp.Diff([]string{want}, codes(t, err)); diff != "" {
			t.Errorf("%s: %s", document, diff)
		}
	}
}

func TestIDs(t *testing.T) {
	t.Parallel()
	const canonical = "e3306678-a53a-4964-9040-1c96f36dda72"
	for text, want := range map[string]fa.ID{
		canonical: canonical, strings.ToUpper(canonical): canonical,
		"00000000-0000-0001-0000-000000000000": "00000000-0000-0001-0000-000000000000",
		"e3306678a53a496490401c96f36dda72":     "", "{" + canonical + "}": "", canonical + "0": "", canonical[:35]: "",
		"g3306678-a53a-4964-9040-1c96f36dda72": "", "e3306678-a53a-4964-9040_1c96f36dda72": "", "": "",
	} {
		got, err := fa.ParseID(text)
		if got != want || (err == nil) != (want != "") {
			t.Errorf("%q: %q, %v", text, got, err)
		}
	}
	var in struct{ A, B fa.ID }
	if err := fa.Decode([]byte(`{"A":"","B":null}`), &in); err != nil || in.A != "" || in.B != "" {
		t.Errorf("no id: %+v, %v", in, err)
	}
	// Ids are also read by encoding/json, which must agree.
	if err := json.Unmarshal([]byte(`{"A":"x"}`), &in); err == nil {
		t.Error("encoding/json takes anything for an id")
	}
	if err := fa.Decode([]byte(`{"A":"x"}`), &in); !errors.As(err, new(*fa.Errors)) {
		t.Errorf("got %v, want FusionAuth's errors", err)
	}
}

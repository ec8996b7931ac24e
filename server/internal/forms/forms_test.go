package forms_test

import (
	"errors"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"wherry/server/internal/fa"
	"wherry/server/internal/forms"
)

func TestBasic(t *testing.T) {
	t.Parallel()
	on, must := fa.Requirable{Enabled: true}, fa.Requirable{Enabled: true, Required: true}
	for name, tt := range map[string]struct {
		config fa.RegistrationConfiguration
		want   []string // keys; a star for what is required
	}{
		"as it comes":                       {fa.RegistrationConfiguration{LoginIDType: "email"}, []string{"user.email*", "user.password*"}},
		"by user name":                      {fa.RegistrationConfiguration{LoginIDType: "username"}, []string{"user.username*", "user.password*"}},
		"by phone":                          {fa.RegistrationConfiguration{LoginIDType: "phoneNumber"}, []string{"user.phoneNumber*", "user.password*"}},
		"with a name":                       {fa.RegistrationConfiguration{FirstName: on, LastName: must}, []string{"user.email*", "user.password*", "user.firstName", "user.lastName*"}},
		"required and not asked for at all": {fa.RegistrationConfiguration{BirthDate: fa.Requirable{Required: true}}, []string{"user.email*", "user.password*"}},
	} {
		var got []string
		for _, field := range forms.Basic(tt.config) {
			key := field.Key
			if field.Required {
				key += "*"
			}
			got = append(got, key)
		}
		if diff := cmp.Diff(tt.want, got); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
}

func field(key, control, kind string) fa.FormField {
	return fa.FormField{Key: key, Control: control, Type: kind}
}

func expression(text string) fa.FormField {
	f := field("user.data.x", "text", "string")
	f.Validator = fa.FormFieldValidator{Enabled: true, Expression: text}
	return f
}

func TestCheck(t *testing.T) {
	t.Parallel()
	required, twice, matching := field("user.data.x", "text", "string"), field("user.password", "password", "string"), field("user.data.x", "text", "string")
	required.Required, twice.Confirm = true, true
	matching.Validator = fa.FormFieldValidator{Enabled: true, Expression: "a|b"}
	choice := field("user.data.x", "select", "string")
	choice.Options = []string{"red", "green"}
	number, date := field("user.data.x", "number", "number"), field("user.birthDate", "text", "date")
	for name, tt := range map[string]struct {
		field fa.FormField
		typed string // a query
		want  string
	}{
		"optional":                     {matching, "", ""},
		"required":                     {required, "user.data.x=", "[blank]user.data.x"},
		"required and there":           {required, "user.data.x=1", ""},
		"not twice":                    {twice, "user.password=a", "[doNotMatch]user.password"},
		"twice":                        {twice, "user.password=a&confirm.user.password=a", ""},
		"twice by the other name":      {twice, "user.password=a&passwordConfirm=a", ""},
		"matches":                      {matching, "user.data.x=b", ""},
		"matches only in part":         {matching, "user.data.x=bb", "[invalid]user.data.x"},
		"looks ahead":                  {expression("^(?=.*[0-9]).{3,}$"), "user.data.x=ab1", ""},
		"looks ahead in vain":          {expression("^(?=.*[0-9]).{3,}$"), "user.data.x=abc", "[invalid]user.data.x"},
		"takes for ever":               {expression("(a+)+b"), "user.data.x=" + strings.Repeat("a", 60), "[invalid]user.data.x"},
		"not an expression":            {expression("(("), "user.data.x=((", "[invalid]user.data.x"},
		"offered":                      {choice, "user.data.x=red", ""},
		"not offered":                  {choice, "user.data.x=red&user.data.x=blue", "[invalid]user.data.x"},
		"number":                       {number, "user.data.x=-1.5e3", ""},
		"not a number":                 {number, "user.data.x=0x1F", "[couldNotConvert]user.data.x"},
		"not a number in JSON":         {number, "user.data.x=NaN", "[couldNotConvert]user.data.x"},
		"day that is none":             {date, "user.birthDate=2024-02-30", "[couldNotConvert]user.birthDate"},
		"day":                          {date, "user.birthDate=2024-02-29", ""},
		"more than anybody would type": {required, "user.data.x=" + string(make([]byte, 5000)), "[tooLong]user.data.x"},
	} {
		typed, _ := url.ParseQuery(tt.typed)
		err := forms.Form{tt.field}.Check(typed)
		if tt.want == "" && err != nil || tt.want != "" && (err == nil || err.Error() != "refused: "+tt.want) {
			t.Errorf("%s: %v, want %s", name, err, tt.want)
		}
	}
}

func TestWith(t *testing.T) {
	t.Parallel()
	user := fa.NewUser()
	user.Email, user.FirstName = "jane@example.com", "Jane"
	user.Data = fa.Data{"deep": []byte(`{"kept":12345678901234567890}`)}
	topics := field("user.data.topics", "checkbox", "string")
	topics.Options = []string{"a", "b", "c"}
	form := forms.Form{
		field("user.firstName", "text", "string"), field("user.lastName", "text", "string"), field("user.data.deep.new", "number", "number"),
		field("user.data.agreed", "checkbox", "bool"), field("registration.data.colour", "text", "string"), topics,
		field("user.preferredLanguages", "text", "string"), field("user.password", "password", "string"),
	}
	typed := url.Values{
		"user.firstName": {""}, "user.lastName": {`Example "x"`}, "user.data.deep.new": {"1.50"}, "user.data.agreed": {"true"},
		"registration.data.colour": {"red"}, "user.data.topics": {"a", "c"}, "user.preferredLanguages": {"de, fr"}, "user.password": {"made up"},
		"user.email": {"somebody@example.com"}, "user.active": {"false"}, // no fields of the form
	}
	d, err := forms.Of(&user, nil).With(form, typed)
	if err != nil {
		t.Fatal(err)
	}
	if d.User.FirstName != "" || d.User.LastName != `Example "x"` || d.User.Email != "jane@example.com" || !d.User.Active || d.User.Password != "made up" ||
		!slices.Equal(d.User.PreferredLanguages, []string{"de", "fr"}) {
		t.Errorf("user: %+v", d.User)
	}
	for name, want := range map[string]string{"deep": `{"kept":12345678901234567890,"new":1.50}`, "agreed": "true", "topics": `["a","c"]`} {
		if got := string(d.User.Data[name]); got != want {
			t.Errorf("%s is %s, want %s", name, got, want)
		}
	}
	if got := string(d.Registration.Data["colour"]); got != `"red"` {
		t.Errorf("colour is %s", got)
	}
	values, err := d.Values(form)
	if err != nil {
		t.Fatal(err)
	}
	want := url.Values{
		"user.lastName": {`Example "x"`}, "user.data.deep.new": {"1.50"}, "user.data.agreed": {"true"}, "registration.data.colour": {"red"},
		"user.data.topics": {"a", "c"}, "user.preferredLanguages": {"de", "fr"},
	}
	if diff := cmp.Diff(want, values); diff != "" {
		t.Error(diff)
	}
}

func TestWithRefuses(t *testing.T) {
	t.Parallel()
	_, err := forms.New().With(forms.Form{field("user.expiry", "text", "string")}, url.Values{"user.expiry": {"never"}})
	if _, refused := errors.AsType[*fa.Errors](err); !refused {
		t.Errorf("got %v", err)
	}
}

func TestMissing(t *testing.T) {
	t.Parallel()
	first, last, secret := field("user.firstName", "text", "string"), field("user.lastName", "text", "string"), field("user.password", "password", "string")
	first.Required, last.Required, secret.Required = true, true, true
	user := fa.NewUser()
	user.FirstName = "Jane"
	missing, err := forms.Of(&user, nil).Missing(forms.Form{first, last, secret, field("user.data.x", "text", "string")})
	if err != nil || len(missing) != 1 || missing[0].Key != "user.lastName" {
		t.Errorf("missing %v, %v", missing, err)
	}
}

func TestShown(t *testing.T) {
	t.Parallel()
	form := forms.Form{field("consents['x']", "checkbox", "consent"), field("user", "text", "string"), field("tenant.name", "text", "string"), field("user.email", "text", "email")}
	if shown := form.Shown(); len(shown) != 2 || !shown.Has("user.email") || shown.Without("user.email").Has("user.email") {
		t.Errorf("shown %v", shown)
	}
}

package forms_test

import (
	"context"
	"net/url"
	"testing"

	"github.com/google/go-cmp/cmp"

	"wherry/server/internal/fa"
	"wherry/server/internal/forms"
)

// The consents that shelf has; "gone" is not there.
var consents = shelf[fa.Consent]{
	"news":   {},
	"waiver": {Values: []string{"Written", "Verbal"}},
	"topics": {Values: []string{"Boats", "Tides"}, MultipleValuesAllowed: true},
}

// shelf has objects by their ids.
type shelf[T any] map[fa.ID]T

func (s shelf[T]) Get(_ context.Context, id fa.ID) (*T, error) {
	if v, ok := s[id]; ok {
		return &v, nil
	}
	return nil, fa.ErrNotFound
}

// given is what was given for everybody.
type given []*fa.UserConsent

func (g given) Of(context.Context, fa.ID) ([]*fa.UserConsent, error) { return g, nil }

// asked is the form that asks for a consent, in a field with a control.
func asked(t *testing.T, consent fa.ID, control string, required bool, g given) (forms.Shelf, forms.Form) {
	t.Helper()
	field := fa.FormField{ConsentID: consent, Control: control, Required: required, Confirm: true, Validator: fa.FormFieldValidator{Enabled: true, Expression: "x"}}
	field.Normalize()
	s := forms.Shelf{
		Forms:  shelf[fa.Form]{"form": {Steps: []fa.FormStep{{Fields: []fa.ID{"field"}}}}},
		Fields: shelf[fa.FormField]{"field": field}, Consents: consents, Given: g,
	}
	pages, err := s.Pages(t.Context(), "form")
	if err != nil {
		t.Fatal(err)
	}
	return s, forms.Join(pages)
}

func TestFieldsOfConsents(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		consent       fa.ID
		control, want string
	}{
		"plain":                     {"news", "text", "checkbox"},
		"plain, with a choice":      {"news", "radio", "checkbox"},
		"one value":                 {"waiver", "text", "radio"},
		"one value, in a list":      {"waiver", "select", "select"},
		"one value, with a tick":    {"waiver", "checkbox", "radio"},
		"many values":               {"topics", "radio", "checkbox"},
		"of a consent that is gone": {"gone", "checkbox", ""},
	} {
		got := ""
		if _, form := asked(t, tt.consent, tt.control, false, nil); len(form) > 0 {
			got = form[0].Control
		}
		if got != tt.want {
			t.Errorf("%s: control %q, want %q", name, got, tt.want)
		}
	}
}

func TestAnswersToConsents(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		consent  fa.ID
		required bool
		typed    []string
		refused  string
		want     fa.ConsentAnswer
	}{
		"given":                         {consent: "news", typed: []string{"true"}, want: fa.ConsentAnswer{Given: true}},
		"not given":                     {consent: "news"},
		"required":                      {consent: "news", required: true, refused: "[blank]consents['news']"},
		"neither yes nor no":            {consent: "news", typed: []string{"perhaps"}, refused: "[invalid]consents['news']"},
		"a value":                       {consent: "waiver", typed: []string{"Verbal"}, want: fa.ConsentAnswer{Given: true, Values: []string{"Verbal"}}},
		"none of the values":            {consent: "waiver", typed: []string{""}},
		"none of the values, and a lie": {consent: "waiver", typed: []string{"", "Sung"}},
		"a required value":              {consent: "waiver", required: true, typed: []string{""}, refused: "[blank]consents['waiver']"},
		"a value too many":              {consent: "waiver", typed: []string{"Verbal", "Written"}, refused: "[invalid]consents['waiver']"},
		"another value":                 {consent: "waiver", typed: []string{"Sung"}, refused: "[invalid]consents['waiver']"},
		"values":                        {consent: "topics", typed: []string{"Boats", "Tides"}, want: fa.ConsentAnswer{Given: true, Values: []string{"Boats", "Tides"}}},
		"other values":                  {consent: "topics", typed: []string{"Boats", "true"}, refused: "[invalid]consents['topics']"},
	} {
		_, form := asked(t, tt.consent, "text", tt.required, nil)
		typed := url.Values{fa.ConsentKey(tt.consent): tt.typed}
		if err := form.Check(typed); tt.refused != "" {
			if err == nil || err.Error() != "refused: "+tt.refused {
				t.Errorf("%s: %v, want %s", name, err, tt.refused)
			}
			continue
		} else if err != nil {
			t.Errorf("%s: %v", name, err)
		}
		tt.want.ConsentID = tt.consent
		d, err := forms.New().With(form, typed)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff([]fa.ConsentAnswer{tt.want}, d.Consents); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
}

func TestConsentsThatWereGiven(t *testing.T) {
	t.Parallel()
	active := func(values ...string) given {
		return given{{ConsentID: "other", Status: fa.ConsentActive}, {ConsentID: "news", Status: fa.ConsentActive}, {ConsentID: "topics", Status: fa.ConsentActive, Values: values}}
	}
	for name, tt := range map[string]struct {
		consent fa.ID
		given   given
		want    []string
	}{
		"given":                 {"news", active(), []string{"true"}},
		"not given":             {"waiver", active(), nil},
		"revoked":               {"news", given{{ConsentID: "news", Status: fa.ConsentRevoked}}, nil},
		"with values":           {"topics", active("Tides"), []string{"Tides"}},
		"without values":        {"topics", active(), nil},
		"never anything at all": {"news", nil, nil},
	} {
		s, form := asked(t, tt.consent, "text", true, tt.given)
		user := fa.NewUser()
		d, err := s.Of(t.Context(), form, &user, nil)
		if err != nil {
			t.Fatal(err)
		}
		values, err := d.Values(form)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(tt.want, values[form[0].Key]); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
		if missing, err := d.Missing(form); err != nil || (len(missing) == 1) != (tt.want == nil) {
			t.Errorf("%s: missing %v, %v", name, missing, err)
		}
	}
}

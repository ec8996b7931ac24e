package identity_test

import (
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"wherry/server/internal/fa"
)

func registration(t *testing.T, document string) fa.Registration {
	t.Helper()
	r := fa.NewRegistration()
	if err := fa.Decode([]byte(document), &r); err != nil {
		t.Fatal(err)
	}
	return r
}

func TestRegister(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.local(adaID, nil)
	made, err := w.Register(t.Context(), adaID, registration(t, `{"applicationId":"`+string(forum)+`","username":" ada ","data":{"a":null,"b":1},"favourite":1}`))
	w.must(err)
	want := fa.NewRegistration()
	want.ID, want.ApplicationID, want.InsertInstant, want.LastUpdateInstant = id(1001), forum, w.millis(), w.millis()
	want.Roles, want.Username = []string{"user"}, "ada"
	want.Verified, want.VerifiedInstant = true, w.millis() // the application does not ask for more
	want.Data, want.Rest = fa.Data{"b": []byte("1")}, fa.Rest{"favourite": []byte("1")}
	if diff := cmp.Diff(want, *made); diff != "" {
		t.Errorf("made: %s", diff)
	}
	if diff := cmp.Diff([]fa.Registration{want}, w.user(adaID).Registrations); diff != "" {
		t.Errorf("stored: %s", diff)
	}
	made, err = w.Register(t.Context(), adaID, registration(t, `{"applicationId":"`+string(chat)+`","id":"`+string(id(77))+`","insertInstant":7,"roles":["admin"]}`))
	if err != nil || made.ID != id(77) || made.InsertInstant != 7 || len(made.Roles) != 1 || made.Roles[0] != "admin" {
		t.Errorf("given: %+v, %v", made, err)
	}
}

func TestRegistrationsAreChecked(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.local(adaID, nil)
	_, err := w.Register(t.Context(), adaID, registration(t, `{"applicationId":"`+string(forum)+`"}`))
	w.must(err)
	before := w.user(adaID)
	for name, test := range map[string]struct {
		replace        bool
		document, want string
	}{
		"no application":         {false, `{}`, "[missing]registration.applicationId"},
		"unknown application":    {false, `{"applicationId":"` + string(id(99)) + `"}`, "[invalid]registration.applicationId"},
		"another tenant's":       {false, `{"applicationId":"` + string(otherForum) + `"}`, "[invalid]registration.applicationId"},
		"unknown role":           {false, `{"applicationId":"` + string(chat) + `","roles":["Admin"]}`, "[invalid]registration.roles"},
		"several at once":        {false, `{"applicationId":"` + string(chat) + `","roles":["a","b"],"timezone":"Mars"}`, "[couldNotConvert]registration.timezone [invalid]registration.roles [invalid]registration.roles"},
		"without, and time zone": {false, `{"timezone":"Mars"}`, "[couldNotConvert]registration.timezone [missing]registration.applicationId"},
		"registered already":     {false, `{"applicationId":"` + string(forum) + `"}`, "[duplicate]registration"},
		"replace: unknown role":  {true, `{"applicationId":"` + string(forum) + `","roles":["a"]}`, "[invalid]registration.roles"},
	} {
		write := w.Register
		if test.replace {
			write = w.ReplaceRegistration
		}
		made, err := write(t.Context(), adaID, registration(t, test.document))
		if got := refusals(err); got != test.want || made != nil {
			t.Errorf("%s: %s, want %s", name, got, test.want)
		}
		if diff := cmp.Diff(before, w.user(adaID)); diff != "" {
			t.Errorf("%s: stored all the same: %s", name, diff)
		}
	}
}

func TestReplaceAndRemoveARegistration(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.local(adaID, nil)
	old, err := w.Register(t.Context(), adaID, registration(t, `{"applicationId":"`+string(forum)+`","username":"ada","roles":["admin"]}`))
	w.must(err)
	_, err = w.signIn("ada", right)
	w.must(err)
	w.advance(time.Hour)
	next, err := w.ReplaceRegistration(t.Context(), adaID, registration(t, `{"applicationId":"`+string(forum)+`","id":"`+string(id(77))+`","insertInstant":7,"lastLoginInstant":7,"timezone":"Europe/Lisbon"}`))
	w.must(err)
	want := fa.NewRegistration()
	want.ID, want.ApplicationID, want.InsertInstant, want.LastLoginInstant, want.LastUpdateInstant = old.ID, forum, start.UnixMilli(), start.UnixMilli(), w.millis()
	want.Roles, want.Timezone, want.Verified, want.VerifiedInstant = []string{"user"}, "Europe/Lisbon", true, start.UnixMilli()
	if diff := cmp.Diff(want, *next); diff != "" {
		t.Error(diff)
	}
	w.must(w.Unregister(t.Context(), adaID, forum))
	if n := len(w.user(adaID).Registrations); n != 0 {
		t.Errorf("%d registrations are left", n)
	}
	_, replace := w.ReplaceRegistration(t.Context(), adaID, registration(t, `{"applicationId":"`+string(forum)+`"}`))
	_, unknown := w.Register(t.Context(), id(99), registration(t, `{"applicationId":"`+string(forum)+`"}`))
	for what, err := range map[string]error{
		"unregister again": w.Unregister(t.Context(), adaID, forum), "replace what is gone": replace, "somebody unknown": unknown,
		"unregister somebody unknown": w.Unregister(t.Context(), id(99), forum),
	} {
		if !errors.Is(err, fa.ErrNotFound) {
			t.Errorf("%s: %v", what, err)
		}
	}
}

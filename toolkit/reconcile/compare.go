package reconcile

import (
	"cmp"
	"encoding/json"
	"math/big"
	"reflect"
	"slices"
	"strings"

	"wherry/toolkit/internal/plan"
)

// delta is a field in which two accounts differ.
type delta struct {
	field     string
	want, got any   // nil: there is none
	since     int64 // when the target says that this part of it changed; 0: it does not tell
}

func (d delta) class() Class {
	switch {
	case d.want == nil:
		return Added
	case d.got == nil:
		return Missing
	default:
		return Differs
	}
}

// comparison collects deltas.
type comparison struct {
	deltas   []delta
	compared func(field string)
}

// value compares two values of which nil or the empty one is none.
func value[T comparable](c *comparison, field string, want, got T) {
	var none T
	if want == got {
		if want != none {
			c.compared(field)
		}
		return
	}
	c.differ(delta{field: field, want: unless(want == none, want), got: unless(got == none, got)})
}

// flag compares yes with no, which both mean something.
func (c *comparison) flag(field string, want, got bool) {
	if c.compared(field); want != got {
		c.deltas = append(c.deltas, delta{field: field, want: want, got: got})
	}
}

func unless(none bool, v any) any {
	if none {
		return nil
	}
	return v
}

func (c *comparison) differ(d delta) {
	c.compared(d.field)
	c.deltas = append(c.deltas, d)
}

// compare lists what is not in got as want has it. Links are compared apart.
func compare(want *plan.User, got *account, compared func(field string)) []delta {
	c := &comparison{compared: compared}
	c.flag("active", want.Active, got.Active)
	c.flag("verified", want.Verified, got.Verified)
	c.flag("passwordChangeRequired", want.PasswordChangeRequired, got.PasswordChangeRequired)
	value(c, "email", want.Email, got.Email)
	value(c, "username", want.Username, got.Username)
	value(c, "phoneNumber", want.PhoneNumber, got.PhoneNumber)
	value(c, "firstName", want.FirstName, got.FirstName)
	value(c, "middleName", want.MiddleName, got.MiddleName)
	value(c, "lastName", want.LastName, got.LastName)
	value(c, "fullName", want.FullName, got.FullName)
	value(c, "mobilePhone", want.MobilePhone, got.MobilePhone)
	value(c, "birthDate", want.BirthDate, got.BirthDate)
	value(c, "timezone", want.Timezone, got.Timezone)
	value(c, "imageUrl", want.ImageURL, got.ImageURL)
	value(c, "expiry", want.Expiry, got.Expiry)
	if want.InsertInstant != 0 { // else the target has its own
		value(c, "insertInstant", want.InsertInstant, got.InsertInstant)
	}
	c.list("preferredLanguages", want.PreferredLanguages, got.PreferredLanguages)
	c.list("twoFactor", methods(want.TwoFactor), methods(got.TwoFactor))
	c.registrations(want.Registrations, got.Registrations)
	c.memberships(want.Memberships, got.Memberships)
	c.data(want.Data, got.Data)
	return c.deltas
}

func (c *comparison) list(field string, want, got []string) {
	if len(want)+len(got) == 0 {
		return
	}
	if c.compared(field); !slices.Equal(want, got) {
		c.deltas = append(c.deltas, delta{field: field, want: unless(len(want) == 0, want), got: unless(len(got) == 0, got)})
	}
}

// methods are factors in an order and a form that can be compared.
func methods(f *plan.TwoFactor) (list []string) {
	if f == nil {
		return nil
	}
	for _, m := range f.Methods {
		list = append(list, m.Method+" "+cmp.Or(m.MobilePhone, strings.ToLower(m.Email)))
	}
	slices.Sort(list)
	return list
}

func (c *comparison) registrations(want []plan.Registration, got []registration) {
	there := map[string]registration{}
	for _, r := range got {
		there[r.ApplicationID] = r
	}
	for _, w := range want {
		g, ok := there[w.ApplicationID]
		delete(there, w.ApplicationID)
		if !ok {
			c.differ(delta{field: "registrations", want: w.ApplicationID})
			continue
		}
		c.compared("registrations")
		if roles := sorted(g.Roles); len(w.Roles) > 0 && !slices.Equal(sorted(w.Roles), roles) { // else the application's own
			c.differ(delta{field: "registrations.roles", want: sorted(w.Roles), got: unless(len(roles) == 0, roles), since: g.LastUpdateInstant})
		}
		if w.Username != g.Username {
			c.differ(delta{field: "registrations.username", want: unless(w.Username == "", w.Username), got: unless(g.Username == "", g.Username), since: g.LastUpdateInstant})
		}
		if len(w.Data) > 0 && !equal(w.Data, g.Data) {
			c.differ(delta{field: "registrations.data", want: w.Data, got: g.Data, since: g.LastUpdateInstant})
		}
	}
	for _, g := range got {
		if _, extra := there[g.ApplicationID]; extra {
			c.differ(delta{field: "registrations", got: g.ApplicationID, since: g.InsertInstant})
		}
	}
}

func (c *comparison) memberships(want []plan.Membership, got []membership) {
	there := map[string]membership{}
	for _, m := range got {
		there[m.GroupID] = m
	}
	for _, w := range want {
		if _, ok := there[w.GroupID]; !ok {
			c.differ(delta{field: "memberships", want: w.GroupID})
			continue
		}
		c.compared("memberships")
		delete(there, w.GroupID)
	}
	for _, g := range got {
		if _, extra := there[g.GroupID]; extra {
			c.differ(delta{field: "memberships", got: g.GroupID, since: g.InsertInstant})
		}
	}
}

func sorted(list []string) []string { return slices.Sorted(slices.Values(list)) }

// data compares data key by key, and data.cognito one step further.
func (c *comparison) data(want, got map[string]any) {
	for key := range both(want, got) {
		w, g := want[key], got[key]
		if key == "migratedDate" && w != nil && g != nil {
			continue // each sign-in has its own
		}
		inner, isMap := w.(map[string]any)
		other, alsoMap := g.(map[string]any)
		if key != "cognito" || !isMap || !alsoMap {
			c.datum("data."+key, w, g)
			continue
		}
		for key := range both(inner, other) {
			c.datum("data.cognito."+key, inner[key], other[key])
		}
	}
}

func (c *comparison) datum(field string, want, got any) {
	if c.compared(field); !equal(want, got) {
		c.deltas = append(c.deltas, delta{field: field, want: want, got: got})
	}
}

// both runs over the keys of two maps, sorted.
func both(a, b map[string]any) func(func(string) bool) {
	keys := make([]string, 0, len(a)+len(b))
	for _, m := range []map[string]any{a, b} {
		for key := range m {
			keys = append(keys, key)
		}
	}
	slices.Sort(keys)
	return slices.Values(slices.Compact(keys))
}

// equal compares decoded JSON as values: 1e2 is 100.
func equal(a, b any) bool {
	switch a := a.(type) {
	case json.Number:
		b, ok := b.(json.Number)
		return ok && (a == b || sameNumber(string(a), string(b)))
	case []any:
		b, ok := b.([]any)
		return ok && slices.EqualFunc(a, b, equal)
	case map[string]any:
		b, ok := b.(map[string]any)
		if !ok || len(a) != len(b) {
			return false
		}
		for key, v := range a {
			if w, ok := b[key]; !ok || !equal(v, w) {
				return false
			}
		}
		return true
	default:
		return reflect.DeepEqual(a, b)
	}
}

// digits is how exactly numbers are compared, in bits.
const digits = 256

func sameNumber(a, b string) bool {
	x, _, errX := big.ParseFloat(a, 10, digits, big.ToNearestEven)
	y, _, errY := big.ParseFloat(b, 10, digits, big.ToNearestEven)
	return errX == nil && errY == nil && x.Cmp(y) == 0
}

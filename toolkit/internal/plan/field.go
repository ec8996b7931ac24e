package plan

import (
	"errors"
	"slices"
	"strings"
)

// field is a property of the FusionAuth user that a mapping may write.
type field struct {
	name   string
	at     func(*User) any // a pointer to it
	accept func(string) (clean, problem string)
}

// fields has every field, in the order in which explain prints them. Those
// that hold text say what FusionAuth would store, or why it would not.
var fields = []field{
	{"id", func(u *User) any { return &u.ID }, acceptUUID},
	{"active", func(u *User) any { return &u.Active }, nil},
	{"username", func(u *User) any { return &u.Username }, acceptText},
	{"email", func(u *User) any { return &u.Email }, acceptEmail},
	{"phoneNumber", func(u *User) any { return &u.PhoneNumber }, acceptPhone},
	{"verified", func(u *User) any { return &u.Verified }, nil},
	{"firstName", func(u *User) any { return &u.FirstName }, acceptText},
	{"middleName", func(u *User) any { return &u.MiddleName }, acceptText},
	{"lastName", func(u *User) any { return &u.LastName }, acceptText},
	{"fullName", func(u *User) any { return &u.FullName }, acceptText},
	{"mobilePhone", func(u *User) any { return &u.MobilePhone }, acceptText},
	{"birthDate", func(u *User) any { return &u.BirthDate }, acceptDate},
	{"timezone", func(u *User) any { return &u.Timezone }, acceptTimezone},
	{"preferredLanguages", func(u *User) any { return &u.PreferredLanguages }, nil},
	{"imageUrl", func(u *User) any { return &u.ImageURL }, acceptURL},
	{"insertInstant", func(u *User) any { return &u.InsertInstant }, nil},
	{"expiry", func(u *User) any { return &u.Expiry }, nil},
	{"passwordChangeRequired", func(u *User) any { return &u.PasswordChangeRequired }, nil},
	{"registrations", func(u *User) any { return &u.Registrations }, nil},
	{"memberships", func(u *User) any { return &u.Memberships }, nil},
	{"twoFactor", func(u *User) any { return &u.TwoFactor }, nil},
	{"data", func(u *User) any { return &u.Data }, nil},
}

// target is a place in the FusionAuth user: a field, or something in data.
type target struct {
	field
	key string // what follows "data.", or ""
}

func (t target) String() string {
	if t.key != "" {
		return "data." + t.key
	}
	return t.name
}

func fieldNamed(name string) (field, bool) {
	i := slices.IndexFunc(fields, func(f field) bool { return f.name == name })
	if i < 0 {
		return field{}, false
	}
	return fields[i], true
}

// parseTarget understands "firstName", "data" and "data.loyalty.points".
func parseTarget(path string) (target, error) {
	if key, ok := strings.CutPrefix(path, "data."); ok && key != "" {
		data, _ := fieldNamed("data")
		return target{data, key}, nil
	}
	if f, ok := fieldNamed(path); ok {
		return target{field: f}, nil
	}
	return target{}, errors.New("FusionAuth's user has no such field that is sent; " + known(path))
}

// known helps with a field that there is not.
func known(path string) string {
	names := make([]string, len(fields))
	for i, f := range fields {
		if strings.EqualFold(f.name, path) {
			return "did you mean " + f.name + "?"
		}
		names[i] = f.name
	}
	return "use data.NAME or one of " + strings.Join(names, ", ")
}

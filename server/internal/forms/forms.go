// Package forms is the forms in which people say who they are: which fields
// there are, what is wrong with what was typed into them, and the user and the
// registration that come of it.
package forms

import (
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/dlclark/regexp2/v2"
	"github.com/go-json-experiment/json/jsontext"

	"wherry/server/internal/fa"
)

// Form is the fields of one page.
type Form []fa.FormField

// The keys that are treated in a way of their own.
const (
	Email       = "user.email"
	Password    = "user.password"
	PhoneNumber = "user.phoneNumber"
	Username    = "user.username"
)

// Basic is the form of an application that people register for without a form
// of the administrator's.
func Basic(c fa.RegistrationConfiguration) Form {
	form := Form{loginID(c.LoginIDType), {Key: Password, Control: "password", Type: "string", Required: true, Confirm: c.ConfirmPassword}}
	for _, optional := range []struct {
		fa.Requirable
		key, kind string
	}{
		{c.FirstName, "user.firstName", "string"},
		{c.MiddleName, "user.middleName", "string"},
		{c.LastName, "user.lastName", "string"},
		{c.FullName, "user.fullName", "string"},
		{c.BirthDate, "user.birthDate", "date"},
		{c.MobilePhone, "user.mobilePhone", "phoneNumber"},
		{c.PreferredLanguages, "user.preferredLanguages", "string"},
	} {
		if optional.Enabled {
			form = append(form, fa.FormField{Key: optional.key, Control: "text", Type: optional.kind, Required: optional.Required})
		}
	}
	return form
}

func loginID(kind string) fa.FormField {
	field := fa.FormField{Key: Email, Control: "text", Type: "email", Required: true}
	switch kind {
	case fa.IdentityUsername:
		field.Key, field.Type = Username, "string"
	case fa.IdentityPhoneNumber:
		field.Key, field.Type = PhoneNumber, "phoneNumber"
	}
	return field
}

// Shown is the form without what cannot be asked for.
func (f Form) Shown() Form {
	return slices.DeleteFunc(slices.Clone(f), func(field fa.FormField) bool { return field.Type != consentKind && !known(field.Key) })
}

// known tells whether a key leads to something that people may say of
// themselves.
func known(key string) bool {
	of, rest, _ := strings.Cut(key, ".")
	return (of == "user" || of == "registration") && rest != ""
}

// Without is the form without a field.
func (f Form) Without(key string) Form {
	return slices.DeleteFunc(slices.Clone(f), func(field fa.FormField) bool { return field.Key == key })
}

// Has tells whether a field is part of the form.
func (f Form) Has(key string) bool {
	return slices.ContainsFunc(f, func(field fa.FormField) bool { return field.Key == key })
}

// Again is the name of the input in which a field is filled in again.
func Again(key string) string { return "confirm." + key }

// again is what was filled in again; basic forms have FusionAuth's older name
// for the password.
func again(key string, typed url.Values) string {
	if key == Password && typed.Has("passwordConfirm") {
		return typed.Get("passwordConfirm")
	}
	return typed.Get(Again(key))
}

// Check reports everything that is wrong with what was typed.
func (f Form) Check(typed url.Values) error {
	var errs fa.Errors
	for _, field := range f {
		check(&errs, field, typed)
	}
	return errs.OrNil()
}

// maxTyped is what a field may hold, in bytes.
const maxTyped = 4096

func check(errs *fa.Errors, field fa.FormField, typed url.Values) {
	value := typed.Get(field.Key)
	switch {
	case len(strings.Join(typed[field.Key], "")) > maxTyped:
		errs.Field(field.Key, "tooLong", "The field is longer than %d bytes.", maxTyped)
	case value == "":
		if field.Required {
			errs.Field(field.Key, "blank", "The field has to be filled in.")
		}
	case field.Confirm && value != again(field.Key, typed):
		errs.Field(field.Key, "doNotMatch", "The field was filled in differently the second time.")
	case !offered(field, typed[field.Key]):
		errs.Field(field.Key, "invalid", "The choice is not one of those that are offered.")
	case !wellFormed(field.Type, value):
		errs.Field(field.Key, "couldNotConvert", "The value does not have the form of the type [%s].", field.Type)
	case !matches(field.Validator, value):
		errs.Field(field.Key, "invalid", "The value does not match the field's expression.")
	}
}

// offered tells whether what was chosen is among the options of a field.
func offered(field fa.FormField, chosen []string) bool {
	if field.Type == consentKind {
		return (len(chosen) == 1 || field.Control == "checkbox") && among(offers(field), chosen)
	}
	if field.Control != "radio" && field.Control != "select" || len(field.Options) == 0 {
		return true
	}
	return among(field.Options, chosen)
}

func among(options, chosen []string) bool {
	return !slices.ContainsFunc(chosen, func(c string) bool { return !slices.Contains(options, c) })
}

func wellFormed(kind, value string) bool {
	switch kind {
	case "number":
		number := jsontext.Value(value)
		return number.IsValid() && number.Kind() == '0'
	case "date":
		_, err := time.Parse(time.DateOnly, value)
		return err == nil
	}
	return true // the user or the registration is checked as a whole
}

// matchTime is how long an expression may look at a value: some take for ever.
const matchTime = 100 * time.Millisecond

// matches tells whether a value matches an expression as a whole. Nothing
// matches one that is not understood: whoever wrote it wanted some values kept
// out. Java's dialect is close to .NET's, which regexp2 speaks.
func matches(v fa.FormFieldValidator, value string) bool {
	if !v.Enabled {
		return true
	}
	whole, err := regexp2.Compile(`\A(?:` + v.Expression + `)\z`)
	if err != nil {
		return false
	}
	whole.MatchTimeout = matchTime
	match, err := whole.MatchString(value)
	return err == nil && match
}

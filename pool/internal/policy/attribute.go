package policy

import (
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"wherry/pool/internal/model"
	"wherry/pool/internal/refuse"
)

// Attributes holds attributes that somebody wants to write against the pool's
// schema.
func Attributes(p *model.Pool, attributes []model.Attribute) error {
	for _, a := range attributes {
		i := slices.IndexFunc(p.SchemaAttributes, func(s model.Schema) bool { return s.Name == a.Name })
		switch {
		case a.Name == "sub":
			return refuse.InvalidParameter("Cannot modify the non-mutable attribute sub")
		case i < 0:
			return misfit(a.Name, "Attribute does not exist in the schema.")
		}
		if why := unfit(&p.SchemaAttributes[i], a.Value); why != "" {
			return misfit(a.Name, why)
		}
		switch {
		case a.Name == "email" && a.Value != "" && !IsEmail(a.Value):
			return refuse.InvalidParameter("Invalid email address format.")
		case a.Name == "phone_number" && a.Value != "" && !IsPhone(a.Value):
			return refuse.InvalidParameter("Invalid phone number format.")
		}
	}
	return nil
}

func misfit(name, why string) error {
	return refuse.InvalidParameter("Attributes did not conform to the schema: %s: %s\n", name, why)
}

// unfit says why a value does not fit its attribute, or "".
func unfit(s *model.Schema, value string) string {
	switch {
	case value == "":
		return ""
	case s.AttributeDataType == "Number":
		return unfitNumber(s.NumberAttributeConstraints, value)
	case s.AttributeDataType == "Boolean" && value != "true" && value != "false":
		return "Expected boolean but found " + value
	case s.AttributeDataType == "DateTime":
		if _, err := time.Parse(time.RFC3339, value); err != nil {
			return "Expected ISO 8601 date and time but found " + value
		}
	case s.AttributeDataType == "String":
		return unfitLength(s.StringAttributeConstraints, utf8.RuneCountInString(value))
	}
	return ""
}

func unfitNumber(limit *model.NumberLimit, value string) string {
	n, err := strconv.ParseFloat(value, 64)
	if err != nil {
		return "Expected number but found " + value
	}
	if limit == nil {
		return ""
	}
	if low, err := strconv.ParseFloat(limit.MinValue, 64); err == nil && n < low {
		return "Number must be greater than or equal to " + limit.MinValue
	}
	if high, err := strconv.ParseFloat(limit.MaxValue, 64); err == nil && n > high {
		return "Number must be less than or equal to " + limit.MaxValue
	}
	return ""
}

func unfitLength(limit *model.StringLimit, length int) string {
	if limit == nil {
		return ""
	}
	if low, err := strconv.Atoi(limit.MinLength); err == nil && length < low {
		return "String must be no shorter than " + limit.MinLength + " characters"
	}
	if high, err := strconv.Atoi(limit.MaxLength); err == nil && length > high {
		return "String must be no longer than " + limit.MaxLength + " characters"
	}
	return ""
}

// Missing is the attributes that the pool requires and a user lacks.
func Missing(p *model.Pool, u *model.User) []string {
	var names []string
	for _, s := range p.SchemaAttributes {
		if _, has := u.Attribute(s.Name); s.Required && !has {
			names = append(names, s.Name)
		}
	}
	return names
}

// Complete refuses a new user without an attribute that the pool requires.
func Complete(p *model.Pool, u *model.User) error {
	var lines strings.Builder
	for _, name := range Missing(p, u) {
		lines.WriteString(name + ": The attribute is required\n")
	}
	if lines.Len() > 0 {
		return refuse.InvalidParameter("Attributes did not conform to the schema: %s", lines.String())
	}
	return nil
}

// Write changes attributes of a user. An empty value removes; a new address is
// unverified unless the same change says otherwise.
func Write(p *model.Pool, u *model.User, attributes []model.Attribute) error {
	if err := Attributes(p, attributes); err != nil {
		return err
	}
	for _, a := range attributes {
		old, had := u.Attribute(a.Name)
		i := slices.IndexFunc(p.SchemaAttributes, func(s model.Schema) bool { return s.Name == a.Name })
		switch {
		case had && old != a.Value && !p.SchemaAttributes[i].Mutable:
			return refuse.InvalidParameter("user.%s: Attribute cannot be updated.\n", a.Name)
		case a.Value == "":
			u.Remove(a.Name)
			continue
		}
		if flag := a.Name + "_verified"; old != a.Value && (a.Name == "email" || a.Name == "phone_number") {
			u.Set(flag, "false")
		}
		u.Set(a.Name, a.Value)
	}
	for _, a := range attributes { // flags given in the same change win
		if strings.HasSuffix(a.Name, "_verified") && a.Value != "" {
			u.Set(a.Name, a.Value)
		}
	}
	return nil
}

// IsEmail tells whether s has the form of an address.
func IsEmail(s string) bool {
	local, domain, ok := strings.Cut(s, "@")
	return ok && local != "" && domain != "" && !strings.ContainsAny(s, " \t\r\n") && !strings.Contains(domain, "@")
}

// IsPhone tells whether s has the form of a number by E.164.
func IsPhone(s string) bool {
	digits, ok := strings.CutPrefix(s, "+")
	return ok && len(digits) >= 5 && len(digits) <= 15 && strings.Trim(digits, "0123456789") == ""
}

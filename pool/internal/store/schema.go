package store

import (
	"slices"

	"wherry/pool/internal/model"
)

// standard is the attributes that every pool has, in the order in which
// DescribeUserPool shows them.
var standard = []model.Schema{
	{Name: "sub", AttributeDataType: "String", Required: true, StringAttributeConstraints: &model.StringLimit{MinLength: "1", MaxLength: "2048"}},
	text("name"), text("given_name"), text("family_name"), text("middle_name"), text("nickname"),
	text("preferred_username"), text("profile"), text("picture"), text("website"), text("email"),
	{Name: "email_verified", AttributeDataType: "Boolean", Mutable: true},
	text("gender"),
	{Name: "birthdate", AttributeDataType: "String", Mutable: true, StringAttributeConstraints: &model.StringLimit{MinLength: "10", MaxLength: "10"}},
	text("zoneinfo"), text("locale"), text("phone_number"),
	{Name: "phone_number_verified", AttributeDataType: "Boolean", Mutable: true},
	text("address"),
	{Name: "updated_at", AttributeDataType: "Number", Mutable: true, NumberAttributeConstraints: &model.NumberLimit{MinValue: "0"}},
	{Name: "identities", AttributeDataType: "String", Mutable: true, StringAttributeConstraints: &model.StringLimit{}},
}

func text(name string) model.Schema {
	return model.Schema{
		Name: name, AttributeDataType: "String", Mutable: true,
		StringAttributeConstraints: &model.StringLimit{MinLength: "0", MaxLength: "2048"},
	}
}

// Standard tells whether name is an attribute that every pool has.
func Standard(name string) bool {
	return slices.ContainsFunc(standard, func(s model.Schema) bool { return s.Name == name })
}

// withStandard puts the standard attributes first, as the pool redefines them
// or as they always are, and its custom ones after them.
func withStandard(own []model.Schema) []model.Schema {
	all := slices.Clone(standard)
	for _, s := range own {
		i := slices.IndexFunc(all, func(o model.Schema) bool { return o.Name == s.Name })
		if i >= 0 {
			all[i] = s
			continue
		}
		all = append(all, s)
	}
	return all
}

package plan

import "slices"

// defaults maps what essentials left. Where the official guide stops, this
// goes on; docs/migrate/mapping.md has the table.
func (d *draft) defaults() {
	d.email()
	d.username()
	d.phone()
	if !d.user.identified() {
		d.putUsername("nothing else identifies the user")
		d.remark("username", "Username", byDefault, "nobody chose this name, but nothing else identifies the user")
	}
	d.verification()
	d.text("firstName", "given_name")
	d.text("middleName", "middle_name")
	d.text("lastName", "family_name")
	d.text("fullName", "name")
	d.text("birthDate", "birthdate")
	d.text("timezone", "zoneinfo")
	d.text("imageUrl", "picture")
	d.languages()
	for _, name := range d.in.Attributes.others() {
		d.attribute(name)
	}
}

// others are the names of the attributes without a place of their own, sorted.
func (a Attributes) others() []string {
	names := make([]string, 0, len(a))
	for name := range a {
		if !mapped[name] {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

// languages makes the one locale that Cognito knows the list that FusionAuth
// wants.
func (d *draft) languages() {
	locale := d.in.Attributes["locale"]
	clean, problem := acceptLocale(locale)
	switch {
	case problem != "":
		d.keep("preferredLanguages", locale, "locale", byDefault, problem)
	case clean != "":
		d.user.PreferredLanguages = []string{clean}
		d.wrote("preferredLanguages", "locale", "written as Java does")
	}
}

// verification gives the one flag that stands for the e-mail address and the
// phone number together; phone has seen to it that the flag never covers a
// number that Cognito has not verified.
func (d *draft) verification() {
	source := "email_verified"
	if d.user.Email == "" {
		source = "phone_number_verified"
	}
	identity := d.user.Email != "" || d.user.PhoneNumber != ""
	d.user.Verified = identity && d.in.Attributes[source] == "true"
	d.wrote("verified", source, `"true" is true, all else is not`)
	if !d.user.Verified && d.user.PhoneNumber != "" && d.in.Attributes["phone_number_verified"] == "true" {
		d.remark("verified", source, byDefault,
			"the phone number is verified and the e-mail address is not; FusionAuth has one flag for both, so neither counts as verified")
	}
}

package pages

import "cmp"

// Input is a field of a form that people fill in.
type Input struct {
	// Name is what is posted, such as "user.firstName", and the message that
	// is its label.
	Name string
	// Of is the name of the input that this one repeats; empty is none.
	Of string
	// Label is for names that have no message.
	Label       string
	Description string
	// Control is checkbox, number, password, radio, select, textarea or text.
	Control string
	// Kind is bool, consent, date, email, number, phoneNumber or string.
	Kind     string
	Values   []string // filled in already
	Options  []string // of checkbox, radio and select; one has a message at name.option, or is its own
	Required bool
	// MinLength is how long the value has to be.
	MinLength int
	Errors    []Trouble
	Focus     bool
}

// Trouble is what is wrong: a code such as [blank]user.email, and words for
// codes that have no message.
type Trouble struct{ Code, Message string }

// Value is what is filled in, in an input that holds one value.
func (i Input) Value() string {
	if len(i.Values) == 0 {
		return ""
	}
	return i.Values[0]
}

// Type is the type of an input element.
func (i Input) Type() string {
	switch {
	case i.Control == "password":
		return "password"
	case i.Control == "number" || i.Kind == "number":
		return "number"
	}
	return cmp.Or(map[string]string{"date": "date", "email": "email", "phoneNumber": "tel"}[i.Kind], "text")
}

// Chosen tells whether an option is filled in already.
func (i Input) Chosen(option string) bool {
	for _, v := range i.Values {
		if v == option {
			return true
		}
	}
	return false
}

// autocompletes say what browsers and password managers may fill in, which
// WCAG 1.3.5 asks for.
var autocompletes = map[string]string{
	"user.birthDate": "bday", "user.email": "email", "user.firstName": "given-name", "user.fullName": "name", "user.lastName": "family-name",
	"user.middleName": "additional-name", "user.mobilePhone": "tel", "user.password": "new-password", "user.phoneNumber": "tel",
	"user.username": "username", "user.imageUrl": "photo", "user.preferredLanguages": "language", "currentPassword": "current-password",
}

// Autocomplete is the value of the attribute.
func (i Input) Autocomplete() string {
	return cmp.Or(autocompletes[cmp.Or(i.Of, i.Name)], "on")
}

// Label is what an input is called.
func (b bundle) Label(i Input) string {
	label := cmp.Or(b.messages[cmp.Or(i.Of, i.Name)], i.Label, cmp.Or(i.Of, i.Name))
	if i.Of != "" {
		label, _ = b.T("form.again", label)
	}
	return label
}

// Option is what an option of an input is called.
func (b bundle) Option(i Input, option string) string {
	return cmp.Or(b.messages[i.Name+"."+option], option)
}

// Tell is the message of a trouble.
func (b bundle) Tell(t Trouble) string {
	return cmp.Or(b.known(t.Code), t.Message, b.messages["[Exception]"])
}

package fa

// FormField is one field of forms.
//
// Source: https://fusionauth.io/docs/apis/custom-forms/form-fields
type FormField struct {
	Named
	Confirm     bool               `json:"confirm"` // ask twice
	ConsentID   ID                 `json:"consentId,omitzero"`
	Control     string             `json:"control"`
	Data        Data               `json:"data"`
	Description string             `json:"description,omitzero"`
	Key         string             `json:"key"` // where the value goes, such as "user.data.color"
	Options     []string           `json:"options"`
	Required    bool               `json:"required"`
	Type        string             `json:"type"`
	Validator   FormFieldValidator `json:"validator"`
	Rest        Rest               `json:",embed"`
}

// FormFieldValidator is a regular expression, in Java's dialect, that values
// have to match as a whole.
type FormFieldValidator struct {
	Enabled    bool   `json:"enabled"`
	Expression string `json:"expression,omitzero"`
	Rest       Rest   `json:",embed"`
}

// NewFormField returns a field with every default filled in.
func NewFormField() FormField { return FormField{Control: "text", Data: Data{}, Type: "string"} }

// Normalize brings the field into the form in which it is stored. A field that
// asks for a consent belongs to that consent.
func (f *FormField) Normalize() {
	f.Named.Normalize()
	f.Data.Normalize()
	if f.ConsentID != "" {
		f.Type, f.Key = "consent", ConsentKey(f.ConsentID)
	}
}

// ConsentKey is the key of fields that ask for a consent.
func ConsentKey(id ID) string { return "consents['" + string(id) + "']" }

// Validate reports everything about the field itself that FusionAuth would
// refuse.
func (f *FormField) Validate() error {
	var errs Errors
	errs.Name(f.Name, "field.name")
	errs.Name(f.Key, "field.key")
	errs.OneOf(f.Control, "field.control", "checkbox", "number", "password", "radio", "select", "textarea", "text")
	errs.OneOf(f.Type, "field.type", "bool", "consent", "date", "email", "number", "phoneNumber", "string")
	if f.Type == "consent" {
		errs.Require(string(f.ConsentID), "field.consentId")
	}
	if f.Validator.Enabled {
		errs.Require(f.Validator.Expression, "field.validator.expression")
	}
	return errs.OrNil()
}

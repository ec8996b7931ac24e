package fa

import "strconv"

// Form is a sequence of steps in which users or administrators fill in fields.
//
// Source: https://fusionauth.io/docs/apis/custom-forms/forms
type Form struct {
	Named
	Data  Data       `json:"data"`
	Steps []FormStep `json:"steps"`
	Type  string     `json:"type"`
	Rest  Rest       `json:",embed"`
}

// FormStep is one page of a form.
type FormStep struct {
	Fields []ID   `json:"fields"`
	Type   string `json:"type"`
	Rest   Rest   `json:",embed"`
}

// The types of forms and of their steps.
const (
	FormRegistration      = "registration"
	FormAdminRegistration = "adminRegistration"
	FormAdminUser         = "adminUser"
	FormSelfServiceUser   = "selfServiceUser"

	StepVerifyEmail       = "verifyEmail"
	StepVerifyPhoneNumber = "verifyPhoneNumber"

	stepCollectData = "collectData"
)

// NewForm returns a form with every default filled in.
func NewForm() Form { return Form{Data: Data{}, Type: FormRegistration} }

// Normalize brings the form into the form in which it is stored.
func (f *Form) Normalize() {
	f.Named.Normalize()
	f.Data.Normalize()
	for i := range f.Steps {
		if f.Steps[i].Type == "" {
			f.Steps[i].Type = stepCollectData
		}
	}
}

// Validate reports everything about the form itself that FusionAuth would
// refuse.
func (f *Form) Validate() error {
	var errs Errors
	errs.Name(f.Name, "form.name")
	errs.OneOf(f.Type, "form.type", FormRegistration, FormAdminRegistration, FormAdminUser, FormSelfServiceUser)
	if len(f.Steps) == 0 {
		errs.Field("form.steps", "empty", "A form must have at least one step.")
	}
	for i, step := range f.Steps {
		path := "form.steps[" + strconv.Itoa(i) + "]"
		errs.OneOf(step.Type, path+".type", stepCollectData, StepVerifyEmail, StepVerifyPhoneNumber)
		if step.Type == stepCollectData && len(step.Fields) == 0 {
			errs.Field(path+".fields", "empty", "A step must have at least one field.")
		}
	}
	return errs.OrNil()
}

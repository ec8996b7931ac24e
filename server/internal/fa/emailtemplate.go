package fa

// EmailTemplate is what a mail is made from; its texts are kept to the byte.
//
// Source: https://fusionauth.io/docs/apis/emails
type EmailTemplate struct {
	Named
	DefaultFromName        string    `json:"defaultFromName,omitzero"`
	DefaultHTMLTemplate    string    `json:"defaultHtmlTemplate"`
	DefaultSubject         string    `json:"defaultSubject"`
	DefaultTextTemplate    string    `json:"defaultTextTemplate"`
	FromEmail              string    `json:"fromEmail,omitzero"`
	LocalizedFromNames     Localized `json:"localizedFromNames"`
	LocalizedHTMLTemplates Localized `json:"localizedHtmlTemplates"`
	LocalizedSubjects      Localized `json:"localizedSubjects"`
	LocalizedTextTemplates Localized `json:"localizedTextTemplates"`
	Rest                   Rest      `json:",embed"`
}

// NewEmailTemplate returns a template with every default filled in.
func NewEmailTemplate() EmailTemplate { return EmailTemplate{} }

// Validate reports everything that FusionAuth would refuse.
func (t *EmailTemplate) Validate() error {
	var errs Errors
	errs.Name(t.Name, "emailTemplate.name")
	errs.Require(t.DefaultHTMLTemplate, "emailTemplate.defaultHtmlTemplate")
	errs.Require(t.DefaultSubject, "emailTemplate.defaultSubject")
	errs.Require(t.DefaultTextTemplate, "emailTemplate.defaultTextTemplate")
	if t.FromEmail != "" && !isEmail(t.FromEmail) {
		errs.Field("emailTemplate.fromEmail", "notEmail", "[%s] is not an e-mail address.", t.FromEmail)
	}
	return errs.OrNil()
}

package fa

// MessageTemplate is what a text message is made from; its texts are kept to
// the byte.
//
// Source: https://fusionauth.io/docs/apis/message-templates
type MessageTemplate struct {
	Named
	Data               Data      `json:"data"`
	DefaultTemplate    string    `json:"defaultTemplate"`
	LocalizedTemplates Localized `json:"localizedTemplates"`
	Type               string    `json:"type"`
	Rest               Rest      `json:",embed"`
}

// NewMessageTemplate returns a template with every default filled in.
func NewMessageTemplate() MessageTemplate { return MessageTemplate{Data: Data{}, Type: messageSMS} }

// Normalize brings the template into the form in which it is stored.
func (t *MessageTemplate) Normalize() {
	t.Named.Normalize()
	t.Data.Normalize()
}

// Validate reports everything that FusionAuth would refuse.
func (t *MessageTemplate) Validate() error {
	var errs Errors
	errs.Name(t.Name, "messageTemplate.name")
	errs.Require(t.DefaultTemplate, "messageTemplate.defaultTemplate")
	errs.OneOf(t.Type, "messageTemplate.type", messageSMS, "Voice")
	return errs.OrNil()
}

// In is the template in the first of these languages that it has, else the
// default one.
func (t *MessageTemplate) In(languages []string) string {
	for _, language := range languages {
		if text, there := t.LocalizedTemplates[language]; there {
			return text
		}
	}
	return t.DefaultTemplate
}

package fa

// Consent is something that users agree to.
//
// Source: https://fusionauth.io/docs/apis/consents
type Consent struct {
	Named
	ConsentEmailTemplateID          ID             `json:"consentEmailTemplateId,omitzero"`
	CountryMinimumAgeForSelfConsent map[string]int `json:"countryMinimumAgeForSelfConsent"` // by country: "de"
	Data                            Data           `json:"data"`
	DefaultMinimumAgeForSelfConsent int            `json:"defaultMinimumAgeForSelfConsent"`
	EmailPlus                       EmailPlus      `json:"emailPlus"`
	MultipleValuesAllowed           bool           `json:"multipleValuesAllowed"`
	Values                          []string       `json:"values"`
	Rest                            Rest           `json:",embed"`
}

// EmailPlus reminds parents some time after they have consented.
type EmailPlus struct {
	EmailTemplateID               ID   `json:"emailTemplateId,omitzero"`
	Enabled                       bool `json:"enabled"`
	MaximumTimeToSendEmailInHours int  `json:"maximumTimeToSendEmailInHours"`
	MinimumTimeToSendEmailInHours int  `json:"minimumTimeToSendEmailInHours"`
	Rest                          Rest `json:",embed"`
}

// NewConsent returns a consent with every default filled in.
func NewConsent() Consent {
	return Consent{
		Data: Data{}, DefaultMinimumAgeForSelfConsent: 13,
		EmailPlus: EmailPlus{MaximumTimeToSendEmailInHours: 48, MinimumTimeToSendEmailInHours: 24},
	}
}

// Normalize brings the consent into the form in which it is stored.
func (c *Consent) Normalize() {
	c.Named.Normalize()
	c.Data.Normalize()
}

// Validate reports everything that FusionAuth would refuse.
func (c *Consent) Validate() error {
	var errs Errors
	errs.Name(c.Name, "consent.name")
	errs.Positive(c.DefaultMinimumAgeForSelfConsent, "consent.defaultMinimumAgeForSelfConsent")
	for country, age := range c.CountryMinimumAgeForSelfConsent {
		errs.Positive(age, "consent.countryMinimumAgeForSelfConsent["+country+"]")
	}
	if c.EmailPlus.Enabled {
		errs.Require(string(c.ConsentEmailTemplateID), "consent.consentEmailTemplateId")
		errs.Require(string(c.EmailPlus.EmailTemplateID), "consent.emailPlus.emailTemplateId")
		errs.Positive(c.EmailPlus.MinimumTimeToSendEmailInHours, "consent.emailPlus.minimumTimeToSendEmailInHours")
		errs.Positive(c.EmailPlus.MaximumTimeToSendEmailInHours, "consent.emailPlus.maximumTimeToSendEmailInHours")
		if c.EmailPlus.MaximumTimeToSendEmailInHours < c.EmailPlus.MinimumTimeToSendEmailInHours {
			errs.Field("consent.emailPlus.maximumTimeToSendEmailInHours", "invalid", "The maximum time must not be less than the minimum time.")
		}
	}
	return errs.OrNil()
}

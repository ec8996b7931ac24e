package fa

// Integrations are services that FusionAuth can be connected to. They are kept
// for clients; this server calls none of them.
//
// Source: https://fusionauth.io/docs/apis/integrations
type Integrations struct {
	Head
	CleanSpeak CleanSpeak `json:"cleanspeak"`
	Kafka      Kafka      `json:"kafka"`
	Rest       Rest       `json:",embed"`
}

// CleanSpeak moderates user names.
type CleanSpeak struct {
	APIKey             string             `json:"apiKey,omitzero"`
	ApplicationIDs     []ID               `json:"applicationIds"`
	Enabled            bool               `json:"enabled"`
	URL                string             `json:"url,omitzero"`
	UsernameModeration UsernameModeration `json:"usernameModeration"`
	Rest               Rest               `json:",embed"`
}

// UsernameModeration is a part of CleanSpeak.
type UsernameModeration struct {
	ApplicationID ID   `json:"applicationId,omitzero"` // in CleanSpeak
	Enabled       bool `json:"enabled"`
	Rest          Rest `json:",embed"`
}

// Kafka receives events.
type Kafka struct {
	DefaultTopic string            `json:"defaultTopic,omitzero"`
	Enabled      bool              `json:"enabled"`
	Producer     map[string]string `json:"producer"`
	Rest         Rest              `json:",embed"`
}

// NewIntegrations returns integrations with every default filled in.
func NewIntegrations() Integrations { return Integrations{} }

// Title is part of Document.
func (i *Integrations) Title() string { return "" }

// Normalize is part of Document.
func (i *Integrations) Normalize() {}

// Validate reports everything that FusionAuth would refuse.
func (i *Integrations) Validate() error {
	var errs Errors
	if i.CleanSpeak.Enabled {
		errs.Require(i.CleanSpeak.APIKey, "integrations.cleanspeak.apiKey")
		errs.Endpoint(i.CleanSpeak.URL, "integrations.cleanspeak.url", "http", "https")
	}
	if i.Kafka.Enabled {
		errs.Require(i.Kafka.DefaultTopic, "integrations.kafka.defaultTopic")
	}
	return errs.OrNil()
}

package fa

// Messenger sends text messages: to an HTTP endpoint (Generic), through Twilio
// or to Kafka. One struct holds the properties of all three.
//
// Source: https://fusionauth.io/docs/apis/messengers/
type Messenger struct {
	Named
	AccountSID                 string            `json:"accountSID,omitzero"`
	AuthToken                  string            `json:"authToken,omitzero"`
	ConnectTimeout             int               `json:"connectTimeout,omitzero"` // milliseconds
	Data                       Data              `json:"data"`
	Debug                      bool              `json:"debug"`
	DefaultTopic               string            `json:"defaultTopic,omitzero"`
	FromPhoneNumber            string            `json:"fromPhoneNumber,omitzero"`
	Headers                    map[string]string `json:"headers,omitempty"`
	HTTPAuthenticationPassword string            `json:"httpAuthenticationPassword,omitzero"`
	HTTPAuthenticationUsername string            `json:"httpAuthenticationUsername,omitzero"`
	MessageTypes               []string          `json:"messageTypes"`
	MessagingServiceSID        string            `json:"messagingServiceSid,omitzero"`
	Producer                   map[string]string `json:"producer,omitempty"`
	ReadTimeout                int               `json:"readTimeout,omitzero"` // milliseconds
	SSLCertificate             string            `json:"sslCertificate,omitzero"`
	Transport                  string            `json:"transport,omitzero"`
	Type                       string            `json:"type"`
	URL                        string            `json:"url,omitzero"`
	Rest                       Rest              `json:",embed"`
}

// SMSMessage is what a messenger is given.
type SMSMessage struct {
	Code        string `json:"code,omitzero"`
	PhoneNumber string `json:"phoneNumber"`
	TextMessage string `json:"textMessage"`
	UserID      ID     `json:"userId,omitzero"`
}

const messageSMS = "SMS"

// The types of messengers that are an HTTP endpoint.
const (
	MessengerGeneric = "Generic"
	MessengerTwilio  = "Twilio"
)

// NewMessenger returns a messenger with every default filled in.
func NewMessenger() Messenger { return Messenger{Data: Data{}} }

// Normalize brings the messenger into the form in which it is stored.
func (m *Messenger) Normalize() {
	m.Named.Normalize()
	m.Data.Normalize()
	if len(m.MessageTypes) == 0 {
		m.MessageTypes = []string{messageSMS}
	}
	if m.Type == MessengerTwilio && m.URL == "" {
		m.URL = "https://api.twilio.com"
	}
}

// Validate reports everything that FusionAuth would refuse.
func (m *Messenger) Validate() error {
	var errs Errors
	errs.Name(m.Name, "messenger.name")
	for _, kind := range m.MessageTypes {
		errs.OneOf(kind, "messenger.messageTypes", messageSMS, "Voice")
	}
	switch m.Type {
	case MessengerGeneric:
		errs.Endpoint(m.URL, "messenger.url", "http", "https")
		errs.Positive(m.ConnectTimeout, "messenger.connectTimeout")
		errs.Positive(m.ReadTimeout, "messenger.readTimeout")
		errs.Headers(m.Headers, "messenger.headers")
	case "Kafka":
		errs.Require(m.DefaultTopic, "messenger.defaultTopic")
	case MessengerTwilio:
		errs.Endpoint(m.URL, "messenger.url", "http", "https")
		errs.Require(m.AccountSID, "messenger.accountSID")
		errs.Require(m.AuthToken, "messenger.authToken")
		if m.MessagingServiceSID == "" {
			errs.Require(m.FromPhoneNumber, "messenger.fromPhoneNumber")
		}
	default:
		errs.OneOf(m.Type, "messenger.type", MessengerGeneric, "Kafka", MessengerTwilio)
	}
	return errs.OrNil()
}

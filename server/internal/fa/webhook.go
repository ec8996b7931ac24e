package fa

import "strings"

// Webhook is an endpoint that hears of events.
//
// Source: https://fusionauth.io/docs/apis/webhooks
type Webhook struct {
	Head
	ConnectTimeout             int                    `json:"connectTimeout"` // milliseconds
	Data                       Data                   `json:"data"`
	Description                string                 `json:"description,omitzero"`
	EventsEnabled              map[string]bool        `json:"eventsEnabled"`
	Global                     bool                   `json:"global"` // of all tenants
	Headers                    map[string]string      `json:"headers"`
	HTTPAuthenticationPassword string                 `json:"httpAuthenticationPassword,omitzero"`
	HTTPAuthenticationUsername string                 `json:"httpAuthenticationUsername,omitzero"`
	ReadTimeout                int                    `json:"readTimeout"` // milliseconds
	SignatureConfiguration     SignatureConfiguration `json:"signatureConfiguration"`
	SSLCertificate             string                 `json:"sslCertificate,omitzero"` // PEM
	SSLCertificateKeyID        ID                     `json:"sslCertificateKeyId,omitzero"`
	TenantIDs                  []ID                   `json:"tenantIds"`
	URL                        string                 `json:"url"`
	Rest                       Rest                   `json:",embed"`
}

// SignatureConfiguration says with which key the events are signed.
type SignatureConfiguration struct {
	Enabled      bool `json:"enabled"`
	SigningKeyID ID   `json:"signingKeyId,omitzero"`
	Rest         Rest `json:",embed"`
}

// NewWebhook returns a webhook with every default filled in.
func NewWebhook() Webhook { return Webhook{Data: Data{}} }

// Title is part of Document.
func (w *Webhook) Title() string { return w.Description }

// Normalize brings the webhook into the form in which it is stored.
func (w *Webhook) Normalize() {
	w.URL = strings.TrimSpace(w.URL)
	w.Data.Normalize()
}

// Validate reports everything that FusionAuth would refuse.
func (w *Webhook) Validate() error {
	var errs Errors
	errs.Endpoint(w.URL, "webhook.url", "http", "https")
	errs.Short(w.URL, "webhook.url")
	errs.Positive(w.ConnectTimeout, "webhook.connectTimeout")
	errs.Positive(w.ReadTimeout, "webhook.readTimeout")
	errs.Headers(w.Headers, "webhook.headers")
	if w.SignatureConfiguration.Enabled {
		errs.Require(string(w.SignatureConfiguration.SigningKeyID), "webhook.signatureConfiguration.signingKeyId")
	}
	return errs.OrNil()
}

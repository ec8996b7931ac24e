package fa

import "strings"

// Connector is a system that FusionAuth asks about passwords: an HTTP endpoint
// (Generic), a directory (LDAP), or FusionAuth, which is the server itself or,
// under other ids than ConnectorID, another server of the same API. One struct
// holds the properties of all of them.
//
// Source: https://fusionauth.io/docs/apis/connectors/
type Connector struct {
	AuthenticationURL          string            `json:"authenticationURL,omitzero"`
	ConnectTimeout             int               `json:"connectTimeout,omitzero"` // milliseconds
	Data                       Data              `json:"data"`
	Debug                      bool              `json:"debug"`
	Headers                    map[string]string `json:"headers,omitempty"`
	HTTPAuthenticationPassword string            `json:"httpAuthenticationPassword,omitzero"`
	HTTPAuthenticationUsername string            `json:"httpAuthenticationUsername,omitzero"`
	ID                         ID                `json:"id,omitzero"`
	InsertInstant              int64             `json:"insertInstant,omitzero"`
	LastUpdateInstant          int64             `json:"lastUpdateInstant,omitzero"`
	Name                       string            `json:"name"`
	ReadTimeout                int               `json:"readTimeout,omitzero"` // milliseconds, to the first byte of the answer
	SSLCertificateKeyID        ID                `json:"sslCertificateKeyId,omitzero"`
	Type                       string            `json:"type"`
	Rest                       Rest              `json:",embed"`
}

// The types of connectors.
const (
	ConnectorGeneric    = "Generic"
	ConnectorLDAP       = "LDAP"
	ConnectorFusionAuth = "FusionAuth"
)

// NewConnector returns a connector with every default filled in.
func NewConnector() Connector { return Connector{Data: Data{}} }

// Normalize brings the connector into the form in which it is stored.
func (c *Connector) Normalize() {
	c.Name = strings.TrimSpace(c.Name)
	c.Data.Normalize()
}

// Validate reports everything that FusionAuth would refuse.
func (c *Connector) Validate() error {
	var errs Errors
	errs.Name(c.Name, "connector.name")
	switch c.Type {
	case ConnectorGeneric, ConnectorFusionAuth:
		if c.ID != ConnectorID {
			c.validateCall(&errs, "http", "https")
			errs.Headers(c.Headers, "connector.headers")
		}
	case ConnectorLDAP:
		c.validateCall(&errs, "ldap", "ldaps")
	default:
		errs.OneOf(c.Type, "connector.type", ConnectorFusionAuth, ConnectorGeneric, ConnectorLDAP)
	}
	return errs.OrNil()
}

func (c *Connector) validateCall(errs *Errors, schemes ...string) {
	errs.Positive(c.ConnectTimeout, "connector.connectTimeout")
	errs.Positive(c.ReadTimeout, "connector.readTimeout")
	errs.Endpoint(c.AuthenticationURL, "connector.authenticationURL", schemes...)
}

package fa

import (
	"slices"
	"strings"
)

// Connector is a system that FusionAuth asks about passwords: an HTTP endpoint
// (Generic), a directory (LDAP), or FusionAuth, which is the server itself or,
// under other ids than ConnectorID, another server of the same API. One struct
// holds the properties of all of them.
//
// Source: https://fusionauth.io/docs/apis/connectors/
type Connector struct {
	AuthenticationURL          string                       `json:"authenticationURL,omitzero"`
	BaseStructure              string                       `json:"baseStructure,omitzero"`  // LDAP: below which people are
	ConnectTimeout             int                          `json:"connectTimeout,omitzero"` // milliseconds
	Data                       Data                         `json:"data"`
	Debug                      bool                         `json:"debug"`
	Headers                    map[string]string            `json:"headers,omitempty"`
	HTTPAuthenticationPassword string                       `json:"httpAuthenticationPassword,omitzero"`
	HTTPAuthenticationUsername string                       `json:"httpAuthenticationUsername,omitzero"`
	ID                         ID                           `json:"id,omitzero"`
	IdentifyingAttribute       string                       `json:"identifyingAttribute,omitzero"` // LDAP: with which names of entries begin
	InsertInstant              int64                        `json:"insertInstant,omitzero"`
	LastUpdateInstant          int64                        `json:"lastUpdateInstant,omitzero"`
	LambdaConfiguration        ConnectorLambdaConfiguration `json:"lambdaConfiguration,omitzero"` // LDAP
	LoginIDAttribute           string                       `json:"loginIdAttribute,omitzero"`    // LDAP: equals the login id
	Name                       string                       `json:"name"`
	ReadTimeout                int                          `json:"readTimeout,omitzero"`          // milliseconds, to the first byte of the answer
	RequestedAttributes        []string                     `json:"requestedAttributes,omitempty"` // LDAP: for the lambda
	SecurityMethod             string                       `json:"securityMethod,omitzero"`       // LDAP: None, LDAPS or StartTLS
	SSLCertificateKeyID        ID                           `json:"sslCertificateKeyId,omitzero"`
	SystemAccountDN            string                       `json:"systemAccountDN,omitzero"` // LDAP: who looks people up
	SystemAccountPassword      string                       `json:"systemAccountPassword,omitzero"`
	Type                       string                       `json:"type"`
	Rest                       Rest                         `json:",embed"`
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

// LooksUp tells whether the connector may be asked about somebody who has
// forgotten a password and is not here yet: an addition of ours, so it stands in
// the data, where FusionAuth keeps it and takes no notice.
func (c *Connector) LooksUp() bool {
	var ours struct {
		ForgotPassword bool `json:"forgotPassword"`
	}
	return c.Type == ConnectorGeneric && Decode(c.Data["wherry"], &ours) == nil && ours.ForgotPassword
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
		c.validateLDAP(&errs)
	default:
		errs.OneOf(c.Type, "connector.type", ConnectorFusionAuth, ConnectorGeneric, ConnectorLDAP)
	}
	return errs.OrNil()
}

// The ways to encrypt a connection to a directory.
const (
	SecurityNone     = "None"
	SecurityLDAPS    = "LDAPS"
	SecurityStartTLS = "StartTLS"
)

func (c *Connector) validateLDAP(errs *Errors) {
	errs.Require(c.BaseStructure, "connector.baseStructure")
	errs.Require(c.IdentifyingAttribute, "connector.identifyingAttribute")
	errs.Require(string(c.LambdaConfiguration.ReconcileID), "connector.lambdaConfiguration.reconcileId")
	errs.Require(c.LoginIDAttribute, "connector.loginIdAttribute")
	errs.Require(c.SystemAccountDN, "connector.systemAccountDN")
	errs.Require(c.SystemAccountPassword, "connector.systemAccountPassword")
	methods := []string{SecurityNone, SecurityLDAPS, SecurityStartTLS}
	errs.OneOf(c.SecurityMethod, "connector.securityMethod", methods...)
	if len(c.RequestedAttributes) == 0 {
		errs.Field("connector.requestedAttributes", "blank", "You must specify the [connector.requestedAttributes] property.")
	}
	for path, name := range map[string]string{"loginIdAttribute": c.LoginIDAttribute, "identifyingAttribute": c.IdentifyingAttribute} {
		if strings.Trim(name, digits+"-.;_abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ") != "" {
			errs.Field("connector."+path, "invalid", "[%s] is not the name of an attribute.", name)
		}
	}
	if secure := strings.HasPrefix(c.AuthenticationURL, "ldaps://"); slices.Contains(methods, c.SecurityMethod) && secure != (c.SecurityMethod == SecurityLDAPS) {
		errs.Field("connector.securityMethod", "invalid", "The [connector.securityMethod] LDAPS goes with a URL that begins with ldaps://, and no other does.")
	}
}

func (c *Connector) validateCall(errs *Errors, schemes ...string) {
	errs.Positive(c.ConnectTimeout, "connector.connectTimeout")
	errs.Positive(c.ReadTimeout, "connector.readTimeout")
	errs.Endpoint(c.AuthenticationURL, "connector.authenticationURL", schemes...)
}

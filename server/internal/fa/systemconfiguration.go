package fa

import (
	"net/netip"
	"slices"
	"time"
)

// SystemConfiguration is what holds for the whole instance.
//
// Source: https://fusionauth.io/docs/apis/system
type SystemConfiguration struct {
	Head
	AuditLogConfiguration        RetentionConfiguration    `json:"auditLogConfiguration"`
	CORSConfiguration            CORSConfiguration         `json:"corsConfiguration"`
	Data                         Data                      `json:"data"`
	EventLogConfiguration        EventLogConfiguration     `json:"eventLogConfiguration"`
	LoginRecordConfiguration     RetentionConfiguration    `json:"loginRecordConfiguration"`
	ReportTimezone               string                    `json:"reportTimezone"` // IANA name
	TrustedProxyConfiguration    TrustedProxyConfiguration `json:"trustedProxyConfiguration"`
	UIConfiguration              UIConfiguration           `json:"uiConfiguration"`
	UsageDataConfiguration       UsageDataConfiguration    `json:"usageDataConfiguration"`
	WebhookEventLogConfiguration WebhookEventLogSettings   `json:"webhookEventLogConfiguration"`
	Rest                         Rest                      `json:",embed"`
}

// RetentionConfiguration says how long a log is kept.
type RetentionConfiguration struct {
	Delete Retention `json:"delete"`
	Rest   Rest      `json:",embed"`
}

// Retention is when old entries go; while it is off they stay.
type Retention struct {
	Enabled              bool `json:"enabled"`
	NumberOfDaysToRetain int  `json:"numberOfDaysToRetain"`
	Rest                 Rest `json:",embed"`
}

// CORSConfiguration is what pages of other origins may do.
type CORSConfiguration struct {
	AllowCredentials         bool     `json:"allowCredentials"`
	AllowedHeaders           []string `json:"allowedHeaders"`
	AllowedMethods           []string `json:"allowedMethods"`
	AllowedOrigins           []string `json:"allowedOrigins"`
	Debug                    bool     `json:"debug"`
	Enabled                  bool     `json:"enabled"`
	ExposedHeaders           []string `json:"exposedHeaders"`
	PreflightMaxAgeInSeconds int      `json:"preflightMaxAgeInSeconds"`
	Rest                     Rest     `json:",embed"`
}

// EventLogConfiguration says how many entries of the event log are kept.
type EventLogConfiguration struct {
	NumberToRetain int  `json:"numberToRetain"`
	Rest           Rest `json:",embed"`
}

// TrustedProxyConfiguration says whose X-Forwarded headers are believed.
type TrustedProxyConfiguration struct {
	TrustPolicy string   `json:"trustPolicy"` // All or OnlyConfigured
	Trusted     []string `json:"trusted"`
	Rest        Rest     `json:",embed"`
}

// UIConfiguration is the look of the admin UI.
type UIConfiguration struct {
	HeaderColor   string `json:"headerColor,omitzero"`
	LogoURL       string `json:"logoURL,omitzero"`
	MenuFontColor string `json:"menuFontColor,omitzero"`
	Rest          Rest   `json:",embed"`
}

// UsageDataConfiguration is kept for clients; this server reports nothing home.
type UsageDataConfiguration struct {
	Enabled              bool `json:"enabled"`
	NumberOfDaysToRetain int  `json:"numberOfDaysToRetain"`
	Rest                 Rest `json:",embed"`
}

// WebhookEventLogSettings says whether webhook events are logged, and for how
// long.
type WebhookEventLogSettings struct {
	Delete  Retention `json:"delete"`
	Enabled bool      `json:"enabled"`
	Rest    Rest      `json:",embed"`
}

// NewSystemConfiguration returns a configuration with every default filled in.
func NewSystemConfiguration() SystemConfiguration {
	return SystemConfiguration{
		AuditLogConfiguration:        RetentionConfiguration{Delete: Retention{NumberOfDaysToRetain: 365}},
		Data:                         Data{},
		EventLogConfiguration:        EventLogConfiguration{NumberToRetain: 10_000},
		LoginRecordConfiguration:     RetentionConfiguration{Delete: Retention{NumberOfDaysToRetain: 365}},
		ReportTimezone:               "America/Denver", // where FusionAuth comes from
		TrustedProxyConfiguration:    TrustedProxyConfiguration{TrustPolicy: "All"},
		UsageDataConfiguration:       UsageDataConfiguration{NumberOfDaysToRetain: 366},
		WebhookEventLogConfiguration: WebhookEventLogSettings{Delete: Retention{Enabled: true, NumberOfDaysToRetain: 30}},
	}
}

// Title is part of Document.
func (c *SystemConfiguration) Title() string { return "" }

// Normalize brings the configuration into the form in which it is stored.
func (c *SystemConfiguration) Normalize() { c.Data.Normalize() }

// Validate reports everything that FusionAuth would refuse.
func (c *SystemConfiguration) Validate() error {
	const path = "systemConfiguration."
	var errs Errors
	c.AuditLogConfiguration.Delete.validate(&errs, path+"auditLogConfiguration.delete")
	c.CORSConfiguration.validate(&errs, path+"corsConfiguration")
	errs.Positive(c.EventLogConfiguration.NumberToRetain, path+"eventLogConfiguration.numberToRetain")
	c.LoginRecordConfiguration.Delete.validate(&errs, path+"loginRecordConfiguration.delete")
	errs.Require(c.ReportTimezone, path+"reportTimezone")
	if _, err := time.LoadLocation(c.ReportTimezone); err != nil {
		errs.Field(path+"reportTimezone", "invalid", "[%s] is not a time zone, such as Europe/Berlin.", c.ReportTimezone)
	}
	c.TrustedProxyConfiguration.validate(&errs, path+"trustedProxyConfiguration")
	c.WebhookEventLogConfiguration.Delete.validate(&errs, path+"webhookEventLogConfiguration.delete")
	return errs.OrNil()
}

const onlyConfigured = "OnlyConfigured"

func (c *TrustedProxyConfiguration) validate(errs *Errors, path string) {
	errs.OneOf(c.TrustPolicy, path+".trustPolicy", "All", onlyConfigured)
	for _, trusted := range c.Trusted {
		if _, ok := addresses(trusted); !ok {
			errs.Field(path+".trusted", "invalid", "[%s] is neither an IP address nor a range of them, such as 10.0.0.0/8.", trusted)
		}
	}
}

// Trusts tells whether what a request says about others is believed if it comes
// from an address.
func (c *TrustedProxyConfiguration) Trusts(ip netip.Addr) bool {
	return c.TrustPolicy == onlyConfigured && slices.ContainsFunc(c.Trusted, func(trusted string) bool {
		r, ok := addresses(trusted)
		return ok && r.Contains(ip.Unmap().WithZone(""))
	})
}

// addresses reads a range of addresses, or one alone.
func addresses(text string) (r netip.Prefix, ok bool) {
	if r, err := netip.ParsePrefix(text); err == nil {
		return r, true
	}
	ip, err := netip.ParseAddr(text)
	if err != nil {
		return r, false
	}
	ip = ip.Unmap()
	return netip.PrefixFrom(ip, ip.BitLen()), true
}

func (r *Retention) validate(errs *Errors, path string) {
	if r.Enabled {
		errs.Positive(r.NumberOfDaysToRetain, path+".numberOfDaysToRetain")
	}
}

func (c *CORSConfiguration) validate(errs *Errors, path string) {
	for _, m := range c.AllowedMethods {
		errs.OneOf(m, path+".allowedMethods", "GET", "POST", "PUT", "DELETE", "HEAD", "OPTIONS", "PATCH")
	}
	if len(c.AllowedOrigins) > 1 && slices.Contains(c.AllowedOrigins, "*") {
		errs.Field(path+".allowedOrigins", "invalid", "The origin [*] stands for all, so it must stand alone.")
	}
	if c.PreflightMaxAgeInSeconds < 0 {
		errs.Field(path+".preflightMaxAgeInSeconds", "invalid", "The [%s.preflightMaxAgeInSeconds] property must not be negative.", path)
	}
}

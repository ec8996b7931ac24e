package seed

import (
	"cmp"
	"regexp"

	"wherry/pool/internal/model"
)

// Client describes an app client.
type Client struct {
	ID   string `yaml:"id" jsonschema:"required"`
	Name string `yaml:"name,omitempty"` // default: the id
	// Secret is 24 to 64 letters and digits. Without one the client is public.
	Secret string `yaml:"secret,omitempty"`
	// Flows are ExplicitAuthFlows, such as ALLOW_USER_PASSWORD_AUTH. Without
	// any, SRP, custom and refresh are allowed.
	Flows []string `yaml:"flows,omitempty"`
	// ReadAttributes are all standard ones unless given.
	ReadAttributes []string `yaml:"read_attributes,omitempty"`
	// Settings is anything else that DescribeUserPoolClient shows, under its
	// names.
	Settings map[string]any `yaml:"settings,omitempty"`
}

var (
	clientID     = regexp.MustCompile(`^[\w+]{1,128}$`)
	clientSecret = regexp.MustCompile(`^[\w+]{24,64}$`)
)

var flows = []string{
	"ALLOW_USER_PASSWORD_AUTH", "ALLOW_ADMIN_USER_PASSWORD_AUTH", "ALLOW_USER_SRP_AUTH", "ALLOW_CUSTOM_AUTH", "ALLOW_USER_AUTH",
	"ALLOW_REFRESH_TOKEN_AUTH", "ADMIN_NO_SRP_AUTH", "CUSTOM_AUTH_FLOW_ONLY", "USER_PASSWORD_AUTH",
}

func (c *Client) check(s spot, p *Pool) {
	if !clientID.MatchString(c.ID) {
		s.at("id").wrong("want 1 to 128 letters and digits")
	}
	if c.Secret != "" && !clientSecret.MatchString(c.Secret) {
		s.at("secret").wrong("want 24 to 64 letters and digits")
	}
	for i, flow := range c.Flows {
		s.at("flows[%d]", i).oneOf(cmp.Or(flow, "?"), flows...)
	}
	for i, name := range c.ReadAttributes {
		if !p.knows(name) {
			s.at("read_attributes[%d]", i).wrong("the pool has no attribute %q", name)
		}
	}
	checkSettings(s, c.Settings, new(model.Client))
}

func (c *Client) client(at model.Instant) model.Client {
	m := model.Client{
		ClientID: c.ID, ClientName: cmp.Or(c.Name, c.ID), ClientSecret: c.Secret, CreationDate: at, LastModifiedDate: at,
		ExplicitAuthFlows: c.Flows, ReadAttributes: c.ReadAttributes,
	}
	mustApply(c.Settings, &m)
	return m
}

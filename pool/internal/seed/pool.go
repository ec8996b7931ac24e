package seed

import (
	"bytes"
	"cmp"
	"encoding/json"
	"maps"
	"regexp"
	"slices"
	"strings"
	"time"

	"wherry/pool/internal/model"
)

// Pool describes one user pool.
type Pool struct {
	// ID is region_name.
	ID   string `yaml:"id" jsonschema:"required,example=us-east-1_AbCdEf123"`
	Name string `yaml:"name,omitempty"` // default: the id

	// AliasAttributes are what users may sign in with besides their Username:
	// email, phone_number, preferred_username.
	AliasAttributes []string `yaml:"alias_attributes,omitempty"`
	// UsernameAttributes are what users sign in with instead of a Username,
	// which is their sub: email, phone_number.
	UsernameAttributes []string `yaml:"username_attributes,omitempty"`
	// CaseInsensitive makes Jane and jane the same user.
	CaseInsensitive bool `yaml:"case_insensitive,omitempty"`

	// MFA is OFF unless given. With OPTIONAL and ON, authenticator apps may be
	// used.
	MFA string `yaml:"mfa,omitempty" jsonschema:"enum=OFF,enum=OPTIONAL,enum=ON"`
	// CustomAttributes are types by name, such as custom:plan: String. Types
	// are String, Number, DateTime, Boolean.
	CustomAttributes map[string]string `yaml:"custom_attributes,omitempty"`
	// Settings is anything else that DescribeUserPool shows, under its names.
	Settings map[string]any `yaml:"settings,omitempty"`

	Clients         []Client         `yaml:"clients,omitempty"`
	Groups          []Group          `yaml:"groups,omitempty"`
	Providers       []Provider       `yaml:"providers,omitempty"`
	ResourceServers []ResourceServer `yaml:"resource_servers,omitempty"`
	Users           []User           `yaml:"users,omitempty"`
}

// standard is the attributes that every pool has.
var standard = []string{
	"address", "birthdate", "email", "email_verified", "family_name", "gender", "given_name", "locale", "middle_name", "name",
	"nickname", "phone_number", "phone_number_verified", "picture", "preferred_username", "profile", "updated_at", "website", "zoneinfo",
}

// since is when everything was made that does not say so.
var since = time.Date(2024, 1, 1, 0, 0, 0, 0, time.UTC)

var (
	poolID     = regexp.MustCompile(`^[\w-]+_[0-9a-zA-Z]+$`)
	customName = regexp.MustCompile(`^custom:[\p{L}\p{M}\p{S}\p{N}\p{P}]{1,20}$`)
)

func (p *Pool) check(s spot) {
	if !poolID.MatchString(p.ID) || len(p.ID) > 55 {
		s.at("id").wrong("want a region and a name, such as us-east-1_AbCdEf123")
	}
	for _, name := range p.AliasAttributes {
		s.at("alias_attributes").oneOf(name, "email", "phone_number", "preferred_username")
	}
	for _, name := range p.UsernameAttributes {
		s.at("username_attributes").oneOf(name, "email", "phone_number")
	}
	if len(p.AliasAttributes) > 0 && len(p.UsernameAttributes) > 0 {
		s.at("username_attributes").wrong("a pool has these or alias_attributes, not both")
	}
	s.at("mfa").oneOf(p.MFA, "OFF", "OPTIONAL", "ON")
	for _, name := range slices.Sorted(maps.Keys(p.CustomAttributes)) {
		at := s.at("custom_attributes.%s", name)
		if !customName.MatchString(name) {
			at.wrong("want custom: and a name of at most 20 characters without spaces")
		}
		at.oneOf(cmp.Or(p.CustomAttributes[name], "?"), "String", "Number", "DateTime", "Boolean")
	}
	checkSettings(s, p.Settings, new(model.Pool))
	p.checkParts(s)
	p.checkUsers(s)
}

func (p *Pool) checkParts(s spot) {
	groups, providers, servers := once{}, once{}, once{}
	for i := range p.Clients {
		p.Clients[i].check(s.at("clients[%d]", i), p)
	}
	for i, g := range p.Groups {
		groups.check(s.at("groups[%d].name", i), g.Name)
		g.check(s.at("groups[%d]", i))
	}
	for i, v := range p.Providers {
		providers.check(s.at("providers[%d].name", i), v.Name)
		v.check(s.at("providers[%d]", i))
	}
	for i, r := range p.ResourceServers {
		servers.check(s.at("resource_servers[%d].identifier", i), r.Identifier)
		r.check(s.at("resource_servers[%d]", i))
	}
}

// knows tells whether users of the pool may have an attribute.
func (p *Pool) knows(attribute string) bool {
	_, custom := p.CustomAttributes[attribute]
	return custom || slices.Contains(standard, attribute)
}

func (p *Pool) directory() model.Directory {
	at := model.At(since)
	d := model.Directory{Pool: model.Pool{
		ID: p.ID, Name: cmp.Or(p.Name, p.ID), CreationDate: at, LastModifiedDate: at,
		MfaConfiguration:      p.MFA,
		AliasAttributes:       p.AliasAttributes,
		UsernameAttributes:    p.UsernameAttributes,
		UsernameConfiguration: &model.UsernameConfig{CaseSensitive: !p.CaseInsensitive},
	}}
	for _, name := range slices.Sorted(maps.Keys(p.CustomAttributes)) {
		d.Pool.SchemaAttributes = append(d.Pool.SchemaAttributes, model.Schema{
			Name: name, AttributeDataType: p.CustomAttributes[name], Mutable: true,
		})
	}
	if p.MFA == "OPTIONAL" || p.MFA == "ON" {
		d.MFA.SoftwareToken = &model.SoftwareToken{Enabled: true}
	}
	mustApply(p.Settings, &d.Pool)
	for i := range p.Clients {
		d.Clients = append(d.Clients, p.Clients[i].client(at))
	}
	for _, g := range p.Groups {
		d.Groups = append(d.Groups, g.group(at))
	}
	for _, v := range p.Providers {
		d.Providers = append(d.Providers, v.provider(at))
	}
	for _, r := range p.ResourceServers {
		d.ResourceServers = append(d.ResourceServers, r.server())
	}
	for i := range p.Users {
		d.Users = append(d.Users, p.user(&p.Users[i]))
	}
	return d
}

// apply writes settings, which carry the API's names, over v.
func apply(settings map[string]any, v any) error {
	text, err := json.Marshal(settings)
	if err != nil {
		return err
	}
	d := json.NewDecoder(bytes.NewReader(text))
	d.DisallowUnknownFields()
	return d.Decode(v)
}

func checkSettings(s spot, settings map[string]any, scratch any) {
	if err := apply(settings, scratch); settings != nil && err != nil {
		s.at("settings").wrong("%s", strings.TrimPrefix(err.Error(), "json: "))
	}
}

// mustApply is for settings that have been checked.
func mustApply(settings map[string]any, v any) {
	if settings == nil {
		return
	}
	if err := apply(settings, v); err != nil {
		panic(err)
	}
}

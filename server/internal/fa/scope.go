package fa

import (
	"slices"
	"strings"
)

// Whether people are asked before an application gets what it asks for.
const (
	FirstParty              = "FirstParty" // they are not
	ThirdParty              = "ThirdParty"
	ConsentAlwaysPrompt     = "AlwaysPrompt"
	ConsentRememberDecision = "RememberDecision"
	ConsentNeverPrompt      = "NeverPrompt"
)

// Scope is something of its own that an application can be granted.
//
// Source: https://fusionauth.io/docs/apis/scopes
type Scope struct {
	ApplicationID         ID     `json:"applicationId,omitzero"`
	Data                  Data   `json:"data,omitempty"`
	DefaultConsentDetail  string `json:"defaultConsentDetail,omitzero"`
	DefaultConsentMessage string `json:"defaultConsentMessage,omitzero"`
	Description           string `json:"description,omitzero"`
	ID                    ID     `json:"id,omitzero"`
	InsertInstant         int64  `json:"insertInstant,omitzero"`
	LastUpdateInstant     int64  `json:"lastUpdateInstant,omitzero"`
	Name                  string `json:"name"`
	Required              bool   `json:"required"`
	Rest                  Rest   `json:",embed"`
}

// ProvidedScopePolicy is which of the standard scopes an application can be
// granted.
type ProvidedScopePolicy struct {
	Address ScopePolicy `json:"address"`
	Email   ScopePolicy `json:"email"`
	Phone   ScopePolicy `json:"phone"`
	Profile ScopePolicy `json:"profile"`
	Rest    Rest        `json:",embed"`
}

// ScopePolicy is whether a scope can be granted, and refused by the user.
type ScopePolicy struct {
	Enabled  bool `json:"enabled"`
	Required bool `json:"required"`
	Rest     Rest `json:",embed"`
}

func newProvidedScopePolicy() ProvidedScopePolicy {
	enabled := ScopePolicy{Enabled: true}
	return ProvidedScopePolicy{Address: enabled, Email: enabled, Phone: enabled, Profile: enabled}
}

// reservedScopes have meanings that no application can change.
var reservedScopes = []string{"openid", "offline_access", "address", "email", "phone", "profile"}

var reservedPrefixes = []string{"idp-link:", "source-entity:", "target-entity:"}

// Validate reports what is wrong with a scope that is sent on its own.
func (s *Scope) Validate() error {
	var errs Errors
	s.validate(&errs, "scope")
	return errs.OrNil()
}

func (s *Scope) validate(errs *Errors, path string) {
	errs.Name(s.Name, path+".name")
	reserved := slices.Contains(reservedScopes, s.Name) || slices.ContainsFunc(reservedPrefixes, func(p string) bool { return strings.HasPrefix(s.Name, p) })
	if reserved || strings.ContainsFunc(s.Name, func(c rune) bool { return c <= ' ' || c == '"' || c == '\\' || c > '~' }) {
		errs.Field(path+".name", "invalid", "[%s] is reserved, or has characters that scopes cannot have.", s.Name)
	}
}

// Scope returns what the application says of a scope that it can be granted; a
// provided one is one as well.
func (a *Application) Scope(name string) (s Scope, known bool) {
	p := a.OAuthConfiguration.ProvidedScopePolicy
	provided := map[string]ScopePolicy{
		"address": p.Address, "email": p.Email, "phone": p.Phone, "profile": p.Profile,
		"offline_access": {Enabled: true, Required: true}, "openid": {Enabled: true, Required: true},
	}
	if policy, ok := provided[name]; ok {
		return Scope{Name: name, Required: policy.Required}, policy.Enabled
	}
	i := slices.IndexFunc(a.Scopes, func(s Scope) bool { return s.Name == name })
	if i < 0 {
		return s, false
	}
	return a.Scopes[i], true
}

package seed

import (
	"cmp"
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"wherry/internal/secret"
	"wherry/pool/internal/model"
)

// User describes a user.
type User struct {
	// Username is, unless given, the sub in pools with username_attributes, and
	// Provider_id for profiles that a provider made.
	Username string `yaml:"username,omitempty"`
	// Sub is made up, always the same, unless given.
	Sub string `yaml:"sub,omitempty"`
	// Password is temporary for FORCE_CHANGE_PASSWORD. Without one the user has
	// none.
	Password string `yaml:"password,omitempty"`
	// PasswordExpires is when a temporary password does; by default after as
	// many days as the pool's policy says.
	PasswordExpires time.Time `yaml:"password_expires,omitempty"`
	// Status is CONFIRMED, or EXTERNAL_PROVIDER for profiles that a provider
	// made, unless given.
	Status   string `yaml:"status,omitempty" jsonschema:"enum=CONFIRMED,enum=UNCONFIRMED,enum=FORCE_CHANGE_PASSWORD,enum=RESET_REQUIRED,enum=EXTERNAL_PROVIDER,enum=ARCHIVED,enum=COMPROMISED,enum=UNKNOWN"`
	Disabled bool   `yaml:"disabled,omitempty"`
	// Created is the first day of 2024 unless given.
	Created time.Time `yaml:"created,omitempty"`
	// Attributes are all but sub and identities, which stand apart.
	Attributes map[string]Value `yaml:"attributes,omitempty"`
	Identities []Identity       `yaml:"identities,omitempty"`
	// Groups are names of the pool's groups.
	Groups []string `yaml:"groups,omitempty"`
	MFA    MFA      `yaml:"mfa,omitempty"`
}

// Identity is a link to an identity provider.
type Identity struct {
	// Provider is the name of one of the pool's providers.
	Provider string `yaml:"provider" jsonschema:"required"`
	// UserID is the user's id at the provider.
	UserID Value `yaml:"user_id" jsonschema:"required"`
	// Primary marks the provider that made the profile.
	Primary bool `yaml:"primary,omitempty"`
}

// MFA is a user's second factors.
type MFA struct {
	// Factors are SMS_MFA, SOFTWARE_TOKEN_MFA, EMAIL_OTP.
	Factors []string `yaml:"factors,omitempty"`
	// Preferred is one of the factors, or none.
	Preferred string `yaml:"preferred,omitempty" jsonschema:"enum=SMS_MFA,enum=SOFTWARE_TOKEN_MFA,enum=EMAIL_OTP"`
	// TOTPSecret is the secret, in Base32, behind SOFTWARE_TOKEN_MFA.
	TOTPSecret string `yaml:"totp_secret,omitempty"`
	// LegacySMS is SMS by the old API, shown as MFAOptions.
	LegacySMS bool `yaml:"legacy_sms,omitempty"`
}

// external tells whether a provider made the profile.
func (u *User) external() bool { return len(u.Identities) > 0 && u.Identities[0].Primary }

func (u *User) username(p *Pool) string {
	switch {
	case u.Username != "":
		return u.Username
	case u.external(): // with capitals only where they count
		return p.fold(u.Identities[0].Provider + "_" + string(u.Identities[0].UserID))
	case len(p.UsernameAttributes) > 0:
		return u.sub(p)
	default:
		return ""
	}
}

// sub is made up from what names the user, so that it stays the same.
func (u *User) sub(p *Pool) string {
	if u.Sub != "" {
		return strings.ToLower(u.Sub)
	}
	name := u.Username
	if name == "" {
		name = string(cmp.Or(u.Attributes["email"], u.Attributes["phone_number"]))
	}
	for _, i := range u.Identities {
		name = cmp.Or(name, i.Provider+"_"+string(i.UserID))
	}
	return uuid.NewSHA1(uuid.NameSpaceURL, []byte(p.ID+"/"+name)).String()
}

func (u *User) status() string {
	if u.Status == "" && u.external() {
		return model.ExternalProvider
	}
	return cmp.Or(u.Status, model.Confirmed)
}

func (p *Pool) user(u *User) model.User {
	created := u.Created.UTC()
	if u.Created.IsZero() {
		created = since
	}
	m := model.User{
		Username: u.username(p), Status: u.status(), Enabled: !u.Disabled, Created: created, Modified: created,
		Password: secret.String(u.Password), PasswordExpiry: u.PasswordExpires, Groups: u.Groups,
		Attributes: []model.Attribute{{Name: "sub", Value: u.sub(p)}},
		MFA: model.UserMFA{
			Enabled: u.MFA.Factors, Preferred: u.MFA.Preferred,
			TOTPSecret: secret.String(u.MFA.TOTPSecret), LegacySMS: u.MFA.LegacySMS,
		},
	}
	if len(u.Identities) > 0 {
		m.Set("identities", p.identities(u, created))
	}
	for _, name := range slices.Sorted(maps.Keys(u.Attributes)) {
		m.Set(name, string(u.Attributes[name]))
	}
	return m
}

// identities is the attribute of that name.
func (p *Pool) identities(u *User, created time.Time) string {
	entries := make([]model.Identity, len(u.Identities))
	for i, id := range u.Identities {
		entries[i] = model.Identity{
			UserID: string(id.UserID), ProviderName: id.Provider, Primary: id.Primary, DateCreated: created.UnixMilli(),
		}
		for _, v := range p.Providers {
			if v.Name == id.Provider {
				entries[i].ProviderType = v.Type
			}
		}
	}
	text, err := json.Marshal(entries)
	if err != nil {
		panic(err) // text and numbers always marshal
	}
	return string(text)
}

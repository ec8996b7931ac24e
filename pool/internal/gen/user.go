package gen

import (
	"strconv"
	"strings"
	"time"

	"wherry/internal/secret"
	"wherry/pool/internal/model"
)

// User implements model.Population.
func (p *Pool) User(n int) model.User {
	who := p.person(uint64(n))
	return model.User{
		Username:       who.username(),
		Attributes:     who.attributes(),
		Status:         who.status(),
		Enabled:        who.rows[enabled] == "yes",
		Created:        who.created(),
		Modified:       who.created().Add(time.Duration(who.chance("modified")%365) * 24 * time.Hour),
		Password:       secret.String(who.password()),
		PasswordExpiry: who.passwordExpiry(),
		Groups:         who.groups(),
		MFA:            who.factors(),
	}
}

// Password returns the password that a user signs in with, "" when there is
// none. A temporary one counts.
func (p *Pool) Password(n int) string { return p.person(uint64(n)).password() }

func (p *person) status() string {
	switch p.rows[profile] {
	case "unconfirmed":
		return model.Unconfirmed
	case "temporary password", "temporary password, expired":
		return model.ForceChangePassword
	case "reset required":
		return model.ResetRequired
	case "federated", "federated, several identities":
		return model.ExternalProvider
	case "archived":
		return model.Archived
	case "compromised":
		return model.Compromised
	case "unknown":
		return model.Unknown
	default:
		return model.Confirmed
	}
}

var (
	opened  = time.Date(2018, 1, 1, 0, 0, 0, 0, time.UTC)
	forever = time.Date(2100, 1, 1, 0, 0, 0, 0, time.UTC)
)

// created is in the seven years after the pool was opened.
func (p *person) created() time.Time {
	return opened.Add(time.Duration(p.chance("created")%(7*365*86_400_000)) * time.Millisecond)
}

func (p *person) passwordExpiry() time.Time {
	switch p.rows[profile] {
	case "temporary password":
		return forever
	case "temporary password, expired":
		return p.created().Add(7 * 24 * time.Hour)
	default:
		return time.Time{}
	}
}

var (
	colours = []string{"Amber", "Coral", "Ivory", "Olive", "Scarlet", "Teal", "Umber", "Violet"}
	animals = []string{"Badger", "Falcon", "Heron", "Lynx", "Marten", "Otter", "Raven", "Stoat"}
)

func (p *person) password() string {
	if !p.hasPassword() {
		return ""
	}
	word := pick(p, "colour", colours) + "-" + pick(p, "animal", animals) + "-" +
		strconv.FormatUint(100_000+p.chance("digits")%900_000, 10)
	switch p.rows[password] {
	case "longer than 72 bytes":
		return strings.Repeat("Long-", 16) + word
	case "with other letters":
		return "Größe-Жук-梅-" + word
	default:
		return word
	}
}

var groupNames = []string{"readers", "editors", "admins", "beta-testers"}

func (p *person) groups() []string {
	var in []string
	if p.rows[groups] != "none" {
		in = strings.Split(p.rows[groups], ", ")
	}
	if p.federated() {
		if own := p.providerGroup(p.identities()[0].provider); own != "" {
			in = append(in, own)
		}
	}
	return in
}

func (p *person) factors() model.UserMFA {
	var m model.UserMFA
	row := p.rows[mfa]
	m.LegacySMS = row == "SMS, set by the old API"
	if strings.HasPrefix(row, "SMS") && !m.LegacySMS {
		m.Enabled = append(m.Enabled, model.SMSMFA)
	}
	if strings.Contains(row, "TOTP") {
		m.Enabled = append(m.Enabled, model.SoftwareTokenMFA)
		m.TOTPSecret = secret.String(letters(p.seed, "totp", base32, 32))
	}
	if row == "e-mail" {
		m.Enabled = append(m.Enabled, model.EmailOTP)
	}
	switch {
	case len(m.Enabled) == 1 || strings.HasSuffix(row, "SMS preferred"):
		m.Preferred = m.Enabled[0]
	case strings.HasSuffix(row, "TOTP preferred"):
		m.Preferred = model.SoftwareTokenMFA
	}
	return m
}

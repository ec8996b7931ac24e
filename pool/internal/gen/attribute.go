package gen

import (
	"fmt"
	"strconv"
	"strings"

	"wherry/pool/internal/model"
)

// attributes returns everything that the profile has, empty ones left out.
func (p *person) attributes() []model.Attribute {
	email, phone := p.email(), p.phone()
	all := []model.Attribute{
		{Name: "sub", Value: p.sub(p.n)},
		{Name: "identities", Value: p.identitiesJSON()},
		{Name: "email", Value: email},
		{Name: "phone_number", Value: phone},
		{Name: "preferred_username", Value: p.preferred()},
		{Name: "birthdate", Value: p.birthdate()},
		{Name: "locale", Value: p.locale()},
		{Name: "zoneinfo", Value: p.zoneinfo()},
		{Name: "picture", Value: p.picture()},
		{Name: "address", Value: p.address()},
		{Name: "updated_at", Value: p.updatedAt()},
	}
	if email != "" {
		all = append(all, model.Attribute{Name: "email_verified", Value: strconv.FormatBool(p.emailVerified())})
	}
	if phone != "" {
		all = append(all, model.Attribute{Name: "phone_number_verified", Value: strconv.FormatBool(p.phoneVerified())})
	}
	all = append(append(append(all, p.nameAttributes()...), p.extras()...), p.custom()...)
	present := all[:0]
	for _, a := range all {
		if a.Value != "" {
			present = append(present, a)
		}
	}
	return present
}

func (p *person) nameAttributes() []model.Attribute {
	parts := []model.Attribute{
		{Name: "given_name", Value: p.given().native},
		{Name: "family_name", Value: p.family().native},
		{Name: "middle_name", Value: p.middle().native},
		{Name: "name", Value: p.full()},
	}
	switch p.rows[naming] {
	case "given_name, family_name":
		return parts[:2]
	case "these, middle_name, name":
		return parts
	case "name":
		return parts[3:]
	default:
		return nil
	}
}

// birthdate has ten characters, which is all that Cognito asks for.
func (p *person) birthdate() string {
	if p.rows[birthdate] == "none" {
		return ""
	}
	year, month, day := 1940+p.chance("year")%65, 1+p.chance("month")%12, 1+p.chance("day")%28
	switch p.rows[birthdate] {
	case "YYYY-MM-DD":
		return fmt.Sprintf("%d-%02d-%02d", year, month, day)
	case "MM/DD/YYYY":
		return fmt.Sprintf("%02d/%02d/%d", month, day, year)
	case "DD.MM.YYYY":
		return fmt.Sprintf("%02d.%02d.%d", day, month, year)
	case "0000-MM-DD":
		return fmt.Sprintf("0000-%02d-%02d", month, day)
	default:
		return fmt.Sprintf("%d-02-30", year)
	}
}

var (
	languages = []string{"en-US", "en-GB", "de-CH", "fr-CA", "pt-BR", "es-MX", "ja-JP", "zh-TW"}
	inWords   = []string{"English", "deutsch (Schweiz)", "??"}
	zones     = []string{"America/New_York", "Europe/Zurich", "Asia/Tokyo", "Asia/Kolkata", "America/Sao_Paulo", "UTC"}
)

func (p *person) language() string { return pick(p, "language", languages) }

func (p *person) locale() string {
	switch p.rows[locale] {
	case "with a dash":
		return p.language()
	case "with an underscore":
		return strings.Replace(p.language(), "-", "_", 1)
	case "words":
		return pick(p, "language", inWords)
	default:
		return ""
	}
}

func (p *person) zoneinfo() string {
	switch p.rows[zoneinfo] {
	case "IANA name":
		return pick(p, "zone", zones)
	case "offset":
		return "-08:00"
	case "abbreviation":
		return "PST"
	default:
		return ""
	}
}

func (p *person) picture() string {
	switch p.rows[picture] {
	case "URL":
		return fmt.Sprintf("https://images.example.com/%d.jpg", p.n)
	case "no URL":
		return fmt.Sprintf("avatar-%d.png", p.n)
	default:
		return ""
	}
}

// street is an address before it is written as JSON or as text.
func (p *person) street() (line, locality, code string) {
	return fmt.Sprintf("%d Harbour Street", 1+p.chance("house")%200), pick(p, "town", []string{"Springfield", "Zürich", "大阪市"}),
		fmt.Sprintf("%05d", p.chance("code")%100_000)
}

func (p *person) address() string {
	if p.rows[address] == "none" {
		return ""
	}
	line, locality, code := p.street()
	if p.rows[address] == "text" {
		return line + ", " + locality + " " + code
	}
	return fmt.Sprintf(`{"street_address":%q,"locality":%q,"postal_code":%q}`, line, locality, code)
}

func (p *person) extras() []model.Attribute {
	if p.rows[extras] == "none" {
		return nil
	}
	all := []model.Attribute{
		{Name: "website", Value: fmt.Sprintf("https://example.com/~%d", p.n)},
		{Name: "profile", Value: fmt.Sprintf("https://example.com/people/%d", p.n)},
		{Name: "nickname", Value: p.given().latin},
		{Name: "gender", Value: pick(p, "gender", []string{"female", "male", "non-binary"})},
	}
	if p.rows[extras] == "website" {
		return all[:1]
	}
	return all
}

func (p *person) updatedAt() string {
	at := p.created().Unix() + int64(p.chance("updated")%31_536_000)
	switch p.rows[updated] {
	case "seconds":
		return strconv.FormatInt(at, 10)
	case "milliseconds":
		return strconv.FormatInt(at*1000, 10)
	default:
		return ""
	}
}

// custom returns the attributes that the pool's schema declares; see Directory.
func (p *person) custom() []model.Attribute {
	if p.rows[custom] == "none" {
		return nil
	}
	all := []model.Attribute{
		{Name: "custom:plan", Value: pick(p, "plan", []string{"free", "team", "business"})},
		{Name: "custom:seats", Value: strconv.FormatUint(p.chance("seats")%500, 10)},
		{Name: "custom:account", Value: strconv.FormatUint(9_007_199_254_740_993+p.chance("account")%1_000_000, 10)},
		{Name: "custom:member_since", Value: p.created().Format("2006-01-02T15:04:05Z")},
		{Name: "custom:newsletter", Value: strconv.FormatBool(p.chance("newsletter")%2 == 0)},
	}
	switch p.rows[custom] {
	case "String":
		return all[:1]
	case "Number":
		return all[1:2]
	case "Number above 2^53":
		return all[2:3]
	case "DateTime":
		return all[3:4]
	case "Boolean":
		return all[4:]
	default:
		return all
	}
}

package gen

import (
	"encoding/json"
	"strings"
)

// Account is what a correct migration with default settings makes of a user.
// It follows from the user's traits, not from reading the user's attributes,
// and shares nothing with the programs that migrate.
//
// What depends on the road or the day is left out: data.migratedFrom,
// data.migratedDate, data.importSource, registrations, and passwords.
type Account struct {
	User   User    `json:"user"`
	Links  []Link  `json:"links,omitempty"`
	Bulk   Verdict `json:"bulk"`   // whether the bulk road carries the user
	SignIn Verdict `json:"signIn"` // whether signing in with the right password does

	// Rival is the number of the user who would go across under the same
	// username, written in another case.
	Rival *int `json:"rival,omitempty"`
}

// Verdict says whether a user goes across.
type Verdict struct {
	Carried bool   `json:"carried"`
	Reason  string `json:"reason,omitempty"` // why not
}

// The reasons why a user stays.
const (
	Unconfirmed     = "unconfirmed"
	Unusable        = "status no longer in use"
	LoginTaken      = "login id of another user with a better claim"
	Disabled        = "disabled"
	NoPassword      = "no password"
	ResetRequired   = "reset required"
	Expired         = "temporary password expired"
	NeedsFactor     = "second factor that cannot be carried"
	FactorUncertain = "second factor with an unverified number"
)

// Link is an identity provider link.
type Link struct {
	ProviderName string `json:"providerName"`
	UserID       string `json:"userId"`
}

// User is a FusionAuth user, as far as a migration sets it.
type User struct {
	ID                     string         `json:"id"`
	Username               string         `json:"username,omitempty"`
	Email                  string         `json:"email,omitempty"`
	PhoneNumber            string         `json:"phoneNumber,omitempty"` // a login id
	MobilePhone            string         `json:"mobilePhone,omitempty"`
	Verified               bool           `json:"verified"` // of e-mail and phoneNumber
	FirstName              string         `json:"firstName,omitempty"`
	MiddleName             string         `json:"middleName,omitempty"`
	LastName               string         `json:"lastName,omitempty"`
	FullName               string         `json:"fullName,omitempty"`
	BirthDate              string         `json:"birthDate,omitempty"`
	Timezone               string         `json:"timezone,omitempty"`
	PreferredLanguages     []string       `json:"preferredLanguages,omitempty"`
	ImageURL               string         `json:"imageUrl,omitempty"`
	InsertInstant          int64          `json:"insertInstant"` // the bulk road only
	Active                 bool           `json:"active"`
	PasswordChangeRequired bool           `json:"passwordChangeRequired"`
	TwoFactor              *TwoFactor     `json:"twoFactor,omitempty"`
	Data                   map[string]any `json:"data"`
}

// TwoFactor is the factors that could be carried.
type TwoFactor struct {
	Methods []Method `json:"methods"`
}

// Method is one factor.
type Method struct {
	Method      string `json:"method"` // sms or email
	MobilePhone string `json:"mobilePhone,omitempty"`
	Email       string `json:"email,omitempty"`
}

// Expected returns what must become of user n.
func (p *Pool) Expected(n int) Account {
	who := p.person(uint64(n))
	a := Account{User: who.account(), Links: who.links(), Bulk: who.bulk(), SignIn: who.signIn(), Rival: who.rival()}
	if a.Rival != nil && who.rows[username] == twin { // the name is whose it is in small letters
		stay := Verdict{Reason: LoginTaken}
		if a.Bulk.Carried {
			a.Bulk = stay
		}
		if a.SignIn.Carried {
			a.SignIn = stay
		}
	}
	return a
}

func (p *person) account() User {
	u := User{
		ID:            p.sub(p.n),
		Username:      p.loginName(),
		MobilePhone:   p.phone(),
		InsertInstant: p.created().UnixMilli(),
		Active:        p.rows[enabled] == "yes",
		TwoFactor:     p.twoFactor(),
		Data:          p.data(),

		PasswordChangeRequired: strings.HasPrefix(p.rows[profile], "temporary"),
	}
	if p.emailVerified() {
		u.Email = strings.ToLower(p.email())
	}
	if p.phoneVerified() {
		u.PhoneNumber = p.phone()
	}
	u.Verified = u.Email != "" || u.PhoneNumber != ""
	if !u.Verified && u.Username == "" {
		u.Username = p.username() // which nobody chose, but nothing else identifies the user
	}
	p.fillName(&u)
	if p.rows[birthdate] == "YYYY-MM-DD" {
		u.BirthDate = p.birthdate()
	}
	if p.rows[zoneinfo] == "IANA name" {
		u.Timezone = p.zoneinfo()
	}
	if strings.HasPrefix(p.rows[locale], "with ") {
		u.PreferredLanguages = []string{strings.Replace(p.language(), "-", "_", 1)}
	}
	if p.rows[picture] == "URL" {
		u.ImageURL = p.picture()
	}
	return u
}

// loginName is the Username, unless Cognito or a provider made it up.
func (p *person) loginName() string {
	if p.federated() || p.rows[username] == "the sub" {
		return ""
	}
	return p.username()
}

func (p *person) fillName(u *User) {
	given, family := p.given().native, p.family().native
	switch p.rows[naming] {
	case "given_name, family_name":
		u.FirstName, u.LastName = given, family
	case "these, middle_name, name":
		u.FirstName, u.LastName, u.MiddleName, u.FullName = given, family, p.middle().native, p.full()
	case "name":
		u.FullName = p.full()
	}
}

func (p *person) twoFactor() *TwoFactor {
	switch row := p.rows[mfa]; {
	case row == "e-mail":
		return &TwoFactor{[]Method{{Method: "email", Email: strings.ToLower(p.email())}}}
	case strings.Contains(row, "SMS") && row != "SMS, number unverified":
		return &TwoFactor{[]Method{{Method: "sms", MobilePhone: p.phone()}}}
	default:
		return nil
	}
}

// data is everything that has no field of its own, or did not fit it.
func (p *person) data() map[string]any {
	d := map[string]any{"cognito": p.origin()}
	keep := func(t int, misfits bool, key, value string) {
		if misfits && p.rows[t] != "none" {
			d[key] = value
		}
	}
	keep(preferred, true, "preferred_username", p.preferred())
	keep(birthdate, p.rows[birthdate] != "YYYY-MM-DD", "birthdate", p.birthdate())
	keep(zoneinfo, p.rows[zoneinfo] != "IANA name", "zoneinfo", p.zoneinfo())
	keep(locale, p.rows[locale] == "words", "locale", p.locale())
	keep(picture, p.rows[picture] == "no URL", "picture", p.picture())
	keep(address, p.rows[address] == "text", "address", p.address())
	if p.rows[address] == "JSON" {
		line, locality, code := p.street()
		d["address"] = map[string]any{"street_address": line, "locality": locality, "postal_code": code}
	}
	if p.rows[updated] != "none" {
		d["updated_at"] = json.Number(p.updatedAt())
	}
	for _, a := range p.extras() {
		d[a.Name] = a.Value
	}
	p.keepCustom(d)
	return d
}

// keepCustom types custom attributes as the schema says.
func (p *person) keepCustom(d map[string]any) {
	for _, a := range p.custom() {
		key := strings.TrimPrefix(a.Name, "custom:")
		switch key {
		case "seats", "account":
			d[key] = json.Number(a.Value)
		case "newsletter":
			d[key] = a.Value == "true"
		default:
			d[key] = a.Value
		}
	}
}

func (p *person) links() []Link {
	var links []Link
	for _, l := range p.identities() {
		links = append(links, Link{l.name, l.id})
	}
	return links
}

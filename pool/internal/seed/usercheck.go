package seed

import (
	"cmp"
	"maps"
	"regexp"
	"slices"
	"strings"

	"wherry/pool/internal/model"
)

var (
	subShape = regexp.MustCompile(`^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$`)
	e164     = regexp.MustCompile(`^\+\d{1,15}$`)
	address  = regexp.MustCompile(`^[^\s@]+@[^\s@]+$`)
	base32   = regexp.MustCompile(`^[A-Z2-7]{16,}=*$`)
)

var statuses = []string{
	model.Confirmed, model.Unconfirmed, model.ForceChangePassword, model.ResetRequired, model.ExternalProvider,
	model.Archived, model.Compromised, model.Unknown,
}

var factors = []string{model.SMSMFA, model.SoftwareTokenMFA, model.EmailOTP}

func (p *Pool) checkUsers(s spot) {
	names, subs, logins := once{}, once{}, once{}
	for i := range p.Users {
		u := &p.Users[i]
		at := s.at("users[%d]", i)
		name := u.username(p)
		if !word.MatchString(name) {
			at.at("username").wrong("want 1 to 128 characters without spaces")
		} else if name != u.sub(p) {
			names.check(at.at("username"), p.fold(name))
		}
		subs.check(at.at("sub"), strings.ToLower(u.Sub))
		u.check(at, p)
		p.checkLogins(at, u, logins)
	}
}

func (p *Pool) fold(name string) string {
	if p.CaseInsensitive {
		return strings.ToLower(name)
	}
	return name
}

// checkLogins reports what users could not both sign in with.
func (p *Pool) checkLogins(s spot, u *User, taken once) {
	for _, name := range slices.Concat(p.UsernameAttributes, p.AliasAttributes) {
		value := string(u.Attributes[name])
		counts := name == "preferred_username" || u.Attributes[name+"_verified"] == "true" || len(p.UsernameAttributes) > 0
		if value != "" && counts {
			taken.check(s.at("attributes.%s", name), p.fold(value))
		}
	}
}

func (u *User) check(s spot, p *Pool) {
	if u.Sub != "" && !subShape.MatchString(u.Sub) {
		s.at("sub").wrong("want the shape of a UUID")
	}
	s.at("status").oneOf(u.Status, statuses...)
	if len(u.Password) > 256 {
		s.at("password").wrong("want at most 256 characters")
	}
	u.checkAttributes(s.at("attributes"), p)
	for i, name := range u.Groups {
		if !slices.ContainsFunc(p.Groups, func(g Group) bool { return g.Name == name }) {
			s.at("groups[%d]", i).wrong("the pool has no group %q", name)
		}
	}
	for i, id := range u.Identities {
		u.checkIdentity(s.at("identities[%d]", i), i, id, p)
	}
	u.checkFactors(s.at("mfa"))
	u.checkUsername(s.at("username"), p)
}

func (u *User) checkUsername(s spot, p *Pool) {
	switch {
	case u.Username == "" || u.external():
	case len(p.UsernameAttributes) > 0 && u.Username != u.sub(p):
		s.wrong("leave it out: in a pool with username_attributes it is the sub")
	case slices.Contains(p.AliasAttributes, "email") && address.MatchString(u.Username),
		slices.Contains(p.AliasAttributes, "phone_number") && e164.MatchString(u.Username):
		s.wrong("may not look like one of the alias_attributes")
	}
}

// forms is what Cognito asks of the values of some attributes.
var forms = map[string]struct {
	form *regexp.Regexp
	want string
}{
	"email":                 {address, "want an e-mail address"},
	"phone_number":          {e164, "want + and digits, such as +15555550100"},
	"birthdate":             {regexp.MustCompile(`^.{10}$`), "want ten characters, such as 1976-05-30"},
	"email_verified":        {regexp.MustCompile(`^(true|false)$`), "want true or false"},
	"phone_number_verified": {regexp.MustCompile(`^(true|false)$`), "want true or false"},
}

func (u *User) checkAttributes(s spot, p *Pool) {
	for _, name := range slices.Sorted(maps.Keys(u.Attributes)) {
		at, value := s.at("%s", name), string(u.Attributes[name])
		f, formed := forms[name]
		switch {
		case name == "sub" || name == "identities":
			at.wrong("stands beside attributes, not among them")
		case !p.knows(name):
			at.wrong("the pool has no attribute %q; custom ones are listed under custom_attributes", name)
		case len(value) > 2048:
			at.wrong("want at most 2048 characters")
		case formed && !f.form.MatchString(value):
			at.wrong("%s", f.want)
		}
	}
}

func (u *User) checkIdentity(s spot, i int, id Identity, p *Pool) {
	if !slices.ContainsFunc(p.Providers, func(v Provider) bool { return v.Name == id.Provider }) {
		s.at("provider").wrong("the pool has no provider %q", id.Provider)
	}
	if id.UserID == "" {
		s.at("user_id").wrong("required")
	}
	if id.Primary && i > 0 {
		s.at("primary").wrong("the identity that made the profile comes first")
	}
}

func (u *User) checkFactors(s spot) {
	for i, factor := range u.MFA.Factors {
		s.at("factors[%d]", i).oneOf(cmp.Or(factor, "?"), factors...)
	}
	if u.MFA.Preferred != "" && !slices.Contains(u.MFA.Factors, u.MFA.Preferred) {
		s.at("preferred").wrong("want one of the user's factors")
	}
	needs := func(factor string) bool { return slices.Contains(u.MFA.Factors, factor) }
	if (needs(model.SMSMFA) || u.MFA.LegacySMS) && u.Attributes["phone_number"] == "" {
		s.wrong("SMS needs the attribute phone_number")
	}
	if needs(model.EmailOTP) && u.Attributes["email"] == "" {
		s.wrong("EMAIL_OTP needs the attribute email")
	}
	if needs(model.SoftwareTokenMFA) && !base32.MatchString(u.MFA.TOTPSecret) {
		s.at("totp_secret").wrong("SOFTWARE_TOKEN_MFA needs at least 16 letters of Base32 (A to Z, 2 to 7)")
	}
}

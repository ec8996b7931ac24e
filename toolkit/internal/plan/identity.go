package plan

import (
	"slices"
	"strings"
)

// Values of Mapping.Username.
const (
	usernameChosen    = "chosen"
	usernamePreferred = "preferred_username"
	usernameAlways    = "always"
)

// Values of Mapping.PhoneNumber and, but for the last, of Mapping.Email, after
// Cognito's UsernameAttributes and AliasAttributes.
const (
	byUsername  = "username"
	byAlias     = "alias"
	asAttribute = "attribute"
)

// username leaves out names that nobody chose: the UUID of a pool where
// people sign in with an address, and Google_1234567890.
func (d *draft) username() {
	mode := d.mapper.settings.Mapping.Username
	if mode == usernamePreferred && d.in.Attributes["preferred_username"] != "" {
		d.text("username", "preferred_username")
	}
	if d.user.Username == "" && (mode == usernameAlways || !d.madeUp()) {
		d.putUsername(asIs)
	}
}

func (d *draft) putUsername(rule string) {
	f, _ := fieldNamed("username")
	d.putText(target{field: f}, &d.user.Username, d.in.Username, "Username", rule)
}

// madeUp tells whether Cognito or an identity provider made the username up.
func (d *draft) madeUp() bool {
	name := strings.ToLower(d.in.Username)
	sub := strings.ToLower(d.in.Sub())
	signInByAddress := len(d.mapper.schema.UsernameAttributes) > 0
	if isUUID(name) && (signInByAddress || sub == "" || sub == name) {
		return true
	}
	return d.in.Status == statusFed || slices.ContainsFunc(d.links, func(l Link) bool { return l.made(name) })
}

// phone makes the number a login identity where it was one in Cognito, unless
// the flag verified, which is true of the e-mail address, would then be untrue
// of the number.
func (d *draft) phone() {
	d.text("mobilePhone", "phone_number")
	number := d.in.Attributes["phone_number"]
	if number == "" || d.mapper.phone == asAttribute {
		return
	}
	verified := d.in.Attributes["phone_number_verified"] == "true"
	emailVerified := d.user.Email != "" && d.in.Attributes["email_verified"] == "true"
	switch {
	case verified, d.mapper.phone == byUsername && !emailVerified:
		d.text("phoneNumber", "phone_number")
	default:
		d.remark("phoneNumber", "phone_number", byDefault, "the number is not verified, so it is no login identity")
	}
}

// check makes sure that FusionAuth can store the user, and that a user who
// signs in finds the account that was asked for.
func (d *draft) check() error {
	u := d.user
	if !u.identified() {
		d.remark("", "", byDefault, "FusionAuth wants an e-mail address, a username or a phone number")
		return ErrNoIdentity
	}
	if d.trip.Road == SlowRoad && d.trip.LoginID != "" && !u.answersTo(d.trip.LoginID) {
		d.remark("", "login id", byDefault, "no identity equals what was typed: %s", d.whyNoMatch())
		return ErrLoginID
	}
	return nil
}

func (u User) identified() bool { return u.Email != "" || u.Username != "" || u.PhoneNumber != "" }

// answersTo tells whether one of the identities equals the login id, in the
// way that FusionAuth compares each.
func (u User) answersTo(loginID string) bool {
	return u.Email != "" && u.Email == strings.ToLower(loginID) ||
		u.Username != "" && strings.EqualFold(u.Username, loginID) ||
		u.PhoneNumber != "" && u.PhoneNumber == digits(loginID)
}

var punctuation = strings.NewReplacer(" ", "", "-", "", ".", "", "(", "", ")", "", "/", "")

// digits writes a typed number as E.164 does.
func digits(number string) string { return punctuation.Replace(number) }

func (d *draft) whyNoMatch() string {
	typed := d.trip.LoginID
	a := d.in.Attributes
	switch {
	case strings.EqualFold(typed, d.in.Username):
		return "it is the Cognito username, which the mapping leaves out; mapping.username: always keeps it"
	case strings.EqualFold(typed, a["preferred_username"]):
		return "it is the preferred_username; mapping.username: preferred_username makes it the username"
	case a["phone_number"] != "" && digits(typed) == a["phone_number"]:
		return "it is the phone number, which is no login identity here; see mapping.phone_number"
	case strings.EqualFold(typed, a["email"]) && !d.ownsEmail():
		return "it is the e-mail address, which is not verified, so it is no login identity here; see mapping.email"
	case strings.EqualFold(typed, a["email"]):
		return "it is the e-mail address, which the mapping changed or left out"
	default:
		return "no attribute of the user has this value"
	}
}

package gen

// trait is one way in which users differ. Its rows are shares of a thousand,
// and exact: of a thousand users exactly so many get each row. Traits are
// independent of each other.
type trait struct {
	name string
	rows []row
}

type row struct {
	name  string
	share uint64 // of a thousand
}

const (
	profile = iota
	enabled
	username
	email
	phone
	preferred
	mfa
	password
	subs
	script
	naming
	birthdate
	locale
	zoneinfo
	picture
	address
	extras
	updated
	custom
	groups
	identity // has no rows: the numbers in provider user ids
	traits
)

// mix is everything that occurs, and how often; the package's documentation
// shows it too. A row that repeats somebody else's value repeats one of the
// trait's first row.
var mix = [traits]trait{
	profile: {"profile", []row{
		{"confirmed", 700},
		{"confirmed, without password", 10},
		{"unconfirmed", 40},
		{"temporary password", 20},
		{"temporary password, expired", 10},
		{"reset required", 30},
		{"federated", 110},
		{"federated, several identities", 10},
		{"federated, given a password", 5},
		{"linked", 40},
		{"linked, several identities", 10},
		{"archived", 5},
		{"compromised", 5},
		{"unknown", 5},
	}},
	enabled: {"enabled", []row{{"yes", 980}, {"no", 20}}},
	username: {"Username", []row{
		{"chosen", 700}, {"the sub", 200}, {"with symbols and other scripts", 80}, {"differs from another in case only", 20},
	}},
	email: {"email", []row{
		{"verified", 760},
		{"verified, with capitals", 30},
		{"unverified", 120},
		{"none", 40},
		{"unverified, somebody else's", 50},
	}},
	phone: {"phone_number", []row{
		{"verified", 300}, {"unverified", 70}, {"none", 600}, {"unverified, somebody else's", 30},
	}},
	preferred: {"preferred_username", []row{{"own", 150}, {"none", 850}}},
	mfa: {"MFA", []row{
		{"none", 800},
		{"SMS", 60},
		{"SMS, number unverified", 10},
		{"SMS, set by the old API", 10},
		{"TOTP", 60},
		{"e-mail", 20},
		{"SMS and TOTP, SMS preferred", 10},
		{"SMS and TOTP, TOTP preferred", 10},
		{"SMS and TOTP, none preferred", 20},
	}},
	password: {"password", []row{{"ordinary", 950}, {"longer than 72 bytes", 25}, {"with other letters", 25}}},
	subs:     {"sub", []row{{"RFC 4122, version 4", 400}, {"no RFC 4122 variant", 600}}},
	script: {"script of the name", []row{
		{"latin", 500},
		{"diacritics", 150},
		{"cyrillic", 60},
		{"greek", 30},
		{"arabic", 50},
		{"hebrew", 20},
		{"devanagari", 50},
		{"han", 70},
		{"kana", 30},
		{"hangul", 40},
	}},
	naming: {"name attributes", []row{
		{"given_name, family_name", 550}, {"these, middle_name, name", 150}, {"name", 200}, {"none", 100},
	}},
	birthdate: {"birthdate", []row{
		{"none", 650}, {"YYYY-MM-DD", 250}, {"MM/DD/YYYY", 50}, {"DD.MM.YYYY", 20}, {"0000-MM-DD", 20}, {"no such day", 10},
	}},
	locale:   {"locale", []row{{"none", 500}, {"with a dash", 250}, {"with an underscore", 200}, {"words", 50}}},
	zoneinfo: {"zoneinfo", []row{{"none", 600}, {"IANA name", 330}, {"offset", 40}, {"abbreviation", 30}}},
	picture:  {"picture", []row{{"none", 700}, {"URL", 250}, {"no URL", 50}}},
	address:  {"address", []row{{"none", 700}, {"JSON", 200}, {"text", 100}}},
	extras:   {"other attributes", []row{{"none", 700}, {"website", 100}, {"website, profile, nickname, gender", 200}}},
	updated:  {"updated_at", []row{{"none", 600}, {"seconds", 300}, {"milliseconds", 100}}},
	custom: {"custom attributes", []row{
		{"none", 500},
		{"String", 150},
		{"Number", 100},
		{"Number above 2^53", 30},
		{"DateTime", 60},
		{"Boolean", 60},
		{"one of each", 100},
	}},
	groups: {"groups", []row{
		{"none", 600},
		{"readers", 200},
		{"editors", 50},
		{"admins", 5},
		{"readers, editors", 100},
		{"readers, editors, beta-testers", 45},
	}},
	identity: {"identity", []row{{"any", 1000}}},
}

// row finds the row of a rank among size.
func (t *trait) row(rank, size uint64) string {
	place := thousandth(rank, size)
	for _, r := range t.rows {
		if place < r.share {
			return r.name
		}
		place -= r.share
	}
	panic("gen: the shares of " + t.name + " are fewer than a thousand")
}

// bounds returns the ranks [from, to) of a row.
func (t *trait) bounds(name string, size uint64) (from, to uint64) {
	var before uint64
	for _, r := range t.rows {
		if r.name == name {
			return firstIn(before, size), firstIn(before+r.share, size)
		}
		before += r.share
	}
	panic("gen: " + t.name + " has no row " + name)
}

// thousandth spreads few ranks over the middles of the thousand, so that small
// pools get the frequent rows.
func thousandth(rank, size uint64) uint64 { return (rank*1000 + 500) / size }

// firstIn is the first rank whose thousandth is at least place.
func firstIn(place, size uint64) uint64 {
	if place*size <= 500 {
		return 0
	}
	return (place*size - 500 + 999) / 1000
}

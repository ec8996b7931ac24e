package plan

import (
	"net/url"
	"regexp"
	"strings"
	"sync"
	"time"
	_ "time/tzdata" // containers and Lambda have no zones of their own
	"unicode/utf8"

	"github.com/google/uuid"
)

// These functions do to a text what FusionAuth's own domain classes do, and
// say what FusionAuth would refuse.

const (
	maxText      = 191 // characters in FusionAuth's indexed columns
	maxLanguages = 20
)

func acceptText(s string) (clean, problem string) {
	s = strings.TrimSpace(s)
	if utf8.RuneCountInString(s) > maxText {
		return "", "is longer than the 191 characters that FusionAuth stores"
	}
	return s, ""
}

// isUUID knows the usual way to write one, of several that the library knows.
func isUUID(s string) bool { return len(s) == 36 && uuid.Validate(s) == nil }

// acceptUUID takes any 8-4-4-4-12 hex digits: Cognito's newer subs have
// versions that RFC 9562 does not know.
func acceptUUID(s string) (clean, problem string) {
	if s = strings.ToLower(strings.TrimSpace(s)); !isUUID(s) {
		return "", "is not 8-4-4-4-12 hexadecimal digits"
	}
	return s, ""
}

func acceptEmail(s string) (clean, problem string) {
	if s, problem = acceptText(strings.ToLower(s)); problem != "" || s == "" {
		return s, problem
	}
	name, domain, _ := strings.Cut(s, "@")
	if name == "" || domain == "" || strings.ContainsAny(domain, "@") || strings.ContainsAny(s, " \t\n\f\r") {
		return "", "is not an e-mail address"
	}
	return s, ""
}

var phoneShape = regexp.MustCompile(`^\+[1-9][0-9]{1,14}$`)

func acceptPhone(s string) (clean, problem string) {
	if s = strings.TrimSpace(s); s != "" && !phoneShape.MatchString(s) {
		return "", "is not a phone number as E.164 writes it, such as +14325551212"
	}
	return s, ""
}

func acceptDate(s string) (clean, problem string) {
	if s = strings.TrimSpace(s); s == "" {
		return "", ""
	}
	date, err := time.Parse(time.DateOnly, s)
	if err != nil || date.Year() == 0 { // OIDC: the year 0000 stands for a year not told
		return "", "is not a date as YYYY-MM-DD"
	}
	return s, ""
}

// The shape leaves out the old names without an area, such as EST and Local,
// which not every system takes for the same zone.
var zoneShape = regexp.MustCompile(`^(UTC|[A-Z][A-Za-z]+(/[A-Za-z0-9_+-]+)+)$`)

func acceptTimezone(s string) (clean, problem string) {
	if s = strings.TrimSpace(s); s == "" {
		return "", ""
	}
	if _, known := zones.Load(s); known {
		return s, ""
	}
	if !zoneShape.MatchString(s) {
		return "", "is not an IANA time zone such as America/Denver"
	}
	if _, err := time.LoadLocation(s); err != nil {
		return "", "is not an IANA time zone such as America/Denver"
	}
	zones.Store(s, true)
	return s, ""
}

// zones are those that have been found before: to look for one reads a file.
var zones sync.Map

var localeShape = regexp.MustCompile(`^([A-Za-z]{2,3})(?:[-_]([A-Za-z]{2}|[0-9]{3}))?$`)

// acceptLocale turns en-us into Java's en_US.
func acceptLocale(s string) (clean, problem string) {
	if s = strings.TrimSpace(s); s == "" {
		return "", ""
	}
	parts := localeShape.FindStringSubmatch(s)
	switch {
	case parts == nil:
		return "", "is not a locale as Java writes it, such as en or en_US"
	case parts[2] == "":
		return strings.ToLower(parts[1]), ""
	default:
		return strings.ToLower(parts[1]) + "_" + strings.ToUpper(parts[2]), ""
	}
}

// acceptURL is as strict as Java's URI, which FusionAuth reads it with.
func acceptURL(s string) (clean, problem string) {
	const want = "is not an http or https address"
	if s = strings.TrimSpace(s); s == "" {
		return "", ""
	}
	u, err := url.Parse(s)
	if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" || strings.ContainsAny(s, " \"<>\\^`{|}") {
		return "", want
	}
	return s, ""
}

package gen

import (
	"fmt"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Logins end in the user's rank under the login's own permutation, which is
// how they are found again. A login that repeats another's holds that one's
// rank.

// owner is the user whose value a user of the row repeats.
func (p *person) owner(t int, row string) *person {
	from, _ := mix[t].bounds(row, p.size)
	return p.at(t, p.ranks[t]-from)
}

func (p *Pool) at(t int, rank uint64) *person { return p.person(p.perms[t].back(rank)) }

func (p *person) username() string {
	switch {
	case p.federated():
		return p.identities()[0].username()
	case p.rows[username] == "the sub":
		return p.sub(p.n)
	case p.rows[username] == "with symbols and other scripts":
		return p.given().native + pick(p, "symbol", []string{"+", "#", "!", "_", "~"}) + strconv.FormatUint(p.ranks[username], 10)
	case p.rows[username] == twin:
		return capitals(p.owner(username, twin).chosen())
	default:
		return p.chosen()
	}
}

const (
	twin   = "differs from another in case only"
	shared = "unverified, somebody else's"
)

func (p *person) chosen() string { return fmt.Sprintf("%s.%d", p.handle(), p.ranks[username]) }

// capitals writes jane.doe as Jane.Doe.
func capitals(login string) string {
	parts := strings.Split(login, ".")
	for i, part := range parts {
		first, size := utf8.DecodeRuneInString(part)
		parts[i] = string(unicode.ToUpper(first)) + part[size:]
	}
	return strings.Join(parts, ".")
}

// email returns "" when the user has none.
func (p *person) email() string {
	switch p.rows[email] {
	case "none":
		return ""
	case shared:
		return p.owner(email, shared).ownEmail()
	case "verified, with capitals":
		return capitals(p.ownEmail())
	default:
		return p.ownEmail()
	}
}

func (p *person) ownEmail() string {
	return fmt.Sprintf("%s.%d@example.com", p.handle(), p.ranks[email])
}

func (p *person) emailVerified() bool { return strings.HasPrefix(p.rows[email], "verified") }

// phone returns "" when the user has none. No country has the code 999.
func (p *person) phone() string {
	rank := p.ranks[phone]
	switch p.rows[phone] {
	case "none":
		return ""
	case shared:
		from, _ := mix[phone].bounds(shared, p.size)
		rank -= from
	}
	return fmt.Sprintf("+999%010d", rank)
}

func (p *person) phoneVerified() bool { return p.rows[phone] == "verified" }

// preferred returns the user's preferred_username, or "".
func (p *person) preferred() string {
	if p.rows[preferred] == "none" {
		return ""
	}
	return fmt.Sprintf("%s_%d", p.given().latin, p.ranks[preferred])
}

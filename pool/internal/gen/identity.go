package gen

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"

	"wherry/pool/internal/model"
)

// provider is an identity provider and the form of its user ids. Each id holds
// the number given to it in twelve digits.
type provider struct {
	name, kind string
	issuer     string // of SAML
	userID     func(number, chance uint64) string
}

var providers = []provider{
	{"Google", "Google", "", func(number, chance uint64) string {
		return fmt.Sprintf("1%08d%012d", chance%100_000_000, number)
	}},
	{"Facebook", "Facebook", "", func(number, chance uint64) string {
		return fmt.Sprintf("10%03d%012d", chance%1000, number)
	}},
	{"LoginWithAmazon", "LoginWithAmazon", "", func(number, chance uint64) string {
		return fmt.Sprintf("amzn1.account.AE%s%012d", letters(chance, "amazon", base32, 14), number)
	}},
	{"SignInWithApple", "SignInWithApple", "", func(number, chance uint64) string {
		return fmt.Sprintf("%06d.%s.%06d", number/1_000_000, letters(chance, "apple", hexDigit, 32), number%1_000_000)
	}},
	{"corp-oidc", "OIDC", "", func(number, chance uint64) string {
		return fmt.Sprintf("auth|%s_%012d", letters(chance, "oidc", lower, 8), number)
	}},
	{"Corp_SAML", "SAML", "https://idp.example.com/saml", func(number, chance uint64) string {
		return fmt.Sprintf("Staff_%s.%012d@example.com", letters(chance, "saml", lower, 4), number)
	}},
}

// numberOfUserID is the number in a provider's user id.
func numberOfUserID(id string) (uint64, bool) {
	id, _, _ = strings.Cut(id, "@")
	if parts := strings.Split(id, "."); len(parts) == 3 && len(parts[0]) == 6 { // Apple's
		id = parts[0] + parts[2]
	}
	n, err := strconv.ParseUint(id[max(0, len(id)-12):], 10, 64)
	return n, err == nil
}

// link is one identity of a user.
type link struct {
	provider
	id      string
	primary bool
	created int64 // epoch milliseconds
}

func (l link) username() string { return l.name + "_" + l.id }

// perUser is how many numbers a user's identities take up.
const perUser = 8

// federated tells whether the profile was made by a provider.
func (p *person) federated() bool { return strings.HasPrefix(p.rows[profile], "federated") }

// identities returns the user's links, the primary one first.
func (p *person) identities() []link {
	linked := strings.HasPrefix(p.rows[profile], "linked")
	if !p.federated() && !linked {
		return nil
	}
	count := uint64(1)
	if strings.HasSuffix(p.rows[profile], "several identities") {
		count = 2 + p.chance("identities")%4
	}
	links := make([]link, count)
	for i := range count {
		v := providers[(p.chance("provider")+i)%uint64(len(providers))]
		id := v.userID(p.ranks[identity]*perUser+i, p.chance("user id")+i)
		links[i] = link{v, id, p.federated() && i == 0, p.created().UnixMilli() + int64(i)*86_400_000}
	}
	return links
}

// identitiesJSON is the attribute "identities", "" when there are none.
func (p *person) identitiesJSON() string {
	links := p.identities()
	if len(links) == 0 {
		return ""
	}
	entries := make([]model.Identity, len(links))
	for i, l := range links {
		entries[i] = model.Identity{
			UserID: l.id, ProviderName: l.name, ProviderType: l.kind, Primary: l.primary, DateCreated: l.created,
		}
		if l.issuer != "" {
			entries[i].Issuer = &l.issuer
		}
	}
	text, err := json.Marshal(entries)
	if err != nil {
		panic(err) // text and numbers always marshal
	}
	return string(text)
}

// providerGroup is the group that Cognito makes for a SAML or OIDC provider.
func (p *Pool) providerGroup(v provider) string {
	if v.kind != "SAML" && v.kind != "OIDC" {
		return ""
	}
	return p.ID + "_" + v.name
}

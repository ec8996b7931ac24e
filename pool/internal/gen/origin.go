package gen

import (
	"slices"
	"strings"
)

// origin is data.cognito: who the user was. A sign-in that ends with tokens
// does not tell userStatus.
func (p *person) origin() map[string]any {
	o := map[string]any{"poolId": p.ID, "sub": p.sub(p.n), "username": p.username(), "userStatus": p.status()}
	if p.email() != "" && !p.emailVerified() {
		o["email"] = p.email()
	}
	if p.phone() != "" {
		o["phoneNumberVerified"] = p.phoneVerified()
	}
	if p.rows[groups] != "none" {
		names := strings.Split(p.rows[groups], ", ") // not those that providers make
		slices.Sort(names)
		o["groups"] = names
	}
	if m := p.factors(); len(m.Enabled) > 0 {
		o["userMFASettingList"] = m.Enabled
		if m.Preferred != "" {
			o["preferredMfaSetting"] = m.Preferred
		}
	}
	if links := p.identities(); len(links) > 0 {
		o["identities"] = originOf(links)
	}
	return o
}

func originOf(links []link) (all []map[string]any) {
	for _, l := range links {
		entry := map[string]any{
			"providerName": l.name, "providerType": l.kind, "userId": l.id, "primary": l.primary, "dateCreated": l.created,
		}
		if l.issuer != "" {
			entry["issuer"] = l.issuer
		}
		all = append(all, entry)
	}
	return all
}

package gen

import "strings"

// bulk is the verdict of the bulk road, before rivals are considered.
func (p *person) bulk() Verdict {
	switch p.rows[profile] {
	case "unconfirmed":
		return Verdict{Reason: Unconfirmed}
	case "archived", "compromised", "unknown":
		return Verdict{Reason: Unusable}
	}
	return p.orNoLogin()
}

// signIn is the verdict when the user signs in through the connector with the
// right password, before rivals are considered.
func (p *person) signIn() Verdict {
	switch {
	case p.rows[profile] == "archived", p.rows[profile] == "compromised", p.rows[profile] == "unknown":
		return Verdict{Reason: Unusable}
	case p.rows[enabled] == "no":
		return Verdict{Reason: Disabled}
	case !p.hasPassword():
		return Verdict{Reason: NoPassword}
	case p.rows[profile] == "unconfirmed":
		return Verdict{Reason: Unconfirmed}
	case p.rows[profile] == "reset required":
		return Verdict{Reason: ResetRequired}
	case p.rows[profile] == "temporary password, expired":
		return Verdict{Reason: Expired}
	case p.rows[mfa] == "SMS, number unverified":
		return Verdict{Reason: FactorUncertain}
	case strings.Contains(p.rows[mfa], "TOTP") && !strings.HasSuffix(p.rows[mfa], "SMS preferred"):
		return Verdict{Reason: NeedsFactor}
	}
	return p.orNoLogin()
}

func (p *person) orNoLogin() Verdict {
	if p.email() == "" && !p.phoneVerified() && p.loginName() == "" {
		return Verdict{Reason: NoLogin}
	}
	return Verdict{Carried: true}
}

// rivals are the users who would go across under a login id of this user's.
func (p *person) rivals() []Rival {
	var all []Rival
	add := func(field string, other *person, same bool) {
		if same && other.bulk().Carried && p.bulk().Carried {
			all = append(all, Rival{field, int(other.n)})
		}
	}
	if p.rows[email] == shared {
		add("email", p.owner(email, shared), true)
	} else if other, ok := p.repeater(email, shared); ok {
		add("email", other, true)
	}
	if p.rows[username] == twin {
		other := p.owner(username, twin)
		add("username", other, p.loginName() != "" && other.loginName() != "")
	} else if other, ok := p.repeater(username, twin); ok {
		add("username", other, p.loginName() != "" && other.loginName() != "")
	}
	return all
}

// repeater is the user who repeats this user's value.
func (p *person) repeater(t int, row string) (*person, bool) {
	from, to := mix[t].bounds(row, p.size)
	if rank := from + p.ranks[t]; rank < to {
		return p.at(t, rank), true
	}
	return nil, false
}

// yields tells whether one of the rivals has the better claim: to an address
// who had it first, to a name who does not write it in capitals.
func (p *person) yields(rivals []Rival) bool {
	for _, r := range rivals {
		if r.Field == "email" && p.rows[email] == shared || r.Field == "username" && p.rows[username] == twin {
			return true
		}
	}
	return false
}

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
	return Verdict{Carried: true}
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
	return Verdict{Carried: true}
}

// rival is the user who would go across under a name that differs in case
// only: nobody else can want the same login id, because an address or number
// that is not verified is none.
func (p *person) rival() *int {
	other, ok := p.namesake()
	if !ok || p.loginName() == "" || other.loginName() == "" || !p.bulk().Carried || !other.bulk().Carried {
		return nil
	}
	number := int(other.n)
	return &number
}

// namesake is who has this user's name in capitals, or whose name this is in
// capitals.
func (p *person) namesake() (*person, bool) {
	if p.rows[username] == twin {
		return p.owner(username, twin), true
	}
	from, to := mix[username].bounds(twin, p.size)
	if rank := from + p.ranks[username]; rank < to {
		return p.at(username, rank), true
	}
	return nil, false
}

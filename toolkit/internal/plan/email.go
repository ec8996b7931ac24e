package plan

import "strings"

// email makes the address a login identity of whoever owns it. Anybody else
// could have written it into his profile, come across first, and so lock its
// owner out.
func (d *draft) email() {
	if d.ownsEmail() {
		d.text("email", "email")
	} else {
		d.withholdEmail()
	}
}

// ownsEmail tells whether Cognito has verified the address, or lets it sign in
// unverified because it is what people sign up with, where it is unique. Of a
// pool that cannot be asked a sign-in is the proof: there nobody chooses the
// username, which is the sub, and nowhere else does an unverified address sign
// anybody in.
func (d *draft) ownsEmail() bool {
	in := d.in
	switch {
	case in.Attributes["email_verified"] == "true", d.mapper.email == byUsername:
		return true
	case d.mapper.email == byAlias:
		return false
	default:
		return in.Sub() != "" && strings.EqualFold(in.Username, in.Sub()) && strings.EqualFold(d.trip.LoginID, in.Attributes["email"])
	}
}

// withholdEmail keeps the address where FusionAuth makes no use of it. To
// data.email it would send messages, and whoever reads them owns the account.
func (d *draft) withholdEmail() {
	address := d.in.Attributes["email"]
	if address == "" {
		return
	}
	d.cognito()["email"] = address
	d.wrote("data.cognito.email", "email", asIs)
	d.remark("email", "email", byDefault, "the address is not verified, so it is no login identity; kept in data.cognito.email")
}

// scriptEmail does to a script's user what email does to the defaults'.
func (d *draft) scriptEmail() {
	address, _ := acceptEmail(d.in.Attributes["email"])
	if address != "" && d.user.Email == address && !d.ownsEmail() {
		d.user.Email = ""
		d.withholdEmail()
	}
}
